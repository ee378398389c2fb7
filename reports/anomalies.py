"""What looks unusual in the books (异常): findings by kind, worst first, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archive.finding import Level
from archive.remark import Remark
from archive.words import Text, same
from reports.head import Head
from reports.page import Block, Chart, Column, Fact, Facts, Group, Page, Paragraph, Row, Series, Signatures, Table

TITLE = Text("账簿异常", "Unusual in the books")
SUBTITLE = Text(
    "供人复核的线索，不是结论；每条都写明原因", "for a person to look at, never a verdict; each with its reason"
)
LEVELS: Mapping[Level, Text] = {
    Level.STOP: Text("要处理", "to be settled"),
    Level.WARN: Text("要看", "to be looked at"),
    Level.NOTE: Text("备注", "note"),
}
_ORDER = (Level.STOP, Level.WARN, Level.NOTE)
KINDS: Mapping[str, Text] = {
    "unbalanced": Text("借贷不平", "not balanced"),
    "number_repeated": Text("凭证重号", "voucher number given twice"),
    "invoice_twice": Text("发票重复入账", "document booked twice"),
    "bank_difference": Text("余额调节后仍不平", "bank does not reconcile"),
    "number_gap": Text("凭证断号", "missing voucher number"),
    "attachment_missing": Text("缺附件", "no source document"),
    "attachment_count": Text("附件张数不符", "count of documents differs"),
    "document_unbooked": Text("单据未入账", "document not booked"),
    "approval_rejected": Text("驳回或撤回的单据入账", "rejected document booked"),
    "approval_open": Text("未批完先入账", "booked before approval"),
    "approval_missing": Text("未经审批入账", "booked without approval"),
    "approved_amount_differs": Text("入账与审批金额不符", "booked otherwise than approved"),
    "maker_is_checker": Text("制单审核同一人", "made and checked by one hand"),
    "posted_off_hours": Text("休息日或夜间记账", "posted on a day off or at night"),
    "posted_late": Text("月后补制凭证", "made long after its month"),
    "dated_off_day": Text("凭证日期为休息日", "dated on a day off"),
    "paid_twice": Text("疑似重复付款", "paid twice?"),
    "split_under_limit": Text("拆分以低于限额", "split to stay under a limit"),
    "consecutive_numbers": Text("发票连号", "consecutive numbers"),
    "round_amount": Text("整数金额", "round amount"),
    "outlier": Text("金额偏离常态", "amount out of the ordinary"),
    "benford": Text("首位数字异常", "first digits (Benford)"),
    "date_outside": Text("日期不在期间内", "dated outside its month"),
    "one_line": Text("只有一行分录", "a single entry"),
    "both_sides": Text("一行借贷都有", "debit and credit on one line"),
    "bank_line_twice": Text("对账单重复行", "bank line twice"),
    "bank_balance": Text("对账单余额不连续", "bank balance does not run on"),
    "bank_received_unmatched": Text("银行已收账上没有", "received by the bank only"),
    "bank_paid_unmatched": Text("银行已付账上没有", "paid by the bank only"),
    "book_received_unmatched": Text("账上已收银行没有", "received in the books only"),
    "book_paid_unmatched": Text("账上已付银行没有", "paid in the books only"),
}
_COLUMNS = (
    Column("kind", Text("类别", "Kind"), weight=1.5),
    Column("severity", Text("程度", "Severity"), weight=0.7),
    Column("refs", Text("凭证、单据", "Vouchers, documents"), weight=1.5),
    Column("why", Text("原因", "Why"), weight=3.8),
)
#: Places named in one row.
NAMED = 8


def name(kind: str) -> Text:
    """What a kind of finding is called."""
    return KINDS.get(kind, same(kind))


def called(kind: str) -> tuple[str, str, str]:
    """Every word for a kind, in small letters."""
    return kind, name(kind).zh, name(kind).en.lower()


def kind_in(words: str) -> tuple[str, str]:
    """The words without the name of one kind of finding, and that name; "" where none is named."""
    said = words.lower()
    named = [word for kind in KINDS for word in called(kind) if word in said]
    if not named:
        return words, ""
    word = max(named, key=len)
    at = said.index(word)
    return f"{words[:at]} {words[at + len(word) :]}".strip(), word


def grouped(remarks: Sequence[Remark]) -> list[tuple[str, list[Remark]]]:
    """By kind, the worst kind first, then the most frequent; inside as they came."""
    kinds: dict[str, list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault(remark.kind, []).append(remark)
    return sorted(kinds.items(), key=lambda pair: (_worst(pair[1]), -len(pair[1]), pair[0]))


def _worst(remarks: Sequence[Remark]) -> int:
    return min(_ORDER.index(remark.level) for remark in remarks)


def page(remarks: Sequence[Remark], unchecked: Sequence[Text], vouchers: int, head: Head) -> Page:
    """Counts, a chart of the kinds, every finding; and what could not be looked at."""
    kinds = grouped(remarks)
    facts = [Fact(Text("凭证", "Vouchers"), vouchers, "count")]
    facts += [Fact(LEVELS[level], sum(r.level is level for r in remarks), "count") for level in _ORDER]
    blocks: list[Block] = [Facts(tuple(facts))]
    if kinds:
        labels = tuple(name(kind) for kind, _ in kinds)
        counts = tuple(len(found) for _, found in kinds)
        series = (Series(Text("件数", "Findings"), counts),)
        blocks.append(Chart("bar", Text("各类件数", "Findings by kind"), labels, series, "count"))
        groups = tuple(
            Group(tuple(_row(r) for r in found), name(kind) + Text(f"（{len(found)}）", f" ({len(found)})"))
            for kind, found in kinds
        )
        blocks.append(Table(Text("逐条", "Findings"), _COLUMNS, groups, register=True))
    else:
        blocks.append(Paragraph(Text("没有发现异常。", "Nothing unusual was found."), "heading"))
    blocks += [
        Paragraph(Text(f"没有检查：{each.zh}", f"Not checked: {each.en}"), "note") for each in dict.fromkeys(unchecked)
    ]
    return head.page(TITLE, SUBTITLE, (*blocks, Signatures()))


def _row(remark: Remark) -> Row:
    refs = "、".join(remark.refs[:NAMED]) + (f" … ({len(remark.refs)})" if len(remark.refs) > NAMED else "")
    return name(remark.kind), LEVELS[remark.level], refs, remark.why


def as_json(remarks: Sequence[Remark], unchecked: Sequence[Text], vouchers: int, head: Head) -> dict[str, Any]:
    """A stable contract: one finding an object, in the order of the page."""
    kinds = grouped(remarks)
    return {
        "report": "anomalies",
        "company": head.company,
        "period": head.period.label.zh,
        "vouchers": vouchers,
        "counts": {kind: len(found) for kind, found in kinds},
        "findings": [
            {
                "kind": r.kind, "severity": r.level.value, "refs": list(r.refs), "why": r.why.zh, "why_en": r.why.en,
                "row": r.row or None,
            }
            for _, found in kinds for r in found
        ],
        "not_checked": [{"zh": each.zh, "en": each.en} for each in dict.fromkeys(unchecked)],
    }  # fmt: skip
