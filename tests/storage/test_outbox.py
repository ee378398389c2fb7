from __future__ import annotations

import asyncio

import pytest

from archive.words import Text
from handlers.message import Card, Choice, Fact, Form, FormField, Reply
from storage import mongo, outbox
from storage.outbox import ATTEMPTS, TRYING, Copy, Outbox
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


async def test_a_letter_is_put_once_and_is_the_putters_to_send(box: Outbox[Reply]) -> None:
    results = await asyncio.gather(*(box.put("k1", "zs", "desk", "talk", REPLY) for _ in range(6)))
    letters = [letter for letter in results if letter]
    assert len(letters) == 1
    assert letters[0].payload == REPLY
    assert await box.known("k1")
    assert not await box.known("k2")
    assert await box.due() == []
    assert await box.waiting() == 1


async def test_what_the_putter_did_not_send_comes_due(box: Outbox[Reply], clock: Clock) -> None:
    await box.put("k1", "zs", "desk", "talk", REPLY)
    clock.move(seconds=TRYING.total_seconds())
    (letter,) = await box.due()
    assert (letter.key, letter.person, letter.channel, letter.conversation) == ("k1", "zs", "desk", "talk")
    assert (letter.payload, letter.attempts) == (REPLY, 2)
    assert await box.due() == []
    await box.sent(letter)
    clock.move(days=1)
    assert await box.due() == []
    assert await box.waiting() == 0
    assert await box.put("k1", "zs", "desk", "talk", REPLY) is None


async def test_two_at_the_post_send_each_letter_once(box: Outbox[Reply], clock: Clock) -> None:
    for n in range(12):
        await box.put(f"k{n}", "zs", "desk", "talk", REPLY)
    clock.move(minutes=2)
    hands = await asyncio.gather(box.due(), box.due(), box.due())
    assert sorted(letter.key for hand in hands for letter in hand) == sorted(f"k{n}" for n in range(12))


async def test_failures_wait_longer_and_longer_up_to_an_hour(box: Outbox[Reply], clock: Clock) -> None:
    await box.put("k1", "zs", "desk", "talk", REPLY)
    waits = []
    for _ in range(ATTEMPTS - 1):
        await box.failed("k1")
        waited = 0
        while not await box.due():
            step = waited or 5
            step = min(step, 3600 - waited)
            clock.move(seconds=step)
            waited += step
        waits.append(waited)
    assert waits[:8] == [5, 10, 20, 40, 80, 160, 320, 640]
    assert set(waits[10:]) == {3600}
    await box.failed("k1")
    clock.move(days=3)
    assert await box.due() == []
    assert [(letter.key, letter.attempts) for letter in await box.failures()] == [("k1", ATTEMPTS)]


async def test_copies_are_known_by_the_item(box: Outbox[Reply]) -> None:
    letter = await box.put("k1", "zs", "slack", "C9", REPLY)
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
