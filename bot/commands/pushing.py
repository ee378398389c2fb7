"""`guidang push FOLDER`: what scanners and programs put into a folder is handed in, each file once.

A file is taken when it has stopped growing. Handed in, it is moved to `done/`; what was refused to `failed/` with the
reason beside it. Broken off anywhere, the next run goes on: a file that was handed in but not moved yet is known by its
bytes. Folders are looked at again and again rather than watched: a scanner's network share tells nobody of changes.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from archive.access import Right, demand
from archive.errors import BadSettings, DatabaseProblem, KeepProblem, Later, NoAnswer, Problem
from archive.words import Text
from bot.app import opened
from bot.commands.asking import taken_in
from bot.pushed import Outcome, Remote
from config.settings import Settings

LOOK = 1.0  # s between two looks
BACK_OFF = (5.0, 15.0, 60.0, 300.0)  # s after the first, second … time nothing could be handed in
DONE, FAILED = "done", "failed"
#: Half-written by the programs that write them.
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".lock", ".swp")


class Taker(Protocol):
    """Whoever files are handed to."""

    async def take(self, path: Path, data: bytes) -> Outcome:
        """What became of it. Raises DatabaseProblem, NoAnswer, Later when it is to be tried again."""


async def push(args: argparse.Namespace, settings: Settings) -> int:
    """Until interrupted; with --once until the folder is empty, then 1 when anything was refused."""
    folder: Path = args.folder
    if not await asyncio.to_thread(folder.is_dir):
        raise BadSettings(mistakes=Text(f"没有文件夹 {folder}", f"there is no folder {folder}"))
    key = os.environ.get("GUIDANG_API_KEY", "")
    if not (args.person or key):
        why = Text(
            "请给 --as 人员，或用 GUIDANG_API_KEY 和 --server 送到服务",
            "give --as PERSON, or GUIDANG_API_KEY and --server to hand in to a service",
        )
        raise BadSettings(mistakes=why)
    failed = tries = 0
    looking = Looking(folder, args.settle)
    with _alone(folder):
        while True:
            ready = looking.ready()
            if ready:
                try:
                    async with _taker(args, settings, key) as taker:
                        failed += await _handed(ready, taker, folder, settings.big_file, args.json)
                    tries = 0
                except (DatabaseProblem, NoAnswer, Later) as problem:
                    wait = float(problem.facts.get("seconds", 0)) or BACK_OFF[min(tries, len(BACK_OFF) - 1)]
                    tries += 1
                    print(f"{problem.say('zh')} ({wait:.0f} s)", file=sys.stderr, flush=True)
                    if args.once and tries > len(BACK_OFF):
                        raise
                    await asyncio.sleep(wait)
            elif args.once and not looking.waiting:
                return 1 if failed else 0
            else:
                await asyncio.sleep(min(LOOK, args.settle))


class Looking:
    """Which files have stopped growing: size and time are as they were that long ago."""

    def __init__(self, folder: Path, settle: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`settle` in seconds."""
        self._folder, self._settle, self._clock = folder, settle, clock
        self._seen: dict[Path, tuple[tuple[int, int], float]] = {}  # path → (size and time, since when)

    @property
    def waiting(self) -> bool:
        """Whether any file is there that isn't ready yet."""
        return bool(self._seen)

    def ready(self) -> list[Path]:
        """Those to be taken now, the oldest name first."""
        now, seen, ready = self._clock(), self._seen, []
        self._seen = {}
        for path in _files(self._folder):
            try:
                found = path.stat()
            except OSError:  # gone again
                continue
            mark = (found.st_size, found.st_mtime_ns)
            before, since = seen.get(path, (mark, now))
            since = since if before == mark else now
            self._seen[path] = (mark, since)
            if now - since >= self._settle:
                ready.append(path)
        return ready


def _files(folder: Path) -> Iterator[Path]:
    """Every file below, but what was taken already, hidden or half-written ones, and links that lead elsewhere."""
    for root, folders, names in os.walk(folder):
        place = Path(root)
        if place == folder:
            folders[:] = [name for name in folders if name not in (DONE, FAILED)]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = place / name
            if name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED) or path.is_symlink():
                continue
            yield path


async def _handed(ready: list[Path], taker: Taker, folder: Path, limit: int, as_json: bool) -> int:
    """How many were refused."""
    failed = 0
    for path in ready:
        try:
            data = await asyncio.to_thread(_bytes, path, limit)
            outcome = Outcome(False, (), f"{limit // 2**20} MB") if data is None else await taker.take(path, data)
        except FileNotFoundError:  # taken away meanwhile
            continue
        except OSError as error:
            outcome = Outcome(False, (), error.strerror or str(error))
        try:
            moved = await asyncio.to_thread(_moved, path, folder, outcome)
        except OSError as error:  # it would be handed in again and again
            why = Text(f"{path} 不能移走：{error.strerror}", f"{path} can't be moved: {error.strerror}")
            raise BadSettings(mistakes=why) from error
        failed += not outcome.taken
        said: dict[str, Any] = {
            "file": str(path.relative_to(folder)), "status": DONE if outcome.taken else FAILED,
            "items": list(outcome.items), "moved": str(moved.relative_to(folder)), "text": outcome.words,
        }  # fmt: skip
        line = json.dumps(said, ensure_ascii=False) if as_json else f"{said['file']} → {said['moved']}  {outcome.words}"
        print(line, flush=True)
    return failed


def _bytes(path: Path, limit: int) -> bytes | None:
    return None if path.stat().st_size > limit else path.read_bytes()


def _moved(path: Path, folder: Path, outcome: Outcome) -> Path:
    """Where it lies now. The reason is written first: a refused file never lies there without one."""
    within = path.relative_to(folder)
    base = folder / (DONE if outcome.taken else FAILED) / within
    base.parent.mkdir(parents=True, exist_ok=True)
    place, number = base, 1
    while place.exists():
        place = base.with_name(f"{base.stem}-{number}{base.suffix}")
        number += 1
    if not outcome.taken:
        short = os.fsdecode(os.fsencode(place.name)[:250])
        place.with_name(short + ".txt").write_text(outcome.words + "\n", encoding="utf-8")
    path.rename(place)
    return place


@asynccontextmanager
async def _taker(args: argparse.Namespace, settings: Settings, key: str) -> AsyncIterator[Taker]:
    """The archive itself, opened for this lot only so that the service isn't hindered; or a service by its API."""
    if not args.person:
        async with Remote.opened(args.server or settings.address, key) as remote:
            yield remote
        return
    async with opened(settings) as house, house.vault.keeping():
        person = await house.people.get(args.person)
        demand(person, Right.FORWARD)

        class Local:
            async def take(self, path: Path, data: bytes) -> Outcome:
                said = await taken_in(house, person, path.name, data)
                if isinstance(said.get("problem"), KeepProblem):  # the archive's fault, not the file's
                    raise NoAnswer(platform="Guidang", detail=str(said["text"]))
                items = said["items"]
                assert isinstance(items, list)
                return Outcome(said["status"] in ("taken", "already"), tuple(items), str(said["text"]))

        yield Local()
        with suppress(Problem):  # the service catches up
            await house.vault.index_rest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One pusher a folder. Raises BadSettings."""
    with open(folder / ".guidang-push.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            why = Text(f"{folder} 已有一个 push 在运行", f"another push is at work in {folder}")
            raise BadSettings(mistakes=why) from error
        yield
