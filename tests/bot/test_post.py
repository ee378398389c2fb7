"""The post: written down first, said once, tried again, and never in the way of what was decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from archive.access import Person
from archive.errors import NotFound
from archive.words import same
from handlers.context import Topic
from handlers.message import Card, OutFile, Reply
from storage.files import held_address, held_file
from tests.house import Recorder, Scene, button, einvoice, fresh, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as made:
        yield made


async def overdue(scene: Scene) -> None:
    """As if the wait before the next try were over."""
    await scene.house.db.outbox.update_many({"state": "waiting"}, [{"$set": {"free": "$at"}}])


class Second(Recorder):
    """Another channel the same people are on, which speaks of approvals only."""

    name = "slack"

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        return f"{person.id}:{topic}" if topic == "approvals" else None


async def test_the_same_key_is_said_once(scene: Scene) -> None:
    for words_ in ("first", "second"):
        await scene.house.post.tell("li", Reply(same(words_)), "once")
    said = [words(s.reply) for s in scene.channel.said if s.key == "desk:once"]
    assert said == ["first"]


@pytest.mark.parametrize("error", [ConnectionError("away"), TimeoutError(), NotFound(item="conversation")])
async def test_what_can_not_be_said_now_is_said_later_and_once(scene: Scene, error: Exception) -> None:
    key = f"later-{type(error).__name__}"
    scene.channel.away = error
    await scene.house.post.tell("li", Reply(same("later")), key)
    await scene.house.post.deliver_rest()  # not at once again
    scene.channel.away = None
    await scene.house.post.deliver_rest()
    assert not [s for s in scene.channel.said if s.key == f"desk:{key}"]
    await overdue(scene)
    for _ in range(2):
        await scene.house.post.deliver_rest()
    assert len([s for s in scene.channel.said if s.key == f"desk:{key}"]) == 1


async def test_a_channel_that_is_gone_loses_no_letter(scene: Scene) -> None:
    await scene.house.outbox.put("teams:x", "li", "teams", "li:chat", Reply(same("hm")))
    await scene.house.post.deliver_rest()
    assert await scene.house.outbox.waiting() == 1
    await scene.house.db.outbox.delete_one({"_id": "teams:x"})


async def test_every_channel_of_a_person_is_told_and_every_copy_renewed(scene: Scene) -> None:
    second = Second()
    scene.house.channels[second.name] = second
    try:
        item = await scene.forward("li", einvoice("901.00"))
        (asked,) = second.told("wang")
        assert asked.cards[0].about == item.id
        assert not second.told("li")
        await scene.press("wang", button(asked.cards[0], "approve"))
        copies = second.copies(item.id, "wang") + scene.channel.copies(item.id, "wang")
        assert len(copies) == 2
        assert {card.tone for card in copies} == {"good"}
    finally:
        del scene.house.channels[second.name]


async def test_a_copy_that_is_gone_or_away_holds_up_no_other(scene: Scene) -> None:
    class Broken(Second):
        broken: Exception = NotFound(item="deleted")

        async def renew(self, person: Person, address: str, card: Card) -> None:
            raise self.broken

    broken = Broken()
    scene.house.channels[broken.name] = broken
    try:
        for error, left in ((ConnectionError("away"), 1), (NotFound(item="deleted"), 0)):
            broken.broken = error
            item = await scene.forward("li", einvoice())
            await scene.click("wang", "approve", item.id)
            assert all(card.tone == "good" for card in scene.channel.copies(item.id, "wang"))
            there = [c for c in await scene.house.outbox.copies(item.id) if c.channel == "slack"]
            assert len(there) == left
    finally:
        del scene.house.channels[broken.name]


async def test_made_files_are_kept_like_originals(scene: Scene) -> None:
    data = b"%PDF-1.7 a report"
    await scene.house.post.tell("li", Reply(files=(OutFile("a.pdf", "application/pdf", data),)), "file")
    (said,) = [s for s in scene.channel.said if s.key == "desk:file"]
    (out,) = said.reply.files
    assert (out.data, out.size) == (b"", len(data))
    await scene.house.vault.sweep(scene.clock() + timedelta(days=2))
    assert await scene.house.vault.original(held_file(out.file)) == data
    assert held_address(held_file(out.file)) == out.file


@pytest.mark.parametrize("address", ["", "held:1", "held:a:b:c:d", "original:G2611-0001", "x" * 400])
async def test_no_other_address_is_a_made_file(address: str) -> None:
    with pytest.raises(NotFound):
        held_file(address)


async def test_the_disabled_are_not_told(scene: Scene) -> None:
    await scene.house.people.disable("sun")
    try:
        await scene.house.post.tell("sun", Reply(same("hm")), "disabled")
    finally:
        await scene.house.people.enable("sun")
    assert not [s for s in scene.channel.said if s.key == "desk:disabled"]


async def test_progress_of_nothing_is_nothing(scene: Scene) -> None:
    await scene.house.post.progress("desk:unknown", 0.5, Reply(same("hm")))
    assert "desk:unknown" not in scene.channel.progress_of
