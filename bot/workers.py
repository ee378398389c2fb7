"""Readers and renderers run here, in processes of their own: a bad file may kill one of them, never the service."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

from archive.errors import ReaderFailed, TooHeavy
from archive.words import Text, same
from intake.limits import READER_BYTES, READER_MEMORY

log = logging.getLogger("guidang.workers")

#: A page by OCR takes seconds; a file that needs longer than this is stuck.
TIME_LIMIT = 120.0
#: Native readers keep some memory; a fresh process now and then gives it back.
TASKS_A_PROCESS = 200


class Workers:
    """So many spawned processes, each made on first use and after a break; a stuck or killed task is a ReaderFailed.

    Every process is a pool of its own, since the death of one ends all tasks of its pool.
    """

    def __init__(self, processes: int, time_limit: float = TIME_LIMIT, memory: int = READER_BYTES) -> None:
        """`time_limit` in seconds, from the moment a process is free for the task; `memory` in bytes of each."""
        self._time_limit, self._memory = time_limit, memory
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
            pool = self._free()
            self._busy.add(pool)
            sound = True
            processes: Sequence[BaseProcess] = ()
            try:
                waiting = asyncio.wrap_future(pool.submit(task, *args))
                processes = list((pool._processes or {}).values())
                return await asyncio.wait_for(waiting, self._time_limit)
            except MemoryError as error:  # the task asked for more than it may have, and was told so
                sound = False
                raise TooHeavy(name=_name(args), limit=READER_MEMORY) from error
            except (BrokenProcessPool, TimeoutError) as error:
                sound = False
                if isinstance(error, BrokenProcessPool):  # what of it is known to have ended is about to be known why
                    await asyncio.to_thread(_ended, processes)
                why = self._why(error, processes)
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

    def _free(self) -> ProcessPoolExecutor:
        """A process that waits, else a new one; one that died while it waited must not fail a task it never saw."""
        while self._idle:
            pool = self._idle.pop()
            if not pool._broken:  # it says so nowhere else
                return pool
            _end(pool)
        return _one(self._memory)

    def _why(self, error: BrokenProcessPool | TimeoutError, processes: Sequence[BaseProcess]) -> Text:
        if isinstance(error, BrokenProcessPool):
            signals = {-p.exitcode for p in processes if p.exitcode is not None and p.exitcode < 0}
            names = " ".join(signal.Signals(s).name for s in signals if s in set(signal.Signals))
            return Text("读取进程意外退出", "the reader process died") + same(f" ({names})" if names else "")
        limit = f"{self._time_limit:g}"
        return Text(f"读取超过 {limit} 秒，已停止", f"reading took longer than {limit} s and was stopped")

    def close(self) -> None:
        """Stop all processes."""
        for pool in (*self._idle, *self._busy):
            _end(pool)
        self._idle.clear()


def _one(memory: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_quiet,
        initargs=(os.getpid(), memory),
        max_tasks_per_child=TASKS_A_PROCESS,
    )


def _ended(processes: Sequence[BaseProcess]) -> None:
    """Until it is known how they ended. The pool waits for them too; whoever comes second is told later."""
    until = time.monotonic() + 2
    for process in processes:
        process.join(1)
        while process.exitcode is None and time.monotonic() < until:
            time.sleep(0.01)


def _end(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def _name(args: tuple[Any, ...]) -> str:
    """read(data, name, …): the second argument is the file's name."""
    return args[1] if len(args) > 1 and isinstance(args[1], str) else "?"


def _quiet(service: int, memory: int) -> None:
    """A reader gives way to the service (its process id) that answers people, takes no more than its share of memory,
    and doesn't outlive the service.

    What is limited is data (RLIMIT_DATA: heap and private maps, since Linux 4.7), not address space: onnxruntime and
    the threads' arenas reserve much of that and never touch it. A reader in need hears MemoryError and says so; native
    code that can't hear it aborts, and that is told by its death.
    """
    os.nice(15)
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # buffers for every core, which nobody uses
        os.environ.setdefault(threads, "1")
    with suppress(ImportError, OSError, ValueError):  # not on every system, and never above what is set already
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        most = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: Linux only
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except (OSError, AttributeError):
        return
    if os.getppid() != service:  # killed while we were starting: that signal will not come any more
        os._exit(0)
