"""Sums over claims: by a key, and never across currencies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.words import Text, same
from reports.claim import Claim
from reports.head import Head, share
from reports.page import Column, Group, Row, Table

TOTAL = Text("合计", "Total")
SUBTOTAL = Text("小计", "Subtotal")
COUNT = Column("count", Text("张数", "Count"), "count")
NET = Column("net", Text("不含税金额", "Net"), "money")
TAX = Column("tax", Text("税额", "Tax"), "money")
GROSS = Column("total", Text("价税合计", "Total"), "money")
SHARE = Column("share", Text("占比", "Share"), "percent")


@dataclass(frozen=True, slots=True)
class Sum:
    """A count of claims and the money on them; figures that were not read count as nothing (see `unread`)."""

    count: int
    net: Decimal
    tax: Decimal
    total: Decimal


def added(claims: Iterable[Claim]) -> Sum:
    """The sum of claims of ONE currency."""
    zero = Decimal(0)
    count, net, tax, total = 0, zero, zero, zero
    for claim in claims:
        count += 1
        net += claim.net or zero
        tax += claim.tax or zero
        total += claim.total or zero
    return Sum(count, net, tax, total)


def unread(claims: Iterable[Claim]) -> int:
    """How many claims have no total."""
    return sum(claim.total is None for claim in claims)


def by(claims: Iterable[Claim], key: Callable[[Claim], str]) -> dict[str, list[Claim]]:
    """Claims gathered under a key, in order of first appearance."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(key(claim), []).append(claim)
    return found


def by_currency(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Claims gathered by currency, CNY first, then by code."""
    found = by(claims, lambda claim: claim.currency)
    return {code: found[code] for code in sorted(found, key=lambda code: (code != "CNY", code))}


def ranked(claims: Iterable[Claim], key: Callable[[Claim], str]) -> list[tuple[str, Sum, list[Claim]]]:
    """Sums by key, largest total first, then by name: the same order every time."""
    sums = [(name, added(found), found) for name, found in by(claims, key).items()]
    return sorted(sums, key=lambda entry: (-entry[1].total, entry[0]))


def currency_title(code: str, several: bool) -> Text | None:
    """The heading of a currency's group; none where there is only one currency."""
    return Text(f"币种：{code}", f"Currency: {code}") if several else None


def summary(
    title: Text, heading: Text, claims: Sequence[Claim], key: Callable[[Claim], str], head: Head, missing: Text
) -> Table:
    """Count, net, tax, total and share by a key; one group with its own subtotal for each currency."""
    currencies = by_currency(claims)
    several = len(currencies) > 1
    groups = []
    for code, found in currencies.items():
        whole = added(found)
        rows = tuple(_line(head.name(name, missing), part, whole) for name, part, _ in ranked(found, key))
        subtotal = _line(SUBTOTAL + same(f" {code}"), whole, whole) if several else None
        groups.append(Group(rows, currency_title(code, several), subtotal))
    everything = added(claims)
    total = None if several else _line(TOTAL, everything, everything)
    return Table(title, (Column("name", heading), COUNT, NET, TAX, GROSS, SHARE), tuple(groups), total)


def _line(name: Text, part: Sum, whole: Sum) -> Row:
    return (name, part.count, part.net, part.tax, part.total, share(part.total, whole.total))
