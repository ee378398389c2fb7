"""The door and the hands behind it: written down first, worked on once, resumed where it broke off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from archive.errors import NotAllowed
from archive.item import ItemState
from bot.inbox import Reception
from config.settings import Settings
from storage.inbox import ATTEMPTS
from storage.keys import SEAL
from tests.house import Recorder, Scene, drawn, drop, einvoice, settings_for, standing, words, zipped


@pytest.fixture
async def settings(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Settings]:
    made = settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}")
    yield made
    await drop(made)


class Break:
    """A vault whose `take` stops for ever at the n-th call, as a process that is killed there."""

    def __init__(self, vault: Any, at: int) -> None:
        self._vault, self._left = vault, at
        self.reached = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vault, name)

    async def take(self, *args: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            self.reached.set()
            await asyncio.Event().wait()
        return await self._vault.take(*args)


async def broken_off(scene: Scene, files: list[tuple[str, bytes]], at: int) -> str:
    """Send files to a house that dies before its n-th item is taken; the message's id."""
    vault = Break(scene.house.vault, at)
    ctx = replace(scene.house.ctx, vault=vault)
    dying = Reception(ctx, scene.house.inbox, scene.house.post, scene.house.channels, 1 << 23, "dying")
    dying.start()
    taken = await dying.receive(
        channel="desk", conversation="li:chat", person=scene.people["li"], key=uuid4().hex, files=files
    )
    await vault.reached.wait()
    await dying.stop()
    return taken


FILES: dict[str, Callable[[], list[tuple[str, bytes]]]] = {
    "three files": lambda: [(f"{n}.xml", einvoice(f"{n}1.00")) for n in (1, 2, 3)],
    "a zip": lambda: [("all.zip", zipped({f"{n}.xml": einvoice(f"{n}2.00") for n in (1, 2, 3)}))],
    "one file of three invoices": lambda: [drawn("dev_39")],
    "the same file twice": lambda: [("a.xml", data := einvoice("3.00")), ("b.xml", data), ("c.xml", einvoice("4.00"))],
}


@pytest.mark.parametrize(
    ("what", "at"),
    [
        ("three files", 0),
        ("three files", 2),
        ("a zip", 1),
        ("one file of three invoices", 1),
        ("one file of three invoices", 2),
        ("the same file twice", 1),
    ],
)
async def test_work_broken_off_is_finished_without_losing_or_doubling_anything(
    settings: Settings, what: str, at: int
) -> None:
    async with standing(settings, working=False) as scene:
        files = FILES[what]()
        wanted = 2 if what == "the same file twice" else 3
        taken = await broken_off(scene, files, at)
        begun = [item.id async for item in scene.house.vault.all_items()]
        assert len(begun) == at
        scene.reception.start()
        said = await scene.channel.heard(lambda s: s.key == f"reply:{taken}")
        await scene.worked_off()
        items = [item async for item in scene.house.vault.all_items()]
        assert sorted(c.about for c in said.reply.cards) == sorted(i.id for i in items)
        assert {*begun} <= {i.id for i in items}, "what was taken before the crash stays"
        assert len(items) == wanted
        assert len({i.document.number for i in items}) == wanted
        assert ("D01" in words(said.reply)) == (what == "the same file twice")
        asked = [r.cards[0].about for r in scene.channel.told("wang", ":approvals")]
        assert sorted(asked) == sorted(i.id for i in items), "each was asked about once"
        assert len(scene.channel.told("li")) == 1, "one answer"


async def test_a_decision_broken_off_before_its_answer_is_told_as_made(settings: Settings) -> None:
    channel = Recorder()
    async with standing(settings, channel) as scene:
        item = await scene.forward("li", einvoice("20.00"))
        case = await scene.house.vault.case(item.id)
        reached = asyncio.Event()
        change = scene.house.vault.change

        async def stops(*args: Any) -> None:
            await change(*args)
            reached.set()
            await asyncio.Event().wait()

        await scene.reception.stop()
        dying = Reception(
            replace(scene.house.ctx, vault=_With(scene.house.vault, change=stops)),
            scene.house.inbox, scene.house.post, scene.house.channels, 1, "dying",
        )  # fmt: skip
        dying.start()
        taken = await dying.receive(
            channel="desk", conversation="wang:chat", person=scene.people["wang"], key="approve-20",
            action="approve", subject=item.id, version=case.version,
        )  # fmt: skip
        await reached.wait()
        await dying.stop()
        assert (await scene.house.vault.item(item.id)).state is ItemState.ARCHIVED
        scene.reception.start()
        said = await channel.heard(lambda s: s.key == f"reply:{taken}")
        assert "已通过并归档" in words(said.reply)
        assert len([r for r in channel.told("li") if "通过了你的" in words(r)]) == 1
        assert len((await scene.house.vault.case(item.id)).decisions) == 1


class _With:
    """A thing with some of its parts exchanged."""

    def __init__(self, thing: Any, **parts: Callable[..., Awaitable[Any]]) -> None:
        self._thing = thing
        self.__dict__ |= parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._thing, name)


async def test_two_houses_share_the_work_and_do_it_once(settings: Settings) -> None:
    channel = Recorder()
    async with (
        standing(settings, channel, working=False) as first,
        standing(settings, channel, working=False) as second,
    ):
        li = first.people["li"]
        for n in range(8):
            receive = (first, second)[n % 2].reception.receive
            await receive(
                channel="desk", conversation="li:chat", person=li, key=f"shared-{n}",
                files=[(f"{n}.xml", einvoice(f"{30 + n}.00"))],
            )  # fmt: skip
        first.reception.start()
        second.reception.start()
        for n in range(8):
            await channel.heard(lambda s, n=n: s.key == f"reply:desk:shared-{n}")  # type: ignore[misc]
        await first.worked_off()
        items = [item async for item in first.house.vault.all_items()]
        assert sorted(str(i.document.total) for i in items) == [f"{30 + n}.00" for n in range(8)]
        assert len(channel.told("li")) == 8


async def test_the_same_bytes_from_two_at_the_same_moment_are_taken_once(settings: Settings) -> None:
    async with standing(settings) as scene:
        name, data = drawn("dev_38")  # nothing to be read in it: no identity tells the copies
        replies = await asyncio.gather(
            *(scene.send(who, files=[(name, data)]) for who in ("li", "sun", "wang", "qian"))
        )
        assert sum(len(r.cards) for r in replies) == 1
        assert sum("[D01]" in words(r) for r in replies) == 3


async def test_a_message_that_ends_the_process_each_time_is_given_up_and_its_files_stay(settings: Settings) -> None:
    channel = Recorder()
    async with standing(settings, channel, working=False) as scene:
        name, data = drawn("xml_01")
        taken = await scene.reception.receive(
            channel="desk", conversation="li:chat", person=scene.people["li"], key="poison", files=[(name, data)]
        )
        await scene.house.db.inbox.update_one({"_id": taken}, {"$set": {"attempts": ATTEMPTS}})
        assert await scene.house.inbox.claim("next") is None
        await scene.reception.tell_given_up()
        (told,) = channel.told("li")
        assert "多次处理都没有成功" in words(told)
        assert "was given up" in words(told, "en")
        scene.clock.move(hours=3)
        await scene.house.vault.sweep(scene.clock())
        assert await scene.house.inbox.again(taken)
        scene.reception.start()
        await scene.worked_off()
        (item,) = [item async for item in scene.house.vault.all_items()]
        assert await scene.house.vault.original(item.file) == data


async def test_stopping_while_messages_come_in_ends(settings: Settings) -> None:
    async with standing(settings) as scene:
        li = scene.people["li"]
        for n in range(3):
            await scene.reception.receive(channel="desk", conversation="li:chat", person=li, key=f"s{n}", text="帮助")
            await asyncio.wait_for(scene.reception.stop(), 10)
            scene.reception.start()
        for n in range(3):
            await scene.channel.heard(lambda s, n=n: s.key == f"reply:desk:s{n}")  # type: ignore[misc]


async def test_nobody_works_on_a_message_before_its_channel_has_noted_it(settings: Settings) -> None:
    async with standing(settings) as scene:
        order: list[str] = []

        async def noted(name: str) -> None:
            await asyncio.sleep(0.2)  # a hand that did not wait would have answered by now
            order.append(f"noted {name}, {len(scene.channel.told('li'))} answers")

        for _ in range(2):  # the second is a repeat
            taken = await scene.reception.receive(
                channel="desk", conversation="li:chat", person=scene.people["li"], key="n", text="帮助", noted=noted
            )
            await scene.channel.heard(lambda s: s.key == f"reply:{taken}")  # noqa: B023
        assert order == ["noted desk:n, 0 answers", "noted desk:n, 1 answers"]


async def test_files_of_somebody_without_the_right_to_forward_are_not_kept(settings: Settings) -> None:
    async with standing(settings) as scene:
        for who in ("zhou", "gu"):
            with pytest.raises(NotAllowed) as refused:
                await scene.send(who, files=[drawn("xml_01")], key=f"no-{who}")
            assert "这一步需要「交单据」权限" in refused.value.say("zh")
            assert "this step needs the right “forward documents”" in refused.value.say("en")
            assert not await scene.house.inbox.known(f"desk:no-{who}")
        assert await scene.house.db["files.files"].count_documents({}) == 0
        assert await scene.house.db.keys.count_documents({"_id": {"$ne": SEAL}}) == 0
        assert (await scene.send("zhou", "待办")).text is not None
