"""整理: what a month's vouchers and documents become: one 记账凭证号 one 件, its papers in order; what is left over.

DA/T 94-2022 8.4. A plan is a value: nothing happens by it. What has a number keeps it, so a plan only ever adds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from archive.checks import title_of
from archive.document import Kind
from archive.item import Item, ItemState
from archive.linking import Link
from archive.retention import Term
from archive.shelving import VOUCHER, gaps, kind_of
from archive.unit import Paper, Part, Unit
from archive.voucher import Voucher, VoucherKind
from archive.words import Text

#: What goes behind the source documents (其他附件).
BESIDE = frozenset({Kind.TRIP, Kind.CONTRACT, Kind.APPROVAL})


@dataclass(frozen=True, slots=True)
class Draft:
    """A voucher's 件 before it has a number. `vouchers`: two where one number was given twice."""

    unit: Unit
    vouchers: tuple[Voucher, ...]
    items: tuple[Item, ...]

    @property
    def word(self) -> str:
        return self.vouchers[0].word

    @property
    def number(self) -> int:
        return self.vouchers[0].number


@dataclass(frozen=True, slots=True)
class Addition:
    """A document that came after its voucher's 件 was made."""

    unit: str
    item: Item


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done for a month, and what stands in the way."""

    company: str
    period: str  # 2026-09
    drafts: tuple[Draft, ...] = ()
    additions: tuple[Addition, ...] = ()
    standing: int = 0  # vouchers that are arranged already
    missing: tuple[tuple[str, int, int], ...] = ()  # (word, first, last) of numbers that aren't there
    twice: tuple[str, ...] = ()  # refs of numbers given twice
    bare: tuple[str, ...] = ()  # refs of vouchers without a document that should have one
    left_over: tuple[str, ...] = ()  # archived documents of the month that no voucher books
    waiting: tuple[str, ...] = ()  # documents of its vouchers that aren't archived yet
    changed: tuple[str, ...] = ()  # refs of vouchers whose books say something else now than when they were arranged
    linked: Mapping[str, str] = field(default_factory=dict)  # item → ref

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not self.drafts and not self.additions


def unit_id(company: str, period: str, word: str, number: int) -> str:
    """GD01|2026-09|记-23."""
    return f"{company}|{period}|{word}-{number}"


def plan(
    company: str,
    period: str,
    vouchers: Sequence[Voucher],
    links: Iterable[Link],
    items: Sequence[Item],
    term: Term,
    standing: Mapping[str, str],
    members: Collection[str],
) -> Plan:
    """`vouchers`: the month's; `links`, `items`: of it and the months around. `standing`: id of each 件 that is there
    → print of its vouchers (`print_of`); `members`: ids of items that are in a 件 already.
    """
    mine = [v for v in vouchers if v.period == period]
    groups: dict[tuple[str, int], list[Voucher]] = {}
    for v in sorted(mine, key=lambda v: (v.word, v.number)):
        groups.setdefault((v.word, v.number), []).append(v)
    known = {item.id: item for item in items if item.company == company}
    linked = {each.item: each.voucher for each in links if each.voucher.startswith(period) and each.item in known}
    papers: dict[str, list[Item]] = {}
    for item_id, ref in linked.items():
        if known[item_id].state is ItemState.ARCHIVED and item_id not in members:
            papers.setdefault(ref, []).append(known[item_id])
    drafts: list[Draft] = []
    added: list[Addition] = []
    changed: list[str] = []
    for (word, number), group in groups.items():
        name = unit_id(company, period, word, number)
        mine_papers = sorted(papers.get(group[0].ref, ()), key=_order)
        if name not in standing:
            drafts.append(_draft(name, company, group, mine_papers, term))
            continue
        added += [Addition(name, item) for item in mine_papers]
        if standing[name] != print_of(group):
            changed.append(group[0].ref)
    return Plan(
        company, period, tuple(drafts), tuple(added),
        standing=len(groups) - len(drafts),
        missing=tuple((word, a, b) for word in _words(groups) for a, b in gaps([n for w, n in groups if w == word])),
        twice=tuple(group[0].ref for group in groups.values() if len(group) > 1),
        bare=tuple(v.ref for v in mine if v.kind is VoucherKind.NORMAL and v.ref not in set(linked.values())),
        left_over=_left_over(period, known.values(), set(linked) | set(members)),
        waiting=tuple(i for i in linked if known[i].state in (ItemState.PENDING, ItemState.DOUBTFUL)),
        changed=tuple(changed), linked=linked,
    )  # fmt: skip


def _words(groups: Iterable[tuple[str, int]]) -> list[str]:
    return sorted({word for word, _ in groups})


def _order(item: Item) -> tuple[bool, date, str]:
    """Source documents by date, then what lies beside them."""
    return (item.document.kind in BESIDE, item.document.date or date.max, item.id)


def _left_over(period: str, items: Iterable[Item], taken: Collection[str]) -> tuple[str, ...]:
    found = [
        item.id
        for item in items
        if item.filed and f"{item.filed.fiscal_year}-{item.filed.fiscal_month:02}" == period and item.id not in taken
    ]
    return tuple(sorted(found))


def _draft(name: str, company: str, group: Sequence[Voucher], items: Sequence[Item], term: Term) -> Draft:
    first = group[0]
    dates = [v.date for v in group if v.date]
    unit = Unit(
        name, company, VOUCHER, term.category, summary(first) or first.ref, f"{first.word}-{first.number}",
        min(dates, default=None), first.year, first.month, term.label, term.expires(first.year),
    )  # fmt: skip
    return Draft(unit, tuple(group), tuple(items))


def summary(voucher: Voucher) -> str:
    """题名 of a voucher: its 摘要 (DA/T 94 F.1)."""
    return next((line.summary for line in voucher.lines if line.summary), "")


def print_of(vouchers: Sequence[Voucher]) -> str:
    """SHA-256 over what was posted under one number: the same while the books say the same."""
    said = ";".join(
        f"{v.date or ''}" + "".join(f"|{x.account or x.account_name} {x.debit:f} {x.credit:f}" for x in v.lines)
        for v in vouchers
    )
    return hashlib.sha256(said.encode()).hexdigest()


def papers_of(items: Iterable[Item], after: Sequence[Paper]) -> tuple[Paper, ...]:
    """The papers that stand, and behind them those of more documents, each with its renditions."""
    papers = list(after)
    for item in items:
        part = Part.OTHER if item.document.kind in BESIDE else Part.SOURCE
        for file in item.files:
            papers.append(Paper(len(papers) + 1, part, file, item.id, title_of(item.document).zh))
    return tuple(papers)


def put(unit: Unit, number: str, papers: Sequence[Paper], metadata: Mapping[str, str]) -> Unit:
    """The 件 with its number and its papers."""
    return replace(
        unit, archive_no=number, volume=number.rpartition("-")[0], papers=tuple(papers), metadata=dict(metadata)
    )


def lone(item: Item) -> Unit:
    """A filed document no voucher books, as a 件 of its own. Raises ValueError for one that isn't filed."""
    filed = item.filed
    if filed is None:
        raise ValueError(item.id)
    d = item.document
    title = d.lines[0].name if d.lines else title_of(d).zh
    kind = kind_of(filed.category, permanent=filed.expires is None)
    return Unit(
        item.id, item.company, kind, filed.category, title, d.number or item.id, d.date,
        filed.fiscal_year, filed.fiscal_month, filed.retention, filed.expires, filed.archive_no,
        filed.archive_no.rpartition("-")[0], papers_of((item,), ()),
    )  # fmt: skip


def told(made: Plan) -> list[Text]:
    """What the plan leaves open, a line each; for the card, the command and the 备考表."""
    lines = []
    if made.missing:
        named = "、".join(gap(word, a, b) for word, a, b in made.missing)
        lines.append(Text(f"缺号：{named}", f"missing numbers: {named}"))
    if made.twice:
        named = "、".join(ref.removeprefix(f"{made.period} ") for ref in made.twice)
        lines.append(Text(f"重号（合为一件）：{named}", f"numbers given twice (one unit each): {named}"))
    for refs, zh, en in (
        (made.bare, "没有单据的凭证", "vouchers without a document"),
        (made.waiting, "凭证有、但还没审批归档的单据", "documents of vouchers that aren't archived yet"),
        (made.left_over, "没有凭证入账的单据", "documents no voucher books"),
        (made.changed, "归档后账簿又有改动的凭证（归档的不动）", "vouchers the books tell otherwise now (left alone)"),
    ):  # fmt: skip
        if refs:
            some = _some([ref.removeprefix(f"{made.period} ") for ref in refs])
            lines.append(Text(f"{zh} {len(refs)}：{some}", f"{len(refs)} {en}: {some}"))
    return lines


def gap(word: str, first: int, last: int) -> str:
    """记-18, 记-18~20."""
    return f"{word}-{first}" if first == last else f"{word}-{first}~{last}"


def _some(refs: Sequence[str], most: int = 8) -> str:
    return "、".join(refs[:most]) + ("…" if len(refs) > most else "")


@dataclass(frozen=True, slots=True)
class Filing:
    """A 件 ready to get its number: `unit` with the papers made for it; `items` go in behind those."""

    unit: Unit
    class_no: str
    told: Mapping[str, str] = field(default_factory=dict)  # M-values its source tells
    items: tuple[Item, ...] = ()
    word: str = ""
    number: int = 0
    print: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What one step of filing did: the 件 that are new, and how many papers were added to standing ones."""

    units: tuple[Unit, ...] = ()
    added: int = 0


def grown(unit: Unit, items: Sequence[Item], told: Mapping[str, str]) -> Unit:
    """A standing 件 with documents that came later, behind what it has; its number and its papers stay as they are."""
    papers = papers_of(items, unit.papers)
    metadata = dict(unit.metadata)
    for element in ("M27", "M92"):
        metadata[element] = "；".join(filter(None, (metadata.get(element, ""), told.get(element, ""))))
    metadata |= {"M48": "组合文件", "M49": str(len(papers)), "M93": "包含"}
    metadata["M54"] = "；".join(dict.fromkeys(p.file.media_type for p in papers))
    metadata["M55"] = "；".join(p.file.name for p in papers)
    metadata["M56"] = "；".join(str(p.file.size) for p in papers)
    return replace(unit, papers=papers, metadata=metadata)


def told_of(item: Item) -> dict[str, str]:
    """M27 and M92 of a document that comes to a 件 later."""
    d = item.document
    words = [word for word in (d.seller_name, d.buyer_name, d.number) if word]
    first = f"{item.id}={item.filed.archive_no}" if item.filed else item.id
    return {"M27": "；".join(words), "M92": first}
