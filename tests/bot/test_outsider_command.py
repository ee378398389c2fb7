"""guidang people add --until: the last day of an external auditor's account, as said at a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import main


def test_the_last_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*said: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["people", *said, "--json", "--data", str(tmp_path / "data")])
        out = capsys.readouterr()
        return code, out.out + out.err

    who = ("add", "wai", "--name", "外审", "--company", "GD01")
    assert "S05" in run(*who, "--roles", "auditor,finance", "--until", "2099-12-31")[1]
    assert run(*who, "--roles", "auditor", "--until", "2099-12-31")[0] == 0
    listed = [json.loads(line) for line in run("list")[1].splitlines() if line.startswith("{")]
    (told,) = [each for each in listed if each["id"] == "wai"]
    assert (told["until"], told["disabled"]) == ("2099-12-31T16:00:00+00:00", False)
    assert run("add", "wai", "--until", "2020-01-01")[0] == 0
    listed = [json.loads(line) for line in run("list")[1].splitlines() if line.startswith("{")]
    assert [each["disabled"] for each in listed if each["id"] == "wai"] == [True]
