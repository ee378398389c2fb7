from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.item import FileRef
from handlers.message import Click, Message
from storage import inbox, mongo
from storage.inbox import ATTEMPTS, LEASE, Inbox
from tests.storage.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def box(db: mongo.Database, clock: Clock) -> Inbox[Message]:
    await mongo.ensure_indexes(db, inbox.INDEXES)
    return Inbox(db, Message, clock)


def a_message(name: str, clock: Clock) -> Message:
    return Message(
        name, "desk", "talk", "zs", clock(), "收到 ✓",
        files=(FileRef("f1", "发票.pdf", 12, "a" * 64, "b" * 64, "application/pdf"),),
        click=Click("approve", "G2610-0001", 3, {"reason": "好"}),
    )  # fmt: skip


async def test_a_message_comes_back_as_it_was(box: Inbox[Message], clock: Clock) -> None:
    message = a_message("m1", clock)
    assert not await box.known("m1")
    assert await box.put("m1", message)
    assert await box.known("m1")
    assert await box.claim("a") == message
    assert await box.claim("a") is None
    assert await box.waiting() == 1
    assert await box.done("m1", "a")
    assert await box.waiting() == 0
    assert not await box.done("m1", "a")


async def test_the_same_message_is_taken_in_once(box: Inbox[Message], clock: Clock) -> None:
    message = a_message("m1", clock)
    results = await asyncio.gather(*(box.put("m1", message) for _ in range(8)))
    assert sorted(results) == [False] * 7 + [True]
    await box.claim("a")
    await box.done("m1", "a")
    assert not await box.put("m1", replace(message, text="again"))
    assert await box.claim("a") is None


async def test_the_oldest_first(box: Inbox[Message], clock: Clock) -> None:
    for n in (3, 1, 2):
        await box.put(f"m{n}", a_message(f"m{n}", clock))
        clock.move(seconds=1)
    taken = [await box.claim("a") for _ in range(4)]
    assert [message and message.id for message in taken] == ["m3", "m1", "m2", None]


async def test_each_message_goes_to_one_hand(box: Inbox[Message], clock: Clock) -> None:
    for n in range(20):
        await box.put(f"m{n}", a_message(f"m{n}", clock))

    async def work(owner: str) -> list[str]:
        mine = []
        idle = 0
        while idle < 3:
            message = await box.claim(owner)
            if message is None:
                idle += 1
                continue
            mine.append(message.id)
            assert await box.done(message.id, owner)
        return mine

    hands = await asyncio.gather(*(work(f"w{n}") for n in range(4)))
    assert sorted(name for mine in hands for name in mine) == sorted(f"m{n}" for n in range(20))
    assert await box.waiting() == 0


async def test_a_lease_that_ends_frees_the_message(box: Inbox[Message], clock: Clock) -> None:
    await box.put("m1", a_message("m1", clock))
    assert await box.claim("a")
    clock.move(seconds=LEASE.total_seconds() - 1)
    assert await box.claim("b") is None
    assert await box.renew(["m1"], "a")
    clock.move(seconds=LEASE.total_seconds() - 1)
    assert await box.claim("b") is None
    clock.move(seconds=2)
    assert await box.claim("b")
    assert not await box.renew(["m1"], "a")
    assert not await box.done("m1", "a")
    assert not await box.failed("m1", "a", "K03")
    assert await box.renew(["m1"], "b")
    assert await box.failed("m1", "b", "K03")


async def test_a_restart_takes_work_up_at_once(box: Inbox[Message], clock: Clock) -> None:
    for name in ("m1", "m2", "m3"):
        await box.put(name, a_message(name, clock))
    assert await box.claim("a")
    assert await box.claim("a")
    assert await box.done("m1", "a")
    assert await box.resume() == 1
    taken = {message.id for message in [await box.claim("b"), await box.claim("b")] if message}
    assert taken == {"m2", "m3"}
    assert await box.claim("b") is None


async def test_who_sent_what_was_given_up_is_told_once(box: Inbox[Message], clock: Clock) -> None:
    message = a_message("m1", clock)
    await box.put("m1", message)
    for _ in range(ATTEMPTS):
        assert await box.untold() == []
        assert await box.claim("a")
        clock.move(seconds=LEASE.total_seconds() + 1)
    assert await box.claim("a") is None
    assert [failure.message for failure in await box.untold()] == [message]
    await box.told("m1")
    assert await box.untold() == []
    assert len(await box.failures()) == 1


async def test_a_failure_is_tried_later_and_later_and_then_stays_in_sight(box: Inbox[Message], clock: Clock) -> None:
    message = a_message("m1", clock)
    await box.put("m1", message)
    wait = timedelta(seconds=5)
    for _ in range(ATTEMPTS - 1):
        assert await box.claim("a")
        assert await box.failed("m1", "a", "K03")
        clock.move(seconds=wait.total_seconds() - 1)
        assert await box.claim("a") is None
        clock.move(seconds=1)
        wait *= 2
    assert await box.claim("a")
    assert await box.failed("m1", "a", "K03")
    clock.move(days=2)
    assert await box.claim("a") is None
    (failure,) = await box.failures()
    assert (failure.message, failure.attempts, failure.code) == (message, ATTEMPTS, "K03")
    assert not await box.put("m1", message)
    assert await box.again("m1")
    assert not await box.again("m1")
    assert await box.claim("a") == message
    assert await box.failures() == []


async def test_a_message_that_ends_the_process_each_time_is_given_up(box: Inbox[Message], clock: Clock) -> None:
    await box.put("m1", a_message("m1", clock))
    for _ in range(ATTEMPTS):
        assert await box.claim("a")
        clock.move(seconds=LEASE.total_seconds() + 1)
    assert await box.claim("a") is None
    assert [(failure.message.id, failure.code) for failure in await box.failures()] == [("m1", "lost")]
    await box.put("m2", a_message("m2", clock))
    assert await box.claim("a") is not None


async def test_put_and_claimed_in_one(box: Inbox[Message], clock: Clock) -> None:
    for name in ("m1", "m2"):
        assert await box.put(name, a_message(name, clock), "a")
    assert not await box.put("m1", a_message("m1", clock), "b")
    assert await box.claim("b") is None
    clock.move(seconds=LEASE.total_seconds() - 1)
    assert await box.renew(["m1", "m2"], "a") == 2
    assert await box.done("m1", "a")
    clock.move(seconds=LEASE.total_seconds() - 1)
    assert await box.renew(["m1", "m2"], "a") == 1
    assert await box.claim("b") is None
    assert await box.resume("b") == 0
    assert await box.resume("a") == 1
    taken = await box.claim("b")
    assert taken is not None
    assert taken.id == "m2"
