"""The main job by WeCom, on the real house: forwarded, refused with a reason, corrected, approved; app and bot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.answers import MINUTES
from bot.channel import Channel
from bot.gate import Gatehouse
from bot.handout import Handouts
from bot.links import Links
from bot.wecom.app import Wecom
from bot.wecom.bot import WecomBot
from bot.wecom.listening import PATH
from handlers.message import Click
from storage import mongo, wecom, wecom_calls
from storage.asked import Asked
from storage.identities import Identity
from storage.openings import Openings
from storage.said import LettersSaid
from storage.wecom import WecomNotes
from storage.wecom_calls import WecomCalls
from tests import house as real
from tests.fakes.wecom import AGENT, CORP, FakeWecom, Media, Stands
from tests.fakes.wecom_bot import BOT, FakeBot, Said, until
from tests.wecom.conftest import ADDRESS, FAST, app_settings, bot_settings

USERS = {"li": "LiMing", "wang": "WangFang", "zhao": "ZhaoLei"}


def _gate(scene: real.Scene) -> tuple[Gatehouse, Handouts]:
    house = scene.house
    asked = Asked(house.db, Click, timedelta(minutes=MINUTES), house.ctx.now)
    gate = Gatehouse(
        ctx=house.ctx, door=scene.reception, identities=house.identities, asked=asked, channels=house.channels,
        by_email=frozenset(),
    )  # fmt: skip
    links = Links(b"x" * 32, ADDRESS, house.ctx.now)
    return gate, Handouts(scene.reception, links, house.people, Openings(house.db), "wecom")


@asynccontextmanager
async def _standing(mongo_uri: str, folder: Path, channel: str, tenant: str) -> AsyncIterator[real.Scene]:
    async with real.fresh(mongo_uri, folder) as scene:
        await mongo.ensure_indexes(scene.house.db, wecom.INDEXES, wecom_calls.INDEXES)
        for person, user in USERS.items():
            await scene.house.identities.link(person, Identity(channel, tenant, user), "gu")
        yield scene


@dataclass
class AppStory:
    """Members with the app on their phones."""

    scene: real.Scene
    fake: FakeWecom
    url: str
    _ids: Any = field(default_factory=count)

    async def sends(self, user: str, data: bytes) -> None:
        """A file."""
        number = f"7{next(self._ids):018d}"
        self.fake.media[number] = Media("file", "发票.xml", data)
        await self._event(user, MsgType="file", MsgId=number, MediaId=number, FileName="发票.xml")

    async def says(self, user: str, words: str) -> None:
        """Words."""
        await self._event(user, MsgType="text", MsgId=f"7{next(self._ids):018d}", Content=words)

    async def presses(self, card: Stands, action: str) -> None:
        """A button as it stands on a card; it brings a response code."""
        key = next(b["key"] for b in card.content["button_list"] if json.loads(b["key"])[1] == action)
        await self._event(
            card.user, MsgType="event", Event="template_card_event", EventKey=key, TaskId=card.task,
            CardType="button_interaction", ResponseCode=self.fake.code_of(card),
        )  # fmt: skip

    async def _event(self, user: str, **fields: str) -> None:
        stamp = str(1_764_000_000 + next(self._ids))
        head = {"ToUserName": CORP, "FromUserName": user, "CreateTime": stamp, "AgentID": str(AGENT)}
        status, _ = await self.fake.deliver(self.url, {**head, **fields})
        assert status == 200

    def cards(self, user: str, about: str = "") -> list[Stands]:
        """Those with buttons about an item."""
        return [s for s in self.fake.stand(user) if s.task and about in str(s.content)]

    def words(self, user: str) -> str:
        """Everything a member was told in words."""
        return "\n".join(s.content["content"] for s in self.fake.stand(user) if s.kind == "text")


@pytest.fixture
async def app_story(mongo_uri: str, tmp_path: Path) -> AsyncIterator[AppStory]:
    """A house with the app."""
    async with _standing(mongo_uri, tmp_path, "wecom", CORP) as scene:
        fake = await FakeWecom(users={*USERS.values(), "stranger"}).start()
        gate, handout = _gate(scene)
        channel: Channel
        channel = made = Wecom(
            settings=app_settings(fake), gate=gate, door=scene.reception, handout=handout,
            who=scene.house.identities.of, said=LettersSaid(scene.house.db), notes=WecomNotes(scene.house.db),
            address=ADDRESS,
        )  # fmt: skip
        scene.house.channels["wecom"] = channel
        server_app = web.Application()
        server_app.add_routes(made.routes())
        server = TestServer(server_app)
        await server.start_server()
        try:
            yield AppStory(scene, fake, f"http://127.0.0.1:{server.port}{PATH}")
        finally:
            await scene.house.post.close()
            await made.close()
            await server.close()
            await fake.close()


def _status(card: Stands | Said) -> str:
    return str(card.content["main_title"].get("desc", ""))


async def test_refused_with_a_reason_in_words_and_approved_at_last(app_story: AppStory) -> None:
    story, db = app_story, app_story.scene.house
    await story.sends("LiMing", real.einvoice("742.00"))
    await until(lambda: story.cards("WangFang"), 20)
    (wangs,) = story.cards("WangFang")
    await until(lambda: story.cards("LiMing"), 20)
    item = json.loads(wangs.content["button_list"][0]["key"])[2]

    await story.presses(wangs, "reject")
    await until(lambda: "驳回" in story.words("WangFang"), 20)  # asked for the reason
    assert (await db.vault.item(item)).state.value == "pending"
    await story.says("WangFang", "发票抬头不对")
    await until(lambda: "驳回" in _status(wangs), 20)
    await until(lambda: any("发票抬头不对" in str(s.content) for s in story.fake.stand("LiMing")), 20)
    assert (await db.vault.item(item)).state.value == "rejected"

    await story.sends("LiMing", real.einvoice("318.00"))
    await until(lambda: len(story.cards("WangFang")) == 2, 20)
    second = story.cards("WangFang")[-1]
    await story.presses(second, "approve")
    await until(lambda: "待" not in _status(second), 20)
    other = json.loads(second.content["button_list"][0]["key"])[2]
    assert other != item
    await until(lambda: story.fake.count("message/update_template_card") >= 4, 20)
    assert "wang approved" in " ".join(await story.scene.history(other))
    stale = Stands(second.user, second.kind, dict(second.content), second.task)
    stale.content["button_list"] = [{"text": "通过", "key": f'["a","approve","{other}",0]'}]
    before = len(story.fake.stand("WangFang"))
    await story.presses(stale, "approve")  # an old card: harmless, and told why
    await until(lambda: len(story.fake.stand("WangFang")) > before, 20)
    assert story.fake.dropped == 0


async def test_another_one_may_not_press_it(app_story: AppStory) -> None:
    story = app_story
    await story.sends("LiMing", real.einvoice("99.00"))
    await until(lambda: story.cards("WangFang"), 20)
    (wangs,) = story.cards("WangFang")
    mine = Stands("LiMing", wangs.kind, wangs.content, wangs.task)
    await story.presses(mine, "approve")
    await until(lambda: "[A01]" in story.words("LiMing"), 20)  # not by a button that is somebody else's


async def test_a_stranger_asks_to_be_linked(app_story: AppStory) -> None:
    story = app_story
    await story.says("stranger", "你好")
    await until(lambda: "还不认识你" in story.words("stranger"), 20)
    code = await story.scene.house.identities.code("sun")
    await story.says("stranger", f"绑定 {code}")
    await until(lambda: "已绑定" in story.words("stranger"), 20)


async def test_a_report_goes_out_as_a_file(app_story: AppStory) -> None:
    story = app_story
    await story.sends("LiMing", real.einvoice("742.00"))
    await until(lambda: story.cards("WangFang"), 20)
    await story.presses(story.cards("WangFang")[0], "approve")
    await until(lambda: "待 王芳" not in _status(story.cards("WangFang")[0]), 20)
    await story.says("ZhaoLei", "报表 报销 2026-04")
    await until(lambda: [s for s in story.fake.stand("ZhaoLei") if s.kind == "file"], 60)
    assert all(data.data.startswith(b"%PDF") for data in story.fake.media.values() if data.name.endswith(".pdf"))
    assert [data for data in story.fake.media.values() if data.name.endswith(".pdf")]


async def test_by_the_bot(mongo_uri: str, tmp_path: Path) -> None:
    async with _standing(mongo_uri, tmp_path, "wecom_bot", BOT) as scene:
        fake = await FakeBot().start()
        gate, handout = _gate(scene)
        db = scene.house.db
        bot = WecomBot(
            settings=bot_settings(fake), gate=gate, door=scene.reception, handout=handout,
            who=scene.house.identities.of, said=LettersSaid(db), turns=WecomNotes(db), calls=WecomCalls(db),
            lease=scene.house.leases, address=ADDRESS, times=FAST,
        )  # fmt: skip
        scene.house.channels["wecom_bot"] = bot
        try:
            await bot.start()
            await until(lambda: bot.connected)
            body = {"msgid": "m1", "aibotid": BOT, "chattype": "single", "from": {"userid": "LiMing"}}
            where = fake.put_file("发票.xml", real.einvoice("742.00"))
            await fake.hears({**body, "msgtype": "file", "file": where})
            await until(lambda: [s for s in fake.stand("WangFang") if s.kind == "template_card"], 20)
            (card,) = [s for s in fake.stand("WangFang") if s.kind == "template_card"]
            key = next(b["key"] for b in card.content["button_list"] if '"approve"' in b["key"])
            pressed = {"card_type": "button_interaction", "event_key": key, "task_id": card.content["task_id"]}
            event = {"eventtype": "template_card_event", "template_card_event": pressed}
            await fake.hears(
                {**body, "msgid": "m2", "from": {"userid": "WangFang"}, "msgtype": "event", "event": event}, event=True
            )
            await until(lambda: "待" not in _status(card), 20)
            assert "aibot_respond_update_msg" in [frame["cmd"] for frame in fake.frames]
        finally:
            await scene.house.post.close()
            await bot.close()
            await fake.close()
