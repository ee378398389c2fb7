"""`guidang books export`: a year of a company's imported books in the form auditors and tax offices ask for."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from archive.access import Right, demand
from archive.account import Account
from archive.balance import Balance
from archive.errors import BadValue, NoBooks
from archive.trail import Entry
from archive.voucher import Voucher
from archive.words import Text
from bot.app import House, opened
from bot.companies import company_code
from config.settings import Settings
from reports import gbt24589


async def export(args: argparse.Namespace, settings: Settings) -> int:
    """Writes the files into a folder; an entry in the trail. Raises BadValue, NoBooks."""
    if not (len(args.period) == 4 and args.period.isdecimal()):
        raise BadValue(field=Text("年度", "Year"), value=args.period[:20], hint=Text("例：2026", "e.g. 2026"))
    async with opened(settings) as house:
        company, person = company_code(house, args.company), args.person or "local"
        if args.person:
            asker = await house.people.get(args.person)
            demand(asker, Right.SEE_ALL)
        books = await _books(house, company, int(args.period))
        made = await house.ctx.offload(gbt24589.files, books)
        facts = {"kind": args.format, "period": args.period, "files": " ".join(made)}
        await house.trail.add(Entry(person, "exported", f"books:{company}", house.ctx.now(), "cli", facts))
    await asyncio.to_thread(_write, args.out, made)
    said = {"company": company, "format": args.format, "year": int(args.period), "vouchers": len(books.vouchers),
            "balances": len(books.balances), "accounts": len(books.accounts),
            "files": [str(args.out / name) for name in made]}  # fmt: skip
    print(json.dumps(said, ensure_ascii=False) if args.json else "\n".join(said["files"]))
    return 0


async def _books(house: House, company: str, year: int) -> gbt24589.Books:
    known = next((c for c in house.settings.companies if c.code == company), None)
    vouchers = await house.ctx.books.records(company, "vouchers", Voucher)
    balances = await house.ctx.books.records(company, "balances", Balance)
    accounts = await house.ctx.books.records(company, "accounts", Account)
    mine = [v for v in vouchers if v.year == year]
    if not mine:
        raise NoBooks(company=company)
    told = [b for b in balances if b.period.startswith(f"{year}-")]
    return gbt24589.Books(
        known.name if known else company, known.tax_id if known else "", year, mine, told,
        accounts or _chart(mine, told),
    )  # fmt: skip


def _chart(vouchers: list[Voucher], balances: list[Balance]) -> list[Account]:
    """Of books whose chart was never imported: the accounts they use."""
    names = {x.account: x.account_name for v in vouchers for x in v.lines if x.account}
    names |= {b.account: b.name for b in balances}
    return [Account(code, name, 1 + max(0, len(code) - 4) // 2) for code, name in sorted(names.items())]


def _write(folder: Path, made: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (folder / name).write_bytes(data)
