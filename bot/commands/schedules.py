"""`guidang schedule list`: everything that comes by itself, with its next and its last time."""

from __future__ import annotations

import argparse
import json

from bot.app import opened
from config.settings import Settings


async def list_all(args: argparse.Namespace, settings: Settings) -> int:
    """Everyone's, in the order they were made; one object a line with --json."""
    async with opened(settings) as house:
        now = house.ctx.now()
        for each in await house.schedules.all():
            following = house.schedules.next(each, now)
            told = {
                "id": each.id, "person": each.person, "by": each.owner, "channel": each.channel, "words": each.words,
                "paused": each.paused, "next": following.isoformat() if following else None,
                "last": each.last_run.isoformat() if each.last_run else None,
            }  # fmt: skip
            if args.json:
                print(json.dumps(told, ensure_ascii=False))
            else:
                when = f"{following.astimezone(settings.zone):%Y-%m-%d %H:%M}" if following else "—"
                print(f"{each.id}  {when}  {each.person}  {each.words}")
    return 0
