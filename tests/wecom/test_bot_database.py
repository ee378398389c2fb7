"""Two replicas of the bot on the real database: lease, calls, counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from archive.errors import Later
from archive.words import same
from bot.wecom.bot import WecomBot
from bot.wecom.connection import Times
from handlers.message import OutFile, Reply
from storage import leases, mongo, wecom, wecom_calls
from storage.identities import Identity
from storage.leases import Leases
from storage.said import LettersSaid
from storage.wecom import WecomNotes
from storage.wecom_calls import WecomCalls
from tests.cards import card
from tests.fakes.wecom import MIB
from tests.fakes.wecom_bot import FakeBot, until
from tests.wecom.conftest import ADDRESS, LI, MemoryDoor, MemoryGate, MemoryHandout, bot_settings

TIMES = Times(lease=2.0, first=0.05, longest=0.3, kicked=0.5, idle=0.1, busy=0.03, patience=10.0)
Two = tuple[WecomBot, WecomBot, FakeBot]


def replica(me: str, fake: FakeBot, db: mongo.Database) -> WecomBot:
    async def who(person: str, /) -> Sequence[Identity]:
        return ()

    return WecomBot(
        settings=bot_settings(fake), gate=MemoryGate(), door=MemoryDoor(), handout=MemoryHandout(), who=who,
        said=LettersSaid(db), turns=WecomNotes(db), calls=WecomCalls(db), lease=Leases(db, me), address=ADDRESS,
        times=TIMES,
    )  # fmt: skip


@pytest.fixture
async def two(db: mongo.Database) -> AsyncIterator[Two]:
    """The first holds the connection."""
    await mongo.ensure_indexes(db, wecom.INDEXES, wecom_calls.INDEXES, leases.INDEXES)
    fake = await FakeBot().start()
    a, b = replica("a", fake, db), replica("b", fake, db)
    try:
        await a.start()
        await until(lambda: a.connected)
        await b.start()
        yield a, b, fake
    finally:
        await b.close()
        await a.close()
        await fake.close()


async def test_the_second_speaks_through_the_first_and_takes_over(two: Two) -> None:
    a, b, fake = two
    (address,) = await b.say(LI, "single:LiMing", Reply(same("好"), (card(),)), "k1")
    assert address.startswith("single:LiMing/G2611-0042-")
    await b.say(LI, "single:LiMing", Reply(files=(OutFile("a.pdf", "application/pdf", bytes(MIB)),)), "k2")
    assert [s.kind for s in fake.stand("LiMing")] == ["markdown", "template_card", "file"]
    await a.close()
    await until(lambda: b.connected)
    await b.say(LI, "single:LiMing", Reply(same("还在")), "k3")
    assert fake.stand("LiMing")[-1].content["content"] == "还在"
    assert fake.kicked == 0


async def test_a_holder_that_dies(two: Two) -> None:
    a, b, fake = two
    for task in a._line._tasks:
        task.cancel()
    await a._relay.close()
    await until(lambda: b.connected, 10)
    assert fake.connections == 2


async def test_both_count_for_the_same_member(two: Two) -> None:
    a, b, fake = two
    for n in range(14):
        await a.say(LI, "single:LiMing", Reply(same(str(n))), f"a{n}")
        await b.say(LI, "single:LiMing", Reply(same(str(n))), f"b{n}")
    for replica_of_two in (a, b):
        with pytest.raises(Later) as later:
            await replica_of_two.say(LI, "single:LiMing", Reply(same("?")), "k")
        assert 30 < float(later.value.facts["seconds"]) <= 61
    assert len(fake.stand("LiMing")) == 28
