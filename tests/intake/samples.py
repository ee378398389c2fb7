"""The drawn samples with their true values, and the real ones where they are."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

DRAWN = Path("tests/samples/drawn")
REAL = Path("../shared/samples/real")

needs_real = pytest.mark.skipif(not REAL.exists(), reason="the real sample documents are not on this machine")


@cache
def truths(folder: Path) -> dict[str, dict[str, Any]]:
    """File name → its true values."""
    lines = (folder / "truth.jsonl").read_text("utf-8").splitlines()
    return {truth["file"]: truth for truth in map(json.loads, lines)}


def sample(name: str) -> bytes:
    """A drawn sample's bytes, by the beginning of its name."""
    (path,) = [p for p in DRAWN.rglob(f"{name}*") if p.is_file()]
    return path.read_bytes()
