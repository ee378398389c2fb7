"""The way to the database: connecting, what is asked of it, transactions that outlive a restart, its errors as ours."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar
from uuid import uuid4

from pymongo import ASCENDING, AsyncMongoClient, IndexModel, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, InvalidOperation, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from archive.errors import (
    BadSettings,
    DatabaseBusy,
    DatabaseDown,
    DatabaseLogin,
    DatabaseProblem,
    EntryExists,
    KeepProblem,
    NoSpace,
)
from archive.words import Text
from storage.firm import DUPLICATE, FirmDatabase

log = logging.getLogger(__name__)

Doc: TypeAlias = dict[str, Any]
Client: TypeAlias = AsyncMongoClient[Doc]
Database: TypeAlias = AsyncDatabase[Doc]
Session: TypeAlias = AsyncClientSession
#: What a room needs indexed: collection → indexes.
Indexes: TypeAlias = Mapping[str, list[IndexModel]]
T = TypeVar("T")

#: Before everything. A range of times begins here rather than nowhere: where it is open below, the embedded database
#: looks through all that lack the field as well (63 ms for 3,000 of them).
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
SELECT = 15_000  # ms to wait for a primary: longer than the embedded database takes to come back
CONNECT = 5_000  # ms
PATIENCE = 90.0  # s a transaction is tried again while the database restarts or fails over
#: How the database's own numbers are meant; see src/mongo/base/error_codes.yml of MongoDB.
FULL = frozenset({14031})  # OutOfDiskSpace
FULL_WORDS = re.compile(r"no space left|out of (disk )?space|disk (is )?full|space quota|ENOSPC", re.IGNORECASE)
AWAY = frozenset({6, 7, 43, 50, 64, 89, 91, 133, 134, 189, 202, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436})
LOGIN = frozenset({11, 13, 18, 8000})  # UserNotFound, Unauthorized, AuthenticationFailed, AtlasError
CONFLICT = frozenset({24, 46, 112, 251})  # LockTimeout, LockBusy, WriteConflict, NoSuchTransaction
DOUBLE = frozenset({DUPLICATE, 11001, 12582})  # DuplicateKey
OTHER_OPTIONS = frozenset({85, 86})  # IndexOptionsConflict, IndexKeySpecsConflict

#: Marks of transactions that were committed, for an hour: see `transact`.
INDEXES: Indexes = {"commits": [IndexModel([("at", ASCENDING)], expireAfterSeconds=3_600)]}


def connect(uri: str, name: str) -> Database:
    """The database `name`; writes are acknowledged by the majority, on disk. Its client is `.client`; close that.

    Times come back aware, in UTC. Nothing is sent yet. Raises BadSettings when the address can't be read.
    """
    try:
        client: Client = AsyncMongoClient(
            uri, tz_aware=True, tzinfo=UTC, uuidRepresentation="standard", appname="guidang",
            serverSelectionTimeoutMS=SELECT, connectTimeoutMS=CONNECT, socketTimeoutMS=60_000,
            maxPoolSize=20,
        )  # fmt: skip
    except (PyMongoError, ValueError) as error:
        raise BadSettings(
            mistakes=Text(f"MONGODB_URI 不能用：{error}", f"MONGODB_URI can't be used: {error}")
        ) from error
    kind = AsyncDatabase[Doc] if client.options.retry_writes else FirmDatabase
    return kind(client, name, write_concern=WriteConcern(w="majority", j=True), read_concern=ReadConcern("majority"))


async def check(db: Database) -> None:
    """Raises BadSettings when the server has no transactions (a standalone mongod), DatabaseDown when it is away."""
    async with border():
        hello = await db.client.admin.command("hello")
    if not hello.get("setName") and hello.get("msg") != "isdbgrid":
        raise BadSettings(
            mistakes=Text(
                "MONGODB_URI 指向单机 mongod，没有事务；请用副本集（单节点即可：mongod --replSet rs0）",
                "MONGODB_URI names a standalone mongod, which has no transactions; use a replica set "
                "(one node will do: mongod --replSet rs0)",
            )
        )


async def ensure_indexes(db: Database, *rooms: Indexes) -> None:
    """Create what the rooms need, before any data: SecantusDB builds an index over rows slowly (160 s for 50,000).

    An index that an earlier version made with other options is replaced, so that an older archive opens.
    """
    async with border():
        for room in (INDEXES, *rooms):
            for collection, indexes in room.items():
                try:
                    await db[collection].create_indexes(indexes)
                except OperationFailure as error:
                    if error.code not in OTHER_OPTIONS:
                        raise
                    await _replace(db, collection, indexes)


async def _replace(db: Database, collection: str, indexes: list[IndexModel]) -> None:
    """One by one, so that only those which differ are built anew."""
    for index in indexes:
        try:
            await db[collection].create_indexes([index])
        except OperationFailure as error:
            if error.code not in OTHER_OPTIONS:
                raise
            name = index.document["name"]
            log.warning("index %s of %s has other options now and is built anew", name, collection)
            await db[collection].drop_index(name)
            await db[collection].create_indexes([index])


@asynccontextmanager
async def border(*stays: type[PyMongoError]) -> AsyncIterator[None]:
    """The driver's errors become ours here, cause kept; those in `stays` go through: they mean something there."""
    try:
        yield
    except stays:
        raise
    except PyMongoError as error:
        raise _ours(error) from error


def _ours(error: PyMongoError) -> KeepProblem:
    """What a driver's error means to us. The reason for a refusal goes to the log only: it may hold content."""
    if isinstance(error, ConnectionFailure | InvalidOperation):  # InvalidOperation: closed by now
        return DatabaseDown()
    details = error.details if isinstance(error, OperationFailure) and error.details else {}
    number = error.code if isinstance(error, OperationFailure) else None
    numbers = {number, *(each.get("code") for each in details.get("writeErrors", ()))}
    if numbers & DOUBLE:
        index = _index(details)
        log.error("the database holds one like it already, by %s", index)
        return EntryExists(index=index)
    if numbers & FULL or FULL_WORDS.search(str(error)):
        return NoSpace(place=Text("数据库", "the database"), free=0)
    if numbers & LOGIN:
        log.error("the database refused the login: %s", number)
        return DatabaseLogin()
    if numbers & CONFLICT or error.has_error_label("TransientTransactionError"):
        return DatabaseBusy()
    if numbers & AWAY:
        return DatabaseDown()
    log.error("the database refused a command: %s %s: %.500s", number, details.get("codeName", ""), error)
    return DatabaseProblem(number=number or type(error).__name__)


def _index(details: Mapping[str, Any]) -> str:
    """The names of the fields that must be single; what stands in them stays out."""
    first = (details.get("writeErrors") or [details])[0]
    return ", ".join(first.get("keyPattern") or ["_id"])


async def transact(
    db: Database,
    step: Callable[[Session], Awaitable[T]],
    *,
    stays: tuple[type[PyMongoError], ...] = (),
    stands: Callable[[T, Session], Awaitable[bool]] | None = None,
) -> T:
    """Run `step` in one transaction and return what it returns: all of it happened, exactly once, or none.

    Run again on conflict and while the database is away (90 s at most), so `step` must only touch the database and
    only through the session. A commit whose answer was lost is not done twice: every attempt leaves its mark in the
    same transaction and the next looks for it. (A replica set remembers commits itself; SecantusDB forgets them when
    it is killed.) A step that leaves something nobody else can write needs no such mark: `stands` says whether the
    attempt that had this result is there. Errors of the types in `stays`, and all that are not the driver's, go through
    as they are; the driver's become ours.
    """
    name = uuid4().hex
    results: list[T] = []
    failed: list[PyMongoError] = []
    deadline = time.monotonic() + PATIENCE

    async def attempt(session: Session) -> T:
        if time.monotonic() > deadline:
            raise _ours(failed[-1]) if failed else DatabaseBusy()  # without: it was the commit that met another's
        if results and stands:
            for result in results:
                if await stands(result, session):
                    return result
        elif results:
            mark = await db.commits.find_one({"_id": name}, session=session)
            if mark:
                return results[mark["attempt"]]
        try:
            result = await step(session)
        except PyMongoError as error:
            failed.append(error)
            raise
        if not stands:
            mark = {"_id": name, "at": datetime.now(UTC), "attempt": len(results)}
            await db.commits.insert_one(mark, session=session)
        results.append(result)
        return result

    async with border(*stays):
        while True:
            try:
                async with db.client.start_session() as session:
                    return await session.with_transaction(
                        attempt, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern(w="majority", j=True)
                    )
            except stays:
                raise
            except PyMongoError as error:
                if not _passing(error) or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.2)


def _passing(error: PyMongoError) -> bool:
    """Whether trying again can help: the server is away, changing, or lost the transaction with its memory."""
    return (
        isinstance(error, ConnectionFailure)
        or error.has_error_label("TransientTransactionError")
        or error.has_error_label("UnknownTransactionCommitResult")
    )
