"""Books in the database: a month at a time, in one transaction with the trail; tampering shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from archive.voucher import Voucher
from storage.books import rows_of
from storage.verify import Verification
from tests.house import Scene, button, fresh
from tests.intake.books import journal, workbook


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        yield made


async def _faults(scene: Scene) -> set[tuple[str, str]]:
    checked = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return {(fault.code, fault.where) async for fault in checked.faults()}


async def test_large_months_lie_in_several_documents_and_tampering_shows(scene: Scene) -> None:
    rows = journal()
    for n in range(3, 703):
        rows.append([4, "2026-04-09", "记", n, 1, "660201", "办公费", "x", "", n, ""])
        rows.append([4, "2026-04-09", "记", n, 1, "100201", "工商银行7701", "x", "", "", n])
    shown = await scene.send("zhao", files=[("凭证.xlsx", workbook(rows))])
    await scene.press("zhao", button(shown.cards[0], "book_import"))
    house = scene.house
    assert await house.db.books.count_documents({}) == 3
    found = await house.ctx.books.records("GD01", "vouchers", Voucher, "2026-04")
    assert [v.number for v in found] == list(range(1, 703))
    assert await _faults(scene) == set()
    doc = await house.db.books.find_one({"_id": "GD01|vouchers|2026-04|00001"})
    assert doc
    rows = rows_of(doc)
    rows[0]["attachments"] = 9
    await house.db.books.replace_one({"_id": doc["_id"]}, {**doc, "rows": rows})
    found = await house.ctx.books.records("GD01", "vouchers", Voucher, "2026-04")
    assert 9 in {v.attachments for v in found}  # rows that lie open, as those of before, are read too
    assert await _faults(scene) == {("V22", "GD01|vouchers|2026-04")}
    await house.db.books.delete_many({})
    assert await _faults(scene) == {("V22", "GD01|vouchers|2026-04")}
