"""`guidang verify | reindex | people | bench`: what keeps the archive sound."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.access import Role
from archive.errors import BadValue, NotFound
from archive.words import Text, same
from bot.app import House, opened
from bot.indexing import rebuild
from config.settings import Settings
from handlers.link import PLATFORMS
from storage.identities import Identity
from storage.people import LOCAL
from storage.verify import Verification


async def verify(args: argparse.Namespace, settings: Settings) -> int:
    """Every digest, every trail link, every record against its file. 1 when anything is wrong, each fault named."""
    faults = []
    async with opened(settings) as house:
        check = Verification(house.db, house.trail, house.vault.original, _shown if sys.stderr.isatty() else None)
        async for fault in check.faults():
            faults.append({"code": fault.code, "where": fault.where, "zh": fault.text.zh, "en": fault.text.en})
            if not args.json:
                print(f"{fault.code} {fault.text.zh}", flush=True)
        checked = {
            "items": check.items, "files": check.files, "reports": check.made, "links": check.links,
            "people": check.people,
        }  # fmt: skip
    if args.json:
        print(json.dumps({"ok": not faults, "checked": checked, "faults": faults}, ensure_ascii=False))
    else:
        done = (
            f"{checked['items']} 件 items, {checked['files']} 原件 originals, "
            f"{checked['reports']} 报表文件 report files, {checked['links']} 操作记录 trail entries, "
            f"{checked['people']} 人 people"
        )
        print(f"{'✗' if faults else '✓'} {done}, {len(faults)} 处不符 faults")
    return 1 if faults else 0


def _shown(what: str, done: int, of: int) -> None:
    print(f"\r{what} {done}/{of} ", end="", file=sys.stderr)


async def reindex(args: argparse.Namespace, settings: Settings) -> int:
    """The index anew from the records; searching goes on meanwhile with what is there already."""
    async with opened(settings) as house:
        done = await rebuild(house)
    print(json.dumps({"indexed": done}) if args.json else f"{done} 件已重建索引 indexed")
    return 0


async def people(args: argparse.Namespace, settings: Settings) -> int:
    """Accounts: add (or renew the link of), list, disable, enable."""
    async with opened(settings) as house:
        if args.action == "list":
            for person in await house.people.all():
                _say_person(args, {"id": person.id, "name": person.name, "roles": sorted(person.roles),
                                   "department": person.department, "company": person.company,
                                   "lang": person.lang, "disabled": person.disabled,
                                   "until": person.until.isoformat() if person.until else None})  # fmt: skip
            return 0
        if args.action == "add":
            return await _add(house, args)
        if args.action in ("code", "links", "link", "unlink"):
            return await _links(house, args)
        change = house.people.disable if args.action == "disable" else house.people.enable
        person = await change(args.id)
        _say_person(args, {"id": person.id, "disabled": person.disabled})
    return 0


async def _links(house: House, args: argparse.Namespace) -> int:
    """Which platform accounts are whose."""
    if args.action == "unlink":
        _say_person(args, {"id": await house.identities.unlink(args.account, LOCAL.who), "unlinked": args.account})
        return 0
    person = await house.people.get(args.id)
    if args.action == "code":
        _say_person(args, {"id": person.id, "code": await house.identities.code(person.id)})
    elif args.action == "link":
        await house.identities.link(person.id, _identity(args.account), LOCAL.who)
        _say_person(args, {"id": person.id, "linked": args.account})
    else:
        for each in await house.identities.of(person.id):
            _say_person(args, {"id": person.id, "account": each.key, "name": each.name})
    return 0


def _identity(words: str) -> Identity:
    parts = words.split(":", 2)
    if len(parts) != 3 or not all(parts) or parts[0] not in PLATFORMS:
        hint = Text("写成 平台:租户:用户，平台为 ", "Write CHANNEL:TENANT:USER, the channel one of ") + same(
            ", ".join(PLATFORMS)
        )
        raise BadValue(field=Text("平台账号", "account"), value=words, hint=hint)
    return Identity(*parts)


async def _add(house: House, args: argparse.Namespace) -> int:
    """Somebody new needs a name; for a known account the given roles and department are set and a link is made."""
    roles = _roles(args.roles) if args.roles else None
    until = _end_of(args.until, house.settings.zone) if args.until else None
    try:
        await house.people.get(args.id)
        new = False
    except NotFound:
        new = True
    if new:
        person = await house.people.add(
            args.name or args.id, roles or {Role.EMPLOYEE}, company=args.company or house.settings.companies[0].code,
            department=args.department, lang=args.lang, id=args.id, email=args.email or "",
            until=until,
        )  # fmt: skip
    else:  # with nothing but --link too: that a link was made belongs into the trail
        person = await house.people.change(
            args.id, name=args.name or "", roles=roles, department=args.department or None, email=args.email,
            until=until,
        )  # fmt: skip
    said: dict[str, object] = {"id": person.id, "name": person.name, "roles": sorted(person.roles)}
    if args.link or new:
        secret = await house.accounts.link(person.id)
        said["link"] = f"{house.settings.address}/link/{secret}"
    _say_person(args, said)
    return 0


def _end_of(day: str, zone: ZoneInfo) -> datetime:
    """The end of that day there, in UTC. Raises BadValue."""
    try:
        last = date.fromisoformat(day)
    except ValueError as error:
        hint = Text("例：2026-12-31", "e.g. 2026-12-31")
        raise BadValue(field=Text("到期日", "until"), value=day[:20], hint=hint) from error
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def _roles(words: str) -> set[Role]:
    try:
        return {Role(word.strip()) for word in words.split(",")}
    except ValueError as error:
        hint = Text("可用：" + "、".join(Role), "one of: " + ", ".join(Role))
        raise BadValue(field=Text("角色", "roles"), value=words, hint=hint) from error


def _say_person(args: argparse.Namespace, person: dict[str, object]) -> None:
    if args.json:
        print(json.dumps(person, ensure_ascii=False))
    else:
        print("  ".join(",".join(v) if isinstance(v, list) else str(v) for v in person.values()))


async def bench(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the measurements in bench/; they belong to the source tree, not to the installed program."""
    try:
        measure = importlib.import_module(f"bench.{args.name}").measure
    except (ModuleNotFoundError, AttributeError):  # the second: a room that the measuring ones share
        print(
            f"没有这项测量 no such measurement: {args.name}（在源码目录下运行 run it in the source tree）",
            file=sys.stderr,
        )
        return 2
    measured = await measure()
    print(json.dumps(measured, ensure_ascii=False) if args.json else json.dumps(measured, ensure_ascii=False, indent=1))
    return 0
