"""Statements in every format: two sides level, items moved in, figures calculated, sums carried over a page break."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pytest
from lxml import etree

from reports.cells import money
from reports.page import THOUSAND, WAN, YUAN, Column, Group, Table, TwoSided, Unit
from reports.render import render
from reports.statement import Line, statement
from reports.to_json import plain
from reports.units import find_unit
from tests.reports.drawn import claims, head
from tests.reports.statements import LEFT, RIGHT, TITLE, balance_sheet, income_statement
from tests.reports.test_to_pdf import words

from archive.words import same  # isort: skip


def test_the_last_lines_of_both_sides_stand_level() -> None:
    joined = TwoSided(TITLE, LEFT, RIGHT).joined()
    rows = list(joined.rows())
    assert (rows[-1][1], rows[-1][5]) == (30, 53)
    assert len(rows) == len(list(LEFT.rows()))
    assert rows[-2][4:] == (None,) * 4
    last = len(rows) - 1
    assert joined.adds[last, 6] == (4, 5)
    assert {(last, column) for column in range(8)} <= joined.bold
    assert (5, 4) not in joined.indents


def test_every_figure_stands_on_paper_in_its_unit() -> None:
    for unit, shown in ((YUAN, "9,832,267.39"), (THOUSAND, "9,832.27"), (WAN, "983.23")):
        text = "".join(words(render(_in(unit), "pdf")))
        assert text.count(shown) == 2
        assert unit.name.zh in text


def _in(unit: Unit):  # type: ignore[no-untyped-def]
    return replace(balance_sheet(), unit=unit)


@pytest.mark.parametrize("page", [balance_sheet(), income_statement()], ids=["balance", "income"])
def test_pdfa_without_findings(page) -> None:  # type: ignore[no-untyped-def]
    with pikepdf.open(io.BytesIO(render(page, "pdf"))) as document:
        assert pikepdf.pdfa.check(document, "3b").findings == []


def test_a_workbook_calculates_the_sums_and_shows_them_at_once() -> None:
    found = formulas(render(balance_sheet(), "xlsx"))
    assert found["C8"] == ("C5+C6+C7", Decimal("6832267.39"))
    assert found["C13"] == ("C8+C12", Decimal("9832267.39"))
    assert found["G13"] == ("G7+G8", Decimal("9832267.39"))
    income = formulas(render(income_statement(), "xlsx"))
    assert income["C7"] == ("C4-C5-C6", Decimal("307654.33"))


def test_a_figure_that_is_not_the_sum_of_its_lines_stays_as_it_is() -> None:
    lines = (Line(same("a"), 1, (Decimal(5),)), Line(same("b"), 2, (Decimal(6),), adds=(1,)))
    table = statement(TITLE, (Column("item", TITLE), Column("end", TITLE, "money")), lines)
    assert formulas(render(head().page(TITLE, TITLE, (table,)), "xlsx")) == {}


def formulas(data: bytes) -> dict[str, tuple[str, Decimal]]:
    """Cell → formula and the value kept with it, of every sheet but the overview."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        for name in book.namelist():
            if not re.fullmatch(r"xl/worksheets/sheet[2-9]\.xml", name):
                continue
            for cell in etree.fromstring(book.read(name)).iter("{*}c"):
                formula = cell.find("{*}f")
                if formula is not None and formula.text:
                    value = Decimal(cell.findtext("{*}v") or "0")
                    found[str(cell.get("r"))] = (formula.text, value.quantize(Decimal("0.01")))
    return found


def test_word_moves_items_in_and_repeats_the_head() -> None:
    with zipfile.ZipFile(io.BytesIO(render(balance_sheet(), "docx"))) as inside:
        body = inside.read("word/document.xml").decode()
    assert body.count('<w:ind w:left="200"/>') == 7
    assert body.count('<w:ind w:left="400"/>') == 1
    assert "<w:tblHeader/>" in body


def test_json_keeps_both_sides() -> None:
    block = plain(balance_sheet())["blocks"][0]
    assert block["left"]["groups"][0]["rows"][-1]["end"] == "9832267.39"
    assert block["right"]["groups"][0]["rows"][-1]["nth"] == 53


def test_a_long_register_carries_its_sums_over_every_break() -> None:
    from reports.registers import expenses, in_order

    rows = claims(150)
    printed = words(render(expenses(rows, head()), "pdf"))[1:]
    pages = [text for text in printed if "逐张登记" in text]
    ordered, seen = in_order(rows), 0
    assert len(pages) > 3
    for place, text in enumerate(pages):
        upto = Decimal(0)
        while seen < len(ordered) and ordered[seen].number in text:
            seen += 1
        upto = sum((row.total or Decimal(0) for row in ordered[:seen]), upto)
        assert ("承前页" in text) == (place > 0)
        assert ("过次页" in text) == (place < len(pages) - 1)
        assert money(upto) in text
    assert seen == len(ordered)


@pytest.mark.parametrize("before", [20, 39, 40, 41, 42])
def test_nothing_is_carried_from_one_group_into_the_next(before: int) -> None:
    lines = tuple((same(f"r{n}"), Decimal(n + 1)) for n in range(42))
    columns = (Column("item", TITLE), Column("sum", TITLE, "money"))
    groups = (Group(lines[:before], same("A")), Group(lines, same("B")))
    table = Table(TITLE, columns, groups, carry={"sum": "sum"})
    pages = words(render(head().page(TITLE, TITLE, (table,)), "pdf"))
    assert len(pages) == 2
    second = pages[0].partition("B")[2].count("r")
    if second == 0:
        assert "过次页" not in "".join(pages), "broken between groups"
    else:
        sum_ = money(sum(n + 1 for n in range(second)))
        assert f"过次页{sum_}" in pages[0]
        assert f"承前页{sum_}" in pages[1]


def test_a_balance_is_carried_as_it_last_stood() -> None:
    lines = tuple((same(f"r{n}"), Decimal(n)) for n in range(80))
    table = Table(TITLE, (Column("item", TITLE), Column("b", TITLE, "money")), (Group(lines),), carry={"b": "last"})
    first = words(render(head().page(TITLE, TITLE, (table,)), "pdf"))[0]
    last = first.count("r") - 1
    assert f"过次页{money(Decimal(last))}" in first


@pytest.mark.parametrize(
    ("said", "unit", "rest"),
    [
        ("利润表 2026-09 万元", WAN, "利润表 2026-09"),
        ("资产负债表 单位：千元 2026-09", THOUSAND, "资产负债表 2026-09"),
        ("income statement 2026-09 in thousands", THOUSAND, "income statement 2026-09"),
        ("本月报销 元", YUAN, "本月报销"),
        ("报销 >100元", None, "报销 >100元"),
        ("报销 三万元", None, "报销 三万元"),
    ],
)
def test_units_by_words(said: str, unit: Unit | None, rest: str) -> None:
    assert find_unit(said) == (unit, rest)
