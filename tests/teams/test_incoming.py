from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.teams.incoming import lost_file, place_of, read_place, sender_of, tenants_named, to_incoming
from handlers.message import Click
from tests.fakes.teams import APP, TENANT
from tests.teams.house import PERSONAL, sample


def test_a_personal_message() -> None:
    incoming = to_incoming(sample("text_personal"))
    assert incoming is not None
    assert incoming.text == "查 顺丰 2026-10 >500"
    assert incoming.sender.user == "7faf8bee-6c1f-4dd9-a3b5-0c1d2e3f4a5b"
    assert (incoming.sender.tenant, incoming.sender.name, incoming.sender.email) == (TENANT, "张三", "")
    assert incoming.sender.alone == incoming.conversation == PERSONAL
    assert incoming.key == f"{PERSONAL}|1732414507282"
    assert incoming.files == ()


@pytest.mark.parametrize(("name", "words"), [("text_channel", "报表 本月报销 李四"), ("text_group", "待办")])
def test_our_mention_is_taken_out_and_others_stay_by_name(name: str, words: str) -> None:
    incoming = to_incoming(sample(name))
    assert incoming is not None
    assert incoming.text == words
    assert incoming.sender.alone == ""  # others read along: not the way to reach them alone


def test_a_thread_of_a_channel_is_a_conversation_of_its_own() -> None:
    place = place_of(sample("text_channel"))
    assert place is not None
    assert place.conversation.endswith(";messageid=1732414511000")
    assert (place.kind, place.bot, place.tenant) == ("channel", f"28:{APP}", TENANT)


def test_files_and_pictures_say_whether_they_want_our_token() -> None:
    incoming = to_incoming(sample("file_personal"))
    assert incoming is not None
    (file,) = incoming.files
    url, token = read_place(file.place)
    assert file.name == "发票.pdf"
    assert url.startswith("https://contoso-my.sharepoint.com/")
    assert token is False

    incoming = to_incoming(sample("picture_personal"))
    assert incoming is not None
    (picture,) = incoming.files
    assert picture.name == "picture1.png"
    assert read_place(picture.place)[1] is True


def test_a_file_in_a_group_is_lost() -> None:
    assert lost_file(sample("file_group"))
    assert to_incoming(sample("file_group")) is None
    assert not lost_file(sample("file_personal"))
    assert not lost_file(sample("text_group"))


@pytest.mark.parametrize(
    ("name", "click"),
    [
        ("card_action", Click("approve", "EXP-1042", 3)),
        ("card_reject", Click("reject", "EXP-1042", 3, {"reason": "抬头不对"})),
        ("task_fetch", Click("correct", "EXP-1042", 3)),
        ("task_submit", Click("correct", "EXP-1042", 3, {"number": "26339990000088000001", "total": "742.00"})),
    ],
)
def test_a_pressed_button(name: str, click: Click) -> None:
    incoming = to_incoming(sample(name))
    assert incoming is not None
    assert incoming.click == click
    assert incoming.text == ""


@pytest.mark.parametrize(
    "data",
    [
        {"subject": "EXP-1", "version": "3"},
        {"subject": "EXP-1", "version": True},
        {"subject": "EXP-1", "version": -1},
        {"subject": "EXP-1", "version": 2**40},
        {"subject": "x" * 201, "version": 1},
        {"subject": "EXP-1", "version": 1, "v_reason": ["a"]},
        {"subject": "EXP-1", "version": 1, "v_reason": "a" * 4001},
        {"subject": "EXP-1", "version": 1, **{f"v_{n}": "x" for n in range(41)}},
    ],
)
def test_a_click_of_another_shape_is_none(data: dict[str, Any]) -> None:
    payload = sample("card_action")
    payload["value"]["action"]["data"] = data
    assert to_incoming(payload) is None


def test_what_teams_adds_to_a_click_is_left_out() -> None:
    """A field more from Teams must not make every button dead; what isn't typed into the card is nobody's word."""
    payload = sample("card_action")
    payload["value"]["action"]["data"] = {
        "subject": "EXP-1", "version": 1, "type": "task/fetch", "person": "boss", "v_reason": "抬头", "v_date": None,
    }  # fmt: skip
    got = to_incoming(payload)
    assert got is not None
    assert got.click == Click("approve", "EXP-1", 1, {"reason": "抬头", "date": ""})


@pytest.mark.parametrize("verb", ["Approve", "", "a b", "x" * 41, "删除", None, 3])
def test_a_verb_of_another_shape_is_none(verb: object) -> None:
    payload = sample("card_action")
    payload["value"]["action"]["verb"] = verb
    assert to_incoming(payload) is None


def test_what_does_not_concern_us() -> None:
    assert to_incoming(sample("reaction")) is None
    assert to_incoming(sample("installed")) is None
    assert to_incoming({**sample("text_personal"), "text": " \n"}) is None
    assert to_incoming({**sample("text_personal"), "id": ""}) is None
    assert to_incoming({**sample("text_personal"), "from": {"id": f"28:{APP}", "name": "归档"}}) is None


def test_what_was_typed_for_them_by_a_button_is_text() -> None:
    payload = {**sample("text_personal"), "text": "待办", "value": {}}
    incoming = to_incoming(payload)
    assert incoming is not None
    assert (incoming.text, incoming.click) == ("待办", None)


def test_every_directory_named_is_told() -> None:
    payload = sample("text_personal")
    payload["from"]["tenantId"] = "guest"
    payload["channelData"]["tenant"]["id"] = "other"
    assert tenants_named(payload) == {TENANT, "guest", "other"}
    sender = sender_of(payload)
    assert sender is not None
    assert sender.tenant == "guest"


def test_a_file_without_a_name_or_with_nothing_but_emoji() -> None:
    payload = sample("file_personal")
    payload["attachments"][0]["name"] = "🎉🎉"
    incoming = to_incoming(payload)
    assert incoming is not None
    assert incoming.files[0].name == "🎉🎉"
    payload["attachments"][0]["name"] = ""
    incoming = to_incoming(payload)
    assert incoming is not None
    assert incoming.files[0].name == "发票.pdf"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(sorted(sample("card_reject"))), anything, st.sampled_from(["card_reject", "file_personal"]))
def test_no_payload_breaks_it(name: str, value: object, of: str) -> None:
    payload = {**sample(of), name: value}
    to_incoming(payload)
    place_of(payload)
    lost_file(payload)
    tenants_named(payload)


def test_a_place_that_is_none() -> None:
    for place in ("", "x", "[]", json.dumps({"a": 1}), "3"):
        assert read_place(place) == ("", False)
