"""`guidang bench NAME`: every measurement can be asked for, and its JSON is one value."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import shutil
from pathlib import Path

import pytest

import bench
from bot.commands import upkeep
from config.settings import read

ROOMS = sorted(path.stem for path in Path(bench.__path__[0]).glob("*.py"))
#: What the measurements and tests share, and the page of the errors.
SHARED = {"capitals", "crowd", "errors_page", "papers", "processes", "variants", "visitor"}
DRAWN = Path("tests/samples/drawn")


async def asked(name: str, tmp_path: Path, json_: bool = True) -> int:
    return await upkeep.bench(argparse.Namespace(name=name, json=json_), read(os.environ, None, tmp_path / "data"))


@pytest.mark.parametrize("name", [room for room in ROOMS if room not in SHARED])
def test_every_bench_can_be_asked_for_as_it_stands(name: str) -> None:
    measure = importlib.import_module(f"bench.{name}").measure
    assert inspect.iscoroutinefunction(measure)
    needed = [p.name for p in inspect.signature(measure).parameters.values() if p.default is p.empty]
    assert needed == []


@pytest.mark.parametrize(("name", "small"), [("reports", ((6,),)), ("search", (120, 1)), ("storage", (10,))])
async def test_json_is_one_value(
    name: str, small: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(importlib.import_module(f"bench.{name}").measure, "__defaults__", small)
    assert await asked(name, tmp_path) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


async def test_the_readers_score_is_one_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "xml_01_ordinary.xml"
    truths = (DRAWN / "truth.jsonl").read_text("utf-8").splitlines()
    shutil.copy(DRAWN / "xml" / name, tmp_path)
    (tmp_path / "truth.jsonl").write_text(next(t for t in truths if name in t), "utf-8")
    monkeypatch.setattr("bench.score_readers.DEFAULT", (tmp_path,))
    assert await asked("score_readers", tmp_path) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["misses"] == []
    assert sum(kind["files"] for kind in said["kinds"].values()) == 1


@pytest.mark.parametrize("name", ["papers", "no_such_thing"])
async def test_what_measures_nothing_says_so(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asked(name, tmp_path) == 2
    assert f"no such measurement: {name}" in capsys.readouterr().err
