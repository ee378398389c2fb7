"""Recorded payloads → Incoming."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack import buttons, markup
from bot.slack import incoming as read
from bot.slack.incoming import Us, origin
from handlers.message import Click, RemoteFile
from tests.fakes.slack import BOT, BOT_USER, TEAM
from tests.slack.conftest import SAMPLES, sample

US = Us(TEAM, BOT_USER, BOT)


def test_a_direct_message_is_read_as_it_was_typed() -> None:
    got = read.message(sample("message_im"), US)
    assert got is not None
    assert got.text == "查 顺丰 2026-10 >500 & <900"
    assert (got.sender.channel, got.sender.tenant, got.sender.user) == ("slack", TEAM, "U0LI")
    assert got.conversation == got.sender.alone == "D0LI"
    assert got.key == "message:D0LI:1764000001.000100"


def test_links_mentions_and_entities() -> None:
    got = read.message(sample("message_markup"), US)
    assert got is not None
    assert got.text == "查 fapiao.example.cn a@b.cn 021-12345678 @U0WANG #sales @here &lt;"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("<@U0GUIDANG> 待办", "待办"), ("<@U0GUIDANG|guidang>待办", "待办"), ("&amp;gt;", "&gt;"), ("a &lt; b", "a < b")],
)
def test_markup(typed: str, meant: str) -> None:
    assert markup.read(typed, BOT_USER) == meant


def test_a_file_named_by_an_emoji() -> None:
    got = read.message(sample("message_im_file"), US)
    assert got is not None
    assert got.text == ""
    assert got.files == (RemoteFile("🧾.pdf", "F0INVOICE1", 48213),)


def test_many_files_in_a_thread_of_the_direct_messages_are_answered_outside_it() -> None:
    got = read.message(sample("message_im_files_thread"), US)
    assert got is not None
    assert [f.name for f in got.files] == ["发票1.pdf", "行程单.ofd", "收据.jpg"]
    assert got.conversation == "D0LI"


def test_files_of_a_forwarded_message() -> None:
    got = read.message(sample("message_forwarded"), US)
    assert got is not None
    assert [f.place for f in got.files] == ["F0FORWARD1", "F0FORWARD2"]


def test_a_mention_is_one_message_however_often_it_is_told() -> None:
    mention = read.message(sample("app_mention"), US)
    same = read.message(sample("message_channel_same_mention"), US)
    assert mention == same
    assert mention is not None
    assert (mention.text, mention.conversation) == ("待办", "C0FINANCE/1764000005.000500")


def test_a_mention_with_a_file_comes_as_message_only_and_is_answered_in_its_thread() -> None:
    got = read.message(sample("message_channel_mention_file"), US)
    assert got is not None
    assert [f.name for f in got.files] == ["发票4.pdf"]
    assert got.conversation == "C0FINANCE/1764000006.000600"


def test_a_group_of_people() -> None:
    got = read.message(sample("message_mpim"), US)
    assert got is not None
    assert (got.text, got.conversation, got.sender.alone) == ("待办", "G0GROUP/1764000009.000900", "")


def test_people_talking_among_themselves_are_not_listened_to() -> None:
    payload = sample("message_mpim")
    payload["event"] |= {"text": "这张先别交", "files": sample("message_im_file")["event"]["files"]}
    assert read.message(payload, US) is None


def test_where_others_read_along() -> None:
    assert all(map(read.is_shared, ("C0FINANCE/1764000006.000600", "G0GROUP", "C0FINANCE")))
    assert not any(map(read.is_shared, ("D0LI", "U0LI", "W0LI")))


def test_nothing_but_our_name_asks_for_help() -> None:
    payload = sample("app_mention")
    payload["event"]["text"] = "<@U0GUIDANG>"
    got = read.message(payload, US)
    assert got is not None
    assert got.text == "帮助"


@pytest.mark.parametrize(
    "name", ["message_channel", "message_bot", "message_own", "message_changed", "app_home_opened", "click_approve"]
)
def test_what_does_not_concern_us(name: str) -> None:
    assert read.message(sample(name), US) is None


def test_another_user_whose_id_begins_like_ours_is_not_us() -> None:
    payload = sample("message_channel")
    payload["event"]["text"] = "<@U0GUIDANGX> 待办"
    assert read.message(payload, US) is None


def test_a_guest_of_another_workspace_keeps_its_tenant() -> None:
    got = read.message(sample("app_mention_foreign"), US)
    assert got is not None
    assert got.sender.tenant == "T0FAR"
    assert read.for_us(sample("app_mention_foreign"), US)


def test_an_event_of_another_workspace() -> None:
    payload = sample("message_im")
    payload["team_id"] = payload["authorizations"][0]["team_id"] = "T0OTHER"
    assert not read.for_us(payload, US)


def test_a_command_is_answered_to_the_person_alone() -> None:
    got = read.command(sample("command"), US)
    assert got is not None
    assert (got.text, got.conversation, got.key) == ("查 payload >500", "U0LI", "command:1.2.command")
    assert read.command({**sample("command"), "text": " "}, US).text == "帮助"  # type: ignore[union-attr]


def test_a_click() -> None:
    got = read.pressed(sample("click_approve"), US)
    assert got is not None
    assert got.kind == "do"
    assert got.incoming.click == Click("approve", "G2611-0042", 3)
    assert got.incoming.conversation == "D0WANG"
    assert got.incoming.key == "click:U0WANG:1764000016.001600:1764000020.002000:do.0"


def test_a_click_in_a_thread_asks_for_a_window() -> None:
    got = read.pressed(sample("click_reject_in_thread"), US)
    assert got is not None
    assert (got.kind, got.trigger) == ("form", "1.2.click")
    assert got.incoming.conversation == "C0FINANCE/1764000006.000600"


def test_a_click_that_says_something() -> None:
    got = read.pressed(sample("click_say"), US)
    assert got is not None
    assert (got.incoming.text, got.incoming.click) == ("报表 本月报销", None)


def test_a_click_on_the_home_tab_is_answered_alone() -> None:
    got = read.pressed(sample("click_home"), US)
    assert got is not None
    assert got.incoming.conversation == "U0WANG"


def test_a_link_pressed_asks_for_nothing() -> None:
    assert read.pressed(sample("click_link"), US) is None


@pytest.mark.parametrize(
    "value",
    [None, "", "approve", "[]", '["approve","G1"]', '["approve","G1",-1]', '["approve","G1",true]', '["approve",1,1]',
     '["../x","G1",1]', '["approve","G1",1,2]', '{"a":1}', '["approve","G1",1.5]', "[" * 1900,
     '["approve","' + "x" * 1500 + '",1]',
     '["approve","G1",99999999999]', "x" * 3000],
)  # fmt: skip
def test_values_of_another_shape_are_dropped(value: Any) -> None:
    payload = sample("click_approve")
    payload["actions"][0]["value"] = value
    assert read.pressed(payload, US) is None


def test_a_filled_in_window() -> None:
    got = read.submitted(sample("submission_reject"), US)
    assert got is not None
    assert got.conversation == "C0FINANCE/1764000006.000600"
    assert got.click == Click("reject", "G2611-0042", 3, {"reason": "发票抬头不对"})
    assert got.key == "view:V0REJECT:1764000021.rej"


def test_a_correction_brings_all_kinds_of_values() -> None:
    got = read.submitted(sample("submission_correct"), US)
    assert got is not None
    assert got.click is not None
    assert got.click.values == {"kind": "einvoice", "date": "2026-10-12", "total": "1,234.56", "seller_name": ""}


@pytest.mark.parametrize(
    "metadata", ["", "x", "[]", '["D0LI"]', '["D0LI","x","y"]', '["D0LI/../x","a","b",1]', "{}", None]
)
def test_a_window_of_unknown_origin_is_dropped(metadata: Any) -> None:
    payload = sample("submission_reject")
    payload["view"]["private_metadata"] = metadata
    assert read.submitted(payload, US) is None


def test_origin_and_back() -> None:
    payload = sample("submission_reject")
    payload["view"]["private_metadata"] = origin("D0LI", Click("correct", "G2611-0043", 7))
    got = read.submitted(payload, US)
    assert got is not None
    assert got.click is not None
    assert (got.conversation, got.click.action, got.click.subject, got.click.version) == (
        "D0LI", "correct", "G2611-0043", 7,
    )  # fmt: skip


@pytest.mark.parametrize("name", [p.stem for p in sorted(SAMPLES.glob("*.json"))])
def test_no_payload_breaks_a_reader(name: str) -> None:
    """Each sample to each reader, whole and with every part taken out or replaced in turn."""
    payload = sample(name)
    for broken in (payload, *_broken(payload)):
        for reader in (read.message, read.command, read.pressed, read.submitted, read.at_home):
            reader(broken, US)


def _broken(payload: dict[str, Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    odds: tuple[Any, ...] = (None, 7, "x", [], {}, [None], ["x"], [[]])
    for key, value in payload.items():
        made.append({k: v for k, v in payload.items() if k != key})
        made += [{**payload, key: odd} for odd in odds]
        if isinstance(value, dict):
            made += [{**payload, key: inner} for inner in _broken(value)]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            made += [{**payload, key: [inner, *value[1:]]} for inner in _broken(value[0])]
    return made


def test_buttons_carry_three_things() -> None:
    assert buttons.read(buttons.written(Click("approve", "G2611-0042", 3, {"reason": "x"}))) == Click(
        "approve", "G2611-0042", 3
    )
