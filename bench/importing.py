"""A batch import: so many mixed documents through `guidang import`, how long it takes and what it holds in memory.

`python -m bench.importing [--documents 500] [--kill] [--json]`. A third each of XML, PDF and mails with a PDF, and one
scan in twenty. Memory is that of all its processes together (PSS: what they share counts once), looked at four times a
second. `--kill` ends everything in the middle and runs it again: nothing may be lost or doubled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bench import papers, processes

SCANS = 20  # one document in so many is a scan


def write(folder: Path, documents: int) -> None:
    """The documents as files, in folders of a hundred."""
    for n in range(documents):
        paper = papers.Paper(n, 901)
        if n % SCANS == 0:
            name, data = papers.scan(paper)
        elif n % 3 == 0:
            name, data = papers.xml(paper)
        else:
            name, data = papers.pdf(paper)
            if n % 3 == 2:
                name, data = f"{paper.number}.eml", _mailed(name, data)
        place = folder / f"{n // 100:02d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def _mailed(name: str, data: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "kp@example.com", "li@example.com", "电子发票"
    mail.set_content("见附件")
    mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


async def measure(documents: int = 500, *, kill: bool = False) -> dict[str, Any]:
    """Seconds, CPU seconds and the most memory of one import, and what is in afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="guidang-import-"))
    try:
        await asyncio.to_thread(write, folder / "in", documents)
        await _run(folder, "people", "add", "li", "--name", "李", "--roles", "employee,auditor")
        found: dict[str, Any] = {"documents": documents, "cores": os.cpu_count(), "load": processes.load()}
        if kill:
            found["killed_after"] = await _killed(folder, documents)
        began = time.monotonic()
        process = await _start(folder, "import", str(folder / "in"), "--as", "li", "--json")
        watch = asyncio.create_task(_watch(process.pid))
        out, _ = await process.communicate()
        found |= {"seconds": round(time.monotonic() - began, 1), **await watch}
        rows = [json.loads(line) for line in out.splitlines()]
        found["status"] = {s: sum(r["status"] == s for r in rows) for s in sorted({r["status"] for r in rows})}
        found["failed"] = [row for row in rows if row["status"] == "failed"]
        items = [item for row in rows for item in row["items"]]
        found["items"], found["different"] = len(items), len(set(items))
        checked = json.loads(await _run(folder, "verify", "--json"))
        found["verified"] = {"ok": checked["ok"], "items": checked["checked"]["items"]}
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _killed(folder: Path, documents: int) -> int:
    """Start it, kill all of it in the middle; how many files were told as done by then."""
    process = await _start(folder, "import", str(folder / "in"), "--as", "li", "--json")
    assert process.stdout is not None
    told = 0
    async for _ in process.stdout:
        told += 1
        if told >= documents // 3:
            break
    for pid in processes.family(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await process.wait()
    return told


async def _watch(pid: int) -> dict[str, float]:
    """The most memory the family held together, and its CPU seconds, until it ends."""
    most = resident = cpu = 0.0
    while _lives(pid):
        with suppress(OSError, IndexError):
            each = [processes.memory(one) for one in processes.family(pid)]
            most, resident = max(most, sum(m[1] for m in each)), max(resident, sum(m[0] for m in each))
            cpu = max(cpu, sum(processes.cpu_by_name(pid).values()))
        await asyncio.sleep(0.25)
    return {"pss_mb_most": round(most), "rss_mb_most": round(resident), "cpu_seconds": round(cpu, 1)}


def _lives(pid: int) -> bool:
    """Whether it still runs; one that has ended and wasn't waited for yet has no command line."""
    try:
        return bool(processes.name(pid))
    except OSError:
        return False


async def _start(folder: Path, *words: str) -> Process:
    command = [sys.executable, "-m", "bot.cli", *words, "--data", str(folder / "data")]
    return await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL, limit=1 << 20)


async def _run(folder: Path, *words: str) -> bytes:
    out, _ = await (await _start(folder, *words)).communicate()
    return out


def main() -> int:
    """The command; 1 when a document is missing or doubled."""
    parser = argparse.ArgumentParser(prog="bench.importing", description=__doc__)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(measure(options.documents, kill=options.kill))
    print(json.dumps(found, ensure_ascii=False, indent=None if options.json else 1))
    whole = found["different"] == found["items"] == found["verified"]["items"] == options.documents
    return 0 if whole and found["verified"]["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
