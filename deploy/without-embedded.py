"""Print the lock file without what the image must not hold: the embedded database (GPL) and the development tools."""

import re
import sys
from pathlib import Path

LEAVE_OUT = {"secantusdb", "mypy", "ruff", "uv", "pytest", "pytest-aiohttp", "pytest-asyncio", "selenium", "hypothesis",
             "import-linter", "lxml-stubs", "trio", "trio-websocket", "wsproto", "outcome", "grimp"}  # fmt: skip

keep = True
for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
    name = re.match(r"([a-z0-9][a-z0-9._-]*)==", line)
    if name:
        keep = name[1] not in LEAVE_OUT
    if keep:
        print(line)
