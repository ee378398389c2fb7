"""Killing: the service and its database end by kill -9 at random moments while people forward and decide.

`python -m bench.kill --rounds 50` prints what came of it and ends 1 when anything acknowledged was lost or done twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from archive.item import ItemState
from bench.crowd import Crowd, Decider, Sender, everything
from bench.visitor import Said, Service
from bot.app import House, opened
from config.settings import read as settings_of
from storage.trail import HEAD

#: What is killed in a round, in turn: the service (its database gets a SIGTERM then), both at once, the database alone.
TARGETS = ("service", "both", "database")
DRAIN = 180.0  # s the last work may take after the last kill


@dataclass
class Outcome:
    """What the run found. `wrong` is empty when all is well."""

    kills: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    decided: int = 0
    archived: int = 0
    seconds: float = 0.0
    drained: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kills": dict(self.kills), "acknowledged_messages": self.sent, "acknowledged_clicks": self.decided,
            "archived": self.archived, "seconds": round(self.seconds, 1), "drained_in_s": round(self.drained, 1),
            "wrong": self.wrong,
        }  # fmt: skip


async def run(rounds: int, seed: int = 0, pause: tuple[float, float] = (0.3, 4.0)) -> Outcome:
    """`rounds` kills with people at work throughout, then every check there is."""
    outcome, began, chance = Outcome(), time.monotonic(), Random(seed)
    with tempfile.TemporaryDirectory(prefix="guidang-kill-") as folder:
        service = Service(Path(folder) / "data")
        await service.start()
        try:
            crowd = await Crowd.gathered(service, seed)
            crowd.begin()
            for number in range(rounds):
                await asyncio.sleep(chance.uniform(*pause))
                target = TARGETS[number % len(TARGETS)]
                await _kill(service, target)
                outcome.kills[target] += 1
            await asyncio.sleep(1.0)
            await crowd.end()
            outcome.drained = await _drained(crowd)
            await _by_the_desk(crowd, outcome)
            await crowd.close()
        finally:
            await service.stop()
        await _by_the_records(service, crowd, outcome)
        await _verified(service, outcome)
        if outcome.wrong:
            sys.stderr.write("".join(service.printed[-200:]))
    outcome.seconds = time.monotonic() - began
    return outcome


async def _kill(service: Service, target: str) -> None:
    """Kill, and start again what doesn't start by itself."""
    database = int(json.loads((service.data / "db" / "db.json").read_text())["pid"])
    if target in ("database", "both"):
        with suppress(ProcessLookupError):  # it is down from the last kill
            os.kill(database, signal.SIGKILL)
    if target in ("service", "both"):
        await service.stop(signal.SIGKILL)
        await service.start()


async def _drained(crowd: Crowd) -> float:
    """Seconds until nothing waits any more: each message has its answer."""
    began = time.monotonic()
    while time.monotonic() - began < DRAIN:
        if not await crowd.waiting():
            break
        await asyncio.sleep(0.3)
    return time.monotonic() - began


async def _by_the_desk(crowd: Crowd, outcome: Outcome) -> None:
    """As people see it: one answer to each message, one question for each step, each document found once."""
    for sender in crowd.senders:
        outcome.sent += len(sender.acknowledged)
        heard = [said for said in await everything(sender.visitor, "chat") if not said["mine"]]
        outcome.wrong += _answers(sender, heard)
    for number in crowd.numbers():
        said = await crowd.archivist.ask(f"查 {number}")
        if len(said["cards"]) != 1:
            outcome.wrong.append(f"{number} is found {len(said['cards'])} times")
    for decider in crowd.deciders:
        outcome.decided += len(decider.acknowledged)
        asked = Counter(_question(said) for said in await everything(decider.visitor, "approvals") if said["cards"])
        outcome.wrong += [f"{decider.visitor.name} was asked {n} times: {q}" for q, n in asked.items() if n > 1]


def _answers(sender: Sender, heard: list[Said]) -> list[str]:
    """A document sent k times must have been taken once, and refused or joined as a rendition k - 1 times."""
    wrong = []
    taken = Counter(
        fact["value"] for said in heard if "已读取并提交审批" in said["text"]
        for card in said["cards"] for fact in card["facts"]
    )  # fmt: skip
    refused = Counter(
        number
        for name, number in sender.acknowledged.items()
        for said in heard
        if f"「{name}」已经交过" in said["text"]
    )
    refused.update(
        number for number in set(sender.acknowledged.values())
        for said in heard if f"发票 {number} 已经交过" in said["text"]
    )  # fmt: skip
    refused.update(
        fact["value"] for said in heard if "另一种版式" in said["text"]
        for card in said["cards"] for fact in card["facts"] if fact["value"] in taken
    )  # fmt: skip
    for number, messages in Counter(sender.acknowledged.values()).items():
        if (taken[number], refused[number]) != (1, messages - 1):
            wrong.append(
                f"{sender.visitor.name}: {number}, sent {messages} times, "
                f"was taken {taken[number]} and refused {refused[number]} times"
            )
    return wrong


def _question(said: Said) -> str:
    card = said["cards"][0]
    return f"{card['about']} {said['text']}"


async def _by_the_records(service: Service, crowd: Crowd, outcome: Outcome) -> None:
    """As it is kept: every decision once, archive numbers without gap or double, nothing left undone or undelivered."""
    async with opened(settings_of({}, None, service.data)) as house:
        items = {item.id: item async for item in house.vault.all_items()}
        outcome.archived = sum(item.state is ItemState.ARCHIVED for item in items.values())
        numbers = Counter(item.filed.archive_no for item in items.values() if item.filed)
        outcome.wrong += [f"archive number {number} was given {n} times" for number, n in numbers.items() if n > 1]
        documents = Counter(item.document.number for item in items.values() if item.state is not ItemState.REJECTED)
        outcome.wrong += [f"document {number} stands {n} times" for number, n in documents.items() if n > 1]
        for decider in crowd.deciders:
            await _decisions(house, decider, outcome)
        for name, count in (
            ("waiting messages", await house.inbox.waiting()), ("failed messages", len(await house.inbox.failures())),
            ("letters under way", await house.outbox.waiting()), ("failed letters", len(await house.outbox.failures())),
            ("items not in the index", await _missing(house)),
        ):  # fmt: skip
            if count:
                outcome.wrong.append(f"{count} {name}")
        if await house.db.head.count_documents({"_id": HEAD}) != 1:
            outcome.wrong.append("the trail has no head")


async def _missing(house: House) -> int:
    """Records the index lacks, after the catching-up that the clock does."""
    await house.vault.index_rest()
    return await house.db.items.count_documents({}) - await house.index.count()


async def _decisions(house: House, decider: Decider, outcome: Outcome) -> None:
    """An acknowledged verdict is in the case once and in the trail once."""
    verdicts = {"approve": "approved", "reject": "rejected"}
    for (item, _), action in decider.acknowledged.items():
        case = await house.vault.case(item)
        said = [d for d in case.decisions if d.person == decider.visitor.name]
        links = [link.entry.action for link in await house.trail.about(item) if link.entry.who == decider.visitor.name]
        if [d.verdict.value for d in said] != [action] or links.count(verdicts[action]) != 1:
            outcome.wrong.append(f"{decider.visitor.name} on {item}: {action} → {[d.verdict for d in said]}, {links}")


async def _verified(service: Service, outcome: Outcome) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "verify", "--json", "--data", str(service.data), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    result = json.loads(out)
    outcome.wrong += [f"verify: {fault['code']} {fault['en']}" for fault in result["faults"]]
    if process.returncode != 0 and not result["faults"]:
        outcome.wrong.append(f"verify ended with {process.returncode}")


async def measure() -> dict[str, Any]:
    """Ten kills."""
    return (await run(10)).told()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = asyncio.run(run(args.rounds, args.seed))
    print(json.dumps({"seed": args.seed, **found.told()}, ensure_ascii=False, indent=None if args.json else 1))
    sys.exit(1 if found.wrong else 0)
