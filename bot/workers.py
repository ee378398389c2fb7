"""Readers and renderers run here, in processes of their own: a bad file may kill one of them, never the service."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from archive.errors import ReaderFailed
from archive.words import Text

log = logging.getLogger("guidang.workers")

#: A page by OCR takes seconds; a file that needs longer than this is stuck.
TIME_LIMIT = 120.0
#: Native readers keep some memory; a fresh process now and then gives it back.
TASKS_A_PROCESS = 200


class Workers:
    """So many spawned processes, each made on first use and after a break; a stuck or killed task is a ReaderFailed.

    Every process is a pool of its own, since the death of one ends all tasks of its pool.
    """

    def __init__(self, processes: int, time_limit: float = TIME_LIMIT) -> None:
        """`time_limit` in seconds, from the moment a process is free for the task."""
        self._time_limit = time_limit
        self._slots = asyncio.Semaphore(processes)
        self._idle: list[ProcessPoolExecutor] = []
        self._busy: set[ProcessPoolExecutor] = set()

    @property
    def busy(self) -> bool:
        """Whether a task is under way or waits for a process."""
        return bool(self._busy) or self._slots.locked()

    async def run(self, task: Callable[..., Any], *args: Any) -> Any:
        """The task's result. Its own Problems come through; a crash or a time-out becomes ReaderFailed."""
        async with self._slots:
            pool = self._idle.pop() if self._idle else _one()
            self._busy.add(pool)
            sound = True
            try:
                return await asyncio.wait_for(asyncio.wrap_future(pool.submit(task, *args)), self._time_limit)
            except (BrokenProcessPool, TimeoutError) as error:
                sound = False
                why = self._why(error)
                log.warning("%s: %s", task.__name__, why.en)
                raise ReaderFailed(name=_name(args), detail=why) from error
            except asyncio.CancelledError:
                sound = False  # nobody waits for it any more, and the next task shall not wait behind it
                raise
            finally:
                self._busy.discard(pool)
                if sound:
                    self._idle.append(pool)
                else:
                    _end(pool)

    def _why(self, error: BrokenProcessPool | TimeoutError) -> Text:
        if isinstance(error, BrokenProcessPool):
            return Text("读取进程意外退出", "the reader process died")
        limit = f"{self._time_limit:g}"
        return Text(f"读取超过 {limit} 秒，已停止", f"reading took longer than {limit} s and was stopped")

    def close(self) -> None:
        """Stop all processes."""
        for pool in (*self._idle, *self._busy):
            _end(pool)
        self._idle.clear()


def _one() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_quiet,
        initargs=(os.getpid(),),
        max_tasks_per_child=TASKS_A_PROCESS,
    )


def _end(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _name(args: tuple[Any, ...]) -> str:
    """read(data, name, …): the second argument is the file's name."""
    return args[1] if len(args) > 1 and isinstance(args[1], str) else "?"


def _quiet(service: int) -> None:
    """A reader gives way to the service (its process id) that answers people, and doesn't outlive it."""
    os.nice(15)
    try:
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: Linux only
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except (OSError, AttributeError):
        return
    if os.getppid() != service:  # killed while we were starting: that signal will not come any more
        os._exit(0)
