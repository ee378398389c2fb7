from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from archive.words import Text
from handlers.message import Card, Choice, Fact, Form, FormField, Reply
from storage import mongo, outbox
from storage.outbox import ATTEMPTS, TRYING, Copy, Letter, Outbox
from tests.storage.clock import Clock

CARD = Card(
    Text("发票", "Invoice"),
    facts=(Fact(Text("金额", "Total"), "¥1.00", flagged=True), Fact(Text("类别", "Category"), Text("差旅", "Travel"))),
    choices=(
        Choice(
            Text("驳回", "Reject"),
            "reject",
            "G2610-0001",
            2,
            "danger",
            Form(Text("驳回", "Reject"), (FormField("reason", Text("原因", "Reason")),), Text("好", "OK")),
        ),
    ),
    about="G2610-0001",
)
REPLY = Reply(Text("好", "Good"), cards=(CARD,))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def box(db: mongo.Database, clock: Clock) -> Outbox[Reply]:
    await mongo.ensure_indexes(db, outbox.INDEXES)
    return Outbox(db, Reply, clock)


TALK = ("desk", "talk")


async def put(box: Outbox[Reply], key: str, conversation: str = "talk") -> bool:
    return await box.put(key, "zs", "desk", conversation, REPLY)


async def first(box: Outbox[Reply], conversation: str = "talk") -> Letter[Reply]:
    letter = await box.next("desk", conversation)
    assert letter is not None
    return letter


async def test_a_letter_is_put_once_and_tried_by_one(box: Outbox[Reply]) -> None:
    assert sum(await asyncio.gather(*(put(box, "k1") for _ in range(6)))) == 1
    assert await box.known("k1")
    assert not await box.known("k2")
    assert await box.due() == [TALK]
    taken = [letter for letter in await asyncio.gather(*(box.next(*TALK) for _ in range(5))) if letter]
    assert [(letter.key, letter.person, letter.payload, letter.attempts) for letter in taken] == [
        ("k1", "zs", REPLY, 1)
    ]
    assert await box.due() == []
    assert await box.waiting() == 1


async def test_whoever_died_with_a_letter_is_followed(box: Outbox[Reply], clock: Clock) -> None:
    await put(box, "k1")
    dead = await first(box)
    clock.move(seconds=TRYING.total_seconds())
    letter = await first(box)
    assert letter.attempts == 2
    await box.failed(dead)  # comes back late: not theirs any more
    await box.sent(letter)
    clock.move(days=1)
    assert await box.due() == []
    assert await box.waiting() == 0
    assert not await put(box, "k1")


async def test_what_was_put_first_arrives_first(box: Outbox[Reply], clock: Clock) -> None:
    for n in range(12):  # several in one millisecond
        await put(box, f"k{n:02}")
    await put(box, "elsewhere", "other")
    assert (await first(box)).key == "k00"
    assert await box.next(*TALK) is None, "nobody overtakes it"
    assert (await first(box, "other")).key == "elsewhere"
    clock.move(minutes=2)
    arrived = []
    while letter := await box.next(*TALK):
        arrived.append(letter.key)
        await box.sent(letter)
    assert arrived == [f"k{n:02}" for n in range(12)]


async def test_a_line_that_waits_takes_no_place_from_others(box: Outbox[Reply], clock: Clock) -> None:
    for n in range(20):
        await put(box, f"k{n}")
    await box.failed(await first(box))
    await put(box, "other", "other")
    assert await box.next(*TALK) is None
    assert await box.due(limit=5) == [("desk", "other")]
    clock.move(seconds=5)
    assert TALK in await box.due()
    assert (await first(box)).attempts == 2


async def test_patience_is_no_try_and_what_is_given_up_lets_the_others_pass(box: Outbox[Reply], clock: Clock) -> None:
    await put(box, "k1")
    await put(box, "k2")
    for _ in range(ATTEMPTS + 5):
        await box.later(await first(box), timedelta(seconds=30))
        assert await box.next(*TALK) is None
        clock.move(seconds=30)
    letter = await first(box)
    assert (letter.key, letter.attempts) == ("k1", 1)
    await box.given_up(letter)
    assert (await first(box)).key == "k2"
    assert [letter.key for letter in await box.failures()] == ["k1"]


async def test_failures_wait_longer_and_longer_up_to_an_hour(box: Outbox[Reply], clock: Clock) -> None:
    await put(box, "k1")
    waits = []
    for _ in range(ATTEMPTS - 1):
        await box.failed(await first(box))
        waited = 0
        while not await box.due():
            step = waited or 5
            step = min(step, 3600 - waited)
            clock.move(seconds=step)
            waited += step
        waits.append(waited)
    assert waits[:8] == [5, 10, 20, 40, 80, 160, 320, 640]
    assert set(waits[10:]) == {3600}
    await box.failed(await first(box))
    clock.move(days=3)
    assert await box.due() == []
    assert [(letter.key, letter.attempts) for letter in await box.failures()] == [("k1", ATTEMPTS)]


async def test_a_letter_of_an_earlier_version_goes_out(box: Outbox[Reply], db: mongo.Database) -> None:
    await put(box, "k1")
    await db.outbox.update_one({"_id": "k1"}, {"$unset": {"line": "", "nth": "", "about": "", "address": ""}})
    assert await box.due() == [TALK]
    assert (await first(box)).key == "k1"


async def test_copies_are_known_by_the_item(box: Outbox[Reply]) -> None:
    await box.put("k1", "zs", "slack", "C9", REPLY)
    letter = await box.next("slack", "C9")
    assert letter
    await box.sent(letter, [("G2610-0001", "ts1"), ("G2610-0002", "ts1")])
    await box.shown(Copy("G2610-0001", "ls", "desk", "talk", "m7"))
    await box.shown(Copy("G2610-0001", "ls", "desk", "talk", "m7"))
    copies = await box.copies("G2610-0001")
    assert sorted((c.channel, c.conversation, c.person, c.address) for c in copies) == [
        ("desk", "talk", "ls", "m7"),
        ("slack", "C9", "zs", "ts1"),
    ]
    await box.gone(copies[0])
    assert await box.copies("G2610-0001") == copies[1:]
    assert len(await box.copies("G2610-0002")) == 1
