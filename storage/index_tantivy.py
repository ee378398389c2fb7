"""The embedded index: a folder of its own, written by one process at a time, read by any."""

from __future__ import annotations

import asyncio
import fcntl
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock

from tantivy import Index, IndexWriter

from archive import query as asked
from archive.errors import IndexBroken, IndexBusy
from archive.item import Item
from storage.index import to_doc
from storage.index_fields import SCHEMA, named_tokenizers, to_document, to_query
from storage.index_files import META, check

HEAP = 15_000_000  # bytes, the least tantivy takes: what one commit gathers before it spills
IDLE = 5.0  # s without writing after which memory and lock are given back
PATIENCE = 0.5  # s to wait for another process to finish writing

_LOCK = ".tantivy-writer.lock"


class TantivyIndex:
    """See storage.index.Index. Call `close` at the end; the folder is made when it isn't there."""

    def __init__(self, folder: Path, idle: float = IDLE, patience: float = PATIENCE) -> None:
        self._folder = folder
        self._idle_after, self._patience = idle, patience
        self._opening = Lock()
        self._index: Index | None = None
        self._sound: set[str] = set()  # files found to be as they were written
        self._seen: tuple[int, int] = (0, 0)  # the state of the folder last loaded
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._writer: IndexWriter | None = None  # touched on the writing thread only
        self._idle: asyncio.TimerHandle | None = None

    async def put(self, items: Sequence[Item]) -> None:
        """Add or renew; one commit for all, visible when this returns. Raises IndexBroken, IndexBusy."""
        if items:
            await self._write(partial(_put, items))

    async def remove(self, ids: Sequence[str]) -> None:
        """Take items out. Raises IndexBroken, IndexBusy."""
        if ids:
            await self._write(partial(_remove, ids))

    async def find(self, query: asked.Query, scope: asked.Scope) -> asked.Hits:
        """One page, newest document first, with the exact number of matches. Raises IndexBroken."""
        return await asyncio.to_thread(self._find, query, scope)

    async def count(self) -> int:
        """How many items are in it. Raises IndexBroken."""
        return await asyncio.to_thread(self._count)

    async def clear(self) -> None:
        """Empty it, even when it is damaged. Raises IndexBusy while another process writes, IndexBroken."""
        await asyncio.get_running_loop().run_in_executor(self._writing, self._clear)

    async def close(self) -> None:
        """Finish merging, let go of the lock."""
        if self._idle:
            self._idle.cancel()
        await asyncio.get_running_loop().run_in_executor(self._writing, self._release)
        self._writing.shutdown()

    # writing, on its own thread

    async def _write(self, step: Callable[[IndexWriter], None]) -> None:
        loop = asyncio.get_running_loop()
        if self._idle:
            self._idle.cancel()
        try:
            await loop.run_in_executor(self._writing, self._commit, step)
        finally:
            self._idle = loop.call_later(self._idle_after, self._writing.submit, self._release)

    def _commit(self, step: Callable[[IndexWriter], None]) -> None:
        with self._border():
            writer = self._writer or self._locked()
            self._writer = None  # a writer that failed is not used again: its changes are dropped with it
            step(writer)
            writer.commit()
            self._writer = writer
            self._fresh()

    def _locked(self) -> IndexWriter:
        """The writer, on the folder as it is now: another process may have written since. Raises IndexBusy."""
        deadline = time.monotonic() + self._patience
        while True:
            self._index = None
            try:
                return self._opened().writer(heap_size=HEAP, num_threads=1)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
                if time.monotonic() > deadline:
                    raise IndexBusy() from error
            time.sleep(0.02)

    def _release(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def _clear(self) -> None:
        self._release()
        with self._border():
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / _LOCK).open("a") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise IndexBusy() from error
                for file in self._folder.iterdir():
                    if file.name != _LOCK:
                        file.unlink()
                self._index, self._sound = None, set()
                self._opened()

    # reading, on any thread

    def _find(self, query: asked.Query, scope: asked.Scope) -> asked.Hits:
        with self._border():
            searcher = self._fresh().searcher()
            # tantivy sets memory apart for all up to the place asked for, and ends the process when there is not enough
            offset = min(query.page * query.size, searcher.num_docs)
            found = searcher.search(
                to_query(query, scope), limit=max(query.size, 1), offset=offset, order_by_field="order"
            )
            ids = tuple(str(searcher.doc(address)["id"][0]) for _, address in found.hits[: query.size])
            return asked.Hits(ids, found.count)  # type: ignore[attr-defined]  # tantivy's stub lacks it

    def _count(self) -> int:
        with self._border():
            return self._fresh().searcher().num_docs

    def _fresh(self) -> Index:
        """The index with what any process has committed."""
        index, now = self._opened(), self._stamp()
        if now != self._seen:
            index.reload()
            self._seen = now
        return index

    def _opened(self) -> Index:
        with self._opening:
            if self._index is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                if (self._folder / META).exists():
                    check(self._folder, self._sound)
                index = Index(SCHEMA, path=str(self._folder))
                index.config_reader("manual")
                named_tokenizers(index)
                self._seen, self._index = self._stamp(), index
            return self._index

    def _stamp(self) -> tuple[int, int]:
        meta = (self._folder / META).stat()
        return meta.st_mtime_ns, meta.st_ino  # tantivy replaces the file with each commit

    @contextmanager
    def _border(self) -> Iterator[None]:
        """tantivy knows one error only; whatever it says, the index is opened anew the next time."""
        try:
            yield
        except (ValueError, LookupError, TypeError, OSError, struct.error) as error:  # also a meta.json of another make
            self._index = None
            raise IndexBroken(detail=str(error)[:200]) from error


def _put(items: Sequence[Item], writer: IndexWriter) -> None:
    for doc in map(to_doc, items):
        writer.delete_documents_by_term("id", doc.id)
        writer.add_document(to_document(doc))


def _remove(ids: Sequence[str], writer: IndexWriter) -> None:
    for each in ids:
        writer.delete_documents_by_term("id", each)
