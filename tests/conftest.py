"""One database process for the whole run, one database in it for each test."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from storage import mongo
from storage.embedded import Embedded


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running database: GUIDANG_TEST_MONGODB_URI, or the embedded one, started once on a loop of its own."""
    if given := os.environ.get("GUIDANG_TEST_MONGODB_URI"):
        yield given
        return
    with _running(tmp_path_factory.mktemp("database")) as uri:
        yield uri


class _running:
    """An Embedded kept going on a thread, since each test has its own loop."""

    def __init__(self, data: Path) -> None:
        self._embedded = Embedded(data)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._embedded.__aenter__(), self._loop).result()
        return self._embedded.uri

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._embedded.__aexit__(None, None, None), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
async def db(mongo_uri: str) -> AsyncIterator[mongo.Database]:
    """An empty database of the test's own, dropped afterwards."""
    database = mongo.connect(mongo_uri, f"t_{uuid4().hex[:12]}")
    yield database
    await database.client.drop_database(database.name)
    await database.client.close()
