"""What columns are called: for each kind of book its fields, the headings they go by, and which it can't do without.

Headings are compared in one form (`heading`): NFKC, no blanks, no bilingual [ … ] part; brackets that only explain are
taken off. The forms are those of 用友 U8 and T+, 金蝶, SAP and the banks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from archive.words import Text


class BookKind(StrEnum):
    """What a spreadsheet holds."""

    VOUCHERS = "vouchers"  # 记账凭证, 序时账
    BALANCES = "balances"  # 科目余额表
    ACCOUNTS = "accounts"  # 会计科目
    ASSETS = "assets"  # 固定资产卡片
    BANK = "bank"  # 银行对账单
    POSTINGS = "postings"  # 会计软件的操作日志
    BUDGETS = "budgets"  # 预算


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of book: field → headings (regular expressions, whole), and whether the fields found suffice."""

    fields: Mapping[str, str]
    enough: Callable[[Collection[str]], bool]


def heading(cell: str) -> str:
    """A heading in the form it is compared in."""
    text = unicodedata.normalize("NFKC", cell).lower()
    text = re.sub(r"\[[^\]]*\]|【[^】]*】", "", text)
    return re.sub(r"[\s\"'“”:：*#_]+", "", text)


_VOUCHERS = {
    "id": r"凭证id|凭证内码|voucherid",
    "year": r"会计年度?|年度|年|年份|fyear",
    "month": r"会计期间?|会计月份?|期间?|月份?|fperiod",
    "day": r"日",
    "date": r"(?:制单|凭证|记账|业务|过账|会计|单据|填制)?日期|fdate|(?:posting|voucher)?date",
    "word": r"凭证字|凭证类别|凭证类型|凭证类别字|字|类别",
    "number": r"凭证号数?|凭证编号|凭证号码|凭证字号|(?:凭证)?号|编号|fnumber|voucherno\.?|documentno\.?",
    "attachments": r"(?:所)?附?单据数|所?附(?:原始)?单据(?:张)?数|附件(?:张)?数?|attachments",
    "summary": r"(?:分录|凭证)?摘要|说明|摘要说明|fexplanation|description|text",
    "account": r"(?:会计)?科目(?:编码|代码|编号|号)?|account(?:code|no\.?)?",
    "account_name": r"(?:会计)?科目(?:全)?名称?|会计科目|accountname",
    "debit": r"(?:本位币|本币)?(?:借方|借)(?:金额|发生额?|本位币|本币)?(?:\(本位币\)|\(本币\))?|金额借方?|debit",
    "credit": r"(?:本位币|本币)?(?:贷方|贷)(?:金额|发生额?|本位币|本币)?(?:\(本位币\)|\(本币\))?|金额贷方?|credit",
    "direction": r"(?:借贷)?方向|借/?贷|借贷标志|fdc",
    "amount": r"金额|本位币金额|本币金额|amount",
    "foreign_debit": r"(?:原币|外币)借方?(?:金额)?|借方(?:原币|外币)(?:金额)?",
    "foreign_credit": r"(?:原币|外币)贷方?(?:金额)?|贷方(?:原币|外币)(?:金额)?",
    "foreign": r"(?:原币|外币)(?:金额)?",
    "currency": r"币别|币种(?:名称)?|currency",
    "customer": r"客户(?:名称|编码)?|customer",
    "supplier": r"供应商(?:名称|编码)?|supplier|vendor",
    "person": r"职员(?:名称|编码)?|员工|个人|人员",
    "party": r"往来单位(?:名称)?|核算项目|辅助核算",
    "department": r"部门(?:名称|编码)?|department",
    "cash_item": r"(?:主表)?现金流量(?:主表)?项目(?:名称)?|主表项目|现金流项目|cashflowitem",
    "cash_debit": r"现金流量借方?(?:金额)?",
    "cash_credit": r"现金流量贷方?(?:金额)?",
    "cash": r"现金流量?(?:主表)?金额|主表金额",
    "document": r"票据号|发票号码?|单据号|票号|invoiceno\.?",
    "maker": r"制单人?|填制人|录入人|fpreparerid",
    "checker": r"审核人?|复核人?|fcheckerid",
    "poster": r"(?:过账|记账)人?|fposterid",
}
_BEGIN, _END, _YEAR = "期初|月初|上月|上期|年初", "期末|月末|本期余额|期末余额", "累计"
_MOVED = f"(?!.*(?:{_BEGIN}|{_END}|{_YEAR}))"
_BALANCES = {
    "account": r"(?:会计)?科目(?:编码|代码|编号|号)?|account(?:code|no\.?)?|fnumber",
    "account_name": r"(?:会计)?科目(?:全)?名称?|accountname|fname",
    "period": r"(?:会计)?期间|月份",
    "party": r"(?:客户|供应商|往来单位|职员|个人)(?:编码|代码|编号)",
    "party_name": r"(?:客户|供应商|往来单位|职员|个人)(?:名称)?",
    "opening_debit": rf"(?=.*(?:{_BEGIN}))(?!.*年初)(?=.*借).*",
    "opening_credit": rf"(?=.*(?:{_BEGIN}))(?!.*年初)(?=.*贷).*",
    "year_opening_debit": r"(?=.*年初)(?=.*借).*",
    "year_opening_credit": r"(?=.*年初)(?=.*贷).*",
    "opening_direction": rf"(?=.*(?:{_BEGIN})).*方向",
    "closing_direction": rf"(?=.*(?:{_END})).*方向",
    "direction": r"(?:余额)?方向|借/?贷",
    "opening": rf"(?:{_BEGIN})(?:余额|金额|数)?",
    "year_debit": r"(?=.*累计)(?=.*借).*",
    "year_credit": r"(?=.*累计)(?=.*贷).*",
    "closing_debit": rf"(?=.*(?:{_END}))(?=.*借).*",
    "closing_credit": rf"(?=.*(?:{_END}))(?=.*贷).*",
    "closing": rf"(?:{_END})(?:余额|金额|数)?|余额",
    "debit": rf"{_MOVED}(?=.*(?:借|debit)).*",
    "credit": rf"{_MOVED}(?=.*(?:贷|credit)).*",
}
_ACCOUNTS = {
    "account": r"(?:会计)?科目(?:编码|代码|编号|号)|编码|代码",
    "account_name": r"(?:会计)?科目(?:全)?名称?|名称",
    "level": r"(?:科目)?级[次别]|级",
    "direction": r"(?:余额)?方向|余额借贷方向",
    "category": r"(?:科目)?(?:类别|类型|属性)",
    "auxiliary": r"(?:辅助)?核算(?:项目|类型)?|辅助核算(?:项)?",
    "leaf": r"(?:是否)?(?:末级|明细)(?:科目)?",
}
_ASSETS = {
    "number": r"(?:卡片|资产|固定资产)(?:编号|编码|代码)|编号",
    "asset_name": r"(?:固定)?资产名称|名称",
    "category": r"(?:资产)?类别(?:名称)?|资产分类",
    "since": r"(?:开始)?使用日期|入账日期|购[入置]日期|启用日期|取得日期",
    "cost": r"(?:资产|固定资产)?原值|原价|入账价值|原币金额",
    "depreciation": r"(?:期末)?累计折旧(?:额)?",
    "net": r"(?:资产)?净(?:值|额)|账面净值",
    "months": r"(?:预计)?使用(?:年限|月份|期限|寿命)(?:\(月\))?|折旧月[份数]|使用月数",
    "department": r"(?:使用|管理)?部门(?:名称)?",
    "state": r"使用状[况态]|状态",
}
_BANK = {
    "account": r"(?:本方|我方|查询|银行)?账[号户]|卡号|本方账户|accountno\.?|accountnumber",
    "date": r"交易日期?|记账日期?|入账日期?|起息日期?|日期|发生日期"
    r"|(?:posting|value|transaction)?date",
    "time": r"(?:交易|入账|记账)?时间|(?:transaction)?time",
    "paid": r".*\((?:支出|支取|转出|付出|借方?)\)|借方(?:发生额|金额)?(?:\(.*\))?|支出(?:金额)?|转出金额|付款金额"
    r"|支取(?:金额)?|取出|借"
    r"|debit|withdrawals?|paidout",
    "received": r".*\((?:收入|存入|转入|贷方?)\)|贷方(?:发生额|金额)?(?:\(.*\))?|收入(?:金额)?|转入金额|收款金额"
    r"|存入(?:金额)?|贷"
    r"|credit|deposits?|paidin",
    "direction": r"借/?贷(?:标志|方向|标识)?|收/?支(?:标志|类型)?|方向|dr/?cr",
    "amount": r"(?:交易|发生)?金额|发生额|(?:billing|transaction|trade)?amount",
    "balance": r"(?:账户|联机|本次|交易后|当前|可用)?余额|(?:running)?balance",
    "serial": r"(?:交易|银行|核心)?流水号?|账户明细编号-交易流水号|交易序号|日志号|时间戳"
    r"|(?:transaction)?reference|serialno\.?",
    "party": r"对方(?:单位|户名|名称|账户名称|账户名|客户名称)|收\(付\)方(?:名称|户名)"
    r"|对手(?:信息|名称|户名)|counterparty(?:name)?",
    "party_account": r"对方(?:账号|账户|卡号)|收\(付\)方账号|对手账号|counterpartyaccount",
    "payer": r"付款(?:人|方)(?:名称|户名)|付方(?:名称|户名)",
    "payer_account": r"付款(?:人|方)账[号户]|付方账[号户]",
    "payee": r"收款(?:人|方)(?:名称|户名)|收方(?:名称|户名)",
    "payee_account": r"收款(?:人|方)账[号户]|收方账[号户]",
    "summary": r"(?:交易|客户)?摘要|摘要说明|description|details|narrative",
    "purpose": r"用途|交易用途",
    "note": r"(?:交易)?附言|备注|其它摘要|remarks?",
    "currency": r"(?:交易)?(?:币种|货币|币别)|(?:billing)?currency",
}
_POSTINGS = {
    "time": r"(?:操作|处理|发生|登记)?(?:日期)?时间|(?:operation|log)?time(?:stamp)?|datetime",
    "date": r"(?:操作|处理|发生|登记)?日期|(?:operation|log)?date",
    "who": r"操作(?:员|人|人员|用户|者)(?:姓名|名称)?|用户(?:名|名称|姓名)?|姓名|operator|user(?:name)?",
    "action": r"操作(?:类型|内容|名称|动作|功能|描述)?|动作|事件|功能(?:名称)?|action|operation|event",
    "voucher": r"凭证(?:字号)?|凭证字-号|(?:操作)?对象|业务单(?:据)?号|单据(?:编)?号|voucher",
    "period": r"(?:会计)?期间|会计月份|凭证期间|fiscalperiod",
    "word": r"凭证(?:字|类别|类型)|字",
    "number": r"凭证号数?|凭证编号|号|voucherno\.?",
}
_BUDGETS = {
    "account": r"(?:会计|预算)?科目(?:编码|代码|编号|号)|accountcode",
    "name": r"(?:预算|会计|费用|报表)?(?:项目|科目)(?:名称)?|预算事项|指标|(?:budget)?item|account(?:name)?",
    "department": r"(?:预算)?部门(?:名称)?|责任中心|department|costcentre",
    "year": r"(?:预算)?年度?|年份|year",
    "month": r"(?:预算)?(?:期间|月份?)|季度|period|month",
    **{f"m{n}": rf"(?:20\d\d年)?0?{n}月份?(?:预算)?(?:金额|数|额)?" for n in range(1, 13)},
    "amount": r"(?:本年|全年|年度|本期|月度)?预算(?:金额|数|额)?|预算总额|budget(?:amount|ed)?",
}


def _postings_enough(f: Collection[str]) -> bool:
    return {"who", "action"} <= set(f) and bool({"time", "date"} & set(f)) and bool({"voucher", "number"} & set(f))


def _budgets_enough(f: Collection[str]) -> bool:
    months = sum(f"m{n}" in f for n in range(1, 13))
    return bool({"account", "name"} & set(f)) and (months >= MONTHS or "amount" in f)


def _vouchers_enough(f: Collection[str]) -> bool:
    sides = ("debit" in f and "credit" in f) or ("direction" in f and "amount" in f)
    return sides and "number" in f and ("account" in f or "account_name" in f) and ("date" in f or "month" in f)


def _balances_enough(f: Collection[str]) -> bool:
    closing = "closing" in f or ("closing_debit" in f and "closing_credit" in f)
    return "account" in f and closing and (("debit" in f and "credit" in f) or "opening" in f or "opening_debit" in f)


def _bank_enough(f: Collection[str]) -> bool:
    money = "amount" in f or ("paid" in f and "received" in f)
    return money and ("date" in f or "time" in f) and bool({"balance", "serial", "party", "payer"} & set(f))


#: Columns 1月, 2月 … that make a table of months.
MONTHS = 3
#: In the order in which they are tried: of two that suffice the one that explains more columns is taken.
FORMS: Mapping[BookKind, Form] = {
    BookKind.VOUCHERS: Form(_VOUCHERS, _vouchers_enough),
    BookKind.BALANCES: Form(_BALANCES, _balances_enough),
    BookKind.BANK: Form(_BANK, _bank_enough),
    BookKind.ASSETS: Form(_ASSETS, lambda f: {"number", "asset_name", "cost"} <= set(f)),
    BookKind.POSTINGS: Form(_POSTINGS, _postings_enough),
    BookKind.BUDGETS: Form(_BUDGETS, _budgets_enough),
    BookKind.ACCOUNTS: Form(
        _ACCOUNTS, lambda f: {"account", "account_name"} <= set(f) and bool({"direction", "category", "level"} & set(f))
    ),
}
#: A voucher or a balance has accounts of the books, a bank statement never; a heading like this rules the bank out.
LEDGER_ONLY = re.compile(r"(?:会计)?科目.*")


#: What a person's word on the columns must tell, each with its alternatives.
NEEDED: Mapping[BookKind, tuple[tuple[Text, tuple[frozenset[str], ...]], ...]] = {
    BookKind.BANK: (
        (Text("日期", "the date"), (frozenset({"date"}), frozenset({"time"}))),
        (
            Text("金额，或支出和收入两列", "the amount, or paid and received"),
            (frozenset({"amount"}), frozenset({"paid", "received"})),
        ),
    ),
    BookKind.VOUCHERS: (
        (Text("日期或期间", "the date or month"), (frozenset({"date"}), frozenset({"month"}))),
        (Text("凭证号", "the number"), (frozenset({"number"}),)),
        (Text("科目", "the account"), (frozenset({"account"}), frozenset({"account_name"}))),
        (
            Text("借方和贷方，或方向和金额", "debit and credit, or side and amount"),
            (frozenset({"debit", "credit"}), frozenset({"direction", "amount"})),
        ),
    ),
    BookKind.BALANCES: (
        (Text("科目", "the account"), (frozenset({"account"}),)),
        (
            Text("期末余额", "the closing balance"),
            (frozenset({"closing"}), frozenset({"closing_debit", "closing_credit"})),
        ),
    ),
}


def missing(kind: BookKind, fields: Collection[str]) -> tuple[Text, ...]:
    """What a person's mapping lacks."""
    found = set(fields)
    return tuple(name for name, ways in NEEDED.get(kind, ()) if not any(way <= found for way in ways))


@lru_cache(maxsize=64)
def _patterns(kind: BookKind) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((field, re.compile(words)) for field, words in FORMS[kind].fields.items())


def field_of(kind: BookKind, label: str) -> str | None:
    """The field a heading (as `heading` makes it) stands for; tried again without brackets at its end."""
    if not label or len(label) > 60:
        return None
    for form in dict.fromkeys((label, re.sub(r"\([^()]*\)$", "", label))):
        for field, pattern in _patterns(kind):
            if form and pattern.fullmatch(form):
                return field
    return None
