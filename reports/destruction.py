"""鉴定意见书, 销毁清册 (the columns of 79号令 Art 18(1)) and the certificate 销毁证明, each as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from archive.destroying import Fate, Tombstone
from archive.destruction import SEAT_NAMES, SIGNERS, STATE_NAMES, VOTERS, WATCHERS, Case, Event, Seat
from archive.words import Lang, Text, same
from reports.page import Block, Column, Fact, Facts, Group, Page, Paragraph, Row, Table

OPINION = Text("会计档案鉴定意见书", "Appraisal of accounting archives")
LIST = Text("会计档案销毁清册", "List of accounting archives destroyed")
CERTIFICATE = Text("会计档案销毁证明", "Certificate of destruction")
_LIST = (
    Column("name", Text("名称", "Name"), weight=1.4),
    Column("volume", Text("卷号", "Volume"), weight=0.6),
    Column("count", Text("册数", "Copies"), "count"),
    Column("years", Text("起止年度", "Years"), weight=0.8),
    Column("number", Text("档案编号", "Archive no."), weight=1.8),
    Column("term", Text("应保管期限", "Term"), weight=0.9),
    Column("kept", Text("已保管期限", "Kept for"), weight=0.9),
    Column("units", Text("件数", "Units"), "count"),
    Column("destroyed", Text("销毁时间", "Destroyed on"), weight=1),
)
_SEATS = (
    Column("seat", Text("席位", "Seat"), weight=1.5),
    Column("name", Text("姓名", "Name"), weight=1),
    Column("at", Text("时间", "Time"), weight=1.4),
    Column("remark", Text("意见与备注", "Opinion and remarks"), weight=2),
)
_HELD = (
    Column("number", Text("档号", "Archive no."), weight=1.6),
    Column("why", Text("不得销毁的原因", "Why it may not be destroyed"), weight=3),
)
_GONE = (
    Column("number", Text("档号", "Archive no."), weight=1.6),
    Column("title", Text("题名", "Title"), weight=2),
    Column("files", Text("文件", "Files"), "count"),
    Column("keys", Text("密钥销毁", "Keys destroyed"), weight=1.2),
    Column("gone", Text("删除完成", "All removed"), weight=1.2),
)


def opinion(case: Case, company: str, at: datetime, by: str, lang: Lang = "zh") -> Page:
    """What the five bodies found. `at` in the zone times are told in."""
    rows = tuple(_seat(case.holder(seat), seat, at) for seat in VOTERS)
    blocks: list[Block] = [_facts(case), Table(Text("鉴定意见", "Opinions"), _SEATS, (Group(rows),)), *_held(case)]
    return _page(OPINION, case, company, at, by, blocks, lang)


def destruction_list(
    case: Case, company: str, at: datetime, by: str, destroyed_on: str = "", spared: Mapping[str, str] | None = None,
    lang: Lang = "zh",
) -> Page:  # fmt: skip
    """The list with its signatures; `destroyed_on` is empty until it was done; `spared`: 档号 → why it stayed."""
    rows: tuple[Row, ...] = tuple(
        (r.name, r.volume, r.count, r.years, r.number, r.term, r.kept, r.units, destroyed_on or None) for r in case.rows
    )
    signed = [_seat(case.holder(seat), seat, at) for seat in (*SIGNERS, *WATCHERS)]
    after = [_seat(event, event.seat, at, Text("销毁后签字", "after it")) for event in case.witnesses if event.seat]
    blocks: list[Block] = [
        _facts(case), Table(LIST, _LIST, (Group(rows),)),
        Table(Text("签字与监销", "Signatures and supervision"), _SEATS, (Group((*signed, *after)),)), *_held(case),
    ]  # fmt: skip
    if spared:
        rest = tuple((number, why) for number, why in sorted(spared.items()))
        blocks.append(Table(Text("执行时未销毁", "Not destroyed after all"), _HELD, (Group(rest),)))
    blocks.append(Paragraph(Text(f"清册摘要 SHA-256：{case.digest}", f"SHA-256 of the list: {case.digest}"), "note"))
    return _page(LIST, case, company, at, by, blocks, lang)


def certificate(
    case: Case, stones: Sequence[Tombstone], company: str, at: datetime, by: str, lang: Lang = "zh"
) -> Page:
    """Unit by unit what was destroyed and when, who ordered it, and what trying to get it back came to."""
    rows: tuple[Row, ...] = tuple(
        (s.archive_no, s.title, len(s.papers), _when(s.keyed_at, at), _when(s.gone_at, at)) for s in stones
        if s.fate is Fate.GONE
    )  # fmt: skip
    people = [_seat(case.holder(seat), seat, at) for seat in (Seat.X_ORDER, Seat.X_CONFIRM)]
    people += [_seat(e, e.seat, at, Text("销毁后签字", "after it")) for e in case.witnesses if e.seat]
    tried = next((e.reason for e in reversed(case.events) if e.act.value == "checked"), "")
    blocks: list[Block] = [
        _facts(case), Table(Text("已销毁", "Destroyed"), _GONE, (Group(rows),)),
        Table(Text("执行与监销", "Orders and supervision"), _SEATS, (Group(tuple(people)),)),
        Paragraph(Text(f"不可恢复性验证：{tried}", f"Tried to recover: {tried}"), "note"),
    ]  # fmt: skip
    return _page(CERTIFICATE, case, company, at, by, blocks, lang)


def _page(title: Text, case: Case, company: str, at: datetime, by: str, blocks: Sequence[Block], lang: Lang) -> Page:
    name = STATE_NAMES[case.state]
    subtitle = Text(f"{case.id} · {name.zh}", f"{case.id} · {name.en}")
    return Page(title, subtitle, company, same(f"{case.at:%Y-%m-%d}"), at, by, tuple(blocks), lang)


def _facts(case: Case) -> Facts:
    return Facts((
        Fact(Text("拟销毁（件）", "Units to be destroyed"), len(case.units), "count"),
        Fact(Text("卷数", "Volumes"), len(case.rows), "count"),
        Fact(Text("到期但不得销毁（件）", "Due, but may not be destroyed"), len(case.held), "count"),
    ))  # fmt: skip


def _held(case: Case) -> list[Block]:
    if not case.held:
        return []
    title = Text("未结清或未了事项，不得销毁（第19条）", "Unsettled or open, may not be destroyed (Art 19)")
    return [Table(title, _HELD, (Group(tuple(case.held)),))]


def _seat(event: Event | None, seat: Seat, at: datetime, remark: Text | None = None) -> Row:
    if event is None:
        return (SEAT_NAMES[seat], None, None, None)
    said = {"destroy": Text("同意销毁", "destroy"), "keep": Text("继续保管", "keep")}.get(event.value, same(""))
    said = said + same(f" {event.reason}") if event.reason else said
    if event.deputy_for:
        said = said + Text("（代签）", " (deputy)")
    return (SEAT_NAMES[seat], event.name, _when(event.at, at), remark or said)


def _when(moment: datetime | None, at: datetime) -> str | None:
    return moment.astimezone(at.tzinfo).strftime("%Y-%m-%d %H:%M:%S") if moment else None
