"""A month's vouchers in sums: what moved on which account, against which, and with whom; all a statement reads.

Vouchers that move the same accounts on the same sides with the same 现金流量项目 are one pattern; their amounts add up.
Splitting a pattern by its counterparts gives what splitting each voucher would give, and a month has few patterns.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from archive.account import root_name
from archive.voucher import ZERO, Line, Voucher

#: Which way of adding up; sums made another way are made anew.
FORM = 1
#: Remarks kept of one month; more are counted only.
MOST = 200
_RESULT_CODES = ("4103", "3103", "3131")
_TRANSFER = re.compile(r"结转.{0,6}损益|损益.{0,4}结转|期间损益|结转.{0,8}(?:本年|本期|本月)利润")


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of one account in a pattern, with the cash flow item its lines name."""

    account: str  # its code, or its name where the books have no codes
    debit: bool
    item: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Vouchers of one shape: amounts stand on the leg's side (red ones negative); `cash` what its item received."""

    legs: tuple[Leg, ...]
    amounts: tuple[Decimal, ...]
    cash: tuple[Decimal, ...]
    transfer: bool = False  # 结转损益: no business of the period
    count: int = 1
    filled: bool = False  # not of vouchers: what the trial balance has beyond them

    def signed(self) -> Iterable[tuple[Leg, Decimal]]:
        """Each leg with its amount, debit positive."""
        for leg, amount in zip(self.legs, self.amounts, strict=True):
            yield leg, amount if leg.debit else -amount


@dataclass(frozen=True, slots=True)
class Sums:
    """One month of one company's books."""

    period: str  # 2026-04
    patterns: tuple[Pattern, ...] = ()
    parties: Mapping[tuple[str, str], tuple[Decimal, Decimal]] = field(default_factory=dict)  # → debit, credit
    names: Mapping[str, str] = field(default_factory=dict)  # account → name as the vouchers have it
    odd: tuple[tuple[str, str, int, str], ...] = ()  # kind, voucher, row of its file, detail
    vouchers: int = 0
    lines: int = 0


def key_of(line: Line) -> str:
    """The account as the ledger knows it."""
    return line.account or line.account_name


def is_transfer(lines: Sequence[Line]) -> bool:
    """Whether the voucher carries the year's result over: it moves 本年利润, or says so and moves no cash."""
    for line in lines:
        name = root_name(line.account_name) if line.account_name else ""
        if name == "本年利润" or line.account.startswith(_RESULT_CODES):
            return True
    return any(_TRANSFER.search(line.summary) for line in lines) and not any(
        line.account.startswith(("1001", "1002")) for line in lines
    )


def of(period: str, vouchers: Iterable[Voucher]) -> Sums:
    """The sums of a month's vouchers."""
    shapes: dict[tuple[tuple[Leg, ...], bool], tuple[list[Decimal], list[Decimal], list[int]]] = {}
    parties: dict[tuple[str, str], list[Decimal]] = {}
    names: dict[str, str] = {}
    odd: list[tuple[str, str, int, str]] = []
    vouchers_, lines_ = 0, 0
    for v in vouchers:
        vouchers_ += 1
        lines_ += len(v.lines)
        legs: dict[Leg, list[Decimal]] = {}
        for line in v.lines:
            key = key_of(line)
            if line.account_name and len(line.account_name) > len(names.get(key, "")):
                names[key] = line.account_name
            if line.party:
                both = parties.setdefault((key, line.party), [ZERO, ZERO])
                both[0] += line.debit
                both[1] += line.credit
            for side, amount in ((True, line.debit), (False, line.credit)):
                if amount:
                    mine = legs.setdefault(Leg(key, side, line.cash_item), [ZERO, ZERO])
                    mine[0] += amount
                    if line.cash_item:
                        cash = line.amount if line.cash is None else line.cash
                        mine[1] += cash if side or not line.debit else ZERO
            odd += _odd(v, line)
        if v.difference:
            odd.append(("unbalanced", v.ref, v.row, str(v.difference)))
        order = tuple(sorted(legs, key=lambda leg: (leg.account, leg.debit, leg.item)))
        _add(shapes, order, [legs[leg] for leg in order], is_transfer(v.lines))
    return Sums(
        period,
        tuple(Pattern(legs, tuple(a), tuple(c), t, n[0]) for (legs, t), (a, c, n) in shapes.items()),
        {k: (d, c) for k, (d, c) in parties.items()},
        names,
        tuple(odd[:MOST]),
        vouchers_,
        lines_,
    )


def _add(
    shapes: dict[tuple[tuple[Leg, ...], bool], tuple[list[Decimal], list[Decimal], list[int]]],
    legs: tuple[Leg, ...],
    figures: Sequence[Sequence[Decimal]],
    transfer: bool,
) -> None:
    standing = shapes.get((legs, transfer))
    if standing is None:
        shapes[legs, transfer] = ([f[0] for f in figures], [f[1] for f in figures], [1])
        return
    amounts, cash, count = standing
    for n, (amount, item) in enumerate(figures):
        amounts[n] += amount
        cash[n] += item
    count[0] += 1


def _odd(v: Voucher, line: Line) -> Iterable[tuple[str, str, int, str]]:
    """A foreign currency whose amount in yuan may be none: nothing stands beside it, or the same figure does."""
    if line.currency and line.amount and (line.foreign is None or abs(line.foreign) == abs(line.amount)):
        yield "currency", v.ref, line.row, f"{key_of(line)} {line.currency} {line.amount}"


def packed(sums: Sums) -> bytes:
    """As bytes, small and quick to read: JSON, deflated."""
    accounts = list(dict.fromkeys(leg.account for p in sums.patterns for leg in p.legs))
    place = {account: n for n, account in enumerate(accounts)}
    doc = [
        FORM, sums.period, accounts,
        [
            [
                [[place[leg.account], int(leg.debit), leg.item] for leg in p.legs],
                [str(a) for a in p.amounts], [str(c) for c in p.cash], int(p.transfer), p.count,
            ]
            for p in sums.patterns
        ],
        [[*key, str(d), str(c)] for key, (d, c) in sums.parties.items()],
        dict(sums.names), list(sums.odd), sums.vouchers, sums.lines,
    ]  # fmt: skip
    return zlib.compress(json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpacked(data: bytes) -> Sums | None:
    """The sums again; None for those of another form."""
    doc = json.loads(zlib.decompress(data))
    if doc[0] != FORM:
        return None
    _, period, accounts, patterns, parties, names, odd, vouchers, lines = doc
    return Sums(
        period,
        tuple(
            Pattern(
                tuple(Leg(accounts[a], bool(d), item) for a, d, item in legs),
                tuple(map(Decimal, amounts)), tuple(map(Decimal, cash)), bool(transfer), count,
            )
            for legs, amounts, cash, transfer, count in patterns
        ),
        {(a, p): (Decimal(d), Decimal(c)) for a, p, d, c in parties},
        names,
        tuple((k, ref, row, what) for k, ref, row, what in odd),
        vouchers,
        lines,
    )  # fmt: skip
