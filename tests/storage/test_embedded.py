"""The database that comes along is started once, found by others, brought back, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from pymongo import AsyncMongoClient

from archive.errors import BadSettings
from storage import embedded, mongo
from storage.embedded import Embedded


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_its_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One long test, since a start costs a second or two: start, data, a guest, a kill, a restart, a stop."""
    monkeypatch.chdir(tmp_path)
    data = Path("data")
    back = asyncio.Event()
    async with Embedded(data, back.set) as first:
        db = mongo.connect(first.uri, "life")
        await db.a.insert_one({"_id": 1})
        async with Embedded(tmp_path / "data") as guest:
            assert guest.uri == first.uri
            assert not guest.owner
        pid, uri = first.pid, first.uri
        os.kill(pid, signal.SIGKILL)
        await asyncio.wait_for(back.wait(), 60)
        assert (first.uri, first.pid != pid) == (uri, True)
        assert await db.a.find_one() == {"_id": 1}
        await db.client.close()
        pid = first.pid
        assert alive(pid)
    assert not alive(pid)
    assert sorted(os.listdir(data)) == ["db", "db.json", "db.lock", "db.log", "db.toml"]
    assert (data / "db.json").stat().st_mode & 0o777 == 0o600
    (data / "db.json").unlink()  # lost: a new password is made, the data is there
    async with Embedded(data) as again:
        db = mongo.connect(again.uri, "life")
        assert await db.a.find_one() == {"_id": 1}
        await db.client.close()


async def test_a_killed_owner_leaves_no_database_behind(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from storage.embedded import Embedded\n"
        "async def main():\n"
        "    async with Embedded(Path(sys.argv[1])) as database:\n"
        "        print(database.pid, flush=True); await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    owner = await asyncio.create_subprocess_exec(sys.executable, "-c", script, str(tmp_path), stdout=-1)
    assert owner.stdout
    pid = int(await asyncio.wait_for(owner.stdout.readline(), 60))
    owner.kill()
    await owner.wait()
    async with Embedded(tmp_path) as taken:  # whether it still stops or hangs: the folder is free for the next
        assert taken.owner
        assert not alive(pid)


async def test_the_missing_program_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded.sys, "prefix", str(tmp_path))
    with pytest.raises(BadSettings, match="MONGODB_URI"):
        async with Embedded(tmp_path / "data"):
            pass


async def test_a_database_that_no_longer_answers_is_brought_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "PULSE", 0.1)
    monkeypatch.setattr(embedded, "SILENT", 2)
    back = asyncio.Event()
    async with Embedded(tmp_path / "db", back.set) as database:
        stuck = database.pid
        os.kill(stuck, signal.SIGSTOP)
        await asyncio.wait_for(back.wait(), 60)
        assert database.pid != stuck
        async with AsyncMongoClient(database.uri) as client:
            assert (await client.admin.command("ping"))["ok"]


async def test_a_stop_does_not_wait_for_a_look_that_hangs(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path)
    looking = asyncio.Event()

    async def look() -> None:
        """As the driver did: told to stop while it closes, it waits for what never comes."""
        try:
            looking.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.Event().wait()

    embedded._watch = asyncio.create_task(look())
    await looking.wait()
    async with asyncio.timeout(30):
        await embedded.__aexit__(None, None, None)
    assert embedded._watch is None
