"""`guidang match`, `guidang reconcile`: what a period of imported books leaves open."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable

from archive.access import Right, demand
from archive.reconcile import Reconciliation, listed
from archive.remark import Remark
from bot.app import House, opened
from bot.book_shapes import plain, plain_reconciliation, plain_remark
from bot.companies import company_code
from config.settings import Settings
from handlers import compared as matching


def _print_remarks(remarks: Iterable[Remark], *, as_json: bool) -> None:
    """One finding a line."""
    for remark in remarks:
        if as_json:
            print(json.dumps(plain_remark(remark), ensure_ascii=False))
        else:
            print(f"{remark.level.value:5} {remark.kind:18} {remark.why.zh}")


async def match(args: argparse.Namespace, settings: Settings) -> int:
    """Every finding of the period, one object a line; with --links the documents found for vouchers too. 0 as well
    when something was found: a left-over is a result.
    """
    async with opened(settings) as house:
        company = company_code(house, args.company)
        await _reader(house, args.person)
        books_ = await matching.ledger(house.ctx, company)
        for period in matching.months(args.period, house.ctx.now().astimezone(settings.zone).date()):
            result = await matching.matched(house.ctx, company, period, books_)
            _print_remarks(result.remarks, as_json=args.json)
            for link in result.links if args.links else ():
                said = {"kind": "linked", "severity": "note", "refs": [link.voucher, link.item, link.number],
                        "why": link.why.zh, "why_en": link.why.en}  # fmt: skip
                print(
                    json.dumps(said, ensure_ascii=False)
                    if args.json
                    else f"{link.voucher} ← {link.item}: {link.why.zh}"
                )
            if not args.json:
                print(
                    f"{period}: {result.vouchers} 张凭证 vouchers, {len(result.remarks)} 处 findings", file=sys.stderr
                )
    return 0


async def reconcile(args: argparse.Namespace, settings: Settings) -> int:
    """余额调节表 of one account at the period's end, one object; 1 when it doesn't come out even."""
    async with opened(settings) as house:
        company = company_code(house, args.company)
        await _reader(house, args.person)
        books_ = await matching.ledger(house.ctx, company)
        period = matching.months(args.period, house.ctx.now().astimezone(settings.zone).date())[-1]
        done = matching.one_account(books_, args.account, period)
    if args.json:
        print(json.dumps(plain_reconciliation(done), ensure_ascii=False))
    else:
        _print_reconciliation(done)
    return 0 if done.difference == 0 else 1


def _print_reconciliation(r: Reconciliation) -> None:
    print(f"银行存款余额调节表  {r.account} / {r.bank_account}  {r.period}  {r.currency}")
    print(f"  账面余额 books {plain(r.books)}   对账单余额 bank {plain(r.bank)}")
    for name, lines in listed(r):
        print(f"  {name.zh} {name.en}: {len(lines)}")
        for line in lines:
            later = f"  → {line.later} {line.later_ref}" if line.later else ""
            print(f"    {line.date}  {line.ref:20} {line.amount:>16,.2f}  {line.words[:40]}{later}")
    print(f"  调节后 adjusted: {plain(r.adjusted_books)} / {plain(r.adjusted_bank)}  差 {plain(r.difference)}")


async def _reader(house: House, wanted: str | None) -> None:
    """Who has an account must have the right to see everything."""
    if wanted:
        demand(await house.people.get(wanted), Right.SEE_ALL)
