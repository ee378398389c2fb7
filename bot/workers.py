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

log = logging.getLogger("guidang.workers")

#: A page by OCR takes seconds; a file that needs longer than this is stuck.
TIME_LIMIT = 120.0
#: Native readers keep some memory; a fresh process now and then gives it back.
TASKS_A_PROCESS = 200


class Workers:
    """A pool of spawned processes, made on first use and after a break; a stuck or killed task is a ReaderFailed."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._slots = asyncio.Semaphore(processes)

    async def run(self, task: Callable[..., Any], *args: Any) -> Any:
        """The task's result. Its own Problems come through; a crash or a time-out becomes ReaderFailed."""
        async with self._slots:
            pool = self._opened()
            try:
                return await asyncio.wait_for(asyncio.wrap_future(pool.submit(task, *args)), TIME_LIMIT)
            except BrokenProcessPool as error:
                self._drop(pool)
                log.warning("a reader process died on %s", task.__name__)
                raise ReaderFailed(name=_name(args), detail="读取进程意外退出 / the reader process died") from error
            except TimeoutError as error:
                self._drop(pool)
                raise ReaderFailed(name=_name(args), detail=f"超过 {TIME_LIMIT:.0f} 秒 / took too long") from error

    def _opened(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_quiet,
                max_tasks_per_child=TASKS_A_PROCESS,
            )
        return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        """Kill the pool's processes; others in it fail as broken and are tried in a new one by their own callers."""
        if self._pool is pool:
            self._pool = None
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Stop all processes."""
        if self._pool is not None:
            self._drop(self._pool)


def _name(args: tuple[Any, ...]) -> str:
    """read(data, name, …): the second argument is the file's name."""
    return args[1] if len(args) > 1 and isinstance(args[1], str) else "?"


def _quiet() -> None:
    """A reader gives way to the service that answers people, and doesn't outlive it."""
    os.nice(5)
    try:
        import ctypes
        import signal

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: Linux only
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except (OSError, AttributeError):
        return
