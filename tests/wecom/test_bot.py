"""The 智能机器人: events over its connection, answers, streams, cards, files, and everything that can break."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from archive.access import Person
from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NotWhatItSays, Unreachable
from archive.words import Text, same
from bot.channel import Channel
from config import channels
from handlers.message import Choice, Click, OutFile, RemoteFile, Reply
from tests.cards import card, hit
from tests.fakes.wecom import MIB, PNG
from tests.fakes.wecom_bot import BOT_SECRET, until
from tests.wecom.conftest import LI, WANG, BotScene, bot_opened, sample

HELLO = Reply(text=Text("收到 1 张发票", "One invoice received"))
PDF = b"%PDF-1.7\n" + b"x" * 200
REPORT = OutFile("报表 本月报销.pdf", "application/pdf", file="held:1", size=len(PDF))


def is_a_channel(scene: BotScene) -> Channel:
    return scene.bot


async def test_words_go_in(bot: BotScene) -> None:
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    (taken,) = bot.gate.taken.values()
    assert (taken.text, taken.conversation) == ("待办", "single:LiMing")
    assert not bot.bot.routes()


async def test_a_message_is_answered_as_a_stream_and_later_things_are_said_unasked(bot: BotScene) -> None:
    await bot.bot.say(LI, "single:LiMing", HELLO, "k0")
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    await bot.bot.say(LI, "single:LiMing", HELLO, "k1")
    unasked, answer = bot.fake.stand("LiMing")
    assert (unasked.how, unasked.kind) == ("unasked", "markdown")
    assert (answer.how, answer.kind, answer.done, answer.content) == ("answer", "stream", True, "收到 1 张发票")


async def test_a_request_too_old_to_be_answered(bot: BotScene) -> None:
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    bot.fake.deaf_to_answers = True
    await bot.bot.say(LI, "single:LiMing", Reply(text=HELLO.text, cards=(card(),)), "k")
    assert [(s.how, s.kind) for s in bot.fake.stand("LiMing")] == [
        ("unasked", "markdown"),
        ("unasked", "template_card"),
    ]
    assert [f["cmd"] for f in bot.fake.frames].count("aibot_respond_msg") == 1


async def test_progress_is_written_into_the_answer(bot: BotScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wecom.mouth._FIRST", 0.0)
    monkeypatch.setattr("bot.wecom.mouth._AGAIN", 0.0)
    await bot.hears("bot_file")
    await until(lambda: bot.gate.taken)
    await bot.bot.progress(LI, "single:LiMing", "m", 0.3, "读取 3/10")
    await bot.bot.progress(LI, "single:LiMing", "m", 0.6, "读取 6/10")
    await bot.bot.progress(LI, "single:LiMing", "m", 1.0, "读取 10/10")
    await bot.bot.progress(LI, "single:nobody", "m", 0.6, "x")
    await bot.bot.say(LI, "single:LiMing", HELLO, "k")
    (said,) = bot.fake.stand("LiMing")
    assert said.history == ["⏳ 读取 3/10 30%", "⏳ 读取 6/10 60%", "收到 1 张发票"]
    assert said.done


async def test_a_stream_is_ended_before_a_card(bot: BotScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wecom.mouth._FIRST", 0.0)
    await bot.hears("bot_file")
    await until(lambda: bot.gate.taken)
    await bot.bot.progress(LI, "single:LiMing", "m", 0.3, "读取")
    await bot.bot.say(LI, "single:LiMing", Reply(cards=(card(),)), "k")
    stream, shown = bot.fake.stand("LiMing")
    assert stream.done
    assert stream.content.endswith("✓")
    assert shown.kind == "template_card"


async def test_quick_work_shows_no_progress(bot: BotScene) -> None:
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    await bot.bot.progress(LI, "single:LiMing", "m", 0.3, "读取")
    assert bot.fake.said == []


async def test_a_pressed_card_is_replaced_within_five_seconds(bot: BotScene) -> None:
    (address,) = await bot.bot.say(WANG, "single:WangFang", Reply(cards=(card(),)), "k")
    (shown,) = bot.fake.stand("WangFang")
    done = replace(card(), status=Text("已归档", "archived"), tone="good")
    await bot.bot.renew(WANG, address, done)  # nobody pressed it: it stays
    assert "aibot_respond_update_msg" not in [f["cmd"] for f in bot.fake.frames]
    event = {**sample("bot_click")["body"]["event"]}
    pressed = {**event["template_card_event"], "task_id": shown.content["task_id"]}
    await bot.hears("bot_click", event={**event, "template_card_event": pressed})
    await until(lambda: bot.gate.taken)
    (click,) = bot.gate.taken.values()
    assert click.click == Click("approve", "G2611-0042", 3)
    await bot.bot.renew(WANG, address, done)
    assert shown.content["main_title"]["desc"] == "🟢 archived"
    await bot.bot.renew(WANG, address, card())  # once
    assert shown.content["main_title"]["desc"] == "🟢 archived"


async def test_a_click_that_is_too_long_ago(bot: BotScene) -> None:
    (address,) = await bot.bot.say(WANG, "single:WangFang", Reply(cards=(card(),)), "k")
    (shown,) = bot.fake.stand("WangFang")
    event = sample("bot_click")["body"]["event"]
    pressed = {**event["template_card_event"], "task_id": shown.content["task_id"]}
    await bot.hears("bot_click", event={**event, "template_card_event": pressed})
    await until(lambda: bot.gate.taken)
    bot.fake.clock = lambda: time.monotonic() + 6
    await bot.bot.renew(WANG, address, replace(card(), status=same("新")))  # WeCom refuses: no harm
    assert "新" not in shown.content["main_title"]["desc"]


async def test_a_click_is_not_answered_as_a_message(bot: BotScene) -> None:
    bot.gate.answers = [Reply(text=same("请回复驳回原因"))]
    await bot.hears("bot_click")
    await until(lambda: bot.fake.stand("WangFang"))
    (said,) = bot.fake.stand("WangFang")
    assert (said.how, said.content) == ("unasked", {"content": "请回复驳回原因"})


async def test_the_first_words_are_the_answer_and_all_else_is_unasked(bot: BotScene) -> None:
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    await bot.bot.say(LI, "single:LiMing", Reply(HELLO.text, (card(),)), "k1")
    await bot.bot.say(LI, "single:LiMing", HELLO, "k2")
    assert [(s.how, s.kind) for s in bot.fake.stand("LiMing")] == [
        ("answer", "stream"), ("unasked", "template_card"), ("unasked", "markdown"),
    ]  # fmt: skip


async def test_what_the_gate_says_in_a_group_is_masked(bot: BotScene) -> None:
    bot.gate.answers = [Reply(cards=(card(),))]
    await bot.hears("bot_group")
    await until(lambda: bot.fake.stand("wrMadeUpGroup"))
    assert "样例" not in str(bot.fake.stand("wrMadeUpGroup")[0].content)


async def test_a_group(bot: BotScene) -> None:
    await bot.hears("bot_group")
    await until(lambda: bot.gate.taken)
    await bot.bot.say(LI, "group:wrMadeUpGroup", HELLO, "k1")
    await bot.bot.say(LI, "group:wrOther", HELLO, "k2")
    assert bot.fake.stand("wrMadeUpGroup")[0].how == "answer"
    assert bot.fake.stand("wrOther")[0].how == "unasked"
    assert bot.fake.frames[-1]["body"]["chat_type"] == 2
    assert bot.bot.shared("group:wrOther")
    assert not bot.bot.shared("single:LiMing")


async def test_where_a_person_hears_of_something(bot: BotScene) -> None:
    assert await bot.bot.conversation(LI, "approvals") == "single:LiMing"
    assert await bot.bot.conversation(replace(LI, disabled=True), "chat") is None
    assert await bot.bot.conversation(Person("new", "新", frozenset()), "chat") is None


async def test_who_comes_in_is_welcomed(bot: BotScene) -> None:
    await bot.hears("bot_enter")
    await until(lambda: bot.fake.welcomed)
    assert bot.gate.asked == []
    assert bot.fake.frames[-1]["body"]["text"]["content"].startswith("Send me invoices")


async def test_a_stranger_and_what_we_make_nothing_of(bot: BotScene) -> None:
    await bot.hears("bot_text", **{"from": {"userid": "stranger"}})
    await until(lambda: bot.fake.stand("stranger"))
    assert "还不认识你" in bot.fake.stand("stranger")[0].content
    await bot.hears("bot_video")
    await until(lambda: bot.fake.stand("LiMing"))
    assert "视频" in bot.fake.stand("LiMing")[0].content


async def test_an_event_is_held_on_to_while_the_database_is_away(bot: BotScene) -> None:
    bot.gate.down = 2
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    bot.gate.down = 3
    await bot.hears("bot_text", msgid="another")
    await until(lambda: bot.fake.stand("LiMing"))
    assert "没有收下" in bot.fake.stand("LiMing")[0].content


async def test_what_nobody_foresaw_is_told_and_the_line_stays(bot: BotScene) -> None:
    bot.gate.fault = RuntimeError("nobody foresaw this")
    await bot.hears("bot_text")
    await until(lambda: bot.fake.stand("LiMing"))
    assert "没有收下" in bot.fake.stand("LiMing")[0].content
    bot.gate.fault = None
    await bot.hears("bot_text", msgid="another")
    await until(lambda: bot.gate.taken)


async def test_repeats_and_any_rubbish(bot: BotScene) -> None:
    for body in (
        {"msgtype": "text"}, {"from": 3}, {"from": {"userid": "LiMing"}, "msgtype": "text", "text": "x"},
        {"from": {"userid": "LiMing"}, "msgtype": "event", "event": []},
    ):  # fmt: skip
        assert bot.fake._live
        await bot.fake._live.send_json({"cmd": "aibot_msg_callback", "headers": {}, "body": body})
    assert bot.fake._live
    for text in ("x", "[]", "{}", '{"cmd": 3}', "[" * 50_000):
        await bot.fake._live.send_str(text)
    await bot.hears("bot_text")
    await bot.hears("bot_text")
    await until(lambda: len(bot.gate.asked) == 2)
    assert len(bot.gate.taken) == 1


async def test_long_words_and_nothing_that_becomes_markup(bot: BotScene) -> None:
    await bot.bot.say(LI, "single:LiMing", Reply(text=same("[x](https://evil.example) <@all>" + "字" * 20_000)), "k")
    said = bot.fake.stand("LiMing")
    assert len(said) == 3
    assert "](" not in said[0].content["content"]
    assert "<@" not in said[0].content["content"]


async def test_words_cards_and_next_steps(bot: BotScene) -> None:
    reply = Reply(HELLO.text, (card("G1"), hit(1)), choices=(Choice(same("待办"), say=same("待办")),))
    addresses = await bot.bot.say(LI, "single:LiMing", reply, "k")
    assert addresses[0].startswith("single:LiMing/G1-")
    assert addresses[1] == ""
    assert [s.kind for s in bot.fake.stand("LiMing")] == ["markdown", *["template_card"] * 3]


async def test_a_card_that_wecom_refuses_is_said_in_words(bot: BotScene) -> None:
    bot.fake.denied["aibot_send_msg"] = [40058]
    (address,) = await bot.bot.say(LI, "single:LiMing", Reply(cards=(card(),)), "k")
    assert address == ""
    assert "编号" in bot.fake.stand("LiMing")[0].content["content"]


async def test_too_much(bot: BotScene) -> None:
    bot.notes.waits = [20.0]
    with pytest.raises(Later):
        await bot.bot.say(LI, "single:LiMing", HELLO, "k")
    bot.fake.denied["aibot_send_msg"] = [45009]
    with pytest.raises(Later) as later:
        await bot.bot.say(LI, "single:LiMing", HELLO, "k")
    assert later.value.facts["seconds"] == 60
    await bot.hears("bot_text")
    await until(lambda: bot.gate.taken)
    bot.fake.denied["aibot_respond_msg"] = [45009]
    with pytest.raises(Later):
        await bot.bot.say(LI, "single:LiMing", HELLO, "k")
    assert bot.fake.said == []


async def test_a_conversation_that_is_gone(bot: BotScene) -> None:
    bot.fake.gone.add("LiMing")
    with pytest.raises(Unreachable):
        await bot.bot.say(LI, "single:LiMing", HELLO, "k")


async def test_a_file_comes_in(bot: BotScene) -> None:
    where = bot.fake.put_file("a.pdf", PDF)
    await bot.hears("bot_file", file=where)
    await until(lambda: bot.gate.taken)
    (taken,) = bot.gate.taken.values()
    (file,) = taken.files
    assert where["aeskey"] not in file.place
    assert "http" not in file.place
    assert await bot.bot.fetch(file) == PDF


async def fetched(bot: BotScene, **where: str) -> bytes:
    """A file that lies there, under a fresh message."""
    bot.gate.taken.clear()
    await bot.hears("bot_file", file={**bot.fake.put_file("a.pdf", PDF), **where})
    await until(lambda: bot.gate.taken)
    (taken,) = bot.gate.taken.values()
    return await bot.bot.fetch(taken.files[0])


@pytest.mark.parametrize("url", ["https://evil.example/x", "http://10.0.0.1/x", "https://[", "file:///etc/passwd"])
async def test_an_address_that_is_not_wecoms_is_not_followed(bot: BotScene, url: str) -> None:
    with pytest.raises(FileGone):
        await fetched(bot, url=url)


async def test_files_that_can_not_be_had(bot: BotScene, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileGone):
        await fetched(bot, aeskey=bot.fake.put_file("another", b"x")["aeskey"])
    bot.fake.file_status = 403
    with pytest.raises(FileGone):
        await fetched(bot)
    bot.fake.file_status = 503
    with pytest.raises(NoAnswer):
        await fetched(bot)
    bot.fake.file_status = 429
    with pytest.raises(Later):
        await fetched(bot)
    with pytest.raises(FileGone):
        await bot.bot.fetch(RemoteFile("x", "not sealed by us"))
    bot.fake.file_status = 200
    monkeypatch.setattr(bot.bot._files, "_cap", 100)
    with pytest.raises(FileTooBig):
        await fetched(bot)


async def test_a_page_instead_of_a_file(bot: BotScene) -> None:
    where = bot.fake.put_file("a.pdf", PDF)
    bot.fake.files[where["url"].rpartition("/")[2]] = b"<!DOCTYPE html><html>login</html>"
    with pytest.raises(NotWhatItSays):
        await fetched(bot, **where)


async def test_a_file_goes_out_in_chunks(bot: BotScene) -> None:
    data = bytes(range(256)) * 4096 + b"the rest"
    bot.handout.held["held:1"] = data
    await bot.bot.say(LI, "single:LiMing", Reply(files=(REPORT,)), "k")
    (upload,) = bot.fake.media.values()
    assert (upload.name, upload.chunks) == ("报表 本月报销.pdf", 3)
    assert b"".join(upload.data[n] for n in range(3)) == data
    assert [s.kind for s in bot.fake.stand("LiMing")] == ["file"]


async def test_files_as_pictures_links_and_refusals(bot: BotScene) -> None:
    chart = OutFile("图.png", "image/png", PNG, preview=True)
    await bot.bot.say(LI, "single:LiMing", Reply(files=(chart,)), "k1")
    await bot.bot.say(LI, "single:LiMing", Reply(files=(replace(REPORT, size=20 * MIB + 1),)), "k2")
    bot.fake.denied["aibot_upload_media_init"] = [45001]
    await bot.bot.say(LI, "single:LiMing", Reply(files=(chart,)), "k3")
    picture, big, refused = bot.fake.stand("LiMing")
    assert picture.kind == "image"
    assert "](https://guidang.example.cn/f/li-held:1)" in big.content["content"]
    assert "/f/li-" in refused.content["content"]


async def test_a_link_is_never_shown_in_a_group() -> None:
    async with bot_opened(leaving=channels.ABROAD) as bot:
        await bot.bot.say(LI, "group:wrMadeUpGroup", Reply(files=(REPORT,)), "k")
        assert "/f/li-held:1" in bot.fake.stand("LiMing")[0].content["content"]
        (told,) = bot.fake.stand("wrMadeUpGroup")
        assert "单独" in told.content["content"]
        nobody = Person("new", "新", frozenset())
        await bot.bot.say(nobody, "group:wrMadeUpGroup", Reply(files=(REPORT,)), "k2")
        assert "/f/" not in str([s.content for s in bot.fake.stand("wrMadeUpGroup")])


async def test_links_where_nothing_may_leave() -> None:
    async with bot_opened(leaving=channels.ABROAD) as bot:
        await bot.bot.say(LI, "single:LiMing", Reply(files=(REPORT,)), "k")
        assert bot.fake.media == {}
        assert "/f/li-held:1" in bot.fake.stand("LiMing")[0].content["content"]


async def test_a_broken_connection_is_made_anew(bot: BotScene) -> None:
    await bot.fake.drop()
    await until(lambda: bot.fake.connections == 2 and bot.bot.connected)
    await bot.bot.say(LI, "single:LiMing", HELLO, "k")
    assert bot.fake.stand("LiMing")


async def test_a_silent_connection_is_made_anew() -> None:
    from tests.wecom.conftest import FAST

    async with bot_opened(times=replace(FAST, ping=0.1, answer=0.2)) as bot:
        bot.fake.silent = True
        with pytest.raises(TimeoutError):
            await bot.bot.say(LI, "single:LiMing", HELLO, "k")
        await until(lambda: bot.fake.connections >= 2)
        bot.fake.silent = False
        await until(lambda: bot.bot.connected)


async def test_a_wrong_secret_is_told_without_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with bot_opened(connect=False) as bot:
        bot.fake.secret = "another"
        await bot.bot.start()
        await until(lambda: "did not let the bot in" in caplog.text)
        with pytest.raises((NoAnswer, TimeoutError)):
            await bot.bot.say(LI, "single:LiMing", HELLO, "k")
        assert BOT_SECRET not in caplog.text
        bot.fake.secret = BOT_SECRET
        await until(lambda: bot.bot.connected)


async def test_nobody_is_there() -> None:
    async with bot_opened(connect=False) as bot:
        bot.bot._line._connection._settings = replace(bot.bot._line._connection._settings, url="ws://127.0.0.1:9")
        await bot.bot.start()
        with pytest.raises((NoAnswer, TimeoutError)):
            await bot.bot.say(LI, "single:LiMing", HELLO, "k")


async def test_twenty_at_once_keep_their_order_in_each_conversation(bot: BotScene) -> None:
    async def one(n: int) -> Any:
        return await bot.bot.say(LI, f"single:u{n % 4}", Reply(text=same(str(n))), f"k{n}")

    await asyncio.gather(*(one(n) for n in range(20)))
    for who in range(4):
        said = [int(s.content["content"]) for s in bot.fake.stand(f"u{who}")]
        assert said == sorted(said)
