"""An index that is gone or damaged is noticed at the start and built anew from the records."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from bot.indexing import mend, rebuild
from tests.house import drop, einvoice, settings_for, standing


@pytest.mark.parametrize("loss", ["gone", "damaged"])
async def test_it_is_built_anew(mongo_uri: str, tmp_path: Path, loss: str) -> None:
    settings = settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}")
    async with standing(settings) as scene:
        items = [await scene.forward("li", einvoice(total)) for total in ("318.00", "424.00")]
        await scene.house.vault.index_rest()
    if loss == "gone":
        shutil.rmtree(tmp_path / "index")
    else:
        for file in (tmp_path / "index").glob("*.store"):
            file.write_bytes(file.read_bytes()[:-9] + b"damaged!!")
    async with standing(settings) as scene:
        await mend(scene.house)
        assert await scene.house.index.count() == 2
        reply = await scene.send("li", "查 424")
        assert [card.title.zh[:10] for card in reply.cards] == [items[1].id]
        assert await rebuild(scene.house) == 2
    await drop(settings)


async def test_a_whole_index_is_left_alone(mongo_uri: str, tmp_path: Path) -> None:
    settings = settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}")
    async with standing(settings) as scene:
        await scene.forward("li", einvoice("318.00"))
        await scene.house.vault.index_rest()
        before = sorted(p.name for p in (tmp_path / "index").glob("*.store"))
        await mend(scene.house)
        assert sorted(p.name for p in (tmp_path / "index").glob("*.store")) == before
    await drop(settings)
