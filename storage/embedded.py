"""The database that comes along: SecantusDB as a process of its own, started, watched, brought back and stopped here.

It is a program beside us, never imported (GPL-2.0-only), for trial and small teams; MONGODB_URI replaces it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import json
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from archive.errors import BadSettings, DatabaseDown
from archive.words import Text

log = logging.getLogger(__name__)

USER = "guidang"
GRACE = 5.0  # seconds a stop may take before the process is killed
PATIENCE = 60.0  # seconds a start may take on a slow or busy machine
PULSE = 5.0  # seconds between two looks whether it still answers
SILENT = 4  # looks without an answer, of a second or more each, after which it counts as locked up
WAITS = (0.1, 0.5, 1.0, 2.0, 5.0)  # back-off between restarts; the last one repeats
LOG_LIMIT = 5_000_000  # bytes of db.log kept from earlier runs
#: One heap instead of one per thread: after 400 MB of uploads 185 MB resident instead of 430, at the same speed.
LEAN = {"MALLOC_ARENA_MAX": "1"}
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True, slots=True)
class _Card:
    """What db.json holds (0600): how another process on this machine finds the running database."""

    password: str
    port: int = 0
    pid: int = 0  # 0: not running
    ready: bool = False  # the user has been made


class Embedded:
    """`async with Embedded(data) as database: database.uri`.

    The first process on a data folder starts the database and owns it; a later one (a command while the service
    runs) uses the running one. A database that dies is started again on the same port, then `on_restart` is called.
    Raises BadSettings when the program is not installed, DatabaseDown when it does not come up.
    """

    def __init__(self, data: Path, on_restart: Callable[[], None] | None = None) -> None:
        self._data = data.absolute()  # the program runs in that folder
        self._on_restart = on_restart
        self._card = _Card("")
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._lock = -1

    @property
    def uri(self) -> str:
        """The address with credentials; stays the same through restarts."""
        return f"mongodb://{USER}:{self._card.password}@127.0.0.1:{self._card.port}/?authSource=admin&retryWrites=false"

    @property
    def pid(self) -> int:
        """The process id of the running database."""
        return self._card.pid

    @property
    def owner(self) -> bool:
        """Whether this process started the database."""
        return self._lock >= 0

    async def __aenter__(self) -> Embedded:
        program = _program()
        self._data.mkdir(parents=True, exist_ok=True)
        self._lock = _only_one(self._data / "db.lock")
        try:
            if self.owner:
                await self._own(program)
            else:
                await self._join()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _own(self, program: Path) -> None:
        self._card = _read(self._data) or _Card(secrets.token_urlsafe(24))
        await _end_left_over(self._card.pid, self._data)
        self._keep(replace(self._card, port=_free_port(), pid=0))
        if not self._card.ready:
            await self._make_user(program)
        await self._start(program, auth=True)
        self._watch = asyncio.create_task(self._keep_alive(program), name="embedded-database")

    async def _join(self) -> None:
        """Wait for the owner's database; it may be starting just now."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            card = _read(self._data)
            if card and card.ready and card.pid and await _answers(card):
                self._card = card
                return
            await asyncio.sleep(0.2)
        raise DatabaseDown()

    async def _make_user(self, program: Path) -> None:
        """Once, without --auth and on loopback only, as the program's own help says."""
        await self._start(program, auth=False)
        async with AsyncMongoClient[dict[str, object]](f"mongodb://127.0.0.1:{self._card.port}/") as client:
            try:
                await client.admin.command("createUser", USER, pwd=self._card.password, roles=["root"])
            except OperationFailure:  # db.json was lost, the user is there: give it the new password
                await client.admin.command("updateUser", USER, pwd=self._card.password, roles=["root"])
        await self._end_process()
        self._keep(replace(self._card, ready=True))

    async def _start(self, program: Path, *, auth: bool) -> None:
        settings = self._data / "db.toml"
        settings.touch()  # empty, and named: the program would otherwise read one from the home folder
        words = ["--host", "127.0.0.1", "--port", str(self._card.port), "--storage-path", str(self._data / "db")]
        words += ["--config", str(settings), "--log-level", "WARNING", "--sync-on-commit", "--cache-size", "64M"]
        words += ["--oplog-retention-seconds", "60", "--oplog-max-entries", "1000", *(["--auth"] if auth else [])]
        with _log_file(self._data / "db.log") as out:
            self._process = await asyncio.create_subprocess_exec(
                str(program), *words, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
                cwd=self._data, env=os.environ | LEAN, start_new_session=True, preexec_fn=_die_with_parent(),
            )  # fmt: skip
        self._keep(replace(self._card, pid=self._process.pid))
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await _answers(self._card if auth else replace(self._card, password="")):
            if self._process.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise DatabaseDown()
            await asyncio.sleep(0.05)

    async def _keep_alive(self, program: Path) -> None:
        """Bring the database back whenever it ends; acknowledged writes are on disk (--sync-on-commit)."""
        tries = 0
        while self._process is not None:
            code = await self._ended(self._process)
            log.warning("embedded database ended with %s; starting it again", code)
            await asyncio.sleep(WAITS[min(tries, len(WAITS) - 1)])
            tries += 1
            try:
                await self._start(program, auth=True)
            except (DatabaseDown, OSError) as error:
                log.error("embedded database did not come back: %r", error)
                await self._end_process()
                continue
            tries = 0
            if self._on_restart:
                self._on_restart()

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """How the process ended. One that lives but no longer answers is killed: it was seen to lock up once in a
        long run of tests, and what it acknowledged is on disk.
        """
        ended = asyncio.ensure_future(process.wait())
        silent = 0
        try:
            while not (await asyncio.wait({ended}, timeout=PULSE))[0]:
                silent = 0 if await _answers(self._card) else silent + 1
                if silent == SILENT and process.returncode is None:
                    log.error("embedded database no longer answers; ending it")
                    process.kill()
            return ended.result()
        finally:
            ended.cancel()

    async def _end_process(self) -> None:
        """SIGTERM, some grace, then kill: a stop was seen to hang once in fifteen."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _stop(self) -> None:
        while self._watch and not self._watch.done():
            # Again and again: once in some thousand stops the driver's closing, met by this, was seen to wait for ever.
            self._watch.cancel()
            await asyncio.wait([self._watch], timeout=1)
        self._watch = None
        await self._end_process()
        if self.owner:
            if self._process is not None:
                self._keep(replace(self._card, pid=0))
            os.close(self._lock)
            self._lock = -1

    def _keep(self, card: _Card) -> None:
        """Write db.json whole or not at all, readable by its owner only."""
        self._card = card
        path = self._data / "db.json"
        new = path.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(asdict(card), out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(new, path)


def _program() -> Path:
    path = Path(sys.prefix) / ("Scripts" if os.name == "nt" else "bin") / "secantusd-py"
    if not path.exists():
        raise BadSettings(
            mistakes=Text(
                "没有数据库：请设置 MONGODB_URI，或安装 guidang[embedded] 使用自带数据库",
                "there is no database: set MONGODB_URI, or install guidang[embedded] for the one that comes along",
            )
        )
    return path


def _only_one(path: Path) -> int:
    """The held lock, or -1 when another process holds it. The system frees it when its holder dies."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return -1
    return lock


def _read(data: Path) -> _Card | None:
    try:
        return _Card(**json.loads((data / "db.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(card: _Card) -> bool:
    login = f"{USER}:{card.password}@" if card.password else ""
    uri = f"mongodb://{login}127.0.0.1:{card.port}/?directConnection=true&serverSelectionTimeoutMS=1000"
    try:
        async with AsyncMongoClient[dict[str, object]](uri, connectTimeoutMS=1000, socketTimeoutMS=5000) as client:
            await client.admin.command("ping")
    except PyMongoError:
        return False
    return True


async def _end_left_over(pid: int, data: Path) -> None:
    """Stop a database whose guidang was killed: we hold the lock, so nobody else uses it."""
    if not _is_ours(pid, data):
        return
    for sign, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        for _ in range(int(patience / 0.1)):
            if not _is_ours(pid, data):
                return
            await asyncio.sleep(0.1)


def _is_ours(pid: int, data: Path) -> bool:
    """Whether that process is a database on this very folder; a process id may have been given out again."""
    if not pid:
        return False
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(data / "db").encode() in line.split(b"\0")


def _log_file(path: Path) -> BinaryIO:
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.unlink()
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux the database gets a SIGTERM when we are killed; elsewhere the next start stops the left-over."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: nothing may be loaded after it
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
