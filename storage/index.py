"""What the index holds of an item: flat values made by a pure function, and the port every index keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Protocol

from archive.document import KIND_NAMES, Document
from archive.item import Item
from archive.query import Hits, Query, Scope

READABLE = 12_000  # characters of an item's readable text that are searched; a ten-page contract
LONGEST = 200  # characters of one word asked for
SCALE = Decimal(10_000)  # totals are whole ten-thousandths: exact for every currency's smallest coin
_MOST = 10**15  # below 2**53, so that it stays exact where numbers are floats


class Index(Protocol):
    """An index over items. It decides nothing and can be made again from the records at any time."""

    async def put(self, items: Sequence[Item]) -> None:
        """Add or renew; visible when this returns. Raises IndexBroken, IndexBusy."""

    async def find(self, query: Query, scope: Scope) -> Hits:
        """Newest document first, undated last; the later item first on one day. Raises IndexBroken."""

    async def remove(self, ids: Sequence[str]) -> None:
        """Take items out. Raises IndexBroken, IndexBusy."""

    async def clear(self) -> None:
        """Start again with an empty index, whatever state the old one was in. Raises IndexBusy."""

    async def count(self) -> int:
        """How many items are in it. Raises IndexBroken."""


@dataclass(frozen=True, slots=True)
class IndexDoc:
    """One item as the index sees it."""

    id: str
    company: str
    seen_by: tuple[str, ...]
    kind: str
    state: str
    date: int  # document date as yyyymmdd; 0 when unknown
    rank: int  # order of the id within a day, later ids higher
    total: int | None  # in ten-thousandths
    owner: str
    category: str
    department: str
    received: int  # UTC, seconds
    text: str  # folded; fields are parted by \n, so that no word runs over two


def to_doc(item: Item) -> IndexDoc:
    """The item's values for the index."""
    d = item.document
    return IndexDoc(
        id=item.id,
        company=item.company,
        seen_by=tuple(sorted(item.seen_by)),
        kind=d.kind.value,
        state=item.state.value,
        date=d.date.year * 10_000 + d.date.month * 100 + d.date.day if d.date else 0,
        rank=_rank(item.id),
        total=None if d.total is None else _clamped(d.total * SCALE, ROUND_FLOOR),
        owner=item.owner,
        category=item.category,
        department=item.department,
        received=int(item.received_at.astimezone(UTC).timestamp()),
        text="\n".join(dict.fromkeys(folded for part in _readable(item) if (folded := fold(part)))),
    )


def _readable(item: Item) -> Iterator[str]:
    """Everything a person may remember of it."""
    d = item.document
    yield from (item.id, item.filed.archive_no if item.filed else "", d.number or "", d.code or "")
    yield from (d.seller_name or "", d.buyer_name or "", d.seller_tax_id or "", d.buyer_tax_id or "")
    yield from (d.type or "", *(KIND_NAMES[d.kind].to(lang) for lang in ("zh", "en")), item.category, item.department)
    yield from _figures(d)
    for line in d.lines:
        yield f"{line.name} {line.spec}"
    yield from (d.remark or "", d.check_code or "", d.blue_number or "", *d.extra.values(), item.file.name)
    yield item.text[:READABLE]


def _figures(d: Document) -> Iterator[str]:
    for amount in (d.total, d.amount_excl_tax, d.tax):
        if amount is not None:
            yield from (f"{amount:f}", f"{amount:,f}")
    yield d.date.isoformat() if d.date else ""


def fold(words: str) -> str:
    """One form for what looks the same: full and half width, ￥ and ¥, capitals; blanks only between Latin words.

    Print and OCR put blanks between Chinese characters and figures at will; nobody types them.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())
    return _BLANKS.sub("", " ".join(folded.split()))


_BLANKS = re.compile(r"(?<![0-9a-z]) | (?![0-9a-z])")


def words_of(query: Query) -> tuple[str, ...]:
    """The words asked for, folded as the text is."""
    return tuple(dict.fromkeys(folded for word in query.words if (folded := fold(word)[:LONGEST])))


def days_of(query: Query) -> tuple[int, int] | None:
    """First and last day as yyyymmdd, or None when any day will do, even an unknown one."""
    if query.first is None and query.last is None:
        return None
    first, last = (int(f"{day:%Y%m%d}") if day else None for day in (query.first, query.last))
    return first or 1, last or 99_991_231


def totals_of(query: Query) -> tuple[int, int] | None:
    """Least and greatest total in ten-thousandths, both included, or None when any will do, even an unknown one."""
    least = [_clamped(v * SCALE, ROUND_CEILING) for v in (query.at_least,) if v is not None]
    least += [_clamped(v * SCALE, ROUND_FLOOR) + 1 for v in (query.above,) if v is not None]
    most = [_clamped(v * SCALE, ROUND_FLOOR) for v in (query.at_most,) if v is not None]
    most += [_clamped(v * SCALE, ROUND_CEILING) - 1 for v in (query.below,) if v is not None]
    return (max(least, default=-_MOST), min(most, default=_MOST)) if least or most else None


def _clamped(value: Decimal, rounding: str) -> int:
    return int(max(-Decimal(_MOST), min(Decimal(_MOST), value)).to_integral_value(rounding))


def _rank(item_id: str) -> int:
    """G2610-0042 → 2610 0000042; ids of another form come first by their figures alone."""
    groups = [int(figures[-7:]) for figures in re.findall(r"\d+", item_id)[-2:]]
    return groups[0] % 10_000 * 10**7 + groups[1] if len(groups) == 2 else sum(groups)
