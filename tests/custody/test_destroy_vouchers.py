"""A voucher's 件 is destroyed with its documents and made papers; killed in the midst, it goes on, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from archive.destroying import Fate
from archive.destruction import State, step
from archive.errors import DestructionElsewhere, KeyMissing, NotFound
from bot.keeping import Keeper
from handlers.custodian import custody_of
from storage.destructions import Destructions
from storage.verify import Verification
from tests.archive.test_destruction import CASE, upto
from tests.house import Scene, button, einvoice, fresh
from tests.intake.books import journal, text

NUMBER = "26339990000088000001"


class Killed(BaseException):
    """The process dies."""


class Deadly:
    """An index at whose call the process dies: the keys are gone by then, and the records."""

    async def remove(self, ids: Sequence[str]) -> None:
        raise Killed


async def _faults(scene: Scene) -> list[tuple[str, str]]:
    checking = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return [(fault.code, fault.where) async for fault in checking.faults()]


async def _filed(scene: Scene) -> str:
    """A month with a voucher that has a document; returns the document's id."""
    item = await scene.forward("li", einvoice("1000.00", number=NUMBER))
    await scene.click("wang", "approve", item.id)
    alone = await scene.forward("li", einvoice("777.00"))  # in the same volume, and stays
    await scene.click("wang", "approve", alone.id)
    shown = await scene.send("zhao", files=[("凭证.csv", text(journal(), "gb18030"))])
    for card in shown.cards:
        if any(c.action == "book_import" for c in card.choices):
            await scene.press("zhao", button(card, "book_import"))
    plan = await scene.send("zhao", "整理 2026-04")
    await scene.press("zhao", button(plan.cards[0], "arrange_file"))
    return item.id


async def test_killed_in_the_midst_it_goes_on(mongo_uri: str, tmp_path: Path) -> None:
    async with fresh(mongo_uri, tmp_path) as scene:
        document = await _filed(scene)
        scene.clock.move(days=365 * 31)
        ctx, ports = scene.house.ctx, custody_of(scene.house.ctx).destructions
        assert isinstance(ports, Destructions)
        units = [unit async for unit in ctx.units.select("GD01", kind="记账凭证")]
        booked = next(unit for unit in units if any(paper.item == document for paper in unit.papers))
        case = await ports.begin(replace(CASE, units=tuple(unit.id for unit in units)), 2056)
        with pytest.raises(DestructionElsewhere):
            await ports.destroy(case.id, booked.id, {}, ctx.now().date(), ctx.now())
        for event in upto(State.EXECUTING).events:
            case = await ports.change(case.id, lambda standing, event=event: step(standing, event))  # type: ignore[misc]

        index, ports._index = ports._index, Deadly()  # type: ignore[assignment]
        with pytest.raises(Killed):
            await Keeper(scene.house).destroy()
        ports._index = index
        stone = await ports.stone(booked.id)
        assert stone is not None
        assert stone.fate is Fate.KEYED
        assert set(stone.papers) == {paper.file.id for paper in booked.papers}, "made papers and documents alike"
        with pytest.raises(KeyMissing):
            await scene.house.vault.original(booked.papers[0].file)

        await Keeper(scene.house).destroy()
        assert (await ports.case(case.id)).state is State.SIGNING_AFTER
        assert {stone.fate for stone in await ports.stones(case.id)} == {Fate.GONE}
        for unit in units:
            done = [link.entry.action for link in await scene.house.trail.about(f"destroyed:{unit.id}")]
            assert done == ["keys_destroyed", "records_destroyed", "unit_destroyed"]
            with pytest.raises(NotFound):
                await ctx.units.find("GD01", unit.archive_no)
        with pytest.raises(NotFound):
            await scene.house.vault.item(document)
        assert await _faults(scene) == []
