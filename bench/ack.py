"""How soon a message is acknowledged (202: written down) at fifty a second, with the readers idle and busy recognising.

`python -m bench.ack [--rate 50] [--seconds 20] [--files] [--readers 1] [--json]`. Messages are sent at fixed moments
whatever the answers take, from four people; a late answer counts from the moment its message was due. With `--files`
each message carries an XML invoice, which is kept, read, checked and laid before an approver while the next ones come.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import papers, processes
from bench.visitor import Service, Visitor, running

SENDERS = ("li.ming", "chen.jing", "zhao.lei", "wang.fang")
SCANS = 30  # pages that keep the readers busy for longer than the measurement


async def measure(rate: int = 50, seconds: int = 20, files: bool = False, readers: int = 1) -> dict[str, Any]:
    """Both runs on one machine, one after the other."""
    found: dict[str, Any] = {"rate": rate, "seconds": seconds, "carrying": "xml" if files else "words"}
    found["readers"] = readers
    for number, busy in enumerate((False, True)):
        with tempfile.TemporaryDirectory(prefix="guidang-ack-") as folder:
            async with running(Path(folder) / "data", {"GUIDANG_READERS": f"{readers}"}) as service:
                found["busy" if busy else "idle"] = await _run(service, rate, seconds, files, busy, 600 + number)
    return found


async def _run(service: Service, rate: int, seconds: int, files: bool, busy: bool, run: int) -> dict[str, Any]:
    visitors = [await service.visitor(person) for person in SENDERS]
    try:
        if busy:
            await _occupy(service, visitors[1])
        said = _things(run, files)
        times = await _steady(visitors, rate, rate * seconds, said)
        health = json.loads(await visitors[0].fetch("/health"))
    finally:
        for visitor in visitors:
            await visitor.close()
    times.sort()
    return {
        "acknowledged": len(times), "p50_ms": _at(times, 0.5), "p99_ms": _at(times, 0.99), "worst_ms": _at(times, 1.0),
        "waiting_at_the_end": health["waiting"], "load": processes.load(),
    }  # fmt: skip


async def _occupy(service: Service, visitor: Visitor) -> None:
    """Pages for every reader, and until the first of them is being recognised."""
    pages = [papers.scan(papers.Paper(n, 690)) for n in range(SCANS)]
    await asyncio.gather(*(visitor.send(files=pages[start : start + 5]) for start in range(0, SCANS, 5)))
    assert service.process is not None
    while processes.cpu_by_name(service.process.pid).get("reader", 0.0) < 2.0:  # noqa: ASYNC110  another process
        await asyncio.sleep(0.2)


def _things(run: int, files: bool) -> Iterator[dict[str, Any]]:
    n = 0
    while True:
        n += 1
        yield {"files": [papers.xml(papers.Paper(n, run))]} if files else {"text": "帮助"}


async def _steady(visitors: list[Visitor], rate: int, count: int, said: Iterator[dict[str, Any]]) -> list[float]:
    """Milliseconds from the moment each message was due until it was acknowledged."""
    began = time.perf_counter() + 0.2

    async def one(number: int, words: dict[str, Any]) -> float:
        due = began + number / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0.0))
        await visitors[number % len(visitors)].send(**words)
        return (time.perf_counter() - due) * 1e3

    return list(await asyncio.gather(*(one(number, next(said)) for number in range(count))))


def _at(times: list[float], share: float) -> float:
    return round(times[min(math.ceil(len(times) * share), len(times)) - 1], 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--readers", type=int, default=1, help="processes that recognise; 1 is the product's default")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = asyncio.run(measure(args.rate, args.seconds, args.files, args.readers))
    print(json.dumps(result, ensure_ascii=False, indent=None if args.json else 1))
