"""What arranging costs: a month of 2,000 vouchers, then further months of it, so that a cost that grows would show.

`python -m bench.arranging [--vouchers 2000] [--months 3]`
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from archive.books import BookFile, merging
from archive.voucher import Line, Voucher
from bot.app import House, opened
from config.settings import DEFAULT_COMPANIES, Settings
from handlers.arrange import carried_out, planned
from handlers.kept import due
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


async def run(count: int, months: int) -> None:
    """Each month: plan, file, plan again; at the end a walk, what falls due and verify."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), companies=DEFAULT_COMPANIES, master_key_file=Path(folder) / "key")
        async with opened(replace(settings)) as house:
            for month in range(1, months + 1):
                await _books(house, month, count)
                began = time.perf_counter()
                plan = await planned(house.ctx, COMPANY, f"2026-{month:02}")
                seen = time.perf_counter() - began
                began = time.perf_counter()
                outcome = await carried_out(house.ctx, COMPANY, "bench", plan)
                took = time.perf_counter() - began
                began = time.perf_counter()
                again = await planned(house.ctx, COMPANY, f"2026-{month:02}")
                print(
                    f"2026-{month:02}: plan {seen:.2f} s, {outcome.units} units filed in {took:.1f} s "
                    f"({took / max(outcome.units, 1) * 1000:.1f} ms each), "
                    f"again {time.perf_counter() - began:.2f} s, empty {again.empty}",
                    flush=True,
                )
            began = time.perf_counter()
            walked = [unit async for unit in house.ctx.units.select(COMPANY, year=2026, month=1, kind="记账凭证")]
            print(f"walk of one month, {len(walked)} units: {time.perf_counter() - began:.2f} s")
            began = time.perf_counter()
            for unit in walked[:: max(1, len(walked) // 50)]:
                await house.ctx.units.find(COMPANY, unit.archive_no)
            print(f"find by number: {(time.perf_counter() - began) / 50 * 1000:.1f} ms each")
            began = time.perf_counter()
            found = await due(house.ctx, COMPANY, date(2026, 12, 31))
            print(f"due this year: {len(found)} in {time.perf_counter() - began:.3f} s")
            began = time.perf_counter()
            faults = [f async for f in Verification(house.db, house.trail, house.vault.original).faults()]
            print(f"verify: {len(faults)} faults in {time.perf_counter() - began:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vouchers", type=int, default=2000)
    parser.add_argument("--months", type=int, default=3)
    args = parser.parse_args()
    asyncio.run(run(args.vouchers, args.months))


if __name__ == "__main__":
    main()
