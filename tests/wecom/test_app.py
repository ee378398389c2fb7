"""The 自建应用: what it hears, what it says, cards renewed by their codes, errors of WeCom's as ours."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from archive.access import Person
from archive.errors import DatabaseDown, Later, NoAnswer, Unreachable
from archive.words import Text, same
from bot.channel import Channel
from bot.wecom import crypto
from bot.wecom.api import Api
from handlers.message import Choice, Click, Reply
from tests.cards import card, hit
from tests.fakes.wecom import AES_KEY, CORP, SECRET, TOKEN
from tests.wecom.conftest import LI, WANG, AppScene, MemoryNotes, app_opened, app_settings, sample, utc

HELLO = Reply(text=Text("收到 1 张发票", "One invoice received"))


def is_a_channel(scene: AppScene) -> Channel:
    return scene.wecom


async def test_the_address_is_ours(app: AppScene) -> None:
    stamp, echo = str(int(time.time())), crypto.sealed(crypto.aes_key(AES_KEY), b"1616140317555161061", CORP)
    query = {
        "timestamp": stamp, "nonce": "1", "echostr": echo, "msg_signature": crypto.signature(TOKEN, stamp, "1", echo),
    }  # fmt: skip
    async with aiohttp.ClientSession() as session, session.get(f"{app.url}?{urlencode(query)}") as answer:
        assert await answer.read() == b"1616140317555161061"


async def test_words_go_in_and_an_empty_200_comes_back(app: AppScene) -> None:
    assert await app.event(sample("app_text")) == 200
    (taken,) = app.gate.taken.values()
    assert taken.text == "查 顺丰 2026-10"
    assert app.fake.stood == []


async def test_the_acknowledgement_waits_for_nothing_that_is_said(app: AppScene) -> None:
    app.fake.slow = 1.0
    began = time.monotonic()
    status, body = await app.fake.deliver(app.url, {**sample("app_text"), "FromUserName": "stranger"})
    assert (status, body) == (200, b"")
    assert time.monotonic() - began < 0.5
    app.fake.slow = 0.0


async def test_a_stranger_is_told_so(app: AppScene) -> None:
    await app.event({**sample("app_text"), "FromUserName": "stranger"})
    (said,) = app.fake.stand("stranger")
    assert "还不认识你" in said.content["content"]


async def test_what_the_gate_asks_is_said(app: AppScene) -> None:
    app.gate.answers = [Reply(text=same("请回复驳回原因"))]
    await app.event(sample("app_click"))
    (said,) = app.fake.stand("WangFang")
    assert said.content["content"] == "请回复驳回原因"


async def test_the_answer_in_words_goes_in_as_words(app: AppScene) -> None:
    click = {**sample("app_click"), "EventKey": '["a","reject","G2611-0042",3]'}
    await app.event(click)
    await app.event({**sample("app_text"), "FromUserName": "WangFang", "Content": "发票抬头不对", "MsgId": "9"})
    first, second = app.gate.taken.values()
    assert first.click == Click("reject", "G2611-0042", 3)
    assert (second.text, second.click) == ("发票抬头不对", None)
    assert first.conversation == second.conversation


async def test_what_is_not_written_down_is_sent_again_by_wecom(app: AppScene) -> None:
    app.gate.down = 1
    assert await app.event(sample("app_text")) == 500
    assert await app.event(sample("app_text")) == 200
    assert len(app.gate.taken) == 1


async def test_what_we_make_nothing_of_is_told_once(app: AppScene) -> None:
    await app.event(sample("app_voice"), repeat=True)
    (said,) = app.fake.stand("LiMing")
    assert "语音" in said.content["content"]
    assert app.gate.asked == []
    await app.event({**sample("app_voice"), "FromUserName": "stranger"})
    assert "还不认识你" in app.fake.stand("stranger")[0].content["content"]


async def test_100_kb_of_words_go_in(app: AppScene) -> None:
    assert await app.event({**sample("app_text"), "Content": "字" * 33_000}) == 200
    (taken,) = app.gate.taken.values()
    assert len(taken.text) == 33_000


async def test_words_and_cards_in_order(app: AppScene) -> None:
    reply = Reply(text=HELLO.text, cards=(card("G1"), hit(1)), choices=(Choice(same("待办"), say=same("待办")),))
    addresses = await app.wecom.say(WANG, "WangFang", reply, "k")
    stood = app.fake.stand("WangFang")
    assert [s.kind for s in stood] == ["text", "template_card", "template_card", "template_card"]
    assert stood[0].content["content"] == "One invoice received"
    assert addresses[0].startswith("WangFang/G1-")
    assert addresses[1] == ""  # a line of a search is about nothing that changes
    assert len(addresses) == 2


async def test_task_ids_are_never_the_same(app: AppScene) -> None:
    for n in range(3):
        await app.wecom.say(LI, "LiMing", Reply(cards=(card(),)), f"k{n}")
    assert len(app.fake.tasks) == 3


async def test_where_a_person_hears_of_something(app: AppScene) -> None:
    assert await app.wecom.conversation(LI, "approvals") == "LiMing"
    assert await app.wecom.conversation(replace(LI, disabled=True), "chat") is None
    assert await app.wecom.conversation(Person("new", "新", frozenset()), "chat") is None
    assert not app.wecom.shared("LiMing")
    assert not app.wecom.abilities.windows


async def test_every_copy_is_renewed_by_the_code_it_came_with(app: AppScene) -> None:
    (mine,) = await app.wecom.say(LI, "LiMing", Reply(cards=(card(),)), "k1")
    (theirs,) = await app.wecom.say(WANG, "WangFang", Reply(cards=(card(),)), "k2")
    done = replace(card(), choices=card().choices[2:], status=Text("已归档", "archived"), tone="good")
    await app.wecom.renew(LI, mine, done)
    await app.wecom.renew(WANG, theirs, done)
    assert app.fake.stand("LiMing")[0].content["main_title"]["desc"] == "🟢 已归档"
    assert app.fake.stand("WangFang")[0].content["main_title"]["desc"] == "🟢 archived"


async def test_a_code_is_good_for_one_change_and_a_click_brings_another(app: AppScene) -> None:
    (address,) = await app.wecom.say(WANG, "WangFang", Reply(cards=(card(),)), "k")
    (stands,) = app.fake.stand("WangFang")
    await app.wecom.renew(WANG, address, replace(card(), status=same("一")))
    updates = app.fake.count("message/update_template_card")
    await app.wecom.renew(WANG, address, replace(card(), status=same("二")))  # no code is left: it stays, quietly
    assert app.fake.count("message/update_template_card") == updates
    assert "一" in stands.content["main_title"]["desc"]
    click = {**sample("app_click"), "TaskId": stands.task, "ResponseCode": app.fake.code_of(stands)}
    await app.event(click, repeat=True)
    await app.wecom.renew(WANG, address, replace(card(), status=same("三")))
    assert "三" in stands.content["main_title"]["desc"]
    await app.event(click)  # the repeat of a click brings no code again
    await app.wecom.renew(WANG, address, replace(card(), status=same("四")))
    assert "三" in stands.content["main_title"]["desc"]


async def test_a_code_older_than_72_hours_does_no_harm(app: AppScene) -> None:
    (address,) = await app.wecom.say(LI, "LiMing", Reply(cards=(card(),)), "k")
    app.fake.clock = lambda: time.time() + 73 * 3600
    app.fake.tokens.clear()
    await app.wecom.renew(LI, address, card())
    assert app.fake.count("message/update_template_card") == 2  # the first with a token that was gone


async def test_a_card_whose_buttons_are_gone(app: AppScene) -> None:
    (address,) = await app.wecom.say(LI, "LiMing", Reply(cards=(card(),)), "k")
    await app.wecom.renew(LI, address, replace(card(), choices=()))
    assert app.fake.stand("LiMing")[0].content["card_type"] == "text_notice"
    async with app_opened(address="") as bare:
        (address,) = await bare.wecom.say(LI, "LiMing", Reply(cards=(card(),)), "k")
        await bare.wecom.renew(LI, address, replace(card(), choices=(), status=Text("已归档", "archived")))
        assert bare.fake.stand("LiMing")[0].content["replaced"] == "已归档"


async def test_a_renewal_that_must_wait_keeps_its_code(app: AppScene) -> None:
    (address,) = await app.wecom.say(LI, "LiMing", Reply(cards=(card(),)), "k")
    app.fake.denied["message/update_template_card"] = [45009]
    with pytest.raises(Later) as later:
        await app.wecom.renew(LI, address, replace(card(), status=same("新")))
    assert later.value.facts["seconds"] == 60
    await app.wecom.renew(LI, address, replace(card(), status=same("新")))
    assert "新" in app.fake.stand("LiMing")[0].content["main_title"]["desc"]


@pytest.mark.parametrize("address", ["", "LiMing", "LiMing/nobody-1"])
async def test_renewing_what_is_no_card(app: AppScene, address: str) -> None:
    await app.wecom.renew(LI, address, card())
    assert app.fake.calls == []


async def test_a_card_that_wecom_refuses_is_said_in_words(app: AppScene) -> None:
    app.fake.denied["message/send"] = [40058]
    (address,) = await app.wecom.say(LI, "LiMing", Reply(cards=(card(),)), "k")
    assert address == ""
    (said,) = app.fake.stand("LiMing")
    assert "编号：G2611-0042" in said.content["content"]


async def test_tried_again_it_goes_on_where_it_stopped(app: AppScene) -> None:
    reply = Reply(text=same("字" * 1500), cards=(card("G1"), card("G2")))
    app.fake.denied["message/send"] = []
    real, count = app.fake._send, iter(range(20))

    def failing(given: dict[str, Any]) -> dict[str, Any]:
        if next(count) == 3:
            from tests.fakes.wecom import Answered

            raise Answered(-1, "system busy")
        return real(given)

    app.fake._send = failing  # type: ignore[method-assign]
    with pytest.raises(NoAnswer):
        await app.wecom.say(LI, "LiMing", reply, "k")
    addresses = await app.wecom.say(LI, "LiMing", reply, "k")
    assert [a.partition("-")[0] for a in addresses] == ["LiMing/G1", "LiMing/G2"]
    assert [s.kind for s in app.fake.stand("LiMing")] == ["text", "text", "text", "template_card", "template_card"]


async def test_twenty_at_once_after_the_token_was_taken_back_ask_for_one(app: AppScene) -> None:
    await app.wecom.say(LI, "LiMing", HELLO, "k")
    app.fake.take_back_tokens()
    app.fake.most = 100
    await asyncio.gather(*(app.wecom.say(LI, "LiMing", HELLO, f"k{n}") for n in range(20)))
    assert app.fake.count("gettoken") == 2
    assert len(app.fake.stand("LiMing")) == 21


async def test_an_expired_token_is_asked_anew(app: AppScene) -> None:
    await app.wecom.say(LI, "LiMing", HELLO, "k1")
    app.fake.tokens = dict.fromkeys(app.fake.tokens, 0.0)
    await app.wecom.say(LI, "LiMing", HELLO, "k2")
    assert app.fake.count("gettoken") == 2


async def test_replicas_share_the_token_and_it_lies_there_sealed(app: AppScene) -> None:
    await app.wecom.say(LI, "LiMing", HELLO, "k1")
    other = Api(app_settings(app.fake), app.notes, lambda: utc(time.time()))
    try:
        await other.send("LiMing", "text", {"content": "x"})
    finally:
        await other.close()
    assert app.fake.count("gettoken") == 1
    (token,) = app.fake.tokens
    assert all(token.encode() not in sealed for sealed, _ in app.notes.tokens.values())


async def test_a_token_of_another_secret_is_not_used(app: AppScene) -> None:
    old = Api(replace(app_settings(app.fake), secret="before"), app.notes, lambda: utc(time.time()))
    app.fake.secret = "before"
    await old.send("LiMing", "text", {"content": "x"})
    await old.close()
    app.fake.secret = SECRET
    await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert app.fake.count("gettoken") == 2


async def test_too_much_for_a_member_waits_and_nothing_is_dropped(app: AppScene) -> None:
    app.notes.waits = [12.0]
    with pytest.raises(Later) as later:
        await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert later.value.facts["seconds"] == 12
    assert app.fake.stood == []
    await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert app.notes.turns == ["liming", "liming"]


@pytest.mark.parametrize(("code", "seconds"), [(45009, 60), (45033, 5)])
async def test_too_many_calls(app: AppScene, code: int, seconds: int) -> None:
    app.fake.denied["message/send"] = [code]
    with pytest.raises(Later) as later:
        await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert later.value.facts["seconds"] == seconds


async def test_http_429_and_500_and_a_web_page(app: AppScene) -> None:
    await app.wecom.say(LI, "LiMing", HELLO, "k")
    app.fake.status, app.fake.retry_after = 429, "7"
    with pytest.raises(Later) as later:
        await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert later.value.facts["seconds"] == 7
    app.fake.status = 502
    with pytest.raises(NoAnswer, match="HTTP 502"):
        await app.wecom.say(LI, "LiMing", HELLO, "k")
    app.fake.status = 302
    with pytest.raises(NoAnswer, match="HTTP 302"):
        await app.wecom.say(LI, "LiMing", HELLO, "k")


async def test_500_for_a_while(app: AppScene) -> None:
    app.fake.status = 500
    for _ in range(3):
        with pytest.raises(NoAnswer):
            await app.wecom.say(LI, "LiMing", HELLO, "k")
    app.fake.status = 200
    await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert len(app.fake.stand("LiMing")) == 1


async def test_a_member_who_left(app: AppScene) -> None:
    app.fake.users.discard("LiMing")
    with pytest.raises(Unreachable):
        await app.wecom.say(LI, "LiMing", HELLO, "k")


@pytest.mark.parametrize("name", ["invaliduser", "unlicenseduser"])
async def test_a_member_outside_the_app(app: AppScene, name: str) -> None:
    def half(given: dict[str, Any]) -> dict[str, Any]:
        return {name: "someone|LIMING"}

    app.fake._send = half  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match=name):
        await app.wecom.say(LI, "LiMing", HELLO, "k")


async def test_an_address_wecom_does_not_trust(app: AppScene, caplog: pytest.LogCaptureFixture) -> None:
    app.fake.trusted = False
    with pytest.raises(NoAnswer, match="60020"):
        await app.wecom.say(LI, "LiMing", HELLO, "k")
    assert "203.0.113.9" in caplog.text


async def test_wecom_is_silent_or_away() -> None:
    async with app_opened(limit=0.2) as app:
        app.fake.slow = 1.0
        with pytest.raises(TimeoutError):
            await app.wecom.say(LI, "LiMing", HELLO, "k")
    settings = replace(app_settings(app.fake), api_url="http://127.0.0.1:9")
    api = Api(settings, MemoryNotes(), lambda: utc(time.time()))
    with pytest.raises(NoAnswer) as away:
        await api.send("LiMing", "text", {"content": "x"})
    await api.close()
    assert SECRET not in repr(away.value.facts)
    assert away.value.__cause__ is None


async def test_no_secret_is_logged_or_told(app: AppScene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    app.fake.secret = "another"
    with pytest.raises(NoAnswer) as wrong:
        await app.wecom.say(LI, "LiMing", HELLO, "k")
    ours = "".join(r.getMessage() for r in caplog.records if r.name != "aiohttp.access")  # that is the stand-in
    told = ours + repr(wrong.value.facts) + json.dumps(wrong.value.say("zh"))
    assert SECRET not in told
    assert "40001" in told
    assert SECRET not in repr(app_settings(app.fake))


async def test_a_click_whose_code_can_not_be_kept_comes_again(app: AppScene) -> None:
    async def down(card: str, code: str) -> None:
        raise DatabaseDown

    app.notes.keep_code = down  # type: ignore[method-assign]
    task = "G2611-0042-0a1b2c3d4e@5f6a7b8c9d"
    assert await app.event({**sample("app_click"), "TaskId": task}) == 500
    assert app.gate.taken == {}
