"""`guidang keys rotate`: a new master key; every file's own key is wrapped again, no file is rewritten.

`guidang keys add | list | revoke`: the keys of programs, which act as a person.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from datetime import datetime
from pathlib import Path

from archive.apikey import ApiKey, KeyScope
from archive.errors import BadSettings, BadValue
from archive.words import Text, same
from bot.app import database, key_place, opened
from config.settings import Settings
from storage.api_keys import ApiKeys
from storage.keys import FileKey, key_at, make_key, rewrap


async def rotate(args: argparse.Namespace, settings: Settings) -> int:
    """Broken off at any moment, it is run again and goes on where it was. Raises BadSettings, KeyMissing."""
    if os.environ.get("GUIDANG_MASTER_KEY"):
        raise BadSettings(
            mistakes=Text(
                "主密钥由 GUIDANG_MASTER_KEY 给出，请改用密钥文件后再更换",
                "the master key is given by GUIDANG_MASTER_KEY; move it to a key file first",
            )
        )
    place = key_place(settings)
    async with database(settings) as (db, embedded):
        if embedded and not embedded.owner:
            raise BadSettings(mistakes=Text("服务正在运行，请先停止", "the service is running; stop it first"))
        old, new = await asyncio.to_thread(_both, place)
        done = await rewrap(db, old, new)
        kept = await asyncio.to_thread(_exchange, place, old)
    said = {"rewrapped": done, "key": str(place), "old": str(kept)}
    if args.json:
        print(json.dumps(said))
    else:
        print(f"已换主密钥 {place}，重新包裹 {done} 把文件密钥。请备份新密钥；旧密钥在 {kept}。")
        print(f"New master key {place}, {done} file keys wrapped again. Back it up; the old one is {kept}.")
    return 0


async def add(args: argparse.Namespace, settings: Settings) -> int:
    """The token is printed once and kept nowhere. Raises BadValue, NotFound."""
    scopes = _scopes(args.scopes)
    for name, number in (("--days", args.days), ("--rate", args.rate)):
        if number is not None and not 1 <= number <= 100_000:
            raise BadValue(field=same(name), value=str(number), hint=Text("1 到 100000。", "1 to 100000."))
    async with opened(settings) as house:
        keys = ApiKeys(house.db, house.trail)
        key, token = await keys.add(args.person, scopes, name=args.name, days=args.days, rate=args.rate)
    if args.json:
        print(json.dumps(_plain(key) | {"token": token}, ensure_ascii=False))
    else:
        print(token)
        print(f"请现在保存，以后不再显示。Keep it now; it is not shown again. ({key.id}: {', '.join(key.scopes)})")
    return 0


async def list(args: argparse.Namespace, settings: Settings) -> int:
    """Every key with its state, the revoked ones too."""
    async with opened(settings) as house:
        keys, now = await ApiKeys(house.db, house.trail).all(), house.ctx.now()
    for key in keys:
        if args.json:
            print(json.dumps(_plain(key), ensure_ascii=False))
        else:
            state = "有效 in force" if key.in_force(now) else "撤销 revoked" if key.revoked_at else "过期 expired"
            used = f"{key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "—"
            print(f"{key.id}  {state}  {key.person:12}  {','.join(key.scopes):30}  {used}  {key.name}")
    return 0


async def revoke(args: argparse.Namespace, settings: Settings) -> int:
    """At once. Raises NotFound."""
    async with opened(settings) as house:
        key = await ApiKeys(house.db, house.trail).revoke(args.id)
    print(json.dumps(_plain(key), ensure_ascii=False) if args.json else f"{key.id} 已撤销 revoked")
    return 0


def _scopes(words: str) -> set[KeyScope]:
    try:
        return {KeyScope(word.strip()) for word in words.split(",") if word.strip()}
    except ValueError as error:
        hint = Text("可用：" + "、".join(KeyScope), "one of: " + ", ".join(KeyScope))
        raise BadValue(field=Text("范围", "scopes"), value=words, hint=hint) from error


def _plain(key: ApiKey) -> dict[str, object]:
    def when(at: datetime | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "id": key.id, "name": key.name, "person": key.person, "scopes": [scope.value for scope in key.scopes],
        "rate": key.rate, "made_at": when(key.made_at), "expires_at": when(key.expires_at),
        "revoked_at": when(key.revoked_at), "used_at": when(key.used_at),
    }  # fmt: skip


def _new(place: Path) -> Path:
    return place.with_name(place.name + ".new")


def _both(place: Path) -> tuple[FileKey, FileKey]:
    """The old key, and the new one made now or by a run that was broken off."""
    new = _new(place)
    return key_at(place), key_at(new) if new.exists() else make_key(new)


def _exchange(place: Path, old: FileKey) -> Path:
    """The new key in the old one's place. A copy of the old one is kept first, so that no moment is without a key."""
    kept = place.with_name(f"{place.name}.old-{old.id[:8]}")
    if not kept.exists():
        os.link(place, kept)
    os.replace(_new(place), place)
    return kept
