"""`guidang push`: each file once, when it is whole; what is refused lies apart with its reason."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.commands.pushing import Looking
from tests.house import einvoice


@pytest.fixture
def pushed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, list[dict[str, Any]]]]:
    data = ["--data", str(tmp_path / "data")]
    assert main(["people", "add", "li", "--name", "李", *data]) == 0
    (tmp_path / "in").mkdir()

    def run() -> tuple[int, list[dict[str, Any]]]:
        capsys.readouterr()
        ended = main(["push", str(tmp_path / "in"), "--as", "li", "--once", "--settle", "0.3", "--json", *data])
        return ended, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")}


def test_files_are_taken_once_and_the_refused_lie_apart_with_the_reason(
    pushed: Callable[[], tuple[int, list[dict[str, Any]]]], tmp_path: Path
) -> None:
    folder, invoice = tmp_path / "in", einvoice()
    (folder / "a.xml").write_bytes(invoice)
    (folder / "scan").mkdir()
    (folder / "scan" / "b.xml").write_bytes(einvoice())
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "half.pdf.part").write_bytes(b"x")
    ended, said = pushed()
    assert ended == 1
    assert names(folder) == {
        "done/a.xml", "done/scan/b.xml", "failed/empty.pdf", "failed/empty.pdf.txt", "half.pdf.part"
    }  # fmt: skip
    assert "R01" in (folder / "failed" / "empty.pdf.txt").read_text("utf-8")
    assert [len(each["items"]) for each in said if each["status"] == "done"] == [1, 1]
    # put there again, as after a run that ended between handing in and moving: known by its bytes, no double
    (folder / "a.xml").write_bytes(invoice)
    ended, said = pushed()
    assert (ended, said[0]["moved"]) == (0, "done/a-1.xml")
    assert "已在档案中" in said[0]["text"]


def test_a_file_that_grows_is_left_until_it_is_whole(
    pushed: Callable[[], tuple[int, list[dict[str, Any]]]], tmp_path: Path
) -> None:
    data, path = einvoice(), tmp_path / "in" / "slow.xml"
    path.write_bytes(data[:100])

    def grow() -> None:
        for at in range(100, len(data), 700):
            time.sleep(0.1)
            with open(path, "ab") as out:
                out.write(data[at : at + 700])

    writing = threading.Thread(target=grow)
    writing.start()
    ended, said = pushed()
    writing.join()
    assert (ended, said[0]["status"], len(said)) == (0, "done", 1)
    assert (tmp_path / "in" / "done" / "slow.xml").read_bytes() == data


def test_what_changes_starts_to_wait_again(tmp_path: Path) -> None:
    now = 0.0
    looking = Looking(tmp_path, 2.0, lambda: now)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"1")
    (tmp_path / "link.pdf").symlink_to("/etc/hostname")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "old.pdf").write_bytes(b"1")
    assert looking.ready() == []
    now = 1.5
    path.write_bytes(b"12")
    assert looking.ready() == []
    now = 3.0
    assert looking.ready() == []
    assert looking.waiting
    now = 3.6
    assert looking.ready() == [path]


def test_without_a_person_or_a_key_it_says_what_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUIDANG_API_KEY", raising=False)
    assert main(["push", str(tmp_path), "--once"]) == 1
    assert "C01" in capsys.readouterr().err
    assert main(["push", str(tmp_path / "none"), "--as", "li", "--once"]) == 1
