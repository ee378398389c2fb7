"""Filed documents for the tests of checks and hand-overs, and what an intruder does to them."""

from __future__ import annotations

from datetime import date

from archive.item import Item
from tests.house import Scene, einvoice, zipped


async def filed(scene: Scene, count: int, on: date = date(2026, 4, 21), person: str = "li") -> list[Item]:
    """So many filed invoices, sent as one bundle and approved."""
    bundle = zipped({f"{n:03d}.xml": einvoice(f"{100 + n}.00", on=on) for n in range(count)})
    items = await scene.items(await scene.send(person, files=[(f"{on}.zip", bundle)]))
    for item in items:
        await scene.click("wang", "approve", item.id)
    return [await scene.house.vault.item(item.id) for item in items]


async def spoil(scene: Scene, item: Item) -> None:
    """One bit of the sealed original turned in the database."""
    chunks = scene.house.db["files.chunks"]
    doc = await chunks.find_one({"files_id": item.file.id})
    assert doc is not None
    data = bytearray(doc["data"])
    data[-1] ^= 1
    await chunks.update_one({"_id": doc["_id"]}, {"$set": {"data": bytes(data)}})


async def mend(scene: Scene, item: Item) -> None:
    """And turned back."""
    await spoil(scene, item)
