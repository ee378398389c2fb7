"""The database is killed at random moments while items come and are decided: what was acknowledged is there, once.

GUIDANG_KILLS sets the number of kills (3 unless told).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

from archive.approval import Case
from archive.errors import AlreadyDecided, DatabaseDown
from archive.item import Item
from storage import mongo
from storage.embedded import Embedded
from storage.verify import Verification
from tests.storage.kept import Archive, Made, open_archive, step

KILLS = int(os.environ.get("GUIDANG_KILLS", "3"))


async def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    back = asyncio.Event()
    async with Embedded(tmp_path / "data", back.set) as database:
        db = mongo.connect(database.uri, "kill")
        archive = await open_archive(db, tmp_path)
        kept: dict[str, list[Item]] = {}
        stop = asyncio.Event()
        workers = [asyncio.create_task(work(archive, n, kept, stop)) for n in range(3)]
        chance = random.Random(7)
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.1, 0.8))
            back.clear()
            os.kill(database.pid, signal.SIGKILL)
            await asyncio.wait_for(back.wait(), 120)
        before = len(kept)
        await asyncio.sleep(2)
        stop.set()
        await asyncio.gather(*workers)
        assert len(kept) > before  # it works again after the last kill
        await check(archive, kept)
        await db.client.close()


async def work(archive: Archive, worker: int, kept: dict[str, list[Item]], stop: asyncio.Event) -> None:
    """Send and file one document after another; what the vault acknowledged is noted in `kept`."""
    n = 0
    while not stop.is_set():
        n += 1
        number = f"{worker}-{n}"
        try:
            item = await archive.put(number)
            kept[number] = [item]
            kept[number].append((await archive.vault.change(item.id, once)).item)
        except DatabaseDown:  # not acknowledged: the sender would try again
            await asyncio.sleep(0.1)


def once(item: Item, case: Case) -> Made:
    """A second run of a step that was committed would show here."""
    if item.filed:
        raise AlreadyDecided(item=item.id, who="p2", verdict="filed", when="before")
    return step(item, case, "archived", file_it=True)


async def check(archive: Archive, kept: dict[str, list[Item]]) -> None:
    there = {item.document.number: item async for item in archive.vault.all_items()}
    assert len(there) == await archive.db.items.count_documents({})
    for number, versions in kept.items():
        assert there[number].version >= versions[-1].version
        links = await archive.trail.about(versions[0].id)
        assert [link.entry.action for link in links] == ["received", "archived"][: there[number].version]
    numbers = sorted(item.filed.archive_no for item in there.values() if item.filed)
    assert numbers == [f"GD01-KJ·PZ·2026·D30-0010-{n:04d}" for n in range(1, len(numbers) + 1)]
    verification = Verification(archive.db, archive.trail, archive.vault.original)
    assert [fault async for fault in verification.faults()] == []
    assert verification.items == len(there)
