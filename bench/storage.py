"""What keeping costs: sealing and storing against bare GridFS, a document's CPU, and whether 5,000 make it dearer.

python -m bench.storage [--items 5000]; with --items 0 only sealing is measured. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from gridfs.asynchronous import AsyncGridFSBucket

from archive.approval import Case
from archive.document import Document, Kind, Line
from archive.item import FileRef, Item, ItemState
from archive.retention import Term
from archive.trail import Entry
from storage import files, items, mongo, trail
from storage.embedded import Embedded
from storage.keys import master_key
from storage.trail import open_trail
from storage.vault import Vault
from storage.verify import Verification

AT = datetime(2026, 10, 31, 8, tzinfo=UTC)
SIZES = (40_000, 300_000, 5_000_000)  # bytes: an XML invoice, a PDF, a photograph
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Filing:
    """What the step makes: handlers have their own of this shape."""

    item: Item
    case: Case
    entries: tuple[Entry, ...]
    file_it: bool = True
    takes: tuple[FileRef, ...] = ()


async def measure(count: int = 5000) -> dict[str, Any]:
    """Every figure of one run; with `count` 0 only sealing is measured."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with Embedded(Path(folder) / "data") as database:
            found["idle_database_mb"] = round(_memory(database.pid))
            db = mongo.connect(database.uri, "bench")
            await mongo.ensure_indexes(db, files.INDEXES, items.INDEXES, trail.INDEXES)
            keys, _ = await master_key(db, "", Path(folder) / "keys" / "k")
            chain = await open_trail(db, keys, Path(folder) / "keys" / "k.witness")
            vault = Vault(db, keys, chain, term=Term("原始凭证", "会计凭证", 30), zone=ZoneInfo("Asia/Shanghai"))
            found["stored"] = await store(db, vault)
            if count:
                found["kept"] = await keep(vault, database.pid, count)
                found["verified"] = await check(db, chain, vault)
            found["database_mb"] = round(_memory(database.pid))
            await db.client.close()
    return found


async def store(db: mongo.Database, vault: Vault) -> dict[str, Any]:
    """Sealing and storing against uploading the same bytes bare, turn by turn: ms by size, and the ratio of speeds."""
    found: dict[str, Any] = {}
    bare = {"255_kib_chunks": AsyncGridFSBucket(db, "bare"), "1_mib_chunks": AsyncGridFSBucket(db, "wide", files.CHUNK)}
    for size in SIZES:
        data = os.urandom(size)
        times: dict[str, list[float]] = {"sealed": [], **{name: [] for name in bare}}
        for _ in range(30 if size < 1_000_000 else 10):
            times["sealed"].append(await _timed(lambda data=data: vault.hold(data, "a", "b")))  # type: ignore[misc]
            for name, bucket in bare.items():
                times[name].append(
                    await _timed(lambda bucket=bucket, data=data: bucket.upload_from_stream(uuid4().hex, data))  # type: ignore[misc]
                )
        sealed = statistics.median(times["sealed"])
        row = found[f"{size}"] = {"sealed_ms": round(sealed * 1e3, 1)}
        for name in bare:
            plain = statistics.median(times[name])
            row |= {f"bare_{name}_ms": round(plain * 1e3, 1), f"speed_to_{name}": round(plain / sealed, 2)}
    return found


async def keep(vault: Vault, pid: int, count: int) -> list[dict[str, Any]]:
    """take + change(file) of one document after another; wall and CPU (ours, the database's) per document."""
    found: list[dict[str, Any]] = []
    block = max(1, count // 10)
    for start in range(0, count, block):
        held = [await vault.hold(b"%d" % n, "a.xml", "text/xml") for n in range(start, start + block)]
        wall, ours, theirs = time.perf_counter(), time.process_time(), _cpu(pid)
        for n, file in enumerate(held, start):
            item = _item(await vault.new_id(AT), n)
            taken = await vault.take(replace(item, file=file), _case(item), [Entry("p1", "received", item.id, AT)])
            await vault.change(taken.id, _filing)
        found.append(
            {
                "from": start,
                "wall_ms_each": round((time.perf_counter() - wall) / block * 1e3, 1),
                "cpu_ms_each_here": round((time.process_time() - ours) / block * 1e3, 1),
                "cpu_ms_each_in_the_database": round((_cpu(pid) - theirs) / block * 1e3, 1),
            }
        )
    return found


async def check(db: mongo.Database, chain: trail.Trail, vault: Vault) -> dict[str, Any]:
    """A whole verification of what was kept."""
    began = time.perf_counter()
    verification = Verification(db, chain, vault.original)
    faults = [fault async for fault in verification.faults()]
    took = time.perf_counter() - began
    return {
        "items": verification.items,
        "links": verification.links,
        "seconds": round(took, 1),
        "ms_an_item": round(took / verification.items * 1e3, 1),
        "faults": len(faults),
        "mb_here": round(_memory(os.getpid())),
    }


def _item(item_id: str, n: int) -> Item:
    document = Document(
        Kind.EINVOICE, number=f"{n:020d}", date=date(2026, 10, 30), seller_name="上海某某科技有限公司",
        seller_tax_id="91310000MA1FL0000X", total=Decimal("1060.00"), tax=Decimal("60.00"),
        lines=(Line("*信息技术服务*软件服务费", quantity="1", amount="1000.00", rate="6%", tax="60.00"),) * 3,
    )  # fmt: skip
    file = FileRef("", "a.xml", 0, "", "", "text/xml")
    return Item(
        item_id, "GD01", "p1", "sales", file, 0, document, ItemState.PENDING, AT, text="软件服务费 " * 60,
        source=dict.fromkeys(("number", "date", "total", "tax"), "xml"), seen_by=frozenset({"p1"}),
    )  # fmt: skip


def _case(item: Item) -> Case:
    return Case(f"C-{item.id}", item.id, "all", (), AT)


def _filing(item: Item, case: Case) -> Filing:
    return Filing(item, case, (Entry("p2", "archived", item.id, AT, "bench"),))


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _memory(pid: int) -> float:
    """Resident MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _cpu(pid: int) -> float:
    """User and system seconds so far."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICK


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.items)), indent=None if options.json else 1))
