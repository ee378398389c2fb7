"""`guidang books import`, `guidang match`, `guidang reconcile`: the books of a company, from its ERP and its banks."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import hashlib
import json
import mimetypes
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from archive.access import Person, Right, Role, demand
from archive.errors import FileTooBig, Problem, ReaderFailed
from archive.reconcile import Reconciliation, listed
from archive.remark import Remark
from archive.voucher import Voucher
from bot.app import House, opened
from config.settings import MB, Settings
from handlers import books
from handlers import compared as matching
from intake.names import safe_name
from intake.sheet.book import Book

_SETTLED = ("imported", "already", "preview")


async def import_books(args: argparse.Namespace, settings: Settings) -> int:
    """Each file: what was understood and what is wrong; imported once its mapping is confirmed. 1 when any failed.

    Nothing of a file is kept before somebody has confirmed the mapping of its form (`--yes`, or a yes at the terminal).
    Run again, what is in is passed over: a run that was broken off goes on.
    """
    async with opened(settings) as house, house.vault.keeping():
        company = company_code(house, args.company)
        person = await _person(house, args.person, company)
        failed = 0
        for path in args.files:
            said = await _imported(house, person, company, path, args)
            failed += said["status"] not in _SETTLED
            if args.json:
                print(json.dumps(said, ensure_ascii=False), flush=True)
            else:
                _print(said)
        return 1 if failed else 0


async def _imported(house: House, person: Person, company: str, path: Path, args: argparse.Namespace) -> dict[str, Any]:
    said: dict[str, Any] = {"file": str(path), "company": company, "status": "failed", "error": None}
    try:
        data = await asyncio.to_thread(_bytes, path, house.settings.big_file)
        digest = hashlib.sha256(data).hexdigest()
        standing = await house.ctx.books.file(f"{company}|{digest}")
        given = dict(_pair(each) for each in args.map)
        book = await books.look(house.ctx, data, path.name, args.kind or "", given, args.period)
        said |= understood(book, rows=args.json)
        said |= {"company": company, "known_company": company in {c.code for c in house.settings.companies}}
        if book.error:
            return said
        if standing and standing.state == "imported" and not args.replace:
            return said | {"status": "already", "counts": dict(standing.counts)}
        confirmed = await house.ctx.books.confirmed(company, book.source)
        said["confirmed"] = confirmed or args.yes
        wrong = books.unreadable(book)
        if wrong and not args.anyway:
            return said | {"status": "unreadable"}
        if not (confirmed or args.yes or _asked(said, args)):
            return said | {"status": "preview"}
        media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        file = await house.vault.hold(data, safe_name(path.name), media)
        done, remarks = await books.keep(house.ctx, person, company, file, book, replaces=args.replace)
        said["findings"] += [plain_remark(remark) for remark in remarks]
        return said | {"status": "imported", "confirmed": True, "counts": dict(done.counts)}
    except OSError as error:
        problem: Problem = ReaderFailed(name=path.name, detail=error.strerror or str(error))
        return said | {"error": plain_problem(problem)}
    except (FileTooBig, ReaderFailed) as error:
        return said | {"error": plain_problem(error)}


def understood(book: Book, *, rows: bool) -> dict[str, Any]:
    """The book as plain values: its mapping, totals, findings and, with `rows`, every record."""
    vouchers = [r for r in book.records if isinstance(r, Voucher)]
    said: dict[str, Any] = {
        "kind": book.kind.value if book.kind else None,
        "source": book.source,
        "sheet": book.sheet,
        "encoding": book.encoding,
        "header_row": book.header_row,
        "mapping": dict(book.mapping),
        "unmapped": list(book.unmapped),
        "banner_company": book.company,
        "periods": list(book.periods),
        "data_rows": book.rows,
        "records": len(book.records),
        "findings": [plain_remark(remark) for remark in book.remarks],
        "error": plain_problem(book.error) if book.error else None,
    }
    if vouchers:
        lines = [line for v in vouchers for line in v.lines]
        said["vouchers"], said["lines"] = len(vouchers), len(lines)
        said["debit"] = f"{sum((x.debit for x in lines), Decimal(0)):.2f}"
        said["credit"] = f"{sum((x.credit for x in lines), Decimal(0)):.2f}"
    if rows:
        said["rows"] = [plain_record(record) for record in book.records]
    return said


def plain_record(record: Any) -> dict[str, Any]:
    """A record as plain values; a voucher with its name and kind."""
    plain: dict[str, Any] = _plain(record)
    if isinstance(record, Voucher):
        return {"ref": record.ref, "kind": record.kind.value, **plain}
    return plain


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def plain_remark(remark: Remark) -> dict[str, Any]:
    """kind, severity, refs, why; and the row of the file, where it is about one."""
    return {
        "kind": remark.kind,
        "severity": remark.level.value,
        "refs": list(remark.refs),
        "why": remark.why.zh,
        "why_en": remark.why.en,
        "row": remark.row or None,
    }


def plain_problem(problem: Problem) -> dict[str, str]:
    """Its code and both languages."""
    return {"code": problem.code, "zh": problem.say("zh"), "en": problem.say("en")}


def company_code(house: House, named: str) -> str:
    """The code of a company named by code or name; an unknown name stands for itself, a fonds of its own."""
    for company in house.settings.companies:
        if named in (company.code, company.name):
            return company.code
    return named.replace("|", " ").replace("~", " ").strip()[:80]


async def _person(house: House, wanted: str | None, company: str) -> Person:
    """The account whose rights apply; without one, who holds the data folder and its key imports as the archivist."""
    if wanted:
        person = await house.people.get(wanted)
        demand(person, Right.BOOKS)
        return person
    return Person("local", "本机 local", frozenset({Role.ARCHIVIST}), company=company)


def _pair(words: str) -> tuple[str, str]:
    heading, _, field = words.rpartition("=")
    return heading.strip(), field.strip()


def _bytes(path: Path, limit: int) -> bytes:
    size = path.stat().st_size
    if size > limit:
        raise FileTooBig(name=path.name, size=size // MB, limit=limit // MB)
    return path.read_bytes()


def _asked(said: dict[str, Any], args: argparse.Namespace) -> bool:
    """At a terminal the mapping is shown and a yes is waited for."""
    if args.json or not sys.stdin.isatty():
        return False
    _print(said | {"status": "preview"})
    return input("这样理解对吗 is this right? [y/N] ").strip().lower() in ("y", "yes", "是", "对")


def _print(said: Mapping[str, Any]) -> None:
    error = said["error"]
    print(f"{said['file']}: {said['status']}" + (f"  {error['zh']}" if error else ""))
    if error or not said.get("kind"):
        return
    where = " ".join(filter(None, (said["sheet"], said["encoding"])))
    periods = said["periods"]
    stretch = f"{periods[0]} – {periods[-1]}" if periods else ""
    print(f"  {said['kind']}  {where}  {said['records']} 条 records  {stretch}")
    print("  " + "  ".join(f"{heading}→{field}" for heading, field in said["mapping"].items()))
    if said["unmapped"]:
        print("  未用 not used: " + "  ".join(said["unmapped"]))
    for finding in said["findings"][:20]:
        print(f"  ! {finding['why']}")
    if counts := said.get("counts"):
        print("  " + "  ".join(f"{name} {count}" for name, count in counts.items()))
    if said["status"] == "preview":
        print("  没有导入；看过没问题，请加 --yes。Nothing was imported; add --yes if this is right.")


def print_remarks(remarks: Iterable[Remark], *, as_json: bool) -> None:
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
            print_remarks(result.remarks, as_json=args.json)
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


def plain_reconciliation(r: Reconciliation) -> dict[str, Any]:
    """Balances, the four lists by their Chinese names, the adjusted balances, and each pair with its reason."""
    plain: dict[str, Any] = {
        "account": r.account,
        "bank_account": r.bank_account,
        "period": r.period,
        "currency": r.currency or "CNY",
        "balance_per_books": _plain(r.books),
        "balance_per_bank": _plain(r.bank),
        "books_derived": r.books_derived,
    }
    for name, lines in listed(r):
        plain[name.zh.replace("、", "")] = [_plain(line) for line in lines]
    plain |= {
        "adjusted_balance": _plain(r.adjusted_books),
        "adjusted_books": _plain(r.adjusted_books),
        "adjusted_bank": _plain(r.adjusted_bank),
        "difference": _plain(r.difference),
        "matched": [
            {
                "vouchers": [line.ref for line in pair.book],
                "serials": [line.ref for line in pair.bank],
                "amount": _plain(sum((line.amount for line in pair.book), Decimal(0))),
                "why": pair.why.zh,
                "why_en": pair.why.en,
            }
            for pair in r.pairs
        ],
    }
    return plain


def _print_reconciliation(r: Reconciliation) -> None:
    print(f"银行存款余额调节表  {r.account} / {r.bank_account}  {r.period}  {r.currency}")
    print(f"  账面余额 books {_plain(r.books)}   对账单余额 bank {_plain(r.bank)}")
    for name, lines in listed(r):
        print(f"  {name.zh} {name.en}: {len(lines)}")
        for line in lines:
            later = f"  → {line.later} {line.later_ref}" if line.later else ""
            print(f"    {line.date}  {line.ref:20} {line.amount:>16,.2f}  {line.words[:40]}{later}")
    print(f"  调节后 adjusted: {_plain(r.adjusted_books)} / {_plain(r.adjusted_bank)}  差 {_plain(r.difference)}")


async def _reader(house: House, wanted: str | None) -> None:
    """Who has an account must have the right to see everything."""
    if wanted:
        demand(await house.people.get(wanted), Right.SEE_ALL)
