"""What finding costs a person at the desk: questions over HTTP against an archive of 10,000 items.

python -m bench.find [--items 10000] [--json]; the baseline is the index alone, asked the same in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from archive.access import Role
from archive.approval import Case
from archive.item import Item
from archive.query import Query
from bench.search import QUESTIONS, an_item, questions
from bench.visitor import Visitor
from bot.app import House, opened
from bot.commands.serving import desk_for
from bot.inbox import Reception
from config.settings import DEFAULT_COMPANIES, DEFAULT_RULES, Settings
from storage.records import pack

BATCH = 500


async def measure(count: int = 10_000) -> dict[str, Any]:
    """Median and 95th percentile in ms: over HTTP, and of the index alone."""
    rnd = random.Random(20261124)
    with tempfile.TemporaryDirectory(prefix="guidang-bench-") as folder:
        settings = Settings(Path(folder) / "data", companies=DEFAULT_COMPANIES, rules=DEFAULT_RULES)
        async with opened(settings) as house:
            items = await _filled(house, rnd, count)
            asked = questions(rnd, items)
            visitor, runner = await _visitor(house)
            try:
                over_http = await _timed([_words(query) for query, _ in asked], visitor.find)
            finally:
                await visitor.close()
                await runner.cleanup()
            alone = await _timed(asked, lambda pair: house.index.find(*pair))
    return {"items": count, "questions": QUESTIONS, "http_ms": over_http, "index_ms": alone}


async def _filled(house: House, rnd: random.Random, count: int) -> list[Item]:
    """Records and index as the vault leaves them; the originals behind them are not needed to find."""
    items = [an_item(rnd, n) for n in range(count)]
    for start in range(0, count, BATCH):
        some = items[start : start + BATCH]
        await house.db.items.insert_many(
            [
                {"_id": i.id, "item": pack(i), "case": pack(Case(i.id, i.id, "一般", (Role.APPROVER,), i.received_at))}
                for i in some
            ]
        )
        await house.index.put(some)
    return items


async def _visitor(house: House) -> tuple[Visitor, web.AppRunner]:
    person = await house.people.add("赵磊", {Role.FINANCE}, company="GD01", id="zhao")
    app = web.Application()
    app.add_routes(
        desk_for(house, Reception(house.ctx, house.inbox, house.post, house.channels, 1, house.name)).routes()
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    visitor = Visitor(f"http://127.0.0.1:{port}", person.id)
    await visitor.redeem("/" + await house.accounts.link(person.id))
    return visitor, runner


def _words(query: Query) -> str:
    """The question as somebody types it."""
    said = list(query.words) + sorted(kind.value for kind in query.kinds) + sorted(s.value for s in query.states)
    if query.first and query.last:
        said.append(f"{query.first:%Y-%m}")
    if query.above is not None:
        said.append(f">{query.above}")
    return " ".join(said)


async def _timed(questions: list[Any], ask: Any) -> dict[str, float]:
    for question in questions[:20]:  # warm
        await ask(question)
    taken = []
    for question in questions:
        began = time.perf_counter()
        await ask(question)
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return {"median": round(statistics.median(taken), 2), "p95": round(taken[int(len(taken) * 0.95)], 2)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(asyncio.run(measure(args.items)), ensure_ascii=False, indent=None if args.json else 1))
