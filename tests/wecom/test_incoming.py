"""Recorded payloads, in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.words import same
from bot.wecom.incoming import Heard, from_app, from_bot, welcomed
from bot.wecom.keys import MOST, Pressed, key_of, pressed
from handlers.message import Choice, Click
from tests.cards import REASON
from tests.fakes.wecom import AGENT, CORP
from tests.fakes.wecom_bot import BOT
from tests.wecom.conftest import sample


def place(where: Mapping[str, str]) -> str:
    return json.dumps(where)


def app(name: str, **changed: str) -> Heard:
    heard = from_app({**sample(name), **changed}, CORP, AGENT)
    assert heard
    return heard


def bot(name: str, **changed: Any) -> Heard:
    frame = sample(name)
    heard = from_bot({**frame, "body": {**frame["body"], **changed}}, BOT, place)
    assert heard
    return heard


def test_app_words() -> None:
    said = app("app_text").incoming
    assert (said.sender.channel, said.sender.tenant, said.sender.user) == ("wecom", CORP, "LiMing")
    assert (said.conversation, said.sender.alone, said.text) == ("LiMing", "LiMing", "查 顺丰 2026-10")
    assert said.key == "7345678901234567890"


def test_app_files() -> None:
    (photo,) = app("app_image").incoming.files
    assert (photo.place, photo.name) == ("3media-made-up-image", "图片_567891.jpg")
    (file,) = app("app_file").incoming.files
    assert (file.place, file.name, file.size) == ("3media-made-up-file", "发票 2026-11.pdf", 48211)
    (odd,) = app("app_file", FileName="😀", FileSize="-1").incoming.files
    assert (odd.name, odd.size) == ("😀", 0)


def test_app_click() -> None:
    heard = app("app_click")
    assert heard.incoming.click == Click("approve", "G2611-0042", 3)
    assert heard.task == "G2611-0042-0a1b2c3d4e@5f6a7b8c9d"
    assert heard.code == "made-up-response-code"


def test_the_key_of_an_event_is_made_of_what_tells_it_from_others() -> None:
    first = app("app_click").incoming.key
    assert app("app_click", ResponseCode="another").incoming.key == first  # a repeat may bring another
    for changed in (
        {"FromUserName": "LiMing"}, {"CreateTime": "1764000001"}, {"TaskId": "x@1"},
        {"EventKey": '["a","reject","G2611-0042",3]'},
    ):  # fmt: skip
        assert app("app_click", **changed).incoming.key != first


def test_app_menu_says_its_key() -> None:
    assert app("app_menu").incoming.text == "待办"


@pytest.mark.parametrize("name", ["app_enter", "app_subscribe"])
def test_app_events_that_do_not_concern_us(name: str) -> None:
    assert from_app(sample(name), CORP, AGENT) is None


@pytest.mark.parametrize(("name", "what"), [("app_voice", "语音"), ("app_location", "位置")])
def test_app_what_we_make_nothing_of(name: str, what: str) -> None:
    heard = app(name)
    assert heard.excuse
    assert what in heard.excuse.zh


def test_app_voice_put_into_words() -> None:
    assert app("app_voice", Recognition="帮助").incoming.text == "帮助"


@pytest.mark.parametrize("words", ["", " \n "])
def test_app_says_nothing(words: str) -> None:
    assert from_app({**sample("app_text"), "Content": words}, CORP, AGENT) is None


def test_bot_words() -> None:
    heard = bot("bot_text")
    assert heard.incoming.sender.tenant == BOT
    assert (heard.incoming.conversation, heard.incoming.sender.alone) == ("single:LiMing", "single:LiMing")
    assert (heard.incoming.text, heard.code, heard.incoming.key) == ("待办", "req-1", "CAIQ-made-up-text")
    assert bot("bot_voice").incoming.text == "帮助"


def test_bot_in_a_group() -> None:
    said = bot("bot_group").incoming
    assert (said.conversation, said.sender.alone, said.text) == ("group:wrMadeUpGroup", "", "查 顺丰 2026-10")


def test_bot_files() -> None:
    (file,) = bot("bot_file").incoming.files
    assert json.loads(file.place)["key"].startswith("q1w2")
    mixed = bot("bot_mixed").incoming
    assert mixed.text == "十月的两张"
    assert [file.name for file in mixed.files] == ["图片_1.jpg", "图片_2.jpg"]
    assert bot("bot_image").incoming.files[0].name == "图片_1.jpg"


def test_bot_click() -> None:
    heard = bot("bot_click")
    assert heard.incoming.click == Click("approve", "G2611-0042", 3)
    assert (heard.task, heard.code) == ("G2611-0042-0a1b2c3d4e@5f6a7b8c9d", "req-8")


def test_bot_others() -> None:
    assert bot("bot_video").excuse
    assert from_bot(sample("bot_feedback"), BOT, place) is None
    assert from_bot(sample("bot_enter"), BOT, place) is None
    assert from_bot(sample("bot_text"), "another", place) is None
    entered = welcomed(sample("bot_enter"), BOT)
    assert entered
    assert (entered[0].user, entered[1]) == ("WangFang", "req-9")
    assert welcomed(sample("bot_text"), BOT) is None


def test_keys_there_and_back() -> None:
    approve = Choice(same("通过"), "approve", "G2611-0042", 3)
    key = key_of(approve, "zh")
    assert key
    assert pressed(key) == Pressed(Click("approve", "G2611-0042", 3))
    reject = key_of(Choice(same("驳回"), "reject", "G2611-0042", 3, form=REASON), "zh")
    assert reject
    assert pressed(reject) == Pressed(Click("reject", "G2611-0042", 3))  # the gate asks in words
    say = key_of(Choice(same("待办"), say=same("待办")), "zh")
    assert say
    assert pressed(say) == Pressed(words="待办")
    assert key_of(Choice(same("x"), say=same("字" * 400)), "zh") is None


@pytest.mark.parametrize(
    "key",
    [
        "", "approve:G1", "{}", "[]", '["a"]', '["a","approve","G1"]', '["a","approve","G1",-1]',
        '["a","approve","G1",true]', '["a","approve","G1",1.5]', '["a","APPROVE","G1",1]', '["a","approve","G 1",1]',
        '["a","approve","G1",99999999999]', '["a","approve","G1",1,{}]', '["s"," "]', '["x","approve","G1",1]',
        "[" * 1000, '["s","' + "字" * MOST + '"]', "\ud800",
    ],
)  # fmt: skip
def test_keys_we_did_not_make(key: str) -> None:
    assert pressed(key) is None


@given(st.text(max_size=60))
def test_any_key(key: str) -> None:
    pressed(key)


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["body", "headers", "from", "userid", "msgtype", "event", "text", "mixed", "msg_item"]), inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["body", "headers", "cmd"]), shapes))
def test_any_frame(frame: dict[str, Any]) -> None:
    from_bot(frame, BOT, place)
    welcomed(frame, BOT)


@given(
    st.sampled_from(["bot_text", "bot_mixed", "bot_click"]), st.sampled_from(["text", "from", "event", "mixed"]), shapes
)
def test_any_part(name: str, part: str, value: Any) -> None:
    frame = sample(name)
    from_bot({**frame, "body": {**frame["body"], part: value}}, BOT, place)
