"""`guidang rules list | check FILE`: by which rules documents are sorted. `guidang tax-check ID`: ask once more."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from archive import classify
from archive.access import Person, Right
from archive.classify import CategoryRule
from archive.rule_words import condition
from archive.rulebook import Book, Move
from bot.app import House, opened
from bot.commands.asking import account
from bot.commands.reading import readings
from config.settings import Settings
from handlers import check as checking
from handlers import sorting
from handlers.message import Message


async def list_(args: argparse.Namespace, settings: Settings) -> int:
    """Those in force: the company's own with who approved them, then the built-in ones. `--all`: every version."""
    async with opened(settings) as house:
        person = await account(house, args.person, Right.SEARCH, args.company)
        book = await house.ctx.rulebooks.book(person.company)
        told = _versions(book, every=args.all) + [_built_in(rule) for rule in house.ctx.built_in]
    for rule in told:
        if args.json:
            print(json.dumps(rule, ensure_ascii=False))
        else:
            signed = f"  {rule['approved_by']} {str(rule['approved_at'])[:16]}" if rule["approved_by"] else ""
            print(f"{rule['rule']:5} v{rule['version']}  {rule['state']:9} {rule['category']} ← {rule['when']}{signed}")
    return 0


def _versions(book: Book, *, every: bool) -> list[dict[str, Any]]:
    force = {(v.rule, v.version) for v in book.in_force()}
    told = []
    for v in book.versions if every else book.in_force():
        ruling = book.ruling(v)
        state = "in_force" if (v.rule, v.version) in force else ruling.verdict.value if ruling else "waiting"
        if state == "approve":
            state = "retired" if v.move is Move.RETIRE else "replaced"
        told.append({
            "rule": v.rule, "version": v.version, "state": state, "move": v.move.value, "category": v.category,
            "clauses": [{"basis": v.basis.value, "matches": list(v.matches)}], "when": condition(v.basis, v.matches).zh,
            "proposed_by": v.by, "proposed_at": v.at.isoformat(), "ground": v.ground or None,
            "approved_by": ruling.by if ruling else None, "approved_at": ruling.at.isoformat() if ruling else None,
            "reason": ruling.reason or None if ruling else None,
        })  # fmt: skip
    return told


def _built_in(rule: CategoryRule) -> dict[str, Any]:
    return {
        "rule": rule.id, "version": rule.version, "state": "built_in", "move": "add", "category": rule.category,
        "clauses": [{"basis": c.basis.value, "matches": list(c.matches)} for c in rule.clauses],
        "when": "；".join(condition(c.basis, c.matches).zh for c in rule.clauses),
        "proposed_by": None, "proposed_at": None, "ground": None, "approved_by": None, "approved_at": None,
        "reason": None,
    }  # fmt: skip


async def check(args: argparse.Namespace, settings: Settings) -> int:
    """Which rule decides these files, and why; nothing is kept. 1 when one of them can't be read."""
    failed = 0
    async with opened(settings) as house:
        person = await account(house, args.person, Right.SEARCH, args.company)
        for path in args.files:
            for name, reading in readings(path, settings.big_file, settings.trust):
                failed += reading.error is not None
                if reading.error:
                    print(f"{name}: {reading.error.say('zh')}", file=sys.stderr)
                for part, found in enumerate(reading.found):
                    made = await sorting.sort(house.ctx, person.company, found.document)
                    if args.json:
                        said = {"file": name, "part": part, **(classify.plain(made) or {})}
                        print(json.dumps(said, ensure_ascii=False))
                    else:
                        rule = f"{made.rule} v{made.version}" if made.rule else "—"
                        print(f"{name}  {made.category}  {rule}  {made.why.zh} / {made.why.en}")
    return 1 if failed else 0


async def tax_check(args: argparse.Namespace, settings: Settings) -> int:
    """Have the tax authority asked once more about an item; the service that runs asks and renews its card."""
    async with opened(settings) as house:
        person = await account(house, args.person, Right.CHECK)
        said = await _asked(house, person, args.id)
    print(json.dumps(said, ensure_ascii=False) if args.json else said["text"])
    return 0 if said["queued"] else 1


async def _asked(house: House, person: Person, item_id: str) -> dict[str, Any]:
    message = Message(f"tax-check:{item_id}", "cli", "cli", person.id, house.ctx.now(), item_id)
    reply = await checking.check(house.ctx, person, message, item_id)
    text = reply.text.zh if reply.text else ""
    return {"item": item_id.upper(), "queued": house.ctx.tax_checks is not None, "text": text}
