"""Rotating the master key: everything opens afterwards, and a run that was broken off is finished by the next."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from storage.keys import make_key

SAMPLE = Path(__file__).parent.parent / "samples" / "drawn" / "xml" / "xml_01_ordinary.xml"


@pytest.mark.parametrize("broken_off", [False, True])
def test_rotate(tmp_path: Path, capsys: pytest.CaptureFixture[str], broken_off: bool) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["people", "add", "li", "--name", "李", *data]) == 0
    assert main(["import", str(SAMPLE), "--as", "li", *data]) == 0
    key = tmp_path / "keys" / "data.key"
    before = key.read_bytes()
    if broken_off:
        make_key(key.with_name("data.key.new"))
    capsys.readouterr()
    assert main(["keys", "rotate", "--json", *data]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rewrapped"] == 2  # the original's key and the trail's secret
    assert key.read_bytes() != before
    assert Path(said["old"]).read_bytes() == before
    assert main(["verify", *data]) == 0
    found = json.loads(_one(["search", "742", "--json", *data], capsys))
    assert main(["get", found["id"], "-o", str(tmp_path / "out.xml"), *data]) == 0
    assert (tmp_path / "out.xml").read_bytes() == SAMPLE.read_bytes()


def test_a_lost_key_is_told_and_no_new_one_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data")]
    assert main(["people", "add", "li", "--name", "李", *data]) == 0
    (tmp_path / "keys" / "data.key").unlink()
    assert main(["verify", *data]) == 1
    assert "K01" in capsys.readouterr().err
    assert not (tmp_path / "keys" / "data.key").exists()


def _one(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(words) == 0
    return capsys.readouterr().out.splitlines()[0]
