"""Writes tried again while the database restarts, for one that must not be asked to remember them.

A driver's retried write relies on the server's record of it. SecantusDB keeps those records in memory only, so that a
restart forgets them, and sorts 10,000 of them at every write: a document cost twice as much after some two thousand.
So its address says retryWrites=false, and the same is done here: a write whose connection broke is sent again. As
with the driver, an insert that had arrived says DuplicateKeyError then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure

T = TypeVar("T")
Doc = dict[str, Any]

PATIENCE = 20.0  # s: a restart takes 2–3 on a busy machine


class FirmDatabase(AsyncDatabase[Doc]):
    """A database whose collections try a write again."""

    def __getitem__(self, name: str) -> FirmCollection:
        return FirmCollection(self, name)


class FirmCollection(AsyncCollection[Doc]):
    """A collection whose writes outside of transactions survive a restart of the server."""

    async def insert_one(self, *args: Any, **options: Any) -> Any:
        return await _firmly(super().insert_one, args, options)

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
