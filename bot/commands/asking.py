"""`guidang import | search | show | get | report`: the same handlers as in chat, with a person's rights."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import mimetypes
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from archive.access import Person, Right, Role, demand
from archive.errors import (
    DatabaseDown,
    FileTooBig,
    IndexBusy,
    NoSuchPath,
    NotFound,
    Problem,
)
from archive.item import Item
from archive.trail import Entry
from archive.words import Text
from bot.app import House, opened
from bot.companies import company_code
from config.settings import MB, Settings
from handlers import keep as keeping
from handlers import report as reports
from handlers import search as searching
from handlers import show as showing
from handlers.analysis import names_analysis
from handlers.cards import money
from handlers.financials import names_statement
from handlers.made import Made
from handlers.message import Message
from handlers.standing import plain_standing
from handlers.upload import upload
from intake.names import safe_name
from reports.render import render

#: Reader processes of an import without being asked for more (`readers`): each has 0.4 GB once it reads pictures, and
#: the whole import shall stay below 1.5 GB.
MOST_READERS = 2
_ENDINGS = {".pdf", ".docx", ".xlsx", ".png", ".json"}


async def import_paths(args: argparse.Namespace, settings: Settings) -> int:
    """Each file is taken in as if the person had forwarded it; run again, what is in already is passed over.

    Several are under way at once, on all cores, and told in their order.
    """
    readers = max(settings.readers, min(os.cpu_count() or 1, MOST_READERS))
    async with opened(replace(settings, readers=readers)) as house, house.vault.keeping():
        person = await account(house, args.person, Right.FORWARD)
        files = list(_files(args.paths))
        failed = number = 0
        async for path, said in _all_taken(house, person, files, readers + 1):
            number += 1
            said.pop("problem", None)
            failed += said["status"] == "failed"
            if args.json:
                print(json.dumps(said, ensure_ascii=False), flush=True)
            _progress(number, len(files), path, quiet=args.json or not sys.stderr.isatty())
            if not args.json:
                print(f"{path}: {said['text']}", flush=True)
        with suppress(IndexBusy):  # the service is writing; it catches up within seconds
            await house.vault.index_rest()
        return 1 if failed else 0


async def _all_taken(
    house: House, person: Person, files: Sequence[Path], at_once: int
) -> AsyncIterator[tuple[Path, dict[str, object]]]:
    """What became of each file, in their order; so many are under way, and no more are in memory."""
    rest = iter(files)
    line: deque[tuple[Path, asyncio.Task[dict[str, object]]]] = deque()
    try:
        while True:
            busy = [task for _, task in line if not task.done()]
            for path in itertools.islice(rest, at_once - len(busy)):
                task = asyncio.create_task(_taken(house, person, path))
                line.append((path, task))
                busy.append(task)
            if busy:
                await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
            while line and line[0][1].done():
                path, task = line.popleft()
                yield path, task.result()
            if not line and not busy:
                return
    finally:
        for _, task in line:
            task.cancel()
        await asyncio.gather(*(task for _, task in line), return_exceptions=True)


async def _taken(house: House, person: Person, path: Path) -> dict[str, object]:
    try:
        data = await asyncio.to_thread(_bytes, path, house.settings.big_file)
    except (Problem, OSError) as error:
        text = error.say("zh") if isinstance(error, Problem) else str(error)
        return {"file": str(path), "items": [], "status": "failed", "text": text}
    return await taken_in(house, person, path.name, data) | {"file": str(path)}


async def taken_in(house: House, person: Person, name: str, data: bytes) -> dict[str, object]:
    """What became of one file: taken, already (all of it was in), refused, or failed; with its items and the words.

    `problem` is there when it failed in a way we know. Raises DatabaseDown.
    """
    said: dict[str, object] = {"file": name, "items": [], "status": "failed", "text": ""}
    began = house.ctx.now()
    try:
        digest = hashlib.sha256(data).hexdigest()
        if parts := await _whole(house, person, digest):
            ids = [item.id for item in parts]
            return said | {"items": ids, "status": "already", "text": f"{' '.join(ids)} 已在档案中 already in"}
        name = safe_name(name)
        file = await house.vault.hold(data, name, mimetypes.guess_type(name)[0] or "application/octet-stream")
        # the same file in another run is the same message: what was broken off is finished, not taken for a copy
        message = Message(f"import:{person.id}:{digest}", "cli", "cli", person.id, began, "", (file,))
        reply = await upload(house.ctx, person, message, "")
    except DatabaseDown:
        raise
    except (Problem, OSError) as error:
        if isinstance(error, Problem):
            return said | {"text": error.say("zh"), "problem": error}
        return said | {"text": str(error)}
    except Exception as error:  # the border: one file nobody foresaw must not stop the other thousand
        return said | {"text": f"{type(error).__name__}: {error}"}
    items = await house.vault.items([card.about for card in reply.cards])
    new = any(item.received_at >= began for item in items)
    status = "taken" if new else "already" if items else "refused"
    text = reply.text.zh if reply.text else ""
    return said | {"items": [item.id for item in items], "status": status, "text": text}


async def _whole(house: House, person: Person, digest: str) -> list[Item]:
    """The person's items of a file that is in with all its documents; the first is taken last."""
    known = await house.vault.same_file(person.company, digest)
    if known is None or known.owner != person.id:
        return []
    parts = await house.vault.parts(known.file)
    return parts if parts[0].part == 0 else []


def _bytes(path: Path, limit: int) -> bytes:
    size = path.stat().st_size
    if size > limit:
        raise FileTooBig(name=path.name, size=size // MB, limit=limit // MB)
    return path.read_bytes()


def _files(paths: list[Path]) -> Iterator[Path]:
    """Files as given, and every file in the folders given, by name; hidden ones left out."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        else:
            yield path


def _progress(done: int, of: int, path: Path, *, quiet: bool) -> None:
    if not quiet:
        filled = 24 * done // of
        print(f"\r[{'█' * filled}{'·' * (24 - filled)}] {done}/{of} {path.name[:40]:<40}", end="", file=sys.stderr)
        if done == of:
            print(file=sys.stderr)


async def search(args: argparse.Namespace, settings: Settings) -> int:
    """Everything found, one object a line; 0 also when nothing is found."""
    words, page, shown, total = " ".join(args.words), 0, 0, 0
    async with opened(settings) as house:
        person = await account(house, args.person, Right.SEARCH)
        while page == 0 or shown < total:
            items, total = await searching.find(house.ctx, person, words, page, 100)
            if not items:
                break
            for item in items:
                if args.json:
                    print(json.dumps(showing.plain(item), ensure_ascii=False))
                else:
                    d = item.document
                    print(
                        f"{item.id}  {d.date or '—'}  {item.state.value:9}  {money(item):>16}  {d.seller_name or '—'}"
                    )
            shown, page = shown + len(items), page + 1
    if not args.json:
        print(f"{shown} / {total}", file=sys.stderr)
    return 0


async def show(args: argparse.Namespace, settings: Settings) -> int:
    """The item with its history; the view leaves a trail entry."""
    async with opened(settings) as house:
        person = await account(house, args.person, Right.SEARCH)
        item = await showing.seen(house.ctx, person, args.id.upper())
        await house.trail.add(Entry(person.id, "viewed", item.id, house.ctx.now(), "cli"))
        history = [
            {"at": link.entry.at.isoformat(), "who": link.entry.who, "action": link.entry.action, **link.entry.facts}
            for link in await house.trail.about(item.id)
        ]
        kept = await plain_standing(house.ctx, item.id)
    plain = showing.plain(item) | kept | {"history": history}
    if args.json:
        print(json.dumps(plain, ensure_ascii=False))
        return 0
    for name, value in plain.items():
        if name == "history":
            for entry in history:
                print(f"  {entry['at'][:19]}  {entry['who']:12}  {entry['action']}")
        elif value not in (None, "", []):
            print(f"{name:16} {value}")
    return 0


async def get(args: argparse.Namespace, settings: Settings) -> int:
    """The original, checked against its digests, written to a file."""
    async with opened(settings) as house:
        person = await account(house, args.person, Right.SEARCH)
        _, _, data = await showing.original(house.ctx, person, args.id.upper(), "cli")
    _write(args.out, data)
    return 0


async def report(args: argparse.Namespace, settings: Settings) -> int:
    """The report as a file; its format by --format or the file's ending."""
    ending = args.format or args.out.suffix.lstrip(".").lower() or "pdf"
    if f".{ending}" not in _ENDINGS:
        print(f"格式 format? {', '.join(sorted(e[1:] for e in _ENDINGS))}", file=sys.stderr)
        return 2
    words = " ".join([*args.name, args.period or ""])
    async with opened(settings) as house:
        of_books = names_statement(words) or names_analysis(words)
        person = await account(house, args.person, Right.REPORT, args.company, books=of_books)
        if args.archive:
            demand(person, Right.KEEP)
        made = await reports.build(house.ctx, person, words)
        drawn = made.figures if ending == "json" else b""
        data: bytes = drawn or await house.ctx.offload(render, made.page, ending)
        facts = {"period": made.period.label.zh, "as": ending}
        await house.trail.add(Entry(person.id, "exported", made.key, house.ctx.now(), "cli", facts))
        filed = await _filed(house, person, made) if args.archive else ""
    _write(args.out, data)
    told = {"report": made.key, "period": made.period.label.zh, "documents": made.rows, "file": str(args.out)}
    told |= {"archived": filed} if filed else {}
    print(json.dumps(told, ensure_ascii=False) if args.json else f"{args.out}: {made.rows} {filed}".rstrip())
    return 0


async def _filed(house: House, person: Person, made: Made) -> str:
    """The id of the report as a document of the archive."""
    message = Message(f"cli:{person.id}", "cli", "cli", person.id, house.ctx.now())
    item = await keeping.filed(house.ctx, person, message, made)
    return item.id


def _write(path: Path, data: bytes) -> None:
    """In one step, so that a broken-off run leaves no half file."""
    try:
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise NoSuchPath(name=str(path), detail=error.strerror or str(error)) from error


async def account(
    house: House, wanted: str | None, right: Right, company: str | None = None, *, books: bool = False
) -> Person:
    """The account whose rights apply; it must have this one.

    Without an account: who holds the data folder and its key reads as the archivist does.
    """
    if wanted:
        person = await house.people.get(wanted)
        demand(person, right)
        return person
    code = company or house.settings.companies[0].code
    if books:  # a company whose books were imported is a fonds of its own, set up or not
        return Person("local", "本机 local", frozenset({Role.ARCHIVIST}), company=company_code(house, code))
    if code not in {c.code for c in house.settings.companies}:
        raise NotFound(item=Text(f"公司 {code}", f"company {code}"))
    return Person("local", "本机 local", frozenset({Role.ARCHIVIST}), company=code)
