"""What a document says: the facts printed on an invoice, ticket or receipt, whatever carried it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from archive.words import Text


class Kind(StrEnum):
    """What sort of document it is (原始凭证 kinds of 财会〔2020〕6号 and everyday receipts)."""

    EINVOICE = "einvoice"  # 数电票
    VAT = "vat"  # 增值税电子/纸质发票 with code and number
    TOLL = "toll"  # 通行费发票
    RAIL = "rail"  # 铁路电子客票 / 火车票
    AIR = "air"  # 航空行程单
    TAXI = "taxi"  # 出租车票
    QUOTA = "quota"  # 定额发票
    FISCAL = "fiscal"  # 财政电子票据
    BANK_RECEIPT = "bank_receipt"  # 银行回单
    STATEMENT = "statement"  # 银行对账单
    CUSTOMS = "customs"  # 海关专用缴款书
    TRIP = "trip"  # 网约车行程单, beside its invoice
    CONTRACT = "contract"  # 合同
    APPROVAL = "approval"  # 审批单、报销单
    FOREIGN = "foreign"  # foreign-language invoice or receipt
    OTHER = "other"


KIND_NAMES: Mapping[Kind, Text] = {
    Kind.EINVOICE: Text("数电票", "digital invoice"),
    Kind.VAT: Text("增值税发票", "VAT invoice"),
    Kind.TOLL: Text("通行费发票", "toll invoice"),
    Kind.RAIL: Text("铁路客票", "rail ticket"),
    Kind.AIR: Text("航空行程单", "air itinerary"),
    Kind.TAXI: Text("出租车票", "taxi receipt"),
    Kind.QUOTA: Text("定额发票", "quota invoice"),
    Kind.FISCAL: Text("财政票据", "fiscal receipt"),
    Kind.BANK_RECEIPT: Text("银行回单", "bank receipt"),
    Kind.STATEMENT: Text("银行对账单", "bank statement"),
    Kind.CUSTOMS: Text("海关缴款书", "customs payment"),
    Kind.TRIP: Text("行程明细", "trip sheet"),
    Kind.CONTRACT: Text("合同", "contract"),
    Kind.APPROVAL: Text("审批单", "approval sheet"),
    Kind.FOREIGN: Text("外文票据", "foreign invoice"),
    Kind.OTHER: Text("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the goods table, as printed; figures without thousands separators, absent ones empty."""

    name: str
    spec: str = ""
    unit: str = ""
    quantity: str = ""
    price: str = ""
    amount: str = ""
    rate: str = ""
    tax: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The facts of one document. None means: not printed, or not read. Money in `currency`, two places as printed."""

    kind: Kind = Kind.OTHER
    type: str | None = None  # the printed title, e.g. 电子发票（普通发票）
    number: str | None = None
    code: str | None = None  # 发票代码; 数电票 have none
    date: date | None = None
    seller_name: str | None = None
    seller_tax_id: str | None = None
    buyer_name: str | None = None
    buyer_tax_id: str | None = None
    amount_excl_tax: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None
    currency: str = "CNY"
    lines: tuple[Line, ...] = ()
    remark: str | None = None
    capitals: str | None = None  # 价税合计(大写) as printed
    check_code: str | None = None  # 校验码
    blue_number: str | None = None  # of a red invoice: the blue one it reverses
    extra: Mapping[str, str] = field(default_factory=dict)  # train, travel_date, passenger, payer_account, …

    @property
    def is_red(self) -> bool:
        """A red-letter (红字) document reverses a blue one and has a negative total."""
        return self.total is not None and self.total < 0


FIELD_NAMES: Mapping[str, Text] = {
    "type": Text("票种", "Type"),
    "number": Text("发票号码", "Number"),
    "code": Text("发票代码", "Code"),
    "date": Text("开票日期", "Date"),
    "seller_name": Text("销售方", "Seller"),
    "seller_tax_id": Text("销售方税号", "Seller tax id"),
    "buyer_name": Text("购买方", "Buyer"),
    "buyer_tax_id": Text("购买方税号", "Buyer tax id"),
    "amount_excl_tax": Text("不含税金额", "Net amount"),
    "tax": Text("税额", "Tax"),
    "total": Text("价税合计", "Total"),
    "currency": Text("币种", "Currency"),
    "category": Text("费用类别", "Category"),
}
