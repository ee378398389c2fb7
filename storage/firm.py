"""Writes to the database that comes along: tried again while it restarts, and those that come together sent together.

A driver's retried write relies on the server's record of it. SecantusDB keeps those records in memory only, so that a
restart forgets them, and sorts 10,000 of them at every write: a document cost twice as much after some two thousand.
So its address says retryWrites=false, and the same is done here: a write whose connection broke is sent again. As
with the driver, an insert that had arrived says DuplicateKeyError then.

Writers side by side cost SecantusDB half as much again as one after the other (1.6 ms of CPU against 1.1), and several
documents in one insert half of it (0.65). So what is to be inserted into a collection while an insert is under way
there waits for it, and goes with the others in the next one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from bson import ObjectId
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, WriteError
from pymongo.results import InsertOneResult

from storage.lots import Lots

T = TypeVar("T")
Doc = dict[str, Any]

PATIENCE = 20.0  # s: a restart takes 2–3 on a busy machine
DUPLICATE = 11000


class FirmDatabase(AsyncDatabase[Doc]):
    """A database whose collections try a write again."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._made: dict[str, FirmCollection] = {}

    def __getitem__(self, name: str) -> FirmCollection:
        """One object for each collection: what is inserted together meets there."""
        if name not in self._made:
            self._made[name] = FirmCollection(self, name)
        return self._made[name]


class FirmCollection(AsyncCollection[Doc]):
    """A collection whose writes outside of transactions survive a restart of the server."""

    def __init__(self, database: FirmDatabase, name: str) -> None:
        super().__init__(database, name)
        self._lots: Lots[Doc, Any] = Lots(self._insert)

    async def insert_one(self, document: Any, *args: Any, **options: Any) -> Any:
        """As the driver's. Written whether or not the caller still waits."""
        if args or options:
            return await _firmly(super().insert_one, (document, *args), options)
        document.setdefault("_id", ObjectId())
        return await self._lots.add(document)

    async def insert_many(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().insert_many, args, options)

    async def update_one(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().update_one, args, options)

    async def update_many(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().update_many, args, options)

    async def replace_one(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().replace_one, args, options)

    async def delete_one(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().delete_one, args, options)

    async def delete_many(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().delete_many, args, options)

    async def find_one_and_update(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().find_one_and_update, args, options)

    async def _insert(self, documents: Sequence[Doc]) -> Sequence[Any]:
        """What the driver would have answered to each alone: a result or an error."""
        if len(documents) == 1:
            return [await _firmly(super().insert_one, (documents[0],), {})]
        found: list[Any] = [InsertOneResult(document["_id"], acknowledged=True) for document in documents]
        try:
            await _firmly(super().insert_many, (documents,), {"ordered": False})
        except BulkWriteError as error:
            if error.details["writeConcernErrors"]:
                raise
            for each in error.details["writeErrors"]:
                kind = DuplicateKeyError if each["code"] == DUPLICATE else WriteError
                found[each["index"]] = kind(each["errmsg"], each["code"], each)
        return found


async def _firmly(write: Callable[..., Awaitable[T]], args: tuple[Any, ...], options: dict[str, Any]) -> T:
    """In a transaction nothing is tried again here: it begins anew as a whole."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await write(*args, **options)
        except ConnectionFailure:
            if options.get("session") or time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)
