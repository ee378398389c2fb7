"""抽样底稿: the vouchers of an audit sample, how they were picked, and room for what the auditor checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from archive.sampling import Sample, debit
from archive.voucher import Voucher
from archive.words import Lang, Text
from reports.page import Column, Fact, Facts, Group, Page, Paragraph, Row, Table

TITLE = Text("审计抽样清单", "Audit sample")
_COLUMNS = (
    Column("nth", Text("索引号", "No."), "nth"),
    Column("date", Text("凭证日期", "Date"), "date"),
    Column("ref", Text("凭证号", "Voucher"), weight=1.1),
    Column("summary", Text("摘要", "Summary"), weight=1.8),
    Column("debit", Text("借方科目", "Debit"), weight=1.2),
    Column("credit", Text("贷方科目", "Credit"), weight=1.2),
    Column("amount", Text("金额", "Amount"), "money"),
    Column("attachments", Text("附件", "Att."), "count"),
    Column("checked", Text("核对 1–5", "Checked 1–5"), weight=0.9),
    Column("remark", Text("备注", "Remarks"), weight=0.8),
)
_CHECKS = Text(
    "核对内容：1 原始凭证完整 2 授权批准 3 账务处理正确 4 金额核对 5 期间正确",
    "Checks: 1 source documents complete 2 authorised 3 booked rightly 4 amounts agree 5 right period",
)


def sample_list(
    sample: Sample, vouchers: Sequence[Voucher], method: Text, company: str, made_at: datetime, made_by: str,
    lang: Lang = "zh",
) -> Page:  # fmt: skip
    """The list as a page; `method`: in words."""
    rows: tuple[Row, ...] = tuple(_row(nth, v) for nth, v in enumerate(vouchers, 1))
    amount = sum((debit(v) for v in vouchers), Decimal(0))
    facts = Facts(
        (
            Fact(Text("总体（张）", "Population"), sample.population, "count"),
            Fact(Text("总体金额", "Population amount"), sample.population_sum, "money"),
            Fact(Text("符合条件（张）", "Fitting"), sample.fitting, "count"),
            Fact(Text("抽中（张）", "Picked"), len(vouchers), "count"),
            Fact(Text("抽中金额", "Picked amount"), amount, "money"),
        )
    )
    proof = Text(
        f"抽样编号 {sample.id}；方法：{method.zh}。随机：按 SHA-256(种子|凭证号) 由小到大取。"
        f"总体摘要 {sample.population_digest}；结果摘要 {sample.digest}",
        f"Sample {sample.id}; method: {method.en}. Random: the smallest SHA-256(seed|voucher) are taken. "
        f"Digest of the population {sample.population_digest}; of the result {sample.digest}",
    )
    total: Row = (None, None, Text("合计", "Total"), None, None, None, amount, None, None, None)
    blocks = (facts, Paragraph(proof), Table(TITLE, _COLUMNS, (Group(rows),), total, register=True), Paragraph(_CHECKS))
    period = sample.method.get("period", "")
    return Page(TITLE, Text(f"{sample.id} {period}", f"{sample.id} {period}"), company, Text(period, period), made_at,
                made_by, blocks, lang)  # fmt: skip


def _row(nth: int, v: Voucher) -> Row:
    summary = next((x.summary for x in v.lines if x.summary), "")
    return (nth, v.date, v.ref, summary, _accounts(v, debited=True), _accounts(v, debited=False), debit(v),
            v.attachments, None, None)  # fmt: skip


def _accounts(v: Voucher, *, debited: bool) -> str:
    lines = [x for x in v.lines if bool(x.debit) is debited]
    return "、".join(dict.fromkeys(f"{x.account} {x.account_name}".strip() for x in lines))[:80]
