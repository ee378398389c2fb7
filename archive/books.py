"""Books as they come in, file by file: what is new, what stands already, and what contradicts what stands.

What was posted is not changed (财会〔2024〕12号 21(三)): an export that says otherwise is told, not taken, unless a
person replaces on purpose. Balances and bank lines are kept the same way; an asset's card is renewed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from archive.account import Account
from archive.asset import AssetCard
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.budget import BudgetLine
from archive.finding import Level
from archive.item import FileRef
from archive.posting import Posting
from archive.remark import Remark
from archive.voucher import Line, Voucher
from archive.words import Text

R = TypeVar("R", Voucher, Balance, Account, AssetCard, BankLine, Posting, BudgetLine)


@dataclass(frozen=True, slots=True)
class Merged(Generic[R]):
    """The records as they stand after an import, and what it did."""

    records: tuple[R, ...]
    added: int = 0
    same: int = 0
    filled: int = 0  # of the same ones, those that learnt something: a name, a document number, a currency
    changed: tuple[Remark, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether anything has to be written."""
        return bool(self.added or self.filled)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one month of one kind of book becomes. `records` None: nothing has to be written."""

    records: Sequence[Any] | None
    counts: Mapping[str, int]
    remarks: tuple[Remark, ...] = ()


#: (kind, period, standing records, incoming ones) → the outcome. Runs inside a transaction: pure.
Merge = Callable[[str, str, Sequence[Any], Sequence[Any]], Outcome]


@dataclass(frozen=True, slots=True)
class BookFile:
    """A file of books that was shown or imported."""

    company: str
    sha256: str
    file: FileRef
    kind: str
    source: str  # of its form: its mapping is confirmed once
    state: str  # shown, imported
    by: str  # person id
    at: datetime  # UTC
    counts: Mapping[str, int] = field(default_factory=dict)
    periods: tuple[str, ...] = ()
    form: str = ""  # of its headings alone
    given: Mapping[str, str] = field(default_factory=dict)  # heading → field, where a person said so
    month: str = ""  # as a person said, for files that name none

    @property
    def id(self) -> str:
        """What a button carries."""
        return f"{self.company}|{self.sha256}"


def merging(*, replaces: bool = False) -> Merge:
    """The merge for every kind of book."""

    def merge(kind: str, period: str, standing: Sequence[Any], incoming: Sequence[Any]) -> Outcome:
        merged: Merged[Any]
        if kind == "vouchers":
            merged = vouchers(standing, incoming, replaces=replaces)
        elif kind == "balances":
            merged = balances(standing, incoming, replaces=replaces)
        elif kind == "accounts":
            merged = accounts(standing, incoming)
        elif kind == "assets":
            merged = assets(standing, incoming)
        elif kind == "postings":
            merged = postings(standing, incoming)
        elif kind == "budgets":
            merged = budgets(standing, incoming, replaces=replaces)
        else:
            merged = bank_lines(standing, incoming)
        counts = {"added": merged.added, "same": merged.same, "filled": merged.filled, "changed": len(merged.changed)}
        return Outcome(merged.records if merged.moved else None, counts, merged.changed)

    return merge


def vouchers(standing: Sequence[Voucher], incoming: Sequence[Voucher], *, replaces: bool = False) -> Merged[Voucher]:
    """By their place in the books and by what was posted. One number given to two vouchers stays two."""
    places: dict[tuple[object, ...], list[Voucher]] = {}
    for v in standing:
        places.setdefault(v.key, []).append(v)
    groups: dict[tuple[object, ...], list[Voucher]] = {}
    for v in incoming:
        groups.setdefault(v.key, []).append(v)
    added = same = filled = 0
    changed: list[Remark] = []
    for key, group in groups.items():
        place = places.setdefault(key, [])
        known = Counter(v.core for v in place)
        met: Counter[tuple[object, ...]] = Counter()
        for v in group:
            met[v.core] += 1
            if met[v.core] <= known[v.core]:
                same += 1
                at = [n for n, each in enumerate(place) if each.core == v.core][met[v.core] - 1]
                fuller = _fuller_voucher(place[at], v)
                filled += fuller != place[at]
                place[at] = fuller
            elif not known or replaces:
                added += 1
                if replaces and known:
                    place[:] = [each for each in place if each.core in {g.core for g in group}]
                place.append(v)
            else:
                changed.append(_differs(v, place[0]))
    records = tuple(v for place in places.values() for v in place)
    return Merged(tuple(sorted(records, key=lambda v: v.key)), added, same, filled, tuple(changed))


def _differs(new: Voucher, old: Voucher) -> Remark:
    why = Text(
        f"{new.ref} 与已导入的内容不同（日期、科目或金额），没有改动已导入的；确要替换请用 --replace",
        f"{new.ref} is not what was imported before (date, account or amount); what stands was left alone. "
        "Use --replace to replace it on purpose",
    )
    return Remark("changed", Level.STOP, (new.ref, old.ref), why, new.row)


def _fuller_voucher(old: Voucher, new: Voucher) -> Voucher:
    """The old one with what only the new one tells; the lines only where they stand in the same order."""
    lines = old.lines
    if [(x.account, x.debit, x.credit) for x in old.lines] == [(x.account, x.debit, x.credit) for x in new.lines]:
        lines = tuple(_fuller(a, b) for a, b in zip(old.lines, new.lines, strict=True))
    return replace(_fuller(old, new), lines=lines)


T = TypeVar("T", Voucher, Line, Account)


def _fuller(old: T, new: T) -> T:
    empty = ("", None)
    told = {f.name: getattr(new, f.name) for f in fields(old) if getattr(old, f.name) in empty}
    told = {name: value for name, value in told.items() if value not in empty}
    return replace(old, **told) if told else old


def balances(standing: Sequence[Balance], incoming: Sequence[Balance], *, replaces: bool = False) -> Merged[Balance]:
    """By month, account and party. A table is one picture: where it contradicts what stands, none of it is taken."""
    known = {b.key: b for b in standing}
    differing = [b for b in incoming if b.key in known and _figures(known[b.key]) != _figures(b)]
    new = [b for b in incoming if b.key not in known]
    same = len(incoming) - len(differing) - len(new)
    if differing and not replaces:
        first = differing[0]
        why = Text(
            f"{first.period} 有 {len(differing)} 个科目的余额与已导入的不同（如 {first.account} {first.name}），"
            "没有改动已导入的；确要替换请用 --replace",
            f"{first.period}: {len(differing)} accounts have other figures than were imported before (such as "
            f"{first.account} {first.name}); what stands was left alone. Use --replace to replace it on purpose",
        )
        remark = Remark("changed", Level.STOP, tuple(b.account for b in differing), why, first.row)
        return Merged(tuple(standing), 0, same, 0, (remark,))
    known |= {b.key: b for b in (*new, *differing)}
    return Merged(tuple(sorted(known.values(), key=lambda b: b.key)), len(new) + len(differing), same)


def _figures(b: Balance) -> tuple[object, ...]:
    return (b.opening, b.debit, b.credit, b.closing)


def accounts(standing: Sequence[Account], incoming: Sequence[Account]) -> Merged[Account]:
    """By code; what one export doesn't say another adds."""
    known = {a.code: a for a in standing}
    added = filled = same = 0
    for a in incoming:
        old = known.get(a.code)
        if old is None:
            known[a.code] = a
            added += 1
            continue
        same += 1
        known[a.code] = _fuller(old, a)
        filled += known[a.code] != old
    return Merged(tuple(sorted(known.values(), key=lambda a: a.code)), added, same, filled)


def assets(standing: Sequence[AssetCard], incoming: Sequence[AssetCard]) -> Merged[AssetCard]:
    """By number; a card is renewed, since its depreciation goes on."""
    known = {c.number: c for c in standing}
    added = filled = same = 0
    for c in incoming:
        old = known.get(c.number)
        if old is None:
            added += 1
        elif replace(old, row=0) == replace(c, row=0):
            same += 1
            continue
        else:
            filled += 1
        known[c.number] = c
    return Merged(tuple(sorted(known.values(), key=lambda c: c.number)), added, same, filled)


def bank_lines(standing: Sequence[BankLine], incoming: Sequence[BankLine]) -> Merged[BankLine]:
    """By serial number, else by everything a line says; in the order of the bank."""
    known = {line.core: line for line in standing}
    before = len(known)
    for line in incoming:
        known.setdefault(line.core, line)
    added = len(known) - before
    records = sorted(known.values(), key=lambda line: (line.account, line.date))  # stable: within a day as they came
    return Merged(tuple(records), added, len(incoming) - added)


def postings(standing: Sequence[Posting], incoming: Sequence[Posting]) -> Merged[Posting]:
    """By everything a line of the log says; in the order of time."""
    known = {p.core: p for p in standing}
    before = len(known)
    for p in incoming:
        known.setdefault(p.core, p)
    added = len(known) - before
    return Merged(tuple(sorted(known.values(), key=lambda p: (p.at, p.row))), added, len(incoming) - added)


def budgets(
    standing: Sequence[BudgetLine], incoming: Sequence[BudgetLine], *, replaces: bool = False
) -> Merged[BudgetLine]:
    """By item and months. What was approved stands: another amount is told and taken only on purpose."""
    known = {b.key: b for b in standing}
    new = {b.key: b for b in incoming if b.key not in known}
    differing = {b.key: b for b in incoming if b.key in known and known[b.key].amount != b.amount}
    same = len(incoming) - len(new) - len(differing)
    changed: tuple[Remark, ...] = ()
    if differing and not replaces:
        first = next(iter(differing.values()))
        why = Text(
            f"{first.year} 年预算有 {len(differing)} 项与已导入的不同（如 {first.label}），没有改动已导入的；"
            "确要替换请用 --replace",
            f"Budget of {first.year}: {len(differing)} items differ from what was imported before (such as "
            f"{first.label}); what stands was left alone. Use --replace to replace it on purpose",
        )
        changed = (Remark("changed", Level.STOP, tuple(b.label for b in differing.values()), why, first.row),)
        differing = {}
    known |= new | differing
    return Merged(tuple(sorted(known.values(), key=_place)), len(new) + len(differing), same, 0, changed)


def _place(b: BudgetLine) -> tuple[object, ...]:
    return (b.account, b.name, b.department, b.months)
