"""Checking what is kept, and packing it: units a second and memory, at 100 kB a document.

python -m bench.custody [--items 10000]. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from archive import numbering
from archive.access import Person, Role
from archive.approval import Case
from archive.document import Document, Kind, Line
from archive.four_properties.verdict import Stage
from archive.item import Filed, Item, ItemState
from archive.selection import Selection
from archive.trail import Entry
from bot.app import House, opened
from bot.signing import Signer
from config.settings import DEFAULT_COMPANIES, DEFAULT_RULES, Settings
from handlers.custodian import custody_of
from handlers.inspecting import begin, work_off
from handlers.packing import pack
from storage.package_folder import PackageFolder
from storage.shelf import lone_row

CLASS = numbering.class_no("GD01", numbering.VOUCHERS, 2026, "D30")
SIZE = 100_000  # bytes of a document
AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


async def measure(items: int = 1000) -> dict[str, Any]:
    """A full check of the stage 移交接收 over so many documents."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(settings_in(Path(folder))) as house:
            await filled(house, items)
            found = {"items": items, "size": SIZE, "check": await check(house)}
            return found | {"package": await package(house, Path(folder) / "package")}


def settings_in(folder: Path) -> Settings:
    """The embedded default, in a folder of its own."""
    return Settings(data=folder / "data", companies=DEFAULT_COMPANIES, rules=DEFAULT_RULES)


async def filled(house: House, count: int, size: int = SIZE) -> None:
    """So many filed XML documents of this size, straight into the vault."""
    for n in range(count):
        padding = os.urandom(size // 2 - 400).hex()
        data = f'<?xml version="1.0"?><EInvoice n="{n}"><Pad>{padding}</Pad></EInvoice>'.encode()
        file = await house.vault.hold(data, f"发票{n}.xml", "application/xml")
        item_id = await house.vault.new_id(AT)
        document = Document(
            Kind.EINVOICE, number=f"2633{n:016d}", date=date(2026, 1 + n % 2, 1 + n % 28),
            seller_name="样例商贸有限公司",
            total=Decimal("100.00"), lines=(Line("办公用品"),),
        )  # fmt: skip
        month = 1 + n % 2
        number = numbering.archive_no(CLASS, *numbering.place(month, n // 2 + 1))
        filed = Filed(number, AT, 2026, month, "会计凭证", "30年", date(2056, 12, 31))
        item = Item(
            item_id, "GD01", "li", "销售部", file, 0, document, ItemState.ARCHIVED, AT, f"desk:{n}", filed=filed
        )  # fmt: skip
        await house.vault.take(item, Case(item_id, item_id, "一般", (), AT), [Entry("li", "received", item_id, AT)])
        await house.db.shelf.insert_one(lone_row(item))


async def check(house: House) -> dict[str, Any]:
    """Items a second, CPU seconds of this process, and its memory before and after."""
    custody = custody_of(house.ctx)
    first = await begin(house.ctx, custody, "bench", Stage.KEEPING, Decimal("0.02"), Selection("GD01"))
    await work_off(house.ctx, custody, first)  # the workers are made
    before, cpu = memory(), time.process_time()
    began = time.perf_counter()
    run = await begin(house.ctx, custody, "bench", Stage.TRANSFER, Decimal(1), Selection("GD01"))
    run = await work_off(house.ctx, custody, run)
    took = time.perf_counter() - began
    return {
        "checked": run.checked, "failed": run.failed, "items_a_second": round(run.checked / took, 1),
        "seconds": round(took, 1), "cpu_main": round(time.process_time() - cpu, 1),
        "memory_mb": [round(before), round(memory())], "load": os.getloadavg()[0],
    }  # fmt: skip


async def package(house: House, place: Path) -> dict[str, Any]:
    """Everything as one package: seconds, and this process's memory before, at its highest and after."""
    signer, person = Signer(house.key), Person("bench", "测量", frozenset({Role.ARCHIVIST}), company="GD01")
    before, cpu, highest = memory(), time.process_time(), [0.0]

    async def watch() -> None:
        while True:
            highest[0] = max(highest[0], memory())
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    began = time.perf_counter()
    folder = PackageFolder(place, signer.sign)
    made = await pack(house.ctx, custody_of(house.ctx), person, Selection("GD01"), folder, key=signer.fingerprint)
    took = time.perf_counter() - began
    watching.cancel()
    return {
        "units": made.units, "files": made.written.files, "mb": round(made.written.size / 1e6),
        "seconds": round(took, 1),
        "units_a_second": round(made.units / took, 1), "cpu_main": round(time.process_time() - cpu, 1),
        "memory_mb": [round(before), round(highest[0]), round(memory())], "load": os.getloadavg()[0],
    }  # fmt: skip


def memory() -> float:
    """Resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1000)
    print(json.dumps(asyncio.run(measure(parser.parse_args().items)), indent=1))
