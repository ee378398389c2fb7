"""`guidang books import`: the books of a company, from its ERP and its banks."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import mimetypes
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.access import Person, Right, Role, demand
from archive.errors import FileTooBig, NoSuchPath, Problem, ReaderFailed
from bot.app import House, opened
from bot.book_shapes import plain_problem, plain_remark, understood
from bot.companies import company_code
from config.settings import MB, Settings
from handlers import books
from intake.names import safe_name

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
        book = await books.look(house.ctx, data, path.name, args.kind or "", given, args.period, company)
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
        problem: Problem = NoSuchPath(name=str(path), detail=error.strerror or str(error))
        return said | {"error": plain_problem(problem)}
    except (FileTooBig, ReaderFailed) as error:
        return said | {"error": plain_problem(error)}


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
