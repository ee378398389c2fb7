"""The measurements of the running service, one after the other, as one JSON document: `python -m bench.all [NAME …]`.

The others are asked for by name: bench.demo, ocr, reports, score_readers, search, storage. Every room with a `measure`
is also `guidang bench NAME`.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench import processes

NAMES = ("idle", "ack", "door", "find", "kill")


async def measure(names: Sequence[str] = NAMES) -> dict[str, Any]:
    """What each room's `measure` returns, with when and on what it was measured."""
    found: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "load": processes.load()
    }  # fmt: skip
    for name in names:
        room = importlib.import_module(f"bench.{name}")
        found[name] = await room.measure()
        print(name, json.dumps(found[name], ensure_ascii=False, default=str), file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(sys.argv[1:] or NAMES)), ensure_ascii=False, indent=1, default=str))
