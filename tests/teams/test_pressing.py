"""Buttons, forms in the card and in windows."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from archive.words import Text
from bot.channel import Incoming
from bot.teams import waits
from handlers.message import Card, Click, Reply
from tests.fakes.teams import Doc, faults
from tests.teams.house import GROUP, LI, PERSONAL, ZHANG, Scene, sample, until
from tests.teams.test_outgoing import CARD, CORRECTION

DONE = Card(Text("电子发票 · 已通过", "E-invoice · approved"), about="EXP-1042", tone="good")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting is the same, only shorter."""
    monkeypatch.setattr(waits.Waiting.outcome, "__defaults__", (0.4,))


async def _standing(scene: Scene) -> str:
    """A card stands in the chat; its address."""
    await scene.met()
    (address,) = await scene.channel.say(ZHANG, PERSONAL, Reply(cards=(CARD,)), "k")
    return address


def _press(scene: Scene, address: str, name: str = "card_action", **changes: Any) -> Doc:
    return scene.event(name, replyToId=address.rpartition("|")[2], **changes)


def _window(body: Doc) -> Doc:
    card: Doc = body["task"]["value"]["card"]["content"]
    assert faults(card) == []
    return card


async def test_the_clicker_gets_the_new_card_and_everybodys_copy_is_renewed(scene: Scene) -> None:
    address = await _standing(scene)

    async def work(incoming: Incoming) -> None:
        await asyncio.sleep(0.05)
        await scene.channel.say(ZHANG, incoming.conversation, Reply(Text("已通过", "approved")), "k2")
        await scene.channel.renew(ZHANG, address, DONE)

    scene.gate.work = work
    status, body = await scene.post(_press(scene, address))
    assert (status, body["statusCode"]) == (200, 200)
    assert body["type"] == "application/vnd.microsoft.card.adaptive"
    assert faults(body["value"]) == []
    assert "已通过" in str(body["value"])
    assert "actions" not in body["value"]
    (said,) = scene.servers.cards()
    await until(lambda: said.renewed == 1)
    assert said.card == body["value"]
    assert scene.gate.taken[-1].click == Click("approve", "EXP-1042", 3)


async def test_work_that_takes_longer_leaves_the_card_as_it_stands_with_a_note(scene: Scene) -> None:
    address = await _standing(scene)
    began = time.monotonic()
    status, body = await scene.post(_press(scene, address))
    assert time.monotonic() - began < 1.0
    assert (status, body["statusCode"]) == (200, 200)
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert "结果马上发来" in body["value"]
    await scene.channel.renew(ZHANG, address, DONE)
    assert scene.servers.cards()[0].renewed == 1


async def test_what_only_says_something_points_below(scene: Scene) -> None:
    address = await _standing(scene)

    async def work(incoming: Incoming) -> None:
        await scene.channel.say(ZHANG, incoming.conversation, Reply(Text("原件", "original")), "k2")

    scene.gate.work = work
    _, body = await scene.post(_press(scene, address))
    assert "见下面" in body["value"]


async def test_another_cards_renewal_is_no_answer(scene: Scene) -> None:
    address = await _standing(scene)
    (other,) = await scene.channel.say(ZHANG, PERSONAL, Reply(cards=(CARD,)), "k9")

    async def work(incoming: Incoming) -> None:
        await scene.channel.renew(ZHANG, other, DONE)

    scene.gate.work = work
    _, body = await scene.post(_press(scene, address))
    assert body["type"] == "application/vnd.microsoft.activity.message"


async def test_patience_ends_well_before_teams_does() -> None:
    assert waits.PATIENCE + waits.GRACE < 4


async def test_a_reason_typed_in_the_card_travels_with_the_click(scene: Scene) -> None:
    address = await _standing(scene)
    await scene.post(_press(scene, address, "card_reject"))
    assert scene.gate.taken[-1].click == Click("reject", "EXP-1042", 3, {"reason": "抬头不对"})
    assert scene.door.asked == [scene.gate.taken[-1].click]


async def test_a_missing_reason_is_said_beside_the_card_and_nothing_is_taken(scene: Scene) -> None:
    address = await _standing(scene)
    scene.door.wrong = {"reason": Text("没有写原因", "no reason")}
    payload = _press(scene, address, "card_reject")
    payload["value"]["action"]["data"]["v_reason"] = "  "
    _, body = await scene.post(payload)
    assert (body["type"], body["value"]) == ("application/vnd.microsoft.activity.message", "没有写原因")
    assert [one for one in scene.gate.taken if one.click] == []


async def test_double_and_repeated_clicks(scene: Scene) -> None:
    """A repeat is one event; a second press is a second event that its version makes harmless."""
    address = await _standing(scene)
    payload = _press(scene, address)
    await asyncio.gather(scene.post(payload), scene.post(payload))
    await scene.post(_press(scene, address))
    assert len([one for one in scene.gate.taken if one.click]) == 2


async def test_a_button_of_another_shape_is_refused(scene: Scene) -> None:
    for data in ({"subject": "EXP-1", "version": "3"}, {"subject": ["EXP-1"], "version": -1}):
        payload = scene.event("card_action")
        payload["value"]["action"]["data"] = data
        status, body = await scene.post(payload)
        assert (status, body["statusCode"], body["type"]) == (200, 400, "application/vnd.microsoft.error")
    assert scene.gate.taken == []


async def test_a_strangers_click_is_answered_and_not_taken(scene: Scene) -> None:
    for name in ("card_action", "task_fetch", "task_submit"):
        payload = scene.event(name)
        payload["from"]["aadObjectId"] = "somebody"
        status, body = await scene.post(payload)
        assert status == 200
        assert "还不认识你" in str(body)
    assert scene.gate.taken == []


async def test_a_form_opens_as_the_item_stands_now_for_who_pressed_it(scene: Scene) -> None:
    address = await _standing(scene)
    scene.door.opens = CORRECTION
    status, body = await scene.post(_press(scene, address, "task_fetch"))
    assert status == 200
    assert body["task"]["type"] == "continue"
    card = _window(body)
    (send,) = card["actions"]
    assert (send["type"], send["data"]) == ("Action.Submit", {"action": "correct", "subject": "EXP-1042", "version": 3})
    assert {"v_kind", "v_date", "v_total", "v_seller_name"} == {part["id"] for part in card["body"]}
    assert scene.door.asked == [Click("correct", "EXP-1042", 3)]


async def test_a_form_is_in_the_persons_language(scene: Scene) -> None:
    scene.door.opens = CORRECTION
    payload = scene.event("task_fetch")
    payload["from"]["aadObjectId"] = "aa11bb22-0000-4000-8000-000000000002"
    _, body = await scene.post(payload)
    assert body["task"]["value"]["title"] == "Correct EXP-1"
    assert LI.lang == "en"


async def test_a_form_that_is_no_longer_theirs_is_told_by_the_click(scene: Scene) -> None:
    _, body = await scene.post(scene.event("task_fetch"))
    assert body["task"]["type"] == "message"
    assert scene.gate.taken[-1].click == Click("correct", "EXP-1042", 3)


async def test_mistakes_are_shown_in_the_window_with_what_was_typed(scene: Scene) -> None:
    scene.door.opens, scene.door.wrong = CORRECTION, {"total": Text("金额读不懂", "?")}
    payload = scene.event("task_submit")
    payload["value"]["data"]["v_total"] = "七百"
    _, body = await scene.post(payload)
    card = _window(body)
    assert next(part for part in card["body"] if part.get("id") == "v_total")["value"] == "七百"
    assert "金额读不懂" in str(card["body"])
    assert scene.gate.taken == []

    scene.door.wrong = {}
    payload = scene.event("task_submit")
    _, body = await scene.post(payload)
    assert body == {}  # the window closes
    assert scene.gate.taken[-1].click == Click(
        "correct", "EXP-1042", 3, {"number": "26339990000088000001", "total": "742.00"}
    )


async def test_a_click_in_a_group_answers_there(scene: Scene) -> None:
    await scene.met("text_group")
    (address,) = await scene.channel.say(LI, GROUP, Reply(cards=(CARD,)), "k")
    payload = _press(scene, address, conversation=sample("text_group")["conversation"])
    await scene.post(payload)
    assert scene.gate.taken[-1].conversation == GROUP
    assert scene.gate.taken[-1].sender.alone == ""


async def test_out_of_order_clicks_on_a_card_that_is_gone(scene: Scene) -> None:
    await scene.met()
    _, body = await scene.post(scene.event("card_action", replyToId=None))
    assert body["statusCode"] == 200
    _, body = await scene.post(scene.event("card_action", replyToId="0"))
    assert body["statusCode"] == 200
