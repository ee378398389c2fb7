"""A finished statement: figures by line and column, what each is made of, notes, and the checks it passed or failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from archive.chart import Node
from archive.statements.form import Form, FormLine, Term, Wanted
from archive.voucher import ZERO
from archive.words import Text

#: Where a line's part comes from: an account, a party of it, or a person's input.
INPUT = "input:"


@dataclass(frozen=True, slots=True)
class Part:
    """One account's share in a line, as printed there."""

    account: str
    amount: Decimal
    party: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures that must be equal."""

    name: Text
    left: Decimal | None
    right: Decimal | None
    why: Text | None = None

    @property
    def difference(self) -> Decimal:
        """Left less right."""
        return (self.left or ZERO) - (self.right or ZERO)

    @property
    def ok(self) -> bool:
        """Whether they are."""
        return self.difference == 0


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one company and period."""

    form: Form
    period: str  # 2026-09, 2026Q3, 2026H1, 2026, 2026-09累计
    figures: Mapping[str, Mapping[str, Decimal | None]]  # line → column → amount; None: nothing to compare with
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)  # of the first column
    notes: tuple[Text, ...] = ()
    checks: tuple[Check, ...] = ()
    wanted: tuple[Wanted, ...] = ()  # inputs nobody has given
    supplement: Statement | None = None
    until: str = ""  # the last month it is of
    doubtful: bool = False  # its books are not whole: the notes say where

    @property
    def sound(self) -> bool:
        """Whether the books are whole and every check holds."""
        more = self.supplement is None or self.supplement.sound
        return not self.doubtful and more and all(check.ok for check in self.checks)


def fits(term: Term, node: Node) -> bool:
    """Whether the account is one the term speaks of."""
    return term.role == node.role and (term.tag is None or term.tag == node.tag)


def summed(lines: Sequence[FormLine], figures: dict[str, Decimal]) -> None:
    """Fill in the lines that are sums of others, in any order of lines."""
    wait = [line for line in lines if line.plus]
    while wait:
        left = []
        for line in wait:
            if any(name not in figures for _, name in line.plus):
                left.append(line)
                continue
            own = figures.get(line.name, ZERO)
            figures[line.name] = own + sum((sign * figures[name] for sign, name in line.plus), ZERO)
        if len(left) == len(wait):
            raise ValueError(f"a form's sums go round: {[line.name for line in left]}")
        wait = left
