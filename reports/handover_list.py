"""会计档案移交清册: the columns of 79号令 Art 24, what the checks said, and who signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from archive.four_properties.scheme import RULES, Result
from archive.handover import HANDOVER_STATES, SEAT_NAMES, Handover, Seat
from archive.words import Lang, Text, same
from reports.page import Block, Column, Fact, Facts, Group, Page, Paragraph, Row, Table

TITLE = Text("会计档案移交清册", "List of accounting archives handed over")
_LIST = (
    Column("name", Text("名称", "Name"), weight=1.4),
    Column("volume", Text("卷号", "Volume"), weight=0.6),
    Column("count", Text("册数", "Copies"), "count"),
    Column("years", Text("起止年度", "Years"), weight=0.8),
    Column("number", Text("档案编号", "Archive no."), weight=1.8),
    Column("term", Text("应保管期限", "Term"), weight=0.9),
    Column("kept", Text("已保管期限", "Kept for"), weight=0.9),
    Column("units", Text("件数", "Units"), "count"),
)
_SEATS = (
    Column("seat", Text("签字人", "Seat"), weight=1.2),
    Column("name", Text("姓名", "Name"), weight=1.2),
    Column("at", Text("时间", "Time"), weight=1.4),
    Column("channel", Text("渠道", "Channel"), weight=0.7),
    Column("remark", Text("备注", "Remarks"), weight=1.6),
)
_CHANNELS = {
    "desk": Text("网页工作台", "web desk"),
    "slack": same("Slack"),
    "teams": same("Teams"),
    "wecom": Text("企业微信", "WeCom"),
    "wecom_bot": Text("企业微信", "WeCom"),
}
_FAILED = (
    Column("unit", Text("编号", "Id"), weight=1),
    Column("archive_no", Text("档号", "Archive no."), weight=1.6),
    Column("why", Text("不通过项与原因", "What failed and why"), weight=3.4),
)


def handover_list(
    case: Handover, failures: Sequence[Result], company: str, made_at: datetime, made_by: str, lang: Lang = "zh"
) -> Page:
    """The list as it stands: unsigned seats stay empty. `made_at` in the zone times are told in."""
    facts = Facts(
        (
            Fact(Text("卷数", "Volumes"), len(case.rows), "count"),
            Fact(Text("移交（件）", "Units handed over"), case.units, "count"),
            Fact(Text("检测不通过，不移交（件）", "Failed, not handed over"), case.failed, "count"),
        )
    )
    rows = tuple((r.name, r.volume, r.count, r.years, r.number, r.term, r.kept, r.units) for r in case.rows)
    total: Row = (Text("合计", "Total"), None, sum(r.count for r in case.rows), None, None, None, None, case.units)
    blocks: list[Block] = [facts, Table(TITLE, _LIST, (Group(rows),), total)]
    if failures:
        blocks.append(Table(Text("不移交的档案", "Not handed over"), _FAILED, (Group(tuple(map(_failed, failures))),)))
    blocks.append(Table(Text("签字", "Signatures"), _SEATS, (Group(tuple(_seat(case, s, made_at) for s in Seat)),)))
    blocks.append(Paragraph(_about(case), "note"))
    subtitle = Text(f"{case.id} · {HANDOVER_STATES[case.state].zh}", f"{case.id} · {HANDOVER_STATES[case.state].en}")
    year = Text(f"{case.year}年度", f"Fiscal year {case.year}")
    return Page(TITLE, subtitle, company, year, made_at, made_by, tuple(blocks), lang)


def _seat(case: Handover, seat: Seat, made_at: datetime) -> Row:
    signed = case.signed(seat)
    if signed is None:
        return (SEAT_NAMES[seat], None, None, None, None)
    when = signed.at.astimezone(made_at.tzinfo).strftime("%Y-%m-%d %H:%M:%S")
    deputy = Text(f"代 {signed.deputy_name}", f"for {signed.deputy_name}") if signed.deputy_for else Text("", "")
    return (SEAT_NAMES[seat], signed.name, when, _CHANNELS.get(signed.channel, same(signed.channel)), deputy)


def _failed(result: Result) -> Row:
    why = [f"{code} {RULES[code].name.zh}：{result.verdicts[code].why.zh}" for code in result.failed]
    why_en = [f"{code} {RULES[code].name.en}: {result.verdicts[code].why.en}" for code in result.failed]
    return (result.unit, result.archive_no, Text("；".join(why), "; ".join(why_en)))


def _about(case: Handover) -> Text:
    late = Text(f"经档案机构同意缓交至 {case.late}。", f"Delayed with the archive body's consent to {case.late}. ")
    return (late if case.late else Text("", "")) + Text(
        f"四性检测 {case.run}（移交接收环节）；清册摘要 SHA-256 {case.digest}。四人各以本人账号和一次性签字码签字，"
        "签字记入不可改的操作记录；它不是《电子签名法》意义上的可靠电子签名，需要时请打印后手签。",
        f"Four-property check {case.run} (hand-over); SHA-256 of the list {case.digest}. Each signed with their own "
        "account and a one-time code; the signatures are in the trail. They are no qualified electronic signatures: "
        "print and sign by hand where one is needed.",
    )
