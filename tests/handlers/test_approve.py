"""Deciding, taking back and correcting: every way it goes, and every way it is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from archive.access import Role
from archive.approval import Verdict
from archive.document import Kind
from archive.item import ItemState
from archive.words import same
from handlers.message import Choice, Reply
from tests.house import Scene, button, drawn, einvoice, has, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

LARGE = "5300.00"


def outcomes(scene: Scene, person: str, item: str) -> list[Reply]:
    """What the sender was told about the item beside the answers to their own messages."""
    told = [s for s in scene.channel.said if s.person == person and s.key.startswith("desk:outcome")]
    return [s.reply for s in told if s.reply.cards and s.reply.cards[0].about == item]


def asked(scene: Scene, person: str, item: str) -> list[Reply]:
    """The questions a person got about the item."""
    return [r for r in scene.channel.told(person, "approvals") if r.cards and r.cards[0].about == item]


async def test_one_approval_files_an_ordinary_item_and_everybody_sees_it(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("401.00"))
    (question,) = asked(scene, "wang", item.id)
    reply = await scene.press("wang", button(question.cards[0], "approve"))
    after = await scene.house.vault.item(item.id)
    assert after.state is ItemState.ARCHIVED
    assert after.filed is not None
    assert after.filed.archive_no in words(reply)
    assert after.filed.archive_no in words(reply, "en")
    (outcome,) = outcomes(scene, "li", item.id)
    assert "王芳 通过了你的" in words(outcome)
    assert "王芳 approved your" in words(outcome, "en")
    for person in ("wang", "li"):
        copies = scene.channel.copies(item.id, person)
        assert copies, person
        assert all(has(card) and card.tone == "good" for card in copies), "a card with buttons was left behind"
    assert await scene.history(item.id) == [
        "li received", "system read", "li submitted", "wang approved",
    ]  # fmt: skip


async def test_a_large_item_needs_two_people_and_the_second_is_asked_after_the_first(scene: Scene) -> None:
    item = await scene.forward("li", einvoice(LARGE))
    assert not asked(scene, "zhao", item.id)
    first = await scene.press("wang", button(asked(scene, "wang", item.id)[0].cards[0], "approve"))
    assert "1/2" in words(first)
    assert not outcomes(scene, "li", item.id)
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING
    (question,) = asked(scene, "zhao", item.id)
    await scene.press("zhao", button(question.cards[0], "approve"))
    assert (await scene.house.vault.item(item.id)).state is ItemState.ARCHIVED
    assert len(outcomes(scene, "li", item.id)) == 1


async def test_who_gave_the_first_approval_does_not_give_the_second(scene: Scene) -> None:
    await scene.house.people.change("wang", roles={Role.APPROVER, Role.FINANCE})
    try:
        item = await scene.forward("li", einvoice("5301.00"))
        await scene.click("wang", "approve", item.id)
        refused = await scene.click("wang", "approve", item.id)
        assert "A01" in words(refused)
    finally:
        await scene.house.people.change("wang", roles={Role.APPROVER})


async def test_a_rejection_needs_a_reason_and_the_sender_reads_it(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("402.00"))
    for reason in ("", "  \n "):
        refused = await scene.click("wang", "reject", item.id, {"reason": reason})
        assert "S04" in words(refused)
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING
    await scene.click("wang", "reject", item.id, {"reason": "发票抬头不对"})
    (outcome,) = outcomes(scene, "li", item.id)
    assert "发票抬头不对" in words(outcome)
    assert has(outcome.cards[0], "correct", "withdraw")
    assert outcome.cards[0].tone == "bad"


async def test_a_corrected_rejection_goes_the_whole_way_again(scene: Scene) -> None:
    """The first approver decides again, though they approved the earlier version of it."""
    item = await scene.forward("li", einvoice("5302.00"))
    await scene.click("wang", "approve", item.id)
    await scene.click("zhao", "reject", item.id, {"reason": "金额请核对"})
    await scene.click("li", "correct", item.id, {"total": "5302.00"})
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING
    again = asked(scene, "wang", item.id)[-1]
    assert has(again.cards[0], "approve", "reject")
    await scene.press("wang", button(again.cards[0], "approve"))
    await scene.click("zhao", "approve", item.id)
    assert (await scene.house.vault.item(item.id)).state is ItemState.ARCHIVED


async def test_whose_decision_it_was_is_not_told_to_somebody_it_never_concerned(scene: Scene) -> None:
    item = await scene.forward("li", einvoice())
    await scene.click("wang", "approve", item.id)
    refused = await scene.click("qian", "approve", item.id)  # an approver elsewhere in the company, guessing ids
    assert "[S03]" in words(refused)
    assert "王芳" not in words(refused)


async def test_a_restored_click_on_what_was_never_withdrawn_is_out_of_date(scene: Scene) -> None:
    item = await scene.forward("li", einvoice())
    case = await scene.house.vault.case(item.id)
    await scene.click("li", "correct", item.id, {"remark": ""})
    stale = Choice(same("恢复"), action="restore", subject=item.id, version=case.version)
    assert "[S02]" in words(await scene.press("li", stale))


async def test_who_may_see_it_no_more_gets_no_newer_card(scene: Scene) -> None:
    item = await scene.forward("li", einvoice())
    await scene.send("zhou", f"打开 {item.id}")
    (before,) = scene.channel.copies(item.id, "zhou")
    await scene.house.people.change("zhou", roles={Role.ADMIN})
    try:
        await scene.click("wang", "approve", item.id)
        assert scene.channel.copies(item.id, "zhou") == [before]
        assert "zhou" not in {copy.person for copy in await scene.house.outbox.copies(item.id)}
    finally:
        await scene.house.people.change("zhou", roles={Role.AUDITOR})


async def test_the_sender_does_not_decide(scene: Scene) -> None:
    item = await scene.forward("wang", einvoice("403.00"))
    assert not asked(scene, "wang", item.id)
    assert asked(scene, "qian", item.id), "no other approver in the department: the next one is asked"
    refused = await scene.click("wang", "approve", item.id)
    assert "A02" in words(refused)
    assert "A02" in words(refused, "en")


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ("sun", "A01"),  # no right at all
        ("zhou", "A01"),  # reads everything, decides nothing
        ("chen", "A01"),
        ("zhao", "A01"),  # the right, but not this step's role
        ("qian", "A01"),  # the role, but it was laid before the department's own approver
        ("lu", "S03"),  # another company: the item isn't there
    ],
)
async def test_others_do_not_decide(scene: Scene, person: str, code: str) -> None:
    item = await scene.forward("li", einvoice())
    refused = await scene.click(person, "approve", item.id)
    assert f"[{code}]" in words(refused)
    assert f"[{code}]" in words(refused, "en")
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING


async def test_another_company_learns_nothing_of_a_decided_item(scene: Scene) -> None:
    item = await scene.forward("li", einvoice())
    await scene.click("wang", "approve", item.id)
    refused = await scene.click("lu", "approve", item.id)
    assert "[S03]" in words(refused)
    assert "王芳" not in words(refused)


async def test_a_disabled_person_does_not_decide(scene: Scene) -> None:
    item = await scene.forward("li", einvoice())
    await scene.house.people.disable("wang")
    try:
        assert "[A04]" in words(await scene.click("wang", "approve", item.id))
    finally:
        await scene.house.people.enable("wang")
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING


async def test_a_stale_card_decides_nothing(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("404.00"))
    stale = button(asked(scene, "wang", item.id)[0].cards[0], "approve")
    await scene.click("li", "correct", item.id, {"total": "404.40"})
    refused = await scene.press("wang", stale)
    assert "[S02]" in words(refused)
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING
    newest = scene.channel.copies(item.id, "wang")[0]
    assert "404.40" in newest.title.zh, "the old card was brought up to date"
    assert button(newest, "approve").version == stale.version + 1


async def test_later_clicks_get_the_standing_result_with_our_clock(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("405.00"))
    choice = button(asked(scene, "wang", item.id)[0].cards[0], "approve")
    await scene.house.people.change("qian", department="销售部")
    try:
        await scene.press("wang", choice)
        late = await scene.press("qian", choice)
    finally:
        await scene.house.people.change("qian", department="研发部")
    decided = (await scene.house.vault.case(item.id)).decisions[-1].at
    assert "[S01]" in words(late)
    assert "王芳" in words(late)
    assert decided.astimezone(scene.house.ctx.zone).strftime("%Y-%m-%d %H:%M") in words(late)


async def test_a_double_press_is_no_mistake(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("406.00"))
    choice = button(asked(scene, "wang", item.id)[0].cards[0], "approve")
    first = await scene.press("wang", choice)
    again = await scene.press("wang", choice)
    assert words(again) == words(first)
    assert len(outcomes(scene, "li", item.id)) == 1
    assert len((await scene.house.vault.case(item.id)).decisions) == 1


async def test_withdrawn_and_restored(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("407.00"))
    withdrawn = await scene.click("li", "withdraw", item.id)
    assert has(withdrawn.cards[0], "restore")
    assert all(has(card) for card in scene.channel.copies(item.id, "wang"))
    assert "[S01]" in words(await scene.click("wang", "approve", item.id))
    restored = await scene.press("li", button(withdrawn.cards[0], "restore"))
    assert "已提交审批" in words(restored)
    assert has(asked(scene, "wang", item.id)[-1].cards[0], "approve", "reject")
    assert (await scene.history(item.id))[-2:] == ["li withdrawn", "li restored"]


async def test_withdrawing_twice_is_no_mistake(scene: Scene) -> None:
    """The same click worked on again after a crash finds its work done and says so."""
    reply = await scene.send("li", files=[("a.xml", einvoice("408.00"))])
    for action, said in (("withdraw", "已撤回"), ("restore", "已提交审批")):
        choice = button(reply.cards[0], action)
        reply = await scene.press("li", choice)
        again = await scene.press("li", choice)
        assert said in words(reply)
        assert words(again) == words(reply)
    item = reply.cards[0].about
    assert (await scene.history(item))[-2:] == ["li withdrawn", "li restored"]


async def test_correcting_twice_with_the_same_words_is_no_mistake(scene: Scene) -> None:
    reply = await scene.send("li", files=[("a.xml", einvoice("409.00"))])
    choice = button(reply.cards[0], "correct")
    first = await scene.press("li", choice, {"total": "409.50"})
    again = await scene.press("li", choice, {"total": "409.50"})
    assert words(again) == words(first)
    other = await scene.press("li", choice, {"total": "410.00"})
    assert "[S02]" in words(other)


@pytest.mark.parametrize("action", ["withdraw", "restore", "correct"])
@pytest.mark.parametrize("person", ["sun", "wang", "chen", "he"])
async def test_only_the_sender_takes_back_and_corrects(scene: Scene, action: str, person: str) -> None:
    item = await scene.forward("li", einvoice())
    refused = await scene.click(person, action, item.id, {"total": "1.00"})
    assert "[S03]" in words(refused) or "[A01]" in words(refused)
    assert (await scene.house.vault.item(item.id)).document == item.document


async def test_what_is_archived_stays(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("411.00"))
    await scene.click("wang", "approve", item.id)
    filed = await scene.house.vault.item(item.id)
    for action in ("withdraw", "correct", "restore"):
        assert "[S01]" in words(await scene.click("li", action, item.id, {"total": "1.00"}))
    assert await scene.house.vault.item(item.id) == filed


async def test_what_could_not_be_read_is_filled_in_and_goes_its_way(scene: Scene) -> None:
    name, data = drawn("dev_37")
    reply = await scene.send("li", files=[(name, data)])
    some = await scene.press("li", button(reply.cards[0], "correct"), {"number": "00999428", "kind": "vat"})
    assert "还缺：开票日期、价税合计" in words(some)
    assert "missing: Date, Total" in words(some, "en")
    values = {
        "date": "2023-04-11",
        "total": "96.40",
        "seller_name": "成都样例物联电子科技有限公司",
        "category": "办公用品",
    }
    whole = await scene.press("li", button(some.cards[0], "correct"), values)
    assert "已提交审批" in words(whole), words(whole)
    item = await scene.house.vault.item(reply.cards[0].about)
    assert (item.document.kind, item.document.date) == (Kind.VAT, date(2023, 4, 11))
    assert item.document.total == Decimal("96.40")
    assert item.category == "办公用品"
    assert item.source["total"] == "person"
    assert not any(f.code.startswith("R") for f in item.findings), "the reading error is settled"
    assert asked(scene, "wang", item.id)


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"date": "2026-13-01"}, "2026-10-05"),
        ({"date": "去年"}, "2026-10-05"),
        ({"total": "一百块"}, "1234.56"),
        ({"total": "1e400"}, "1234.56"),
        ({"tax": "12.3.4"}, "1234.56"),
        ({"kind": "cheque"}, "列表"),
        ({"category": "不存在的类别"}, "列表"),
        ({"seller_name": "长" * 201}, "200"),
        ({"number": "9" * 5000}, "200"),
    ],
)
async def test_wrong_values_in_the_form_change_nothing(scene: Scene, values: dict[str, str], hint: str) -> None:
    item = await scene.forward("li", einvoice())
    refused = await scene.click("li", "correct", item.id, values)
    assert "[S05]" in words(refused)
    assert "[S05]" in words(refused, "en")
    assert hint in words(refused)
    assert len(words(refused)) < 200
    assert await scene.house.vault.item(item.id) == item


async def test_a_correction_that_makes_it_another_ones_invoice_is_refused(scene: Scene) -> None:
    await scene.forward("sun", einvoice("412.00", number="26339990000090412001"))
    item = await scene.forward("li", einvoice("412.00", number="26339990000090412002"))
    refused = await scene.click("li", "correct", item.id, {"number": "26339990000090412001"})
    assert "[D02]" in words(refused)
    assert "孙悦" in words(refused)
    assert (await scene.house.vault.item(item.id)).document == item.document


async def test_a_corrected_amount_chooses_the_rule_anew(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("413.00"))
    await scene.click("li", "correct", item.id, {"total": "6000.00"})
    case = await scene.house.vault.case(item.id)
    assert case.steps == (Role.APPROVER, Role.FINANCE)
    assert (await scene.history(item.id))[-2:] == ["li corrected", "li submitted"]


async def test_a_doubtful_item_is_not_decided(scene: Scene) -> None:
    _, data = drawn("xml_08")
    item = await scene.forward("li", data, "cut.xml")
    assert "[S06]" in words(await scene.click("wang", "approve", item.id))


async def test_a_channel_that_is_away_does_not_undo_a_decision(scene: Scene) -> None:
    item = await scene.forward("li", einvoice("414.00"))
    scene.channel.away = ConnectionError("the platform is away")
    try:
        who = await scene.house.people.get("wang")
        case = await scene.house.vault.case(item.id)
        await scene.reception.receive(
            channel="desk", conversation="wang:chat", person=who, key="away-414", action="approve",
            subject=item.id, version=case.version,
        )  # fmt: skip
        await scene.worked_off()
    finally:
        scene.channel.away = None
    case = await scene.house.vault.case(item.id)
    assert case.closed is Verdict.APPROVE
    reply = [s for s in scene.channel.said if s.key == "reply:desk:away-414"]
    assert not reply, "it could not be said yet"
    assert await scene.house.outbox.waiting() == 4  # the answer, the outcome for the sender, and both their cards
    await scene.house.db.outbox.update_many({"state": "waiting"}, [{"$set": {"free": "$at", "from": "$at"}}])
    await scene.house.post.deliver_rest()
    assert await scene.house.outbox.waiting() == 0
    assert {card.tone for card in scene.channel.copies(item.id, "wang")} == {"good"}


@pytest.mark.parametrize("subject", ["G2611-9999", "", "x" * 300, "../../etc"])
async def test_a_button_of_nothing(scene: Scene, subject: str) -> None:
    who = await scene.house.people.get("wang")
    for action in ("approve", "reject", "correct", "withdraw", "restore", "open"):
        key = f"{action}-{len(subject)}-nothing"
        taken = await scene.reception.receive(
            channel="desk", conversation="wang:chat", person=who, key=key, action=action, subject=subject
        )
        said = await scene.channel.heard(lambda s, taken=taken: s.key == f"reply:{taken}")  # type: ignore[misc]
        assert "[S03]" in words(said.reply)


async def test_an_unknown_button(scene: Scene) -> None:
    item = await scene.forward("li", einvoice())
    assert "[Q01]" in words(await scene.click("wang", "destroy", item.id))
