"""Building the index anew from the records, and noticing when that is needed."""

from __future__ import annotations

import logging

from archive.errors import IndexBroken, IndexBusy
from archive.item import Item
from bot.app import House

log = logging.getLogger("guidang.indexing")

BATCH = 200


async def rebuild(house: House) -> int:
    """Every record into an empty index; returns how many. Searching goes on with what is there already."""
    await house.index.clear()
    done = 0
    batch: list[Item] = []
    async for item in house.vault.all_items():
        batch.append(item)
        if len(batch) == BATCH:
            done += await _put(house, batch)
            batch = []
    return done + (await _put(house, batch) if batch else 0)


async def mend(house: House) -> None:
    """At a start: an index that is damaged, gone, or holds fewer items than the archive is built anew."""
    try:
        there = await house.index.count()
    except IndexBusy:
        return
    except IndexBroken as broken:
        log.warning("the index is damaged (%s) and is built anew", broken.facts.get("detail"))
        there = -1
    held = await house.vault.how_many()
    if there < held - len(await house.vault.unindexed()):
        log.warning("the index holds %d of %d items and is built anew", max(there, 0), held)
        log.info("index: %d items", await rebuild(house))


async def _put(house: House, batch: list[Item]) -> int:
    await house.index.put(batch)
    await house.vault.mark_indexed(batch)
    return len(batch)
