"""What arranging costs: a month of 2,000 vouchers, then further months of it, so that a cost that grows would show.

`python -m bench.arranging [--vouchers 2000] [--months 3]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from archive.books import BookFile, merging
from archive.voucher import Line, Voucher
from bot.app import House, opened
from config.settings import DEFAULT_COMPANIES, Settings
from handlers.kept import due
from handlers.month import carried_out, planned
from storage.verify import Verification

COMPANY = "GD01"


def vouchers(year: int, month: int, count: int) -> list[Voucher]:
    """A month of plain vouchers of two lines."""
    lines = (
        Line("660201", "管理费用/办公费", "支付办公用品采购款", debit=Decimal("1234.56")),
        Line("100201", "银行存款/工商银行7701", "支付办公用品采购款", credit=Decimal("1234.56"), party="S001"),
    )
    return [
        Voucher(year, month, "记", n, lines, date(year, month, 1 + n % 28), 1, "周敏", "郑国强", "郑国强")
        for n in range(1, count + 1)
    ]


async def _books(house: House, month: int, count: int) -> None:
    data = f"journal {month}".encode()
    file = await house.vault.hold(data, f"凭证{month}.csv", "text/csv")
    period = f"2026-{month:02}"
    made = BookFile(COMPANY, file.sha256, file, "vouchers", "bench", "shown", "bench", datetime.now(UTC),
                    periods=(period,))  # fmt: skip
    records = {("vouchers", period): vouchers(2026, month, count)}
    await house.ctx.books.take(made, records, merging(), {})
    await house.vault.settle(file)


async def measure(count: int = 2000, months: int = 3) -> dict[str, Any]:
    """Each month: plan, file, plan again; at the end a walk, what falls due and verify."""
    found: dict[str, Any] = {"vouchers_a_month": count, "months": []}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), companies=DEFAULT_COMPANIES, master_key_file=Path(folder) / "key")
        async with opened(settings) as house:
            for month in range(1, months + 1):
                await _books(house, month, count)
                found["months"].append(await _month(house, f"2026-{month:02}"))
            async with _timed(found, "walk_of_a_month_s"):
                walked = [unit async for unit in house.ctx.units.select(COMPANY, year=2026, month=1, kind="记账凭证")]
            some = walked[:: max(1, len(walked) // 50)]
            async with _timed(found, "find_by_number_s", len(some)):
                for unit in some:
                    await house.ctx.units.find(COMPANY, unit.archive_no)
            async with _timed(found, "due_s"):
                found["due"] = len(await due(house.ctx, COMPANY, date(2026, 12, 31)))
            async with _timed(found, "verify_s"):
                check = Verification(house.db, house.trail, house.vault.original)
                found["faults"] = len([fault async for fault in check.faults()])
    return found


async def _month(house: House, period: str) -> dict[str, Any]:
    made: dict[str, Any] = {"period": period}
    async with _timed(made, "plan_s"):
        plan = await planned(house.ctx, COMPANY, period)
    async with _timed(made, "filed_s"):
        made["units"] = (await carried_out(house.ctx, COMPANY, "bench", plan)).units
    made["ms_a_unit"] = round(made["filed_s"] / max(made["units"], 1) * 1000, 1)
    made["nothing_left"] = (await planned(house.ctx, COMPANY, period)).empty
    return made


@asynccontextmanager
async def _timed(into: dict[str, Any], name: str, times: int = 1) -> AsyncIterator[None]:
    began = time.perf_counter()
    yield
    into[name] = round((time.perf_counter() - began) / max(times, 1), 3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vouchers", type=int, default=2000)
    parser.add_argument("--months", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options.vouchers, options.months)), ensure_ascii=False, indent=1))
