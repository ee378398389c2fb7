"""Connecting, what the server must be able to do, and transactions that happen once."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest
from pymongo import IndexModel
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteError,
)

from archive.errors import (
    BadSettings,
    DatabaseBusy,
    DatabaseDown,
    DatabaseLogin,
    DatabaseProblem,
    EntryExists,
    NoSpace,
    NotFound,
    Problem,
)
from storage import mongo


async def test_a_server_with_transactions_passes(db: mongo.Database) -> None:
    await mongo.check(db)


def test_an_address_that_cannot_be_read_is_said_at_once() -> None:
    with pytest.raises(BadSettings, match="MONGODB_URI"):
        mongo.connect("mongo//nowhere", "x")


async def test_an_absent_server_is_our_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "SELECT", 200)
    db = mongo.connect("mongodb://127.0.0.1:9/", "x")
    with pytest.raises(DatabaseDown):
        await mongo.check(db)
    await db.client.close()


async def test_all_or_nothing(db: mongo.Database) -> None:
    async def step(session: mongo.Session) -> None:
        await db.a.insert_one({"_id": 1}, session=session)
        raise NotFound(item="x")

    with pytest.raises(NotFound):
        await mongo.transact(db, step)
    assert await db.a.count_documents({}) == 0


async def test_counting_together_loses_nothing(db: mongo.Database) -> None:
    await db.a.insert_one({"_id": "n", "value": 0})

    async def step(session: mongo.Session) -> int:
        doc = await db.a.find_one({"_id": "n"}, session=session)
        assert doc
        await db.a.update_one({"_id": "n"}, {"$set": {"value": doc["value"] + 1}}, session=session)
        return int(doc["value"])

    seen = await asyncio.gather(*(mongo.transact(db, step) for _ in range(12)))
    assert sorted(seen) == list(range(12))


async def test_a_commit_whose_answer_was_lost_is_not_done_twice(db: mongo.Database) -> None:
    runs = 0

    async def step(session: mongo.Session) -> int:
        nonlocal runs
        runs += 1
        await db.a.insert_one({"run": runs}, session=session)
        if runs == 1:  # the connection goes after the server has committed: the driver can't tell what happened
            commit = session.commit_transaction

            async def lost() -> None:
                await commit()
                raise AutoReconnect("gone")

            session.commit_transaction = lost  # type: ignore[method-assign]
        return runs

    assert await mongo.transact(db, step) == 1
    assert runs == 1
    assert await db.a.count_documents({}) == 1


async def test_errors_that_mean_something_to_the_caller_stay(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, {"a": [IndexModel("x", unique=True)]})
    await db.a.insert_one({"x": 1})

    async def step(session: mongo.Session) -> None:
        await db.a.insert_one({"x": 1}, session=session)

    with pytest.raises(DuplicateKeyError):
        await mongo.transact(db, step, stays=(DuplicateKeyError,))
    with pytest.raises(EntryExists, match="「x」") as raised:
        await mongo.transact(db, step)
    assert isinstance(raised.value.__cause__, DuplicateKeyError)


async def test_a_refused_command_is_no_lost_connection(db: mongo.Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DatabaseProblem, match="K09") as raised:
        async with mongo.border():
            await db.command("noSuchCommandAtAll")
    assert not isinstance(raised.value, DatabaseDown)
    assert isinstance(raised.value.__cause__, OperationFailure)
    assert "noSuchCommandAtAll" in caplog.text
    assert "noSuchCommandAtAll" not in raised.value.say("en"), "the reason may hold content: it is for the log"


async def test_a_wrong_password_is_said_as_that(mongo_uri: str) -> None:
    place = mongo_uri.split("//")[1].split("@")[-1].split("/")[0].split(",")[0]
    db = mongo.connect(f"mongodb://nobody:wrong@{place}/?authSource=admin", "x")
    try:
        with pytest.raises(DatabaseLogin, match="MONGODB_URI"):
            await mongo.check(db)
    finally:
        await db.client.close()


async def test_a_conflict_that_lasts_says_busy(db: mongo.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "PATIENCE", 1.0)
    await db.a.insert_one({"_id": 1, "value": 0})

    async def step(session: mongo.Session) -> None:
        await db.a.update_one({"_id": 1}, {"$inc": {"value": 1}}, session=session)

    async with db.client.start_session() as other:
        await other.start_transaction()
        await step(other)
        with pytest.raises(DatabaseBusy):
            await mongo.transact(db, step)
        await other.abort_transaction()
    await mongo.transact(db, step)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OperationFailure("not enough disk", 14031), NoSpace),
        (WriteError("28: No space left on device", 8), NoSpace),
        (BulkWriteError({"writeErrors": [{"code": 11000, "errmsg": "x", "keyPattern": {"n": 1}}]}), EntryExists),
        (OperationFailure("shutting down", 91), DatabaseDown),
        (OperationFailure("cursor not found", 43), DatabaseDown),
        (OperationFailure("met another", 112), DatabaseBusy),
        (OperationFailure("met another", 1, {"errorLabels": ["TransientTransactionError"]}), DatabaseBusy),
        (OperationFailure("not authorized on x", 13), DatabaseLogin),
        (OperationFailure("over your space quota", 8000), NoSpace),
        (AutoReconnect("gone"), DatabaseDown),
        (InvalidOperation("closed"), DatabaseDown),
        (OperationFailure("no such thing", 9), DatabaseProblem),
        (PyMongoError("?"), DatabaseProblem),
    ],
)
async def test_each_error_of_the_driver_is_told_apart(error: PyMongoError, kind: type[Problem]) -> None:
    with pytest.raises(kind) as raised:
        async with mongo.border():
            raise error
    assert type(raised.value) is kind
    assert raised.value.__cause__ is error


async def test_a_server_without_transactions_is_refused_at_the_start(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.prefix) / "bin" / "secantusd-py"
    server = await asyncio.create_subprocess_exec(
        program, "--standalone", "--port", str(port), "--storage-path", str(tmp_path / "db"), cwd=tmp_path
    )
    db = mongo.connect(f"mongodb://127.0.0.1:{port}/", "x")
    try:
        with pytest.raises(BadSettings, match="replSet"):
            await mongo.check(db)
    finally:
        await db.client.close()
        server.kill()
        await server.wait()


async def test_an_index_of_an_earlier_version_is_replaced_and_the_others_stay(db: mongo.Database) -> None:
    partial = IndexModel("free", partialFilterExpression={"free": {"$exists": True}})
    await mongo.ensure_indexes(db, {"old": [partial, IndexModel("kept", unique=True)]})
    await db.old.insert_one({"_id": 1, "kept": 1})
    await mongo.ensure_indexes(db, {"old": [IndexModel("free"), IndexModel("kept", unique=True)]})
    indexes = await db.old.index_information()
    assert "partialFilterExpression" not in indexes["free_1"]
    assert indexes["kept_1"]["unique"]
    assert await db.old.count_documents({}) == 1


async def test_an_index_the_data_forbid_is_no_reason_to_drop_anything(db: mongo.Database) -> None:
    await mongo.ensure_indexes(db, {"double": [IndexModel("free")]})
    await db.double.insert_many([{"n": 1}, {"n": 1}])
    with pytest.raises(EntryExists):
        await mongo.ensure_indexes(db, {"double": [IndexModel("free"), IndexModel("n", unique=True)]})
    assert "free_1" in await db.double.index_information()
