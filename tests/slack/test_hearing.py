"""Events through the route: written down before the acknowledgement, answered after it, each once."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest

from archive.words import Text
from config import channels
from handlers.message import Click, Reply
from tests.cards import CORRECTION, REASON, card
from tests.fakes.slack import TEAM, Denied
from tests.slack.conftest import WANG, Scene, opened, sample


async def test_a_message_comes_in(scene: Scene) -> None:
    assert await scene.event(sample("message_im")) == 200
    (taken,) = scene.gate.taken.values()
    assert taken.text == "查 顺丰 2026-10 >500 & <900"
    assert scene.fake.said == {}


async def test_nothing_is_acknowledged_before_the_gate_has_it(scene: Scene) -> None:
    scene.gate.down = True
    assert await scene.event(sample("message_im")) == 500
    scene.gate.down = False
    assert await scene.event(sample("message_im")) == 200  # Slack's next try, signed anew
    assert len(scene.gate.taken) == 1


async def test_the_gate_is_waited_for(scene: Scene) -> None:
    scene.gate.slow = 0.3
    before = time.monotonic()
    assert await scene.event(sample("message_im")) == 200
    assert time.monotonic() - before >= 0.3
    assert len(scene.gate.taken) == 1


@pytest.mark.parametrize("name", ["message_im", "app_mention", "message_im_file", "message_mpim"])
async def test_repeats_have_the_same_key(scene: Scene, name: str) -> None:
    """Bolt hands every try on; our keys drop them."""
    for _ in range(3):
        assert await scene.event(sample(name)) == 200
    assert len(scene.gate.asked) == 3
    assert len(scene.gate.taken) == 1


async def test_message_and_mention_of_the_same_words_are_one(scene: Scene) -> None:
    await scene.event(sample("message_channel_same_mention"))
    await scene.event(sample("app_mention"))
    assert len(scene.gate.taken) == 1


async def test_repeated_clicks_commands_and_windows(scene: Scene) -> None:
    for _ in range(2):
        await scene.interaction(sample("click_approve"))
        await scene.interaction(sample("submission_reject"))
        await scene.interaction(sample("command"), "command")
    assert len(scene.gate.taken) == 3


async def test_two_clicks_are_two(scene: Scene) -> None:
    await scene.interaction(sample("click_approve"))
    again = sample("click_approve")
    again["actions"][0]["action_ts"] = "1764000099.000001"
    await scene.interaction(again)
    assert [t.click for t in scene.gate.taken.values()] == [Click("approve", "G2611-0042", 3)] * 2


@pytest.mark.parametrize(
    "name", ["message_channel", "message_bot", "message_own", "message_changed", "view_closed", "click_link"]
)
async def test_what_does_not_concern_us_is_acknowledged(scene: Scene, name: str) -> None:
    payload = sample(name)
    status = (await scene.interaction(payload))[0] if "event" not in payload else await scene.event(payload)
    assert status == 200
    assert scene.gate.asked == []


async def test_slow_acknowledgements_are_not_of_our_making(scene: Scene) -> None:
    """Slack itself being slow holds up nothing but the very first event."""
    await scene.event(sample("message_im"))
    scene.fake.slow = 1.0
    took = []
    for n in range(30):
        payload = sample("message_im")
        payload["event"]["ts"] = f"17640001{n:02d}.000100"
        before = time.monotonic()
        status, _ = await scene.fake.deliver(scene.url, payload)
        took.append(time.monotonic() - before)
        assert status == 200
    assert sorted(took)[-2] < 0.1


async def test_before_we_know_who_we_are_slack_must_try_again() -> None:
    async with opened(start=False) as scene:
        scene.fake.down = 2
        await scene.slack.start()
        assert await scene.event(sample("message_im")) == 500
        assert scene.gate.asked == []
        assert await scene.event(sample("message_im")) == 200
        assert len(scene.gate.taken) == 1


async def test_a_stranger_is_told_what_to_do(scene: Scene) -> None:
    payload = sample("message_im")
    payload["event"] |= {"user": "U0NEW", "channel": "D0NEW"}
    scene.fake.channels.add("D0NEW")
    scene.fake.users["U0NEW"] = {
        "profile": {"real_name": "新人", "email": "new@example.cn"},
        "is_email_confirmed": True,
    }
    assert await scene.event(payload) == 200
    (said,) = scene.fake.stand("D0NEW")
    assert "申请绑定" in said.text
    (asked,) = scene.gate.asked
    assert (asked.sender.name, asked.sender.email) == ("新人", "")


async def test_an_email_is_asked_for_where_settings_say_so() -> None:
    leaving = replace(channels.ABROAD, link_by_email=True)
    async with opened(leaving=leaving) as scene:
        scene.gate.emails["new@example.cn"] = WANG
        people: dict[str, dict[str, object]] = {
            "U0NEW": {"is_email_confirmed": True},
            "U0UNSURE": {"is_email_confirmed": False},
            "U0GUEST": {"is_email_confirmed": True, "is_restricted": True},
            "U0GONE": {"is_email_confirmed": True, "deleted": True},
            "U0ELSE": {"is_email_confirmed": True, "team_id": "T0FAR"},
        }
        for user, told in people.items():
            scene.fake.users[user] = {**told, "profile": {"real_name": "新人", "email": "new@example.cn"}}
            scene.fake.channels.add(f"D{user}")
            for n in range(3):
                payload = sample("message_im")
                payload["event"] |= {"user": user, "channel": f"D{user}", "ts": f"1764000{n}00.000100"}
                assert await scene.event(payload) == 200
        emails = {asked.sender.user: asked.sender.email for asked in scene.gate.asked}
        assert emails == {u: "new@example.cn" if u == "U0NEW" else "" for u in people}
        assert [method for method, _ in scene.fake.log].count("users.info") == len(people)  # remembered


async def test_without_the_scope_there_is_no_email_and_no_harm() -> None:
    async with opened(leaving=replace(channels.ABROAD, link_by_email=True)) as scene:
        scene.fake.scopes -= {"users:read", "users:read.email"}
        payload = sample("message_im")
        payload["event"] |= {"user": "U0NEW"}
        assert await scene.event(payload) == 200
        assert scene.gate.asked[0].sender.email == ""


async def test_known_people_are_not_looked_up(scene: Scene) -> None:
    await scene.event(sample("message_im"))
    assert "users.info" not in [method for method, _ in scene.fake.log]


async def test_a_foreign_guest_is_a_stranger(scene: Scene) -> None:
    scene.gate.people[TEAM, "U0FAR"] = WANG
    await scene.event(sample("app_mention_foreign"))
    assert scene.gate.taken == {}
    (said,) = scene.fake.stand("C0FINANCE")
    assert said.thread == "1764000014.001400"


async def test_a_command_goes_in_and_is_answered_alone(scene: Scene) -> None:
    status, text = await scene.interaction(sample("command"), "command")
    assert status == 200
    assert "私信" in text
    (taken,) = scene.gate.taken.values()
    assert (taken.text, taken.conversation) == ("查 payload >500", "U0LI")  # Bolt's parser loses these words
    await scene.interaction({**sample("command"), "command": "/guidang", "trigger_id": "2", "text": ""}, "command")
    assert [t.text for t in scene.gate.taken.values()][-1] == "帮助"


async def test_a_window_opens_with_the_form_as_it_stands_now(scene: Scene) -> None:
    scene.door.behind = REASON
    click = {**sample("click_reject_in_thread"), "trigger_id": scene.fake.trigger()}
    assert (await scene.interaction(click))[0] == 200
    (view,) = scene.fake.windows
    assert json.loads(view["private_metadata"]) == ["C0FINANCE/1764000006.000600", "reject", "G2611-0042", 3]
    assert view["title"]["text"] == "Reject G2611-0042"  # in the clicker's language
    assert scene.gate.asked == []
    assert scene.door.opened == [Click("reject", "G2611-0042", 3)]


async def test_a_button_that_is_the_persons_no_longer_goes_in_as_a_click(scene: Scene) -> None:
    scene.door.behind = None
    await scene.interaction({**sample("click_reject_in_thread"), "trigger_id": scene.fake.trigger()})
    assert [t.click for t in scene.gate.taken.values()] == [Click("reject", "G2611-0042", 3)]
    assert scene.fake.windows == []


@pytest.mark.parametrize("trigger", ["expired", "used"])
async def test_a_window_that_came_too_late_is_told(trigger: str) -> None:
    async with opened() as scene:
        scene.door.behind = CORRECTION
        given = scene.fake.trigger()
        if trigger == "expired":
            real = scene.fake.clock
            scene.fake.clock = lambda: real() + 4
        else:
            await scene.interaction({**sample("click_reject_in_thread"), "trigger_id": given})
        await scene.interaction({**sample("click_reject_in_thread"), "trigger_id": given})
        assert "press the button again" in scene.fake.stand("C0FINANCE")[0].text


async def test_mistakes_are_shown_in_the_window(scene: Scene) -> None:
    scene.door.wrong = {"reason": Text("请写明原因", "Give a reason"), "elsewhere": Text("还有", "And this")}
    status, text = await scene.interaction(sample("submission_reject"))
    assert (status, json.loads(text)) == (
        200, {"response_action": "errors", "errors": {"reason": "Give a reason And this"}},
    )  # fmt: skip
    assert scene.gate.asked == []
    scene.door.wrong = {}
    status, text = await scene.interaction(sample("submission_reject"))  # the same window, mended
    assert (status, text) == (200, "")
    (taken,) = scene.gate.taken.values()
    assert taken.click == Click("reject", "G2611-0042", 3, {"reason": "发票抬头不对"})
    assert taken.conversation == "C0FINANCE/1764000006.000600"


async def test_a_window_of_someone_unlinked_meanwhile(scene: Scene) -> None:
    del scene.gate.people[TEAM, "U0WANG"]
    status, text = await scene.interaction(sample("submission_reject"))
    assert (status, text) == (200, "")
    assert scene.door.checked == []
    assert "申请绑定" in scene.fake.stand("C0FINANCE")[0].text


async def test_a_choice_with_words_is_as_if_typed(scene: Scene) -> None:
    await scene.interaction(sample("click_say"))
    (taken,) = scene.gate.taken.values()
    assert (taken.text, taken.click) == ("报表 本月报销", None)


async def test_clicks_out_of_order(scene: Scene) -> None:
    """The window comes before its own click was seen, and an old version after a new one: each goes in as it is."""
    await scene.interaction(sample("submission_reject"))
    old = sample("click_approve")
    old["actions"][0] |= {"value": '["approve","G2611-0042",1]', "action_ts": "1764000000.000001"}
    await scene.interaction(sample("click_approve"))
    await scene.interaction(old)
    assert [t.click.version for t in scene.gate.taken.values() if t.click] == [3, 3, 1]


async def test_the_home_tab_shows_what_waits(scene: Scene) -> None:
    scene.home = Reply(text=Text("1 张待办", "1 to do"), cards=(card(),))
    assert await scene.event(sample("app_home_opened")) == 200
    shown = json.dumps(scene.fake.homes["U0LI"], ensure_ascii=False)
    assert "1 张待办" in shown
    assert "样例" not in shown  # masked: it doesn't come through the post
    assert "do.0" in shown


async def test_the_home_tab_of_a_stranger(scene: Scene) -> None:
    payload = sample("app_home_opened")
    payload["event"]["user"] = "U0NEW"
    await scene.event(payload)
    assert "申请绑定" in json.dumps(scene.fake.homes["U0NEW"], ensure_ascii=False)


async def test_the_messages_tab_is_no_home(scene: Scene) -> None:
    payload = sample("app_home_opened")
    payload["event"]["tab"] = "messages"
    await scene.event(payload)
    assert scene.fake.homes == {}


async def test_a_home_that_fails_is_no_lost_event(scene: Scene) -> None:
    scene.fake.denied["views.publish"] = [Denied("internal_error")]
    assert await scene.event(sample("app_home_opened")) == 200


async def test_a_message_of_a_hundred_kilobytes(scene: Scene) -> None:
    payload = sample("message_im")
    payload["event"]["text"] = "字" * 34_000
    assert await scene.event(payload) == 200
    assert len(next(iter(scene.gate.taken.values())).text) == 34_000


async def test_an_answer_of_the_gate_waits_for_its_turn(scene: Scene) -> None:
    scene.fake.denied["chat.postMessage"] = [Denied("ratelimited", 429, {"Retry-After": "1"})]
    payload = sample("message_im")
    payload["event"]["user"] = "U0NEW"
    assert await scene.event(payload) == 200
    assert len(scene.fake.stand("D0LI")) == 1


async def test_socket_mode_has_the_same_handlers() -> None:
    async with opened(socket=True) as scene:
        await scene.fake.connected()
        assert "payload" not in await scene.fake.push("events_api", sample("message_im"))
        await scene.fake.push("interactive", sample("click_approve"))
        answer = await scene.fake.push("slash_commands", sample("command"))
        assert "私信" in answer["payload"]["text"]
        scene.door.wrong = {"reason": Text("请写明原因", "Give a reason")}
        answer = await scene.fake.push("interactive", sample("submission_reject"))
        assert answer["payload"]["response_action"] == "errors"
        assert len(scene.gate.taken) == 3


@pytest.mark.parametrize("how", ["closed", "asked"])
async def test_socket_mode_comes_back(how: str) -> None:
    """Slack renews each connection every few hours."""
    async with opened(socket=True) as scene:
        await scene.fake.connected()
        await scene.fake.hang_up(how)
        await scene.fake.connected()
        await scene.fake.push("events_api", sample("message_im"))
        assert len(scene.gate.taken) == 1


async def test_a_ticket_of_socket_mode_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async with opened(socket=True, start=False) as scene:
        scene.fake.shut = True
        await scene.slack.start()
        for _ in range(100):
            if "Failed to connect" in caplog.text:
                break
            await asyncio.sleep(0.05)
        assert "Failed to connect" in caplog.text
        assert "ticket=" not in caplog.text


async def test_a_window_that_was_not_opened_is_told_whatever_the_reason(scene: Scene) -> None:
    scene.door.behind = REASON
    scene.fake.denied["views.open"] = [Denied("missing_scope")]
    await scene.interaction({**sample("click_reject_in_thread"), "trigger_id": scene.fake.trigger()})
    assert "press the button again" in scene.fake.stand("C0FINANCE")[-1].text


async def test_socket_mode_acknowledges_nothing_that_was_not_taken() -> None:
    async with opened(socket=True) as scene:
        await scene.fake.connected()
        scene.gate.down = True
        with pytest.raises(TimeoutError):
            await scene.fake.push("events_api", sample("message_im"), patience=0.5)
        scene.gate.down = False
        await scene.fake.push("events_api", sample("message_im"))
        assert len(scene.gate.taken) == 1


@pytest.mark.parametrize("down", [0, 1])
async def test_socket_mode_starts_at_once_whatever_slack_answers(down: int) -> None:
    async with opened(socket=True, start=False) as scene:
        scene.fake.slow, scene.fake.down = 1.0, down
        before = time.monotonic()
        await scene.slack.start()
        assert time.monotonic() - before < 0.5
        if not down:
            await scene.fake.connected()
