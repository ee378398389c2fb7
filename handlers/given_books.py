"""Books that a program hands in as values: tried out, or imported as a file would be, in one transaction."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive import balance, bank_line, voucher
from archive.access import Person
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.books import merging
from archive.errors import BadRows
from archive.remark import Remark
from archive.voucher import Voucher
from archive.words import same
from handlers.books import grouped, keep
from handlers.context import Context
from intake.sheet import given
from intake.sheet.book import Book
from intake.sheet.columns import BookKind


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch, or would."""

    status: str  # imported, already, preview
    counts: Mapping[str, int]
    periods: tuple[str, ...]
    remarks: tuple[Remark, ...]


async def take(
    ctx: Context, asker: Person, kind: BookKind, values: Sequence[Any], *, replaces: bool, preview: bool
) -> Outcome:
    """The batch as values of JSON. The same batch again changes nothing. Raises BadRows: then none of it was taken."""
    book: Book = await ctx.offload(understood, kind.value, values)
    if preview:
        return await _tried(ctx, asker, book, replaces=replaces)
    data = json.dumps({kind.value: values}, ensure_ascii=False, sort_keys=True, indent=1).encode()
    standing = await ctx.books.file(f"{asker.company}|{hashlib.sha256(data).hexdigest()}")
    if standing and standing.state == "imported" and not replaces:
        return Outcome("already", standing.counts, standing.periods, book.remarks)
    file = await ctx.vault.hold(data, book.name, "application/json")
    done, remarks = await keep(ctx, asker, asker.company, file, book, replaces=replaces)
    return Outcome("imported", done.counts, done.periods, (*remarks, *book.remarks))


async def _tried(ctx: Context, asker: Person, book: Book, *, replaces: bool) -> Outcome:
    """What an import would do, and nothing kept."""
    counts: Counter[str] = Counter(dict.fromkeys(("added", "same", "filled", "changed"), 0))
    remarks: list[Remark] = []
    merge = merging(replaces=replaces)
    for (kind, period), records in grouped(book).items():
        standing = await ctx.books.records(asker.company, kind, type(records[0]), period)
        outcome = merge(kind, period, standing, records)
        counts.update(outcome.counts)
        remarks += outcome.remarks
    return Outcome("preview", dict(counts), book.periods, (*remarks, *book.remarks))


def understood(kind: str, values: Sequence[Any]) -> Book:
    """The batch as a book; runs in a worker process. Raises BadRows."""
    records: Sequence[Voucher | Balance | BankLine]
    if kind == BookKind.VOUCHERS:
        vouchers = _taken(given.vouchers(values))
        records, remarks = vouchers, voucher.check(vouchers)
    elif kind == BookKind.BALANCES:
        balances = _taken(given.balances(values))
        records, remarks = balances, balance.check(balances)
    else:
        lines, twice = bank_line.once(_taken(given.bank_lines(values)))
        records, remarks = lines, (*twice, *bank_line.check(lines))
    periods = sorted({record.period for record in records})
    name = f"api-{kind}-{periods[0]}.json" if periods else f"api-{kind}.json"
    return Book(
        name, BookKind(kind), f"api-{kind}", records=tuple(records), rows=len(records), remarks=tuple(remarks)
    )  # fmt: skip


def _taken(read: given.Given[given.R]) -> tuple[given.R, ...]:
    if read.mistakes:
        first = read.mistakes[0]
        raise BadRows(
            count=len(read.mistakes),
            first=same(f"{first.pointer}: ") + first.why,
            rows=[(each.pointer, each.why) for each in read.mistakes[:1000]],
        )
    return read.records
