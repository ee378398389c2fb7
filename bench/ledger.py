"""What statements cost on a million entries: month, drill-down, PDF, memory: `guidang bench ledger`.

The books are made by chance (seeded): 5,000 customers and suppliers, ten kinds of vouchers over 180 accounts,
imported month by month as a file would be, into an embedded database of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from archive.access import Person, Role
from archive.balance import Balance
from archive.books import BookFile, merging
from archive.item import FileRef
from archive.voucher import Line, Voucher
from bot.app import House, opened
from config.settings import read
from handlers import drill, financials
from handlers.message import Message
from reports.render import render

ENTRIES = 1_000_000
MONTHS = [f"2025-{m:02}" for m in range(1, 13)]
NAMES = {
    "1002": "银行存款", "1122": "应收账款", "1403": "原材料", "1405": "库存商品",
    "1601": "固定资产", "1602": "累计折旧",
    "2202": "应付账款", "2211": "应付职工薪酬", "222101": "应交税费_应交增值税", "4001": "实收资本", "4103": "本年利润",
    "6001": "主营业务收入", "6401": "主营业务成本", "6602": "管理费用",
}  # fmt: skip
#: Lines of one voucher: account, side, share of its amount; C and S take one of many parties.
KINDS: tuple[tuple[tuple[str, str, str], ...], ...] = (
    (("1122", "D", "1.13"), ("6001", "C", "1"), ("222101", "C", "0.13")),
    (("1002", "D", "1"), ("1122", "C", "1")),
    (("1403", "D", "1"), ("222101", "D", "0.13"), ("2202", "C", "1.13")),
    (("2202", "D", "1"), ("1002", "C", "1")),
    (("6602", "D", "1"), ("222101", "D", "0.06"), ("1002", "C", "1.06")),
    (("6401", "D", "1"), ("1405", "C", "1")),
    (("1405", "D", "1"), ("1403", "C", "1")),
    (("6602", "D", "1"), ("1602", "C", "1")),
    (("6602", "D", "1"), ("2211", "C", "1")),
    (("2211", "D", "1"), ("1002", "C", "1")),
)


def vouchers(month: str, entries: int, chance: random.Random) -> Iterator[Voucher]:
    """About so many entries of a month; expense and bank accounts have some hundred details."""
    number = made = 0
    while made < entries:
        kind = chance.choice(KINDS)
        number += 1
        cents = Decimal(chance.randrange(100, 10_000_000))
        lines = []
        for account, side, share in kind:
            amount = (cents * Decimal(share)).quantize(Decimal(1)) / 100
            code = f"{account}{chance.randrange(1, 60):02}" if account in ("1002", "6602", "6001") else account
            party = f"{'客户' if account == '1122' else '供应商'}{chance.randrange(2500):04}" if account in (
                "1122", "2202") else ""  # fmt: skip
            debit, credit = (amount, Decimal(0)) if side == "D" else (Decimal(0), amount)
            lines.append(Line(code, NAMES[account], f"业务 {number}", debit, credit, party))
        rest = sum((x.amount for x in lines), Decimal(0))
        if rest:  # a cent of tax
            lines.append(Line("660201", NAMES["6602"], "尾差", max(-rest, Decimal(0)), max(rest, Decimal(0))))
        made += len(lines)
        yield Voucher(int(month[:4]), int(month[5:]), "记", number, tuple(lines), date.fromisoformat(f"{month}-15"))


async def measure(entries: int = ENTRIES) -> dict[str, Any]:
    """Make the books, then measure: seconds, and megabytes of the process."""
    found: dict[str, Any] = {}
    chance = random.Random(6)  # a measurement, not a secret
    async with _house() as house:
        began = time.monotonic()
        company = house.settings.companies[0].code
        table = [Balance("2024-12", "1002", "银行存款", *([Decimal(0)] * 4)), *_opening()]
        await _take(house, company, {("balances", "2024-12"): table}, "balances")
        total = 0
        for month in MONTHS:
            made = list(vouchers(month, entries // 12, chance))
            total += sum(len(v.lines) for v in made)
            await _take(house, company, {("vouchers", month): made}, "vouchers")
            del made
        found |= {"entries": total, "import_s": round(time.monotonic() - began)}
        found |= await _measured(house, company)
    return found | {"peak_mb_with_import": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def _opening() -> list[Balance]:
    rows = {"1601": "50000000", "1602": "-10000000", "4001": "-40000000"}
    return [Balance("2024-12", a, NAMES[a], Decimal(x), Decimal(0), Decimal(0), Decimal(x)) for a, x in rows.items()]


async def _take(house: House, company: str, records: dict[tuple[str, str], list[object]], kind: str) -> None:
    name = next(iter(records))[1]
    file = BookFile(company, f"{kind}{name}", FileRef(f"f{name}", name, 0, "", "", ""), kind, "bench", "shown", "bench",
                    datetime.now(UTC), periods=(name,))  # fmt: skip
    await house.ctx.books.take(file, records, merging(), {})


async def _measured(house: House, company: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    person = Person("bench", "bench", frozenset({Role.ARCHIVIST}), company=company)
    said = Message("1", "cli", "cli", "bench", datetime.now(UTC))
    ctx = house.ctx
    began = time.monotonic()
    await ctx.ledgers.open(company)
    found["cold_s"] = round(time.monotonic() - began, 2)
    for words in ("资产负债表 2025-11", "利润表 2025-11", "现金流量表 2025-11", "资产负债表 2025", "现金流量表 2025"):
        times = []
        for _ in range(5):
            began = time.monotonic()
            got = await financials.asked(ctx, company, words)
            times.append(time.monotonic() - began)
        assert got.statement.sound
        found[words] = round(sorted(times)[2], 3)
    for words in (
        "资产负债表 2025-11 应收账款",
        "1122 2025-11",
        "1122 2025-11 第200页",
        "100207 2025",
        "660203 2025-11",
    ):
        times = []
        for _ in range(5):
            began = time.monotonic()
            await drill.details(ctx, person, said, words)
            times.append(time.monotonic() - began)
        found[f"明细 {words}"] = round(sorted(times)[2], 3)
    began = time.monotonic()
    await drill.voucher(ctx, person, said, "2025-11 记-900")
    found["凭证 2025-11"] = round(time.monotonic() - began, 3)
    page = (await financials.asked(ctx, company, "资产负债表 2025-11")).page(ctx, "bench", "zh")
    render(page, "pdf")
    began = time.monotonic()
    render(page, "pdf")
    found["pdf_s"] = round(time.monotonic() - began, 2)
    return found | {"mb": _memory()}


def _memory() -> int:
    """Megabytes this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


@asynccontextmanager
async def _house() -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(read({}, None, Path(folder), None)) as house:
            yield house


if __name__ == "__main__":
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    print(json.dumps(asyncio.run(measure(entries)), ensure_ascii=False, indent=1))
