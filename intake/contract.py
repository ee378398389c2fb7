"""Contracts: number, date, parties and total, so that they are filed and never taken for an invoice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from archive.document import Kind
from archive.money import from_capitals, parse_amount
from intake.draft import Draft
from intake.fields import parse_date
from intake.form import Form
from intake.rows import GAP, Row, Span, span
from intake.titles import titles

_NUMBER = re.compile(r"(?:合同|协议|订单)?(?:编号|号码?)[::]" + GAP + r"?([0-9A-Za-z一-龥()〔〕\[\]_/#-]{3,40})")
_DATE = re.compile(r"(?:签订|签署|签约|订立|生效|合同)(?:日期|时间)[::]?(.{6,24})|^日期[::](.{6,24})")
_PARTY = re.compile(
    r"(甲方|乙方|买方|卖方|需方|供方|购买方|销售方|采购方|供应方|供应商|委托方|受托方|委托人|受托人|发包方|承包方|发包人|承包人|出租方|承租方|出卖人|买受人|定作方|承揽方)"
    r"(?:\(([^)]{1,12})\))?(?:名称|全称)?:" + GAP + r"?([^\t:]{2,60})"
)
_BUYERS = frozenset(
    ["买方", "需方", "购买方", "采购方", "委托方", "委托人", "发包方", "发包人", "承租方", "买受人", "定作方"]
)
_SELLERS = frozenset(
    [
        "卖方",
        "供方",
        "销售方",
        "供应方",
        "供应商",
        "受托方",
        "受托人",
        "承包方",
        "承包人",
        "出租方",
        "出卖人",
        "承揽方",
        "服务方",
    ]
)
_TAX_ID = re.compile(r"(?:纳税人识别号|统一社会信用代码|税号)[^:\t]{0,12}:?" + GAP + r"?([0-9A-Z]{15,20})(?![0-9A-Z])")
_TOTAL = re.compile(r"(?:合同|协议|服务|价款|费用|项目)?(?:总)?(?:金额|总价|总额|价款|总计|合计|费用|租金)")
_FIGURE = re.compile(r"(?:¥|RMB|人民币)(\d[\d,]*(?:\.\d{1,2})?)|(\d[\d,]*(?:\.\d{1,2})?)元")
_WORDS = re.compile(
    r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+[圆元](?:[零壹贰叁肆伍陆柒捌玖]角)?(?:[零壹贰叁肆伍陆柒捌玖]分)?整?"
)


def read_contract(forms: Sequence[Form], source: str) -> Draft:
    """甲方 is taken for the buyer and 乙方 for the seller, unless a bracket says otherwise (甲方（卖方）)."""
    draft = Draft(source, Kind.CONTRACT)
    draft.put("type", "合同", sure=0.95)
    named = next((where for name, where in titles(forms[0]) if name == "contract"), None)
    draft.note("title", named.kept.replace(" ", "") if named else None)
    named_last: list[str] = []
    for form in forms:
        for row in form.rows:
            named_last = _row(draft, row) or named_last
            _tax_ids(draft, row, named_last)
    return draft


def _tax_ids(draft: Draft, row: Row, sides: Sequence[str]) -> None:
    """The tax ids in a row belong to the parties named last: one beside the other, or the only one."""
    matches = list(_TAX_ID.finditer(row.text))
    for match, side in zip(matches, sides if len(matches) == len(sides) else sides[-1:], strict=False):
        draft.put(f"{side}_tax_id", match[1], span(row, match.start(1), match.end(1)), 0.9)


def _row(draft: Draft, row: Row) -> list[str]:
    """What a row says; the sides of the parties it names."""
    sides = []
    if match := _NUMBER.search(row.text):
        draft.put("number", match[1], span(row, match.start(1), match.end(1)), 0.95)
    if match := _DATE.search(row.text):
        group = 1 if match[1] else 2
        draft.put("date", parse_date(match[group]), span(row, match.start(group), match.end(group)), 0.95)
    for match in _PARTY.finditer(row.text):
        name = span(row, match.start(3), match.end(3))
        if len(re.findall(r"[一-龥A-Za-z]", name.text)) >= 2 and "盖章" not in match[0] and "签字" not in match[0]:
            sides.append(_side(match[1], match[2] or ""))
            draft.put(f"{sides[-1]}_name", name.kept, name, 0.9)
    if _TOTAL.search(row.text):
        _total(draft, row)
    return sides


def _side(word: str, bracket: str) -> str:
    if any(s in bracket for s in _SELLERS) or word in _SELLERS:
        return "seller"
    if any(b in bracket for b in _BUYERS) or word in _BUYERS:
        return "buyer"
    return "buyer" if word == "甲方" else "seller"


def _total(draft: Draft, row: Row) -> None:
    words = _WORDS.search(row.text)
    figure = _FIGURE.search(row.text)
    where: Span | None = None
    amount: Decimal | None = None
    if words:
        draft.put("capitals", words[0], span(row, words.start(), words.end()), 0.9)
        where, amount = span(row, words.start(), words.end()), from_capitals(words[0])
    if figure:
        where = span(row, figure.start(), figure.end())
        amount = parse_amount(figure[1] or figure[2])
    draft.put("total", amount, where, 0.9)
