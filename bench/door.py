"""From the door to the archive: CPU of all processes together for a document, by carrier, and whether it stays flat.

`python -m bench.door [--texts 60] [--scans 12] [--grow 2000 10000] [--json]`. A document is forwarded over HTTP, read,
checked, kept, indexed, laid before the approver, approved and archived. The text PDFs are drawn in one layout with an
embedded font and differ in number, date and amounts (bench.papers); the scans are the same pages as pictures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pypdfium2

from bench import papers, processes
from bench.crowd import patient
from bench.visitor import Said, Service, Visitor, button, running
from intake.read import read

File = tuple[str, bytes]
AT_ONCE = 4  # messages sent before the next ones wait


class Line:
    """One sender, one approver, and the service between them."""

    def __init__(self, service: Service, li: Visitor, wang: Visitor) -> None:
        self.service, self.li, self.wang = service, li, wang
        self.parts: dict[str, float] = {}  # CPU seconds of the last lot, by process

    @property
    def root(self) -> int:
        """The process whose family does the work."""
        assert self.service.process is not None
        return self.service.process.pid

    async def through(self, files: Sequence[File]) -> float:
        """All files to the archive; returns CPU seconds of the service, its readers and its database."""
        before = processes.cpu_by_name(self.root)
        for start in range(0, len(files), AT_ONCE):
            await asyncio.gather(*(self.li.send(files=[file]) for file in files[start : start + AT_ONCE]))
        await self._calm()
        clicks = await self._asked(len(files))
        for start in range(0, len(clicks), AT_ONCE):
            await asyncio.gather(*(self.wang.click(choice) for choice in clicks[start : start + AT_ONCE]))
        await self._calm()
        self.parts = {name: spent - before.get(name, 0.0) for name, spent in processes.cpu_by_name(self.root).items()}
        return sum(self.parts.values())

    async def _asked(self, count: int) -> list[Said]:
        """The buttons of the last so many questions. Raises RuntimeError when they are not as many or not open."""
        said = [said for said in await _latest(self.wang, "approvals", count) if said["cards"]]
        if len(said) != count:
            raise RuntimeError(f"{count} documents were sent, {len(said)} were asked about")
        return [button(each, "approve") for each in said]

    async def _calm(self) -> None:
        """Until nothing waits."""
        while True:
            await asyncio.sleep(0.5)
            health = json.loads(await patient(self.li.fetch, "/health"))
            if not health["waiting"] and not health["letters"]:
                return


async def _latest(visitor: Visitor, conversation: str, count: int) -> list[Said]:
    """The last messages of a conversation, without reading it from its beginning."""
    found: list[Said] = []
    before = ""
    while len(found) < count:
        page = json.loads(await visitor.fetch(f"/api/messages?conversation={conversation}{before}"))
        found = page["messages"] + found
        if not page["more"]:
            break
        before = f"&before={found[0]['seq']}"
    return found[-count:]


async def measure(texts: int = 60, scans: int = 12, grow: Sequence[int] = ()) -> dict[str, Any]:
    """Every figure, with what the same work costs bare."""
    found: dict[str, Any] = {"load_before": processes.load()}
    with tempfile.TemporaryDirectory(prefix="guidang-door-") as folder:
        async with running(Path(folder) / "data") as service:
            line = Line(service, await service.visitor("li.ming"), await service.visitor("wang.fang"))
            try:
                await line.through([papers.pdf(papers.Paper(n, 900)) for n in range(4)])  # everything is loaded now
                found["text_pdf"] = await _texts(line, texts)
                if scans:
                    await line.through([papers.scan(papers.Paper(n, 901)) for n in range(2)])
                    found["scan"] = await _scans(line, scans)
                if grow:
                    found["flat"] = await _grown(line, grow)
            finally:
                await line.li.close()
                await line.wang.close()
    found["load_after"] = processes.load()
    return found


async def _texts(line: Line, count: int) -> dict[str, Any]:
    files = [papers.pdf(papers.Paper(n, 100)) for n in range(count)]
    began = time.perf_counter()
    spent = await line.through(files)
    parts = {name: round(each / count, 4) for name, each in line.parts.items()}
    took = time.perf_counter() - began
    bare = _bare(files, _extracted)
    reading = _bare(files, lambda data: read(data, "a.pdf"))
    return {
        "documents": count, "cpu_s_each": round(spent / count, 4), "of_which": parts,
        "wall_s_each": round(took / count, 3),
        "bare_read_cpu_s": reading, "bare_pypdfium2_text_cpu_s": bare,
        "over_bare_read": round(spent / count / reading, 1),
    }  # fmt: skip


async def _scans(line: Line, count: int) -> dict[str, Any]:
    """One at a time, so that each has its own figure."""
    spent = [await line.through([papers.scan(papers.Paper(n, 200))]) for n in range(count)]
    pages = [papers.scan(papers.Paper(n, 201)) for n in range(min(count, 6))]
    return {
        "documents": count, "cpu_s_median": round(statistics.median(spent), 3), "cpu_s_worst": round(max(spent), 3),
        "bare_read_cpu_s": _bare(pages, lambda data: read(data, "a.jpg")),
    }  # fmt: skip


async def _grown(line: Line, sizes: Sequence[int]) -> dict[str, Any]:
    """What thirty documents cost in archives of these sizes, filled up with XML documents through the same door.

    The baseline is an empty archive in the same minute: what else the machine does changes what a second of CPU is.
    """
    found: dict[str, Any] = {}
    held, run = 0, 300
    for size in (0, *sizes):
        run += 1
        for start in range(held, size, 200):
            await line.through([papers.xml(papers.Paper(n, 500)) for n in range(start, min(start + 200, size))])
        held = max(held, size)
        here, empty = [], []
        for turn in range(2):
            here.append(
                await line.through([papers.pdf(papers.Paper(n, run)) for n in range(turn * 15, turn * 15 + 15)])
            )
            empty.append(await _in_an_empty_one(run))
        found[f"{size}"] = {
            "cpu_s_each": round(sum(here) / 30, 4), "empty_cpu_s_each": round(sum(empty) / 30, 4),
            "ratio": round(sum(here) / sum(empty), 2), "load": processes.load(),
        }  # fmt: skip
    return found


async def _in_an_empty_one(run: int) -> float:
    """What fifteen documents cost in an archive that holds four."""
    with tempfile.TemporaryDirectory(prefix="guidang-door-") as folder:
        async with running(Path(folder) / "data") as service:
            line = Line(service, await service.visitor("li.ming"), await service.visitor("wang.fang"))
            try:
                await line.through([papers.pdf(papers.Paper(n, 900)) for n in range(4)])
                return await line.through([papers.pdf(papers.Paper(n, run)) for n in range(15)])
            finally:
                await line.li.close()
                await line.wang.close()


def _bare(files: Sequence[File], work: Callable[[bytes], object]) -> float:
    """Median CPU seconds of the work on each file, in this process, once warm."""
    work(files[0][1])
    times = []
    for _, data in files:
        began = time.process_time()
        work(data)
        times.append(time.process_time() - began)
    return round(statistics.median(times), 5)


def _extracted(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--scans", type=int, default=12)
    parser.add_argument("--grow", type=int, nargs="*", default=[])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = asyncio.run(measure(args.texts, args.scans, args.grow))
    print(json.dumps(result, ensure_ascii=False, indent=None if args.json else 1))
