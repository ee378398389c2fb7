"""Bank receipts (银行回单) from their printed form."""

from __future__ import annotations

import re

from archive.document import Kind
from intake.draft import Draft
from intake.fields import parse_date
from intake.fiscal import put_totals
from intake.form import Form, Label, joined, right_of
from intake.invoice import printed_title
from intake.labels import vocabulary
from intake.parties import side_of
from intake.rows import GAP, Span
from intake.sums import AT_LABEL
from intake.titles import titles

_LABELS = vocabulary(
    (
        ("number", r"(?:电子)?回单(?:编号|号码?|序号)|凭证编号|凭证号码?|电子凭证号"),
        ("serial", r"(?:业务|交易|银行|核心|柜员)?流水号?(?=:|" + GAP + r"|\d|[A-Z])|交易序号|业务编号|业务参考号"),
        ("date", r"记账日期|交易日期|入账日期|转账日期|交易时间|记账时间|回单日期|日期(?=:)"),
        ("payer_account", r"(?:付款|汇款)(?:人|方|单位)?(?:账号|账户|卡号)"),
        ("payee_account", r"(?:收款|入账)(?:人|方|单位)?(?:账号|账户|卡号)"),
        ("payer_bank", r"付款(?:人|方)?(?:开户银?行|行)(?:名称|名)?"),
        ("payee_bank", r"收款(?:人|方)?(?:开户银?行|行)(?:名称|名)?"),
        ("buyer_name", r"(?:付款|汇款)(?:人|方|单位)?(?:户名|名称|全称)|(?:付款|汇款)(?:人|方|单位)(?=:)"),
        ("seller_name", r"收款(?:人|方|单位)?(?:户名|名称|全称)|收款(?:人|方|单位)(?=:)"),
        ("figures", rf"(?:交易|转账|付款|收款)?金额:?\(?小{GAP}?写\)?|\(?小{GAP}?写\)?(?=:|¥|\d|{GAP})"),
        ("capitals", rf"(?:交易|转账|付款|收款)?金额:?\(?大{GAP}?写\)?|\(?大{GAP}?写\)?"),
        ("amount", rf"交易金额|转账金额|付款金额|收款金额|金{GAP}?额"),
        ("account", rf"账{GAP}?[号户](?:或地址)?|卡号"),
        ("bank", r"开户银?行(?:名称|名)?"),
        ("usage", rf"用{GAP}?途|款项用途"),
        ("summary", rf"摘{GAP}?要"),
        ("postscript", rf"附{GAP}?言|备{GAP}?注"),
        ("business", r"业务(?:\(产品\))?种类|业务类型|交易类型|产品名称"),
        ("transaction_code", r"交易代码"),
        ("currency", rf"币{GAP}?种"),
        ("check_code", r"验证码|校验码|防伪码"),
        ("printed", r"打印(?:日期|时间|次数)"),
        ("name", rf"户{GAP}?名|全{GAP}?称|(?<![品类])名{GAP}?称"),
    )
)
_NOTES = frozenset(
    ("usage", "summary", "postscript", "business", "serial", "transaction_code", "payer_bank", "payee_bank", "currency")
)


def read_bank(first: Form, source: str) -> Draft:
    """Payer is the buyer, payee the seller; accounts and the rest go to the extras."""
    form = first.again(_LABELS)
    draft = Draft(source, Kind.BANK_RECEIPT)
    named = next((where for name, where in titles(first) if name == "bank" and "回" not in where.text), None)
    draft.put("type", printed_title(named) if named else "银行电子回单", named, AT_LABEL)
    for label in form.labels:
        where = joined(right_of(form, label), gap=2.5)
        if where is not None:
            _put(draft, form, label, where)
    put_totals(draft, form, ("figures", "amount", "capitals"))
    if "number" not in draft.values:
        draft.put("number", draft.extra.get("serial"), sure=0.8)
    return draft


def _put(draft: Draft, form: Form, label: Label, where: Span) -> None:
    key = label.key
    if key == "number":
        match = re.search(r"[0-9A-Z][0-9A-Z-]{5,40}", where.text)
        draft.put("number", match[0] if match else None, where, AT_LABEL)
    elif key == "date":
        draft.put("date", parse_date(where.kept), where, AT_LABEL)
    elif key in ("buyer_name", "seller_name"):
        _put_name(draft, "buyer" if key == "buyer_name" else "seller", where)
    elif key in ("name", "account", "bank"):
        side = side_of(form, label, form.all(key))
        if key == "name":
            _put_name(draft, side, where)
        else:
            role = "payer" if side == "buyer" else "payee"
            draft.note(f"{role}_{key}", where.text if key == "account" else where.kept)
    elif key.endswith("_account"):
        draft.note(key, where.text)
    elif key in _NOTES:
        draft.note(key, where.kept)
    elif key == "check_code":
        draft.put("check_code", where.text, where, AT_LABEL)


def _put_name(draft: Draft, side: str, where: Span) -> None:
    draft.put(f"{side}_name", where.kept, where, AT_LABEL)
    draft.note("payer_name" if side == "buyer" else "payee_name", where.kept)
