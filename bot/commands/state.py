"""`guidang status`: the same as 状态 in chat. Exit 1 where something should be looked at."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import datetime

from archive.standing import size
from archive.words import Text
from bot.app import opened
from config.settings import Settings


async def status(args: argparse.Namespace, settings: Settings) -> int:
    """One JSON object with --json."""
    async with opened(settings) as house:
        assert house.ctx.watch is not None
        standing = await house.ctx.watch.look(house.ctx.now())
    warnings = standing.warnings()
    if args.json:
        told = asdict(standing) | {"warnings": [asdict(w) for w in warnings]}
        print(json.dumps(told, ensure_ascii=False, default=_plain))
    else:
        for queue in standing.queues:
            print(f"{queue.name.zh} {queue.name.en}: {queue.waiting}, 失败 failed {queue.failed}")
        for failed in standing.failures:
            print(f"  ! {failed.id}  {failed.code}  {failed.at:%Y-%m-%d %H:%M}Z  {failed.what.zh}")
        free = "—" if standing.disk_free is None else size(standing.disk_free)
        print(f"单据 documents: {standing.documents}; 磁盘剩余 free: {free}")
        print(f"备份 backup: {standing.backup or '未备份 none known'}")
        for warning in warnings:
            print(f"! {warning.zh} {warning.en}")
    return 1 if warnings else 0


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Text):
        return asdict(value)
    return str(value)
