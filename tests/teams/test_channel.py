"""Messages in, replies out, renewed cards, what Teams refuses, and the SDK's traps."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace

import pytest

from archive.errors import DatabaseDown, Later, NoAnswer, NotFound, Unreachable
from archive.words import Text, same
from bot.channel import Channel, Incoming
from bot.teams.api import Pace
from handlers.message import Card, Choice, Fact, OutFile, Reply
from storage import mongo
from tests.fakes.teams import SECRET, Servers
from tests.teams.house import GROUP, LI, PERSONAL, ZHANG, Scene, sample, standing, until
from tests.teams.test_outgoing import CARD

TEXT = Reply(Text("收到 <1> & 2\n第二行", "got it"))


async def test_personal_group_and_channel_messages_are_taken(scene: Scene) -> None:
    for name in ("text_personal", "text_group", "text_channel"):
        await scene.met(name)
    assert [one.text for one in scene.gate.taken] == ["查 顺丰 2026-10 >500", "待办", "报表 本月报销 李四"]
    assert scene.servers.said == []


async def test_an_answer_does_not_wait_for_entra(servers: Servers, db: mongo.Database) -> None:
    """Traps 5 and 6: MSAL looks things up without letting others run; the SDK answers when its handler ends."""
    servers.entra_pause = 1.5
    async with standing(servers, db) as scene:
        await asyncio.sleep(0.05)  # the token is being asked for
        began = time.monotonic()
        for _ in range(5):
            await scene.met()
        assert time.monotonic() - began < 1.0
        assert len(scene.gate.taken) == 5
        assert await scene.channel.say(ZHANG, PERSONAL, TEXT, "k") == []
        assert servers.discoveries == 1


async def test_the_loop_runs_while_msal_waits(servers: Servers, db: mongo.Database) -> None:
    servers.entra_pause = 0.5
    async with standing(servers, db) as scene:
        await scene.met()
        longest, until_ = 0.0, time.monotonic() + 0.8
        while (now := time.monotonic()) < until_:
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - now)
        assert longest < 0.25
        await until(lambda: servers.tokens == 1)


async def test_many_letters_need_one_token(scene: Scene) -> None:
    for name in ("text_personal", "text_group", "text_channel"):
        await scene.met(name)
    await asyncio.gather(*(scene.channel.say(ZHANG, c, TEXT, f"k{c}") for c in scene.servers.known))
    assert (scene.servers.tokens, scene.servers.discoveries) == (1, 1)


async def test_words_arrive_as_they_are(scene: Scene) -> None:
    await scene.met()
    await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    assert scene.servers.words() == ["收到 <1> & 2\n第二行"]


async def test_a_stranger_is_told_and_nothing_is_taken(scene: Scene) -> None:
    payload = scene.event("text_personal", locale="en-US")
    payload["from"]["aadObjectId"] = "somebody"
    assert (await scene.post(payload))[0] == 202
    await until(lambda: bool(scene.servers.words()))
    assert "I don't know you yet" in scene.servers.words()[0]
    assert scene.gate.taken == []


async def test_an_answer_of_the_gate_waits_for_its_turn(scene: Scene) -> None:
    scene.servers.failing.append((429, {"Retry-After": "1"}, "TooManyRequests"))
    payload = scene.event("text_personal")
    payload["from"] = {**payload["from"], "aadObjectId": "00000000-0000-4000-8000-00000000dead"}
    await scene.post(payload)
    await until(lambda: bool(scene.servers.words()))


async def test_an_installed_app_says_hello_and_learns_where_to_reach_them(scene: Scene) -> None:
    assert await scene.channel.conversation(ZHANG, "chat") is None
    assert (await scene.post(scene.event("installed")))[0] == 202
    await until(lambda: bool(scene.servers.words()))
    assert "我是归档" in scene.servers.words()[0]
    assert await scene.channel.conversation(ZHANG, "chat") == PERSONAL


async def test_a_file_in_a_group_is_explained(scene: Scene) -> None:
    assert (await scene.post(scene.event("file_group")))[0] == 202
    await until(lambda: bool(scene.servers.words()))
    assert "单独聊天" in scene.servers.words()[0]
    assert scene.gate.taken == []


async def test_news_that_do_not_concern_us_are_acknowledged(scene: Scene) -> None:
    assert (await scene.post(scene.event("reaction")))[0] == 202
    status, _ = await scene.post({**scene.event("card_action"), "name": "composeExtension/query"})
    assert status == 501
    assert scene.gate.taken == []


async def test_a_letter_works_after_a_restart(scene: Scene, servers: Servers, db: mongo.Database) -> None:
    await scene.met("text_channel")
    (conversation,) = servers.known
    async with standing(servers, db) as later:
        (address,) = await later.channel.say(LI, conversation, Reply(cards=(CARD,)), "k")
        await later.channel.renew(LI, address, Card(Text("已通过", "approved"), about="EXP-1"))
    (said,) = servers.cards()
    assert (said.conversation, said.renewed) == (conversation, 1)
    assert "approved" in str(said.card)


async def test_a_long_conversation_id_is_not_cut(scene: Scene) -> None:
    """The SDK cuts a conversation's id at 150 characters, and would speak to another."""
    payload = scene.event("text_personal")
    payload["conversation"]["id"] = "a:" + "x" * 300
    scene.servers.known = {payload["conversation"]["id"]}
    await scene.post(payload)
    await scene.channel.say(ZHANG, payload["conversation"]["id"], TEXT, "k")
    assert scene.servers.said[0].conversation == payload["conversation"]["id"]


async def test_the_address_of_each_card_in_order(scene: Scene) -> None:
    await scene.met()
    say = Choice(Text("待办", "todo"), say=Text("待办", "todo"))
    reply = Reply(Text("两张", "two"), (CARD, Card(same("二"))), choices=(say,))
    addresses = await scene.channel.say(ZHANG, PERSONAL, reply, "k")
    ids = [said.id for said in scene.servers.said]
    assert len(ids) == 4
    assert addresses == [f"{PERSONAL}|{ids[1]}", f"{PERSONAL}|{ids[2]}"]


async def test_a_letter_that_broke_off_goes_on_where_it_stopped(
    scene: Scene, servers: Servers, db: mongo.Database
) -> None:
    await scene.met()
    reply = Reply(Text("甲", "a"), (CARD, Card(same("二"))))
    servers.breaks_after = 2
    with pytest.raises(Later) as told:
        await scene.channel.say(ZHANG, PERSONAL, reply, "k")
    assert told.value.facts["seconds"] == 3
    assert (len(servers.words()), len(servers.cards())) == (1, 1)
    servers.breaks_after = None
    async with standing(servers, db) as later:
        addresses = await later.channel.say(ZHANG, PERSONAL, reply, "k")
    assert servers.words() == ["甲"]
    assert addresses == [f"{PERSONAL}|{said.id}" for said in servers.cards()]


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_teams_asks_for_patience(scene: Scene, status: int) -> None:
    await scene.met()
    scene.servers.failing.append((status, {}, "Busy"))
    with pytest.raises(Later) as told:
        await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    assert told.value.facts["seconds"] == 5
    await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    assert len(scene.servers.said) == 1


async def test_who_left_is_unreachable(scene: Scene) -> None:
    await scene.met()
    scene.servers.failing.append((403, {}, "BotNotInConversationRoster"))
    with pytest.raises(Unreachable) as told:
        await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    assert told.value.facts["detail"] == "403 BotNotInConversationRoster"
    scene.servers.known.clear()
    with pytest.raises(Unreachable):
        await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    with pytest.raises(Unreachable):
        await scene.channel.say(ZHANG, "a:never-heard-of", TEXT, "k")


async def test_a_deleted_card_is_not_found(scene: Scene) -> None:
    await scene.met()
    (address,) = await scene.channel.say(ZHANG, PERSONAL, Reply(cards=(CARD,)), "k")
    scene.servers.said.clear()
    with pytest.raises(NotFound):
        await scene.channel.renew(ZHANG, address, CARD)
    for broken in ("", "x", f"{PERSONAL}|", "|1"):
        with pytest.raises(NotFound):
            await scene.channel.renew(ZHANG, broken, CARD)


async def test_an_error_of_theirs_is_tried_again_by_the_post(scene: Scene) -> None:
    await scene.met()
    scene.servers.failing.append((500, {}, "Oops <secret words>"))
    with pytest.raises(NoAnswer) as told:
        await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    assert "secret" not in str(told.value)


async def test_a_token_that_was_revoked_is_renewed_once(scene: Scene) -> None:
    await scene.met()
    await scene.channel.say(ZHANG, PERSONAL, TEXT, "k1")
    scene.servers.forget_tokens()
    await scene.channel.say(ZHANG, PERSONAL, TEXT, "k2")
    assert scene.servers.tokens == 2


async def test_a_wrong_secret_is_told_without_it(
    servers: Servers, db: mongo.Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with standing(servers, db, secret="wrong-Q~secret") as scene:
        await scene.met()
        with pytest.raises(NoAnswer) as told:
            await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")
    assert told.value.facts["detail"] == "Entra: AADSTS7000215"
    assert "wrong-Q~secret" not in caplog.text


async def test_entra_away_is_no_answer(servers: Servers, db: mongo.Database) -> None:
    async with standing(servers, db, authority="https://localhost:1") as scene:
        await scene.met()
        with pytest.raises(NoAnswer):
            await scene.channel.say(ZHANG, PERSONAL, TEXT, "k")


async def test_secrets_are_in_no_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await scene.met()
    await scene.channel.say(ZHANG, PERSONAL, Reply(cards=(CARD,)), "k")
    await scene.post(scene.event("text_personal"), "eyJhbGciOiJSUzI1NiJ9.e30.x")
    assert SECRET not in caplog.text
    assert "eyJ" not in caplog.text
    assert "查 顺丰" not in caplog.text


async def test_a_card_teams_does_not_take_is_said_in_words(scene: Scene) -> None:
    await scene.met()
    scene.servers.failing.append((400, {}, "BadSyntax"))
    (address,) = await scene.channel.say(ZHANG, PERSONAL, Reply(cards=(CARD,)), "k")
    (said,) = scene.servers.said
    assert address.endswith(said.id)
    assert "待 李四 审批" in said.text
    scene.servers.failing.append((413, {}, "MessageSizeTooBig"))
    await scene.channel.renew(ZHANG, address, Card(same("新")))
    assert said.text == "新"


async def test_nobody_is_spoken_to_too_fast(scene: Scene) -> None:
    await scene.met()
    for n in range(14):
        await scene.channel.say(ZHANG, PERSONAL, TEXT, f"k{n}")
    assert len(scene.servers.said) == 14
    assert not [why for why in scene.servers.refusals if why.startswith("429")]


async def test_a_flood_is_put_off() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    for _ in range(55):
        now[0] += 0.25
        await pace.turn("c")
    with pytest.raises(Later):
        await pace.turn("c")
    await pace.turn("another")


async def test_a_very_long_reply_and_an_emoji_only_file(scene: Scene) -> None:
    await scene.met()
    scene.handout.held["f"] = (ZHANG.id, b"%PDF")
    out = OutFile("🎉🎉", "application/pdf", file="f", size=4)
    await scene.channel.say(ZHANG, PERSONAL, Reply(same("长" * 20_000), files=(out,)), "k")
    assert "".join(scene.servers.words()) == "长" * 20_000
    assert "🎉🎉" in str(scene.servers.cards()[0].card)


async def test_a_message_of_100_kb_is_taken(scene: Scene) -> None:
    assert (await scene.post(scene.event("text_personal", text="长" * 100_000)))[0] == 202
    assert len(scene.gate.taken[0].text) == 100_000


async def test_typing_is_shown_now_and_then_and_its_failure_is_none(scene: Scene) -> None:
    await scene.met()
    for n in range(5):
        await scene.channel.progress(ZHANG, PERSONAL, "m", n / 5, "…")
    assert scene.servers.typing == 1
    await scene.channel.progress(ZHANG, "a:unknown", "m", 0.1, "…")


async def test_what_could_not_be_taken_is_told_and_may_come_again(scene: Scene) -> None:
    scene.gate.error = DatabaseDown()
    payload = scene.event("text_personal")
    assert (await scene.post(payload))[0] == 500
    await until(lambda: bool(scene.servers.words()))
    assert "[K03]" in scene.servers.words()[0]
    scene.gate.error = None
    assert (await scene.post(payload))[0] == 202
    assert len(scene.gate.taken) == 1


async def test_an_exceptions_text_never_reaches_a_user(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Trap 3: the SDK sends it, and a trace beside it."""
    scene.gate.error = ZeroDivisionError("mongodb://user:password@db")
    assert (await scene.post(scene.event("text_personal")))[0] == 500
    await until(lambda: bool(scene.servers.said))
    await asyncio.sleep(0.1)
    (said,) = scene.servers.said
    assert "编号" in said.text
    assert "password" not in str(said.body)
    status, body = await scene.post(scene.event("card_action"))
    assert (status, body["statusCode"], body["type"]) == (200, 500, "application/vnd.microsoft.error")
    assert "password" not in str(body)


async def test_the_same_message_at_once_is_taken_once(scene: Scene) -> None:
    payload = scene.event("text_personal")
    assert {s for s, _ in await asyncio.gather(*(scene.post(payload) for _ in range(5)))} == {202}
    assert len(scene.gate.taken) == 1


def is_a_channel(scene: Scene) -> Channel:
    return scene.channel


async def test_what_the_gate_says_is_masked_where_others_read_along(scene: Scene) -> None:
    fact = Fact(same("销售方"), "上海样例云算公司", private=True)
    secret = Reply(same("重复：上海样例云算公司"), (Card(same("一"), (fact,)),))
    for name, conversation in (("text_group", GROUP), ("text_personal", PERSONAL)):
        await scene.met(name)
        await scene.channel._speaking.tell(conversation, secret, "zh")
    assert [said.conversation for said in scene.servers.said if "样例云算" in str(said.body)] == [PERSONAL] * 2
    assert len(scene.servers.said) == 4


async def test_where_others_read_along(scene: Scene) -> None:
    assert (scene.channel.shared(GROUP), scene.channel.shared(PERSONAL)) == (True, False)


async def test_it_reaches_people_in_their_own_chat_only(scene: Scene) -> None:
    await scene.met("text_group")
    assert await scene.channel.conversation(ZHANG, "chat") is None
    await scene.met()
    assert await scene.channel.conversation(ZHANG, "approvals") == PERSONAL
    assert GROUP != PERSONAL
    assert await scene.channel.conversation(replace(ZHANG, disabled=True), "approvals") is None
    assert await scene.channel.places("EXP-1") == ()


def test_the_samples_hold_no_real_ids() -> None:
    assert "contoso" in str(sample("file_personal"))


async def test_the_ack_is_quick(scene: Scene) -> None:
    async def slow(incoming: Incoming) -> None:
        await asyncio.sleep(1)

    scene.gate.work = slow
    await scene.met()
    took = []
    for _ in range(40):
        began = time.monotonic()
        await scene.met()
        took.append(time.monotonic() - began)
    assert sorted(took)[36] < 0.1
