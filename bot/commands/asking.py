"""`guidang import | search | show | get | report`: the same handlers as in chat, with a person's rights."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from archive.access import Person, Role
from archive.errors import AccountDisabled, FileTooBig, NotFound, Problem, ReaderFailed
from archive.trail import Entry
from archive.words import Text
from bot.app import House, opened
from bot.dispatch import answer
from config.settings import MB, Settings
from handlers import report as reports
from handlers import search as searching
from handlers import show as showing
from handlers.cards import money
from handlers.message import Message
from reports.render import render

_ENDINGS = {".pdf", ".docx", ".xlsx", ".png", ".json"}


async def import_paths(args: argparse.Namespace, settings: Settings) -> int:
    """Each file is taken in as if the person had forwarded it; run again, what is in already is passed over."""
    async with opened(settings) as house:
        person = await _person(house, args.person)
        files = list(_files(args.paths))
        failed = 0
        for number, path in enumerate(files, 1):
            said = await _taken_in(house, person, path)
            failed += said["status"] == "failed"
            if args.json:
                print(json.dumps(said, ensure_ascii=False), flush=True)
            _progress(number, len(files), path, quiet=args.json or not sys.stderr.isatty())
            if not args.json:
                print(f"{path}: {said['text']}", flush=True)
        await house.vault.index_rest()
        return 1 if failed else 0


async def _taken_in(house: House, person: Person, path: Path) -> dict[str, object]:
    said: dict[str, object] = {"file": str(path), "items": [], "status": "failed", "text": ""}
    try:
        data = await asyncio.to_thread(_bytes, path, house.settings.big_file)
        file = await house.vault.hold(data, path.name, "application/octet-stream")
        known = await house.vault.same_file(person.company, file.sha256)
        if known and known.owner == person.id:
            return said | {"items": [known.id], "status": "already", "text": f"{known.id} 已在档案中 already in"}
        message = Message(f"import:{person.id}:{file.id}", "cli", "cli", person.id, house.ctx.now(), "", (file,))
        reply = await answer(house.ctx, message)
    except (Problem, OSError) as error:
        text = error.say("zh") if isinstance(error, Problem) else str(error)
        return said | {"text": text}
    ids = [card.about for card in reply.cards]
    status = "taken" if ids else "refused"
    return said | {"items": ids, "status": status, "text": reply.text.zh if reply.text else ""}


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
        person = await _person(house, args.person)
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
        person = await _person(house, args.person)
        item = await showing.seen(house.ctx, person, args.id.upper())
        await house.trail.add(Entry(person.id, "viewed", item.id, house.ctx.now(), "cli"))
        history = [
            {"at": link.entry.at.isoformat(), "who": link.entry.who, "action": link.entry.action, **link.entry.facts}
            for link in await house.trail.about(item.id)
        ]
    plain = showing.plain(item) | {"history": history}
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
        person = await _person(house, args.person)
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
        person = await _person(house, args.person, args.company)
        made = await reports.build(house.ctx, person, words)
        data: bytes = await house.ctx.offload(render, made.page, ending)
        facts = {"period": made.period.label.zh, "as": ending}
        await house.trail.add(Entry(person.id, "exported", made.key, house.ctx.now(), "cli", facts))
    _write(args.out, data)
    told = {"report": made.key, "period": made.period.label.zh, "documents": made.rows, "file": str(args.out)}
    print(json.dumps(told, ensure_ascii=False) if args.json else f"{args.out}: {made.rows}")
    return 0


def _write(path: Path, data: bytes) -> None:
    """In one step, so that a broken-off run leaves no half file."""
    try:
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise ReaderFailed(name=str(path), detail=error.strerror or str(error)) from error


async def _person(house: House, wanted: str | None, company: str | None = None) -> Person:
    """The account whose rights apply. Without one: who holds data folder and key reads as the archivist does."""
    if wanted:
        person = await house.people.get(wanted)
        if person.disabled:
            raise AccountDisabled()
        return person
    code = company or house.settings.companies[0].code
    if code not in {c.code for c in house.settings.companies}:
        raise NotFound(item=Text(f"公司 {code}", f"company {code}"))
    return Person("local", "本机 local", frozenset({Role.ARCHIVIST}), company=code)
