"""What the stack holds in memory when nobody has asked anything yet, and after the first documents.

`python -m bench.idle [--json]`. PSS counts a page shared by several processes once in all; RSS counts it for each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import papers, processes
from bench.visitor import running

SETTLE = 8.0  # s after the start: the start's own garbage is gone, the index has let go of its writer
#: What the serving process must not have loaded: they belong to the readers and renderers.
HEAVY = ("matplotlib", "reportlab", "docx", "lxml", "pypdfium2", "numpy", "cv2", "onnxruntime", "PIL", "xlsxwriter")


async def measure() -> dict[str, Any]:
    """Memory by process, idle and after one text PDF and one scan."""
    found: dict[str, Any] = {"load": processes.load()}
    with tempfile.TemporaryDirectory(prefix="guidang-idle-") as folder:
        async with running(Path(folder) / "data") as service:
            assert service.process is not None
            root = service.process.pid
            await asyncio.sleep(SETTLE)
            found["idle"] = _memory(root)
            found["loaded_in_the_service"] = _loaded(root)
            li = await service.visitor("li.ming")
            for name, file in (("after_a_text_pdf", papers.pdf), ("after_a_scan", papers.scan)):
                await li.ask(files=[file(papers.Paper(1, 700))])
                await asyncio.sleep(SETTLE)
                found[name] = _memory(root)
            await li.close()
    return found


def _memory(root: int) -> dict[str, Any]:
    each: dict[str, dict[str, float]] = {}
    for pid in processes.family(root):
        with suppress(OSError):
            resident, shared = processes.memory(pid)
            each[processes.name(pid)] = {"rss_mb": round(resident, 1), "pss_mb": round(shared, 1)}
    return {
        "pss_mb": round(sum(part["pss_mb"] for part in each.values()), 1),
        "rss_mb": round(sum(part["rss_mb"] for part in each.values()), 1),
        "of_which": each,
    }


def _loaded(pid: int) -> list[str]:
    """Which heavy packages' native libraries are mapped into the process."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return [name for name in HEAVY if f"/site-packages/{name}" in maps]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = asyncio.run(measure())
    print(json.dumps(result, ensure_ascii=False, indent=None if args.json else 1))
