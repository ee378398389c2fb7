"""Processes that read: their results, their own problems, and what is left when one dies or gets stuck."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import Encrypted, ReaderFailed, TooHeavy
from bot.workers import Workers
from tests.house import until


def add(a: int, b: int) -> int:
    return a + b


def locked(data: bytes, name: str) -> None:
    raise Encrypted(name=name)


def die(data: bytes, name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell_and_wait(data: bytes, name: str, place: str, seconds: float) -> int:
    Path(place).write_text(str(os.getpid()), "utf-8")
    time.sleep(seconds)
    return os.getpid()


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(1)
    yield made
    made.close()


def read(place: Path) -> str:
    return place.read_text("utf-8") if place.exists() else ""


async def written(place: Path) -> int:
    """The process id that a task wrote down."""
    await until(lambda: bool(read(place)))
    return int(read(place))


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    return False


async def gone(pid: int) -> None:
    await until(lambda: not alive(pid))


async def test_a_result_and_a_problem_come_through(workers: Workers) -> None:
    assert await workers.run(add, 2, 3) == 5
    with pytest.raises(Encrypted) as caught:
        await workers.run(locked, b"", "账单.pdf")
    assert caught.value.facts == {"name": "账单.pdf"}


async def test_a_process_that_dies_is_told_in_both_languages_and_the_next_task_has_a_new_one(workers: Workers) -> None:
    with pytest.raises(ReaderFailed) as caught:
        await workers.run(die, b"", "坏.pdf")
    assert "「坏.pdf」没能读出来：读取进程意外退出" in caught.value.say("zh")
    assert "the reader process died" in caught.value.say("en")
    assert "进程" not in caught.value.say("en")
    assert await workers.run(add, 1, 1) == 2


async def test_a_stuck_process_is_stopped(tmp_path: Path) -> None:
    workers = Workers(1)
    try:
        assert await workers.run(add, 1, 1) == 2  # it has begun, however busy the machine is
        workers._time_limit = 2
        with pytest.raises(ReaderFailed) as caught:
            await workers.run(tell_and_wait, b"", "慢.pdf", str(tmp_path / "pid"), 600)
        assert "超过 2 秒" in caught.value.say("zh")
        assert "longer than 2 s" in caught.value.say("en")
        await gone(await written(tmp_path / "pid"))
    finally:
        workers.close()


async def test_a_death_takes_nobody_else_along(tmp_path: Path) -> None:
    workers = Workers(2)
    try:
        other = asyncio.create_task(workers.run(tell_and_wait, b"", "好.pdf", str(tmp_path / "pid"), 1.5))
        pid = await written(tmp_path / "pid")
        with pytest.raises(ReaderFailed):
            await workers.run(die, b"", "坏.pdf")
        assert await other == pid
    finally:
        workers.close()


async def test_a_task_nobody_waits_for_is_ended(workers: Workers, tmp_path: Path) -> None:
    task = asyncio.create_task(workers.run(tell_and_wait, b"", "x.pdf", str(tmp_path / "pid"), 600))
    pid = await written(tmp_path / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(pid)
    assert await workers.run(add, 4, 4) == 8


async def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    workers = Workers(1)
    task = asyncio.create_task(workers.run(tell_and_wait, b"", "x.pdf", str(tmp_path / "pid"), 600))
    pid = await written(tmp_path / "pid")
    workers.close()
    await gone(pid)
    with pytest.raises(ReaderFailed):
        await task


def hoard(data: bytes, name: str) -> int:
    """Takes memory and touches it, until it is refused."""
    return len([bytearray(64 << 20) for _ in range(64)])


def abort(data: bytes, name: str) -> None:
    os.abort()


async def test_a_task_that_takes_too_much_memory_is_told_so_and_leaves_nothing_behind() -> None:
    workers = Workers(1, memory=256 << 20)
    try:
        with pytest.raises(TooHeavy) as caught:
            await workers.run(hoard, b"", "大.pdf")
        assert "R20" in caught.value.say("zh")
        assert "takes more than" in caught.value.say("en")
        assert await workers.run(add, 1, 2) == 3
    finally:
        workers.close()


async def test_a_picture_that_needs_more_than_there_is_ends_in_the_named_error() -> None:
    from PIL import Image  # not above: every process that is started imports this room

    from intake.read import read as read_file

    out = io.BytesIO()
    Image.new("RGB", (9000, 9000), "white").save(out, "PNG")  # 240 MB unpacked, and more to look at it
    workers = Workers(1, memory=400 << 20)
    try:
        reading = await workers.run(read_file, out.getvalue(), "大.png")
        assert isinstance(reading.error, TooHeavy)
    finally:
        workers.close()


async def test_an_abort_in_native_code_is_a_named_error_with_its_signal(workers: Workers) -> None:
    with pytest.raises(ReaderFailed) as caught:
        await workers.run(abort, b"", "坏.xls")
    assert "SIGABRT" in caught.value.say("en")
    assert await workers.run(add, 1, 1) == 2


async def test_a_process_that_died_while_it_waited_fails_nobody(workers: Workers) -> None:
    pid = await workers.run(os.getpid)
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    await until(lambda: bool(workers._idle[0]._broken))
    assert await workers.run(add, 2, 2) == 4


async def test_a_workbook_that_makes_the_native_reader_abort_harms_nobody_else() -> None:
    """Two cells in opposite corners: the native reader lays out all 17 billion between them, and aborts."""
    from intake.sheet.read import read_book
    from tests.intake.books import workbook

    data = workbook([["科目编码"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            new.writestr(name, old.read(name).replace(b"</sheetData>", far))
    workers = Workers(2)
    try:
        other = asyncio.create_task(workers.run(read_book, workbook([["科目编码"], ["1001"]]), "好.xlsx"))
        with pytest.raises(ReaderFailed) as caught:
            await workers.run(read_book, out.getvalue(), "坏.xlsx")
        assert "「坏.xlsx」没能读出来" in caught.value.say("zh")
        assert "SIGABRT" in caught.value.say("en")
        assert (await other).name == "好.xlsx"
        assert (await workers.run(read_book, workbook([["科目编码"], ["1001"]]), "再.xlsx")).name == "再.xlsx"
    finally:
        workers.close()
