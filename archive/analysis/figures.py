"""Figures of statements by months: the one source of every analysis, so that each ties to the statement itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from archive.errors import NothingInBooks
from archive.ledger import Ledger, before, months_between
from archive.statements.form import Forms
from archive.statements.make import Inputs, Span, make
from archive.statements.statement import Statement

Lines = Mapping[str, Decimal | None]
#: Names of one figure under either standard.
REVENUE = ("营业收入", "经营收入")
COST = ("营业成本",)
OPERATING = ("营业利润",)
BEFORE_TAX = ("利润总额",)
NET = ("净利润",)
CASH_FROM_OPERATIONS = ("经营活动产生的现金流量净额",)
MONEY = ("货币资金",)
ASSETS = ("资产总计", "资产合计")


def of(lines: Lines, names: Sequence[str]) -> Decimal | None:
    """The first of these lines that there is."""
    return next((lines[name] for name in names if lines.get(name) is not None), None)


def span(months: Sequence[str]) -> Span:
    """Months as a span, named by its ends."""
    return Span(months[0] if len(months) == 1 else f"{months[0]}至{months[-1]}", tuple(months))


@dataclass(slots=True)
class Figures:
    """Statements of one company's books, made when asked for and kept."""

    ledger: Ledger
    forms: Forms
    inputs: Inputs = field(default_factory=dict)
    early: Sequence[str] = ()
    _made: dict[tuple[str, str, str], Statement] = field(default_factory=dict)

    def statement(self, kind: str, months: Sequence[str]) -> Statement:
        """The statement of these months. Raises NothingInBooks."""
        key = (kind, months[0], months[-1])
        if key not in self._made:
            self._made[key] = make(self.ledger, self.forms, kind, span(months), self.inputs, self.early)
        return self._made[key]

    def has(self, months: Sequence[str]) -> bool:
        """Whether the books cover all of these months."""
        return bool(months) and bool(self.ledger.months) and all(m in self.ledger.months for m in months)

    def lines(self, kind: str, months: Sequence[str]) -> Lines:
        """Line → amount of the period, or of its end; nothing where the books don't cover it."""
        if not self.has(months):
            return {}
        made = self.statement(kind, months)
        return {name: columns.get(made.form.columns[0]) for name, columns in made.figures.items()}

    def opening(self, month: str) -> Lines:
        """The balance sheet when this month began: the end of the one before, or the year's opening in January."""
        earlier = before(month)
        if self.has([earlier]):
            return self.lines("balance", [earlier])
        if not month.endswith("-01") or not self.has([month]):
            return {}
        made = self.statement("balance", [month])
        return {name: columns.get(made.form.columns[1]) for name, columns in made.figures.items()}

    def within(self, asked: Span) -> Span:
        """The part of the span the books cover. Raises NothingInBooks."""
        first, last = self.ledger.first, self.ledger.last
        months = [m for m in asked.months if self.ledger.months and first <= m <= last]
        if not months:
            raise NothingInBooks(period=asked.label, books=f"{first} – {last}" if self.ledger.months else "—")
        return asked if tuple(months) == asked.months else span(months)


def previous(months: Sequence[str]) -> list[str]:
    """As many months just before."""
    return months_between(before(months[0], len(months)), before(months[0]))


def year_earlier(months: Sequence[str]) -> list[str]:
    """The same months of the year before."""
    return [before(m, 12) for m in months]


def change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """How much more, as a share of what was; None where nothing positive was there to compare with."""
    return None if now is None or then is None or then <= 0 else (now - then) / then
