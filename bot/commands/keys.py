"""`guidang keys rotate`: a new master key; every file's own key is wrapped again, no file is rewritten."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path

from archive.errors import BadSettings
from archive.words import Text
from bot.app import database, key_place
from config.settings import Settings
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
