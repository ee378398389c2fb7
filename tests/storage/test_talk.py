"""The log of the desk: said once, in order without a gap, renewed in place, each to its owner."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.errors import NotFound
from storage import talk
from storage.mongo import Database, ensure_indexes
from storage.talk import Said, Talk

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.fixture
async def log(db: Database) -> Talk:
    await ensure_indexes(db, talk.INDEXES)
    return Talk(db)


async def say(log: Talk, key: str, owner: str = "li", mine: bool = False, **body: Any) -> Said:
    return await log.say(owner=owner, conversation=f"{owner}:chat", key=key, mine=mine, body=body, at=AT)


async def test_the_same_key_is_said_once(log: Talk) -> None:
    first = await say(log, "k1", text="一")
    again = await say(log, "k1", text="二")
    assert again == first
    assert [said.body["text"] for said in await log.history("li", "li:chat")] == ["一"]
    assert first.at == AT
    assert await log.standing("li", "k1") == first
    assert await log.standing("li", "k2") is None


async def test_one_key_of_two_people_is_two_messages(log: Talk) -> None:
    await say(log, "k1", owner="li")
    await say(log, "k1", owner="wang")
    assert len(await log.history("li", "li:chat")) == len(await log.history("wang", "wang:chat")) == 1


async def test_two_replicas_writing_together_leave_no_gap_and_lose_nothing(db: Database, log: Talk) -> None:
    other = Talk(db)
    await asyncio.gather(*(say((log, other)[n % 2], f"k{n}") for n in range(12)))
    await asyncio.gather(*(say(each, "same") for each in (log, other)))
    found = await log.since("li", 0)
    assert [seq for seq, _ in found] == list(range(1, 14))
    assert len({said.id for _, said in found}) == 13
    assert await other.head("li") == 13


async def test_a_change_is_told_after_what_was_read_before(log: Talk) -> None:
    said = await say(log, "k1", cards=[{"title": "旧"}, {"title": "另"}])
    place = await log.head("li")
    await log.change("li", said.id, {"body.cards.0": {"title": "新"}})
    ((seq, now),) = await log.since("li", place)
    assert seq == place + 1
    assert now.seq == said.seq
    assert [card["title"] for card in now.body["cards"]] == ["新", "另"]
    assert [s.id for s in await log.history("li", "li:chat")] == [said.id]


async def test_no_one_finds_or_changes_the_message_of_another(log: Talk) -> None:
    said = await say(log, "k1", text="一")
    with pytest.raises(NotFound):
        await log.find("wang", said.id)
    await log.change("wang", said.id, {"body.text": "二"})
    assert (await log.find("li", said.id)).body == {"text": "一"}
    assert await log.since("wang", 0) == []


async def test_changes_follow_each_other_and_a_part_that_is_not_there_stays_so(log: Talk) -> None:
    said = await say(log, "k1", text="一", cards=["旧"])
    for fields in ({"body.text": "二"}, {"body.cards.1": "无", "body.no.way": 1}, {"body.text": "三", "taken": "m"}):
        await log.change("li", said.id, fields)
    stands = await log.standing("li", "k1")
    assert stands
    assert (stands.body, stands.taken) == ({"text": "三", "cards": ["旧"]}, "m")
    assert await say(log, "k1", text="again") == stands
    assert [now for _, now in await log.since("li", 0)] == [stands] * 4


async def test_what_comes_together_is_written_together_in_its_order(db: Database, log: Talk) -> None:
    writes: list[int] = []

    class Counted(Talk):
        async def _put_next(self, lot: Any) -> int:
            writes.append(len(lot))
            return await super()._put_next(lot)

    many = Counted(db)
    said = await asyncio.gather(*(say(many, f"k{n % 9}", owner="liwang"[n % 2 * 2 :][:4]) for n in range(20)))
    assert len({s.id for s in said}) == 18
    assert sum(writes) < 60
    assert len(writes) <= 5
    for owner in ("liwa", "wang"):
        found = await log.since(owner, 0)
        assert [seq for seq, _ in found] == list(range(1, 10))
        assert [s.id for _, s in found] == list(dict.fromkeys(s.id for s in said if s.owner == owner))


async def test_history_goes_back_page_by_page(log: Talk) -> None:
    for n in range(7):
        await say(log, f"k{n}", text=str(n))
    latest = await log.history("li", "li:chat", limit=3)
    earlier = await log.history("li", "li:chat", latest[0].seq, limit=3)
    assert [s.body["text"] for s in (*earlier, *latest)] == ["1", "2", "3", "4", "5", "6"]


async def test_history_finds_the_few_words_of_a_quiet_conversation(log: Talk) -> None:
    await log.say(owner="li", conversation="li:reports", key="r", mine=False, body={"text": "月报"}, at=AT)
    for n in range(30):
        await say(log, f"k{n}")
    assert [s.body["text"] for s in await log.history("li", "li:reports", limit=2)] == ["月报"]
    assert await log.history("li", "li:approvals") == []
    assert await log.history("nobody", "nobody:chat") == []


async def test_unread_counts_what_was_said_to_me_after_the_mark(log: Talk) -> None:
    said = [await say(log, f"k{n}", mine=n == 1) for n in range(4)]
    assert await log.unread("li:chat", said[3].seq) == 3
    assert await log.unread("li:chat", said[2].seq) == 2
    await log.read("li:chat", said[2].seq)
    await log.read("li:chat", said[0].seq)  # never back
    assert await log.unread("li:chat", said[3].seq) == 1


async def test_what_the_door_said_is_kept(log: Talk) -> None:
    said = await log.say(owner="li", conversation="li:chat", key="k1", mine=True, body={}, at=AT, taken="m-1")
    assert said.taken == (await log.find("li", said.id)).taken == "m-1"


async def test_what_was_said_about_a_thing_is_found(log: Talk) -> None:
    body = {"text": "a"}
    first = await log.say(
        owner="li", conversation="li:chat", key="k1", mine=False, body=body, at=AT, about=["G1", "", "G2"]
    )
    await say(log, "k2")
    await log.say(owner="li", conversation="li:chat", key="k3", mine=False, body=body, at=AT, about=["", ""])
    last = await log.say(owner="wang", conversation="wang:chat", key="k1", mine=False, body=body, at=AT, about=["G2"])
    assert await log.about("G1") == [("li", first.id, 0)]
    assert sorted(await log.about("G2")) == sorted([("li", first.id, 2), ("wang", last.id, 0)])
    assert await log.about("") == []
    assert await log.about("G3") == []
