"""Several replicas, one connection: the others speak through it, and one of them takes over when its holder dies."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from archive.errors import Later, NoAnswer
from archive.words import Text, same
from handlers.message import OutFile, Reply
from tests.cards import card
from tests.fakes.wecom import MIB
from tests.fakes.wecom_bot import until
from tests.wecom.conftest import FAST, LI, WANG, BotScene, bot_opened, sample

HELLO = Reply(text=Text("收到 1 张发票", "One invoice received"))


async def test_one_connects_and_the_others_speak_through_it(bot: BotScene) -> None:
    other = bot.another("b")
    await other.start()
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    await other.say(LI, "single:LiMing", HELLO, "k")
    (said,) = bot.fake.stand("LiMing")
    assert said.how == "answer"  # the holder knows what is answered
    assert bot.fake.connections == 1
    assert not other.connected


async def test_what_passes_between_them_is_sealed(bot: BotScene) -> None:
    other = bot.another("b")
    await other.start()
    await other.say(LI, "single:LiMing", HELLO, "k")
    assert bot.calls.seen
    assert all("收到".encode() not in asked and b"LiMing" not in asked for asked in bot.calls.seen)
    assert bot.calls.answers == {}


async def test_a_card_pressed_there_is_replaced_from_here(bot: BotScene) -> None:
    other = bot.another("b")
    await other.start()
    (address,) = await other.say(WANG, "single:WangFang", Reply(cards=(card(),)), "k")
    (shown,) = bot.fake.stand("WangFang")
    event = sample("bot_click")["body"]["event"]
    pressed = {**event["template_card_event"], "task_id": shown.content["task_id"]}
    await bot.hears("bot_click", event={**event, "template_card_event": pressed})
    await until(lambda: bot.gate.taken)
    await other.renew(WANG, address, replace(card(), status=same("ok")))
    assert "ok" in shown.content["main_title"]["desc"]


async def test_a_file_goes_out_through_the_holder(bot: BotScene) -> None:
    other = bot.another("b")
    await other.start()
    await other.say(LI, "single:LiMing", Reply(files=(OutFile("a.pdf", "application/pdf", bytes(MIB)),)), "k")
    assert [s.kind for s in bot.fake.stand("LiMing")] == ["file"]


async def test_problems_pass_as_they_are(bot: BotScene) -> None:
    other = bot.another("b")
    await other.start()
    bot.fake.denied["aibot_send_msg"] = [45009, 999]
    with pytest.raises(Later) as later:
        await other.say(LI, "single:LiMing", HELLO, "k")
    assert float(later.value.facts["seconds"]) == 60
    with pytest.raises(NoAnswer, match="999"):
        await other.say(LI, "single:LiMing", HELLO, "k")


async def test_another_takes_over_when_the_holder_closes(bot: BotScene) -> None:
    other = bot.another("b")
    await other.start()
    await bot.bot.close()
    await until(lambda: other.connected)
    assert bot.fake.connections == 2
    assert bot.fake.kicked == 0
    await other.say(LI, "single:LiMing", HELLO, "k")


async def test_another_takes_over_when_the_holder_dies(bot: BotScene) -> None:
    """Dead: it renews nothing and its connection still hangs there; WeCom kicks it out for the newer one."""
    other = bot.another("b")
    for task in bot.bot._line._tasks:
        task.cancel()
    await bot.bot._relay.close()
    await other.start()
    await until(lambda: other.connected)
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    assert not bot.bot._line.mine


async def test_a_holder_that_loses_the_lease_hangs_up(bot: BotScene) -> None:
    bot.leases.holder, bot.leases.until = "b", float("inf")
    await until(lambda: not bot.bot.connected)
    assert bot.fake._live is None or bot.fake._live.closed


async def test_the_database_away_for_less_than_the_lease(bot: BotScene) -> None:
    bot.leases.away = True
    await asyncio.sleep(FAST.lease * 0.6)
    bot.leases.away = False
    await asyncio.sleep(FAST.lease * 0.6)
    assert bot.bot.connected
    assert bot.fake.connections == 1
    bot.leases.away = True  # for longer: another could hold it by now
    await until(lambda: not bot.bot.connected)
    bot.leases.away = False
    await until(lambda: bot.bot.connected)


async def test_another_installation_with_the_same_bot_is_given_way_to(
    bot: BotScene, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot_opened(connect=False) as foreign:
        foreign.bot._line._connection._settings = bot.bot._line._connection._settings
        await foreign.bot.start()
        await until(lambda: foreign.bot.connected)
        await until(lambda: not bot.bot.connected)
        assert "took the place of ours" in caplog.text
        await asyncio.sleep(FAST.kicked / 2)
        assert foreign.bot.connected  # no war


async def test_a_holder_that_gets_no_connection_lets_another_try() -> None:
    async with bot_opened(connect=False) as bot:
        bot.bot._line._connection._settings = replace(bot.bot._line._connection._settings, url="ws://127.0.0.1:9")
        await bot.bot.start()
        await until(lambda: bot.bot._line.mine)
        other = bot.another("b")
        await other.start()
        await until(lambda: other.connected)
        await bot.bot.say(LI, "single:LiMing", HELLO, "k")  # through the other
        assert bot.fake.stand("LiMing")


async def test_nobody_holds_it() -> None:
    async with bot_opened(connect=False, times=replace(FAST, patience=0.2)) as bot:
        with pytest.raises(TimeoutError):
            await bot.bot.say(LI, "single:LiMing", HELLO, "k")
        assert bot.calls.open == {}
