"""Every statement of the demo company equals the truth to the cent: every period, every carrier of the same books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from archive.statements.make import make, span_in
from config.forms import forms
from tests.archive.company import CARRIERS, books, inputs, needed, truth

pytestmark = needed
TODAY = date(2026, 10, 15)
FULL = [c for c in CARRIERS if c != "余额表"]


def _differences(
    carrier: str, kind: str, wanted: Mapping[str, Mapping[str, Mapping[str, str | None]]], given: bool = True
) -> list[str]:
    """What isn't as it should be, and checks that fail."""
    found = []
    for period, lines in wanted.items():
        made = make(books(carrier), forms(), kind, span_in(period, TODAY), inputs() if given else {})
        for line, columns in lines.items():
            for column, amount in columns.items():
                got = made.figures[line][column]
                if got != (None if amount is None else Decimal(amount)):
                    found.append(f"{period} {line} {column}: {amount} ≠ {got}")
        found += [f"{period} {c.name.zh}: {c.left} ≠ {c.right}" for c in made.checks if not c.ok]
    return found


@pytest.mark.parametrize("carrier", CARRIERS)
def test_balance_sheet_of_every_month(carrier: str) -> None:
    wanted = truth("balance_sheet")["statements"]
    assert len(wanted) == 21
    if carrier != "余额表":
        assert _differences(carrier, "balance", wanted) == []
        return
    for period, lines in wanted.items():  # trial balances alone: the results are told by their natural side only
        made = make(books(carrier), forms(), "balance", span_in(period, TODAY), inputs())
        assert {name: made.figures[name]["期末余额"] for name in lines} == {
            name: Decimal(columns["期末余额"]) for name, columns in lines.items()
        }


def test_balance_sheet_without_inputs_says_what_it_needs() -> None:
    wanted = truth("balance_sheet_no_maturity_input")["statements"]
    cut = {m: {n: {"期末余额": a} for n, a in lines.items()} for m, lines in wanted.items()}
    assert _differences("U8", "balance", cut, given=False) == []
    made = make(books("U8"), forms(), "balance", span_in("2026-09", TODAY), {})
    assert [w.key for w in made.wanted] == ["long_term_loans_due_within_1y", "lease_liability_due_within_1y"]
    assert any("一年内到期的长期借款" in note.zh for note in made.notes)


@pytest.mark.parametrize("carrier", FULL)
def test_income_statement_of_every_period(carrier: str) -> None:
    wanted = truth("income_statement")["statements"]
    assert {"2025", "2026Q3", "2026-09"} <= set(wanted)
    assert _differences(carrier, "income", wanted) == []


@pytest.mark.parametrize("carrier", FULL)
def test_cash_flow_statement_of_every_period(carrier: str) -> None:
    wanted = truth("cash_flow_statement")["statements"]
    assert "2026-09累计" in wanted
    assert _differences(carrier, "cash", wanted) == []


@pytest.mark.parametrize("carrier", FULL)
def test_indirect_schedule_of_every_period(carrier: str) -> None:
    wanted = {
        p: {line: {"本期金额": a} for line, a in lines.items()} for p, lines in truth("cash_flow_indirect").items()
    }
    assert _differences(carrier, "indirect", wanted) == []


def test_half_years_are_their_quarters_and_equity_ends_as_the_balance_sheet() -> None:
    ledger = books("U8")
    for kind, quarters, half in (("income", ("2026Q1", "2026Q2"), "2026H1"), ("cash", ("2025Q3", "2025Q4"), "2025H2")):
        parts = [make(ledger, forms(), kind, span_in(q, TODAY), {}).figures for q in quarters]
        whole = make(ledger, forms(), kind, span_in(half, TODAY), {}).figures
        for name in whole:
            if "现金及现金等价物余额" not in name:
                assert whole[name]["本期金额"] == sum(p[name]["本期金额"] or 0 for p in parts), name
    equity = make(ledger, forms(), "equity", span_in("2025", TODAY), {})
    assert equity.sound
    assert equity.figures["提取盈余公积"]["盈余公积"] == Decimal("667794.74")
    assert equity.figures["对所有者（或股东）的分配"]["所有者权益合计"] == Decimal("-600000.00")


def test_trial_balances_alone_say_what_they_cannot_tell() -> None:
    made = make(books("余额表"), forms(), "income", span_in("2025", TODAY), {})
    assert not made.sound
    assert any("没有凭证" in note.zh for note in made.notes)
    flow = make(books("余额表"), forms(), "cash", span_in("2025-03", TODAY), {})
    assert not flow.sound
    assert any("无法分项" in note.zh for note in flow.notes)
