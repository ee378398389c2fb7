"""What we say: replies, cards renewed, files out, pacing, progress, errors of the platform as ours."""

from __future__ import annotations

import asyncio
import json
import time
import traceback
from dataclasses import replace
from typing import Any

import pytest

from archive.access import Person
from archive.errors import Later, NoAnswer, NoScope, NotFound, Unreachable
from archive.words import Text, same
from bot.channel import Channel
from bot.slack.api import Api
from bot.slack.pace import Pace
from bot.slack.progress import Progress
from config import channels
from handlers.message import Choice, Fact, OutFile, Reply
from tests.cards import card, hit
from tests.fakes.slack import SECRET, TOKEN, Denied
from tests.slack.conftest import LI, WANG, Scene, opened

HELLO = Reply(text=Text("收到 1 张发票", "One invoice received"))
REPORT = OutFile("报表 本月报销.pdf", "application/pdf", file="held:1", size=5)


def is_a_channel(scene: Scene) -> Channel:
    return scene.slack


async def test_words_and_cards_in_order(scene: Scene) -> None:
    reply = Reply(text=HELLO.text, cards=(card("G1"), hit(1), hit(2), card("G2")))
    addresses = await scene.slack.say(LI, "D0LI", reply, "k")
    stood = scene.fake.stand("D0LI")
    assert [bool(s.blocks) for s in stood] == [False, True, True, True]
    at = [f"D0LI:{s.ts}" for s in stood]
    assert list(addresses) == [at[1], at[2], at[2], at[3]]


async def test_nothing_we_say_is_unfurled_or_read_as_markup(scene: Scene) -> None:
    reply = Reply(same("https://g.cn <!here>"), (card(), hit(1)), (REPORT,), (Choice(same("x"), say=same("帮助")),))
    await scene.slack.say(LI, "D0LI", reply, "k")
    for said in scene.fake.stand("D0LI"):
        assert said.fields["unfurl_links"] is False
        assert said.fields["unfurl_media"] is False
        assert said.fields["mrkdwn"] is False
        assert "<!here>" not in said.text


async def test_in_the_readers_language(scene: Scene) -> None:
    await scene.slack.say(WANG, "D0WANG", HELLO, "k")
    assert scene.fake.stand("D0WANG")[0].text == "One invoice received"


async def test_a_channel_is_answered_in_the_thread_and_a_person_alone_is_not(scene: Scene) -> None:
    await scene.slack.say(LI, "C0FINANCE/1764000006.000600", HELLO, "k1")
    await scene.slack.say(LI, "U0LI", HELLO, "k2")
    await scene.slack.say(LI, "U0LI", HELLO, "k3")
    assert scene.fake.stand("C0FINANCE")[0].thread == "1764000006.000600"
    assert [s.thread for s in scene.fake.stand("D0LI")] == ["", ""]
    assert [m for m, _ in scene.fake.log].count("conversations.open") == 1


async def test_where_a_person_hears_of_something(scene: Scene) -> None:
    assert await scene.slack.conversation(LI, "approvals") == "D0LI"
    assert await scene.slack.conversation(replace(LI, disabled=True), "chat") is None
    assert await scene.slack.conversation(Person("new", "新", frozenset()), "chat") is None
    scene.fake.alone.clear()
    assert await scene.slack.conversation(LI, "chat") == "U0LI"


async def test_every_copy_of_a_card_is_renewed(scene: Scene) -> None:
    addresses = [
        (await scene.slack.say(LI, "D0LI", Reply(cards=(card(),)), "k1"))[0],
        (await scene.slack.say(WANG, "C0FINANCE/1764000006.000600", Reply(cards=(card(),)), "k2"))[0],
    ]
    done = replace(card(), choices=(), status=Text("已归档", "archived"), tone="good")
    for address in addresses:
        await scene.slack.renew(LI, address, done)
    for where in ("D0LI", "C0FINANCE"):
        (said,) = scene.fake.stand(where)
        assert "🟢 已归档" in json.dumps(said.blocks, ensure_ascii=False)
        assert "actions" not in [b["type"] for b in said.blocks]


async def test_a_card_that_was_deleted(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.slack.renew(LI, "D0LI:1.000001", card())


async def test_a_reply_whose_blocks_slack_refuses_is_said_in_words(scene: Scene) -> None:
    scene.fake.denied["chat.postMessage"] = [Denied("invalid_blocks")]
    (address,) = await scene.slack.say(LI, "D0LI", Reply(cards=(card(),)), "k")
    (said,) = scene.fake.stand("D0LI")
    assert address == f"D0LI:{said.ts}"
    assert not said.blocks
    assert "编号：G2611-0042" in said.text
    scene.fake.denied["chat.update"] = [Denied("msg_blocks_too_long")]
    await scene.slack.renew(LI, address, card())


async def test_only_the_refused_message_is_said_in_words(scene: Scene) -> None:
    real, count = scene.fake._chat_postMessage, iter(range(10))

    def choosy(given: dict[str, Any]) -> dict[str, Any]:
        if next(count) == 1:
            raise Denied("invalid_blocks")
        return real(given)

    scene.fake._chat_postMessage = choosy  # type: ignore[method-assign]
    addresses = await scene.slack.say(LI, "D0LI", Reply(text=HELLO.text, cards=(card("G1"), card("G2"))), "k")
    stood = scene.fake.stand("D0LI")
    assert [bool(s.blocks) for s in stood] == [False, False, True]
    assert list(addresses) == [f"D0LI:{s.ts}" for s in stood[1:]]


# -- patience and errors ------------------------------------------------------------------------------------------


async def test_one_message_a_second_in_each_channel() -> None:
    async with opened(gap=1.0) as scene:
        before = time.monotonic()
        await scene.slack.say(LI, "D0LI", Reply(text=HELLO.text, cards=(card("G1"), card("G2"))), "k")
        assert time.monotonic() - before >= 2.0
        assert len(scene.fake.stand("D0LI")) == 3


async def test_channels_do_not_wait_for_each_other() -> None:
    async with opened(gap=0.5) as scene:
        before = time.monotonic()
        await asyncio.gather(*(scene.slack.say(LI, c, HELLO, c) for c in ("D0LI", "D0WANG", "C0FINANCE", "G0GROUP")))
        assert time.monotonic() - before < 0.5


async def test_many_at_once_in_one_channel_are_never_too_fast() -> None:
    async with opened(gap=0.1) as scene:
        await asyncio.gather(*(scene.slack.say(LI, "D0LI", HELLO, f"k{n}") for n in range(8)))
        assert len(scene.fake.stand("D0LI")) == 8


async def test_too_much_is_told_as_later(scene: Scene) -> None:
    scene.fake.denied["chat.postMessage"] = [Denied("ratelimited", 429, {"Retry-After": "40"})]
    for _ in range(2):  # the second time without asking Slack again
        with pytest.raises(Later) as caught:
            await scene.slack.say(LI, "D0LI", HELLO, "k")
        assert caught.value.facts["seconds"] in (39, 40)
    await scene.slack.say(WANG, "D0WANG", HELLO, "k2")
    assert scene.fake.stand("D0LI") == []


async def test_too_many_renewals(scene: Scene) -> None:
    (address,) = await scene.slack.say(LI, "D0LI", Reply(cards=(card(),)), "k")
    scene.fake.denied["chat.update"] = [Denied("ratelimited", 429, {"Retry-After": "7"})]
    for _ in range(2):
        with pytest.raises(Later) as caught:
            await scene.slack.renew(LI, address, card())
        assert caught.value.facts["seconds"] in (6, 7)


async def test_a_letter_goes_on_where_it_stopped(scene: Scene) -> None:
    reply = Reply(text=HELLO.text, cards=(card("G1"), card("G2")))
    for at in (1, 2):
        scene.fake.denied["chat.postMessage"] = []
        real, count = scene.fake._chat_postMessage, iter(range(10))

        def failing(given: dict[str, Any], real: Any = real, count: Any = count) -> dict[str, Any]:
            if next(count) == 1:
                raise Denied("internal_error")
            told: dict[str, Any] = real(given)
            return told

        scene.fake._chat_postMessage = failing  # type: ignore[method-assign]
        with pytest.raises(NoAnswer):
            await scene.slack.say(LI, "D0LI", reply, "k")
        scene.fake._chat_postMessage = real  # type: ignore[method-assign]
        assert len(scene.fake.stand("D0LI")) == at
    addresses = await scene.slack.say(LI, "D0LI", reply, "k")
    stood = scene.fake.stand("D0LI")
    assert len(stood) == 3
    assert list(addresses) == [f"D0LI:{s.ts}" for s in stood[1:]]


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        ("channel_not_found", Unreachable), ("is_archived", Unreachable), ("user_disabled", Unreachable),
        ("messages_tab_disabled", Unreachable), ("internal_error", NoAnswer), ("invalid_auth", NoAnswer),
        ("token_revoked", NoAnswer), ("account_inactive", NoAnswer), ("msg_too_long", NoAnswer),
    ],
)  # fmt: skip
async def test_slacks_errors_become_ours(scene: Scene, error: str, becomes: type[Exception]) -> None:
    scene.fake.denied["chat.postMessage"] = [Denied(error)]
    with pytest.raises(becomes) as caught:
        await scene.slack.say(LI, "D0LI", HELLO, "k")
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert "SlackApiError" not in shown  # it holds the request, with our token


async def test_a_user_who_left(scene: Scene) -> None:
    with pytest.raises(Unreachable):
        await scene.slack.say(LI, "U0GONE", HELLO, "k")
    scene.fake.channels.discard("D0LI")
    with pytest.raises(Unreachable):
        await scene.slack.say(LI, "D0LI", HELLO, "k")


async def test_a_missing_scope(scene: Scene) -> None:
    scene.fake.scopes.discard("chat:write")
    with pytest.raises(NoScope) as caught:
        await scene.slack.say(LI, "D0LI", HELLO, "k")
    assert caught.value.facts["scope"] == "chat:write"


async def test_slack_is_down_for_a_while(scene: Scene) -> None:
    scene.fake.down = 2
    for _ in range(2):
        with pytest.raises(NoAnswer):
            await scene.slack.say(LI, "D0LI", HELLO, "k")
    await scene.slack.say(LI, "D0LI", HELLO, "k")
    assert len(scene.fake.stand("D0LI")) == 1


async def test_slack_is_not_there_and_slack_is_silent() -> None:
    async with opened() as scene:
        api = Api(channels.Slack(TOKEN, SECRET, api_url="http://127.0.0.1:9/api/"))
        with pytest.raises(NoAnswer):
            await api.us()
        await api.close()
        slow = Api(channels.Slack(TOKEN, SECRET, api_url=scene.fake.api), limit=0.2)
        scene.fake.slow = 1.0
        with pytest.raises(TimeoutError):
            await slow.us()
        await slow.close()


# -- files --------------------------------------------------------------------------------------------------------


async def test_files_go_out_as_links_for_this_person_only(scene: Scene) -> None:
    await scene.slack.say(LI, "D0LI", Reply(text=HELLO.text, files=(REPORT,)), "k")
    (_, said) = scene.fake.stand("D0LI")
    (row,) = [b for b in said.blocks if b["type"] == "actions"]
    assert row["elements"][0]["url"] == "https://guidang.example.cn/f/li-held:1"
    assert scene.fake.uploads == []


async def test_in_a_channel_a_link_goes_to_the_person_alone(scene: Scene) -> None:
    """Who presses a link first has the file: in a channel that could be anybody."""
    place = "C0FINANCE/1764000006.000600"
    await scene.slack.say(LI, place, Reply(text=HELLO.text, files=(REPORT,)), "k")
    assert "guidang.example.cn" not in json.dumps([s.blocks for s in scene.fake.stand("C0FINANCE")])
    assert "单独聊天" in scene.fake.stand("C0FINANCE")[-1].text
    (said,) = scene.fake.stand("D0LI")
    assert "guidang.example.cn/f/li-held:1" in json.dumps(said.blocks)
    stranger = Person("new", "新", frozenset())
    await scene.slack.say(stranger, place, Reply(files=(REPORT,)), "k2")
    assert "先与归档单独聊" in scene.fake.stand("C0FINANCE")[-1].text


async def test_a_letter_that_was_longer_before_is_no_trouble(scene: Scene) -> None:
    """Its person changed their language between two tries."""
    scene.said.kept["k"] = ["D0LI:1.1", "D0LI:1.2", "D0LI:1.3", "D0LI:1.4"]
    assert await scene.slack.say(LI, "D0LI", Reply(text=HELLO.text, cards=(card("G1"),)), "k") == ["D0LI:1.2"]


async def test_what_the_gate_says_is_masked_where_others_read_along() -> None:
    masked_off = replace(channels.ABROAD, masked=False)
    async with opened(leaving=masked_off) as scene:
        reply = Reply(text=same("重复：上海样例云算公司"), cards=(replace(card(), about=""),))
        secret = replace(
            reply, cards=(replace(card(), facts=(Fact(same("销售方"), "上海样例云算公司", private=True),)),)
        )
        await scene.slack._speaking.tell("C0FINANCE/1764000006.000600", secret, "zh")
        assert "样例云算" not in json.dumps([s.fields for s in scene.fake.stand("C0FINANCE")], ensure_ascii=False)
        await scene.slack._speaking.tell("D0LI", secret, "zh")
        assert "样例云算" in scene.fake.stand("D0LI")[0].text


async def test_files_go_out_directly_where_settings_say_so(direct: Scene) -> None:
    direct.handout.held["held:1"] = b"%PDF-"
    await direct.slack.say(LI, "U0LI", Reply(files=(REPORT,)), "k1")
    await direct.slack.say(LI, "C0FINANCE/1764000006.000600", Reply(files=(REPORT,)), "k2")
    assert direct.fake.uploads == [
        ("D0LI", "报表 本月报销.pdf", b"%PDF-", ""),
        ("C0FINANCE", "报表 本月报销.pdf", b"%PDF-", "1764000006.000600"),
    ]


async def test_bytes_made_just_now_need_no_store(direct: Scene) -> None:
    await direct.slack.say(LI, "D0LI", Reply(files=(OutFile("📊.png", "image/png", b"\x89PNG"),)), "k")
    assert direct.fake.uploads == [("D0LI", "📊.png", b"\x89PNG", "")]


async def test_a_file_that_is_theirs_no_longer(direct: Scene) -> None:
    await direct.slack.say(LI, "D0LI", Reply(files=(REPORT,)), "k")
    assert direct.fake.uploads == []
    assert "没有找到" in direct.fake.stand("D0LI")[0].text


async def test_uploading_without_the_scope(direct: Scene) -> None:
    direct.handout.held["held:1"] = b"%PDF-"
    direct.fake.scopes.discard("files:write")
    with pytest.raises(NoScope):
        await direct.slack.say(LI, "D0LI", Reply(files=(REPORT,)), "k")


# -- progress -----------------------------------------------------------------------------------------------------


async def test_progress_of_long_work_is_one_message_and_goes_with_the_answer(scene: Scene) -> None:
    now = [0.0]
    scene.slack._progress._clock = lambda: now[0]
    for second in range(12):
        now[0] = float(second)
        await scene.slack.progress(LI, "D0LI", "m1", second / 12, "读取 3/10")
    (said,) = scene.fake.stand("D0LI")
    assert said.text == "⏳ 读取 3/10 75%"
    assert [m for m, _ in scene.fake.log].count("chat.update") == 2
    await scene.slack.say(LI, "D0LI", HELLO, "reply:m1")
    assert [s.text for s in scene.fake.stand("D0LI")] == ["收到 1 张发票"]


async def test_short_work_shows_no_progress(scene: Scene) -> None:
    for share in (0.1, 0.5, 1.0):
        await scene.slack.progress(LI, "D0LI", "m1", share, "读取")
    assert scene.fake.stand("D0LI") == []


async def test_progress_that_fails_is_no_failure(scene: Scene) -> None:
    now = [0.0]
    progress = Progress(scene.slack._api, lambda: now[0])
    await progress.show("D0GONE", "m", 0.1, "读取")
    now[0] = 10.0
    await progress.show("D0GONE", "m", 0.2, "读取")
    await progress.over("D0GONE")


# -- pace ---------------------------------------------------------------------------------------------------------


async def test_who_would_wait_too_long_is_told_to_come_later() -> None:
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(1.0, 15.0, lambda: now[0], sleep)
    for _ in range(3):
        async with pace.turn("D0LI", paced=True):
            pass
    assert now[0] == 2.0
    assert not pace.free("D0LI")
    assert pace.free("D0WANG")
    pace.hold("D0LI", 60)
    with pytest.raises(Later):
        async with pace.turn("D0LI", paced=True):
            pass
    for n in range(3000):
        async with pace.turn(f"C{n}", paced=True):
            now[0] += 2
    assert len(pace._lanes) <= 2001
    assert "D0LI" not in pace._lanes or pace.free("D0LI")
