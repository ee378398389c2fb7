"""Which voucher books which document: as a person said, by its number, or by amount, party and nearness."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.hand_link import HandLink, Said
from archive.item import Item
from archive.money import thousands
from archive.voucher import Voucher, VoucherKind, booked, documents
from archive.words import Text

#: Days between a document and the voucher that books it, where only amount and party tell that they belong together.
APART = 100


@dataclass(frozen=True, slots=True)
class Link:
    """A source document in the archive and the voucher that books it."""

    voucher: str  # its ref
    item: str  # id of the archived document
    number: str
    why: Text
    by_hand: bool = False


def full_numbers(vouchers: Iterable[Voucher], items: Iterable[Item]) -> dict[str, str]:
    """Short number → the only long one that ends in it. Books write 票号88737112 for a 20-digit number."""
    numbers = {n for v in vouchers for n in documents(v)} | {i.document.number for i in items if i.document.number}
    by_end: dict[str, set[str]] = {}
    for number in numbers:
        if len(number) > 8:
            by_end.setdefault(number[-8:], set()).add(number)
    return {n: next(iter(by_end[n])) for n in numbers if len(n) == 8 and len(by_end.get(n, ())) == 1}


def link(vouchers: Sequence[Voucher], items: Sequence[Item], hand: Sequence[HandLink] = ()) -> tuple[Link, ...]:
    """Which voucher books which document: as a person said; else by its number; else by amount, party and nearness, if
    only one fits.
    """
    refs = {v.ref for v in vouchers}
    linked: dict[str, list[HandLink]] = {}
    for word in hand:
        if word.said is Said.LINKED and word.voucher in refs:
            linked.setdefault(word.item, []).append(word)
    parted = {(word.voucher, word.item) for word in hand if word.said is Said.PARTED}
    full = full_numbers(vouchers, items)
    by_number: dict[str, list[Voucher]] = {}
    for v in vouchers:
        for number in {full.get(n, n) for n in documents(v)}:
            by_number.setdefault(number, []).append(v)
    by_amount: dict[Decimal, list[Voucher]] = {}
    for v in vouchers:
        if v.kind is VoucherKind.CLOSING:
            continue
        for amount in _amounts(v):
            by_amount.setdefault(amount, []).append(v)
    found: list[Link] = []
    for item in items:
        if item.id in linked:
            found += (_by_hand(word, item) for word in linked[item.id])
        elif each := _linked(item, by_number, by_amount, parted):
            found.append(each)
    return tuple(found)


def _by_hand(word: HandLink, item: Item) -> Link:
    reason = f"：{word.reason}" if word.reason else ""
    why = Text(f"{word.by} 手工关联{reason}", f"linked by {word.by}{reason.replace('：', ': ')}")
    return Link(word.voucher, item.id, item.document.number or "", why, by_hand=True)


def _amounts(v: Voucher) -> set[Decimal]:
    """What a document of this voucher may come to: its lines, and the whole of it."""
    lines = {abs(x.amount) for x in v.lines if x.amount}
    return lines | {sum((x.debit for x in v.lines), Decimal(0))}


def _linked(
    item: Item,
    by_number: Mapping[str, Sequence[Voucher]],
    by_amount: Mapping[Decimal, Sequence[Voucher]],
    parted: Collection[tuple[str, str]],
) -> Link | None:
    d = item.document
    short = d.number[-8:] if d.number and len(d.number) > 8 else ""
    naming = by_number.get(d.number or "") or by_number.get(short) or ()
    if d.number and (named := [v for v in naming if (v.ref, item.id) not in parted]):
        recognising = [v for v in named if d.number in booked(v) or d.number[-8:] in booked(v)] or list(named)
        why = Text(f"凭证写有发票号 {d.number}", f"the voucher names the number {d.number}")
        return Link(recognising[0].ref, item.id, d.number, why)
    if d.total is None:
        return None
    fits = [
        v
        for v in by_amount.get(abs(d.total), ())
        if (v.ref, item.id) not in parted and _near(v, d.date) and _same_party(v, d.seller_name, d.buyer_name)
    ]
    if len({v.ref for v in fits}) != 1:
        return None
    v = fits[0]
    party = d.seller_name if _same_party(v, d.seller_name, None) else d.buyer_name
    why = Text(
        f"金额 {thousands(abs(d.total))} 与对方「{party}」都相同，只有这一张",
        f"amount {thousands(abs(d.total))} and party “{party}” agree, and no other voucher's do",
    )
    return Link(v.ref, item.id, d.number or "", why)


def _near(v: Voucher, on: date | None) -> bool:
    at = v.date or date(v.year, v.month, 28)
    return on is None or -31 <= (at - on).days <= APART


def _same_party(v: Voucher, *names: str | None) -> bool:
    said = _plain(" ".join(w for x in v.lines for w in (x.party, x.summary)))
    return any(name and len(_plain(name)) >= 2 and _plain(name) in said for name in names)


def _plain(name: str) -> str:
    return re.sub(r"[\s()（）.,，·]", "", name)
