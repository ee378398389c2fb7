"""联查 from every end: voucher, invoice number, item, bank line; gaps are told; nothing of another company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from archive.bank_line import BankLine
from tests.handlers.test_statements import BALANCES, TABLE
from tests.house import Scene, button, einvoice, facts, fresh, words
from tests.intake.books import journal, statement, text, workbook

NUMBER = "26339990000088000001"


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        for name, data in (("凭证.xlsx", workbook(journal())), ("工行流水.csv", text(statement())),
                           ("科目余额表_2026-03.csv", text([BALANCES, *TABLE]))):  # fmt: skip
            shown = await made.send("zhao", files=[(name, data)])
            await made.press("zhao", button(shown.cards[0], "book_import"))
        yield made


async def test_both_ways(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("1000.00", number=NUMBER, on=date(2026, 4, 2)))
    await scene.click("wang", "approve", item.id)
    by_voucher = await scene.send("zhou", "联查 记-1 2026-04")
    told = facts(by_voucher)
    assert item.id in told, told
    assert NUMBER in told
    assert "王芳 通过" in told
    assert "报表项目" in told
    for end in (NUMBER, item.id, item.id.lower()):
        assert facts(await scene.send("zhou", f"联查 {end}")) == told
    assert "viewed" in (await scene.history("books:GD01"))[-1]
    assert "A01" in words(await scene.send("li", "联查 记-1 2026-04"))
    for end in ("记-1 2026-04", NUMBER, item.id):
        assert item.id not in facts(await scene.send("lu", f"联查 {end}"))
    assert "S03" in words(await scene.send("zhou", "联查 记-999 2026-04"))
    assert "S03" in words(await scene.send("zhou", "联查 没有的号"))


async def test_from_the_bank(scene: Scene) -> None:
    lines = await scene.house.ctx.books.records("GD01", "bank", BankLine)
    found = [line for line in lines if line.serial]
    assert found
    reached = [facts(await scene.send("zhou", f"联查 {line.serial}")) for line in found]
    assert any(line.serial in told for line, told in zip(found, reached, strict=True))
