"""查验: asked by itself, tried again, told when it fails; put down by hand; what it stops."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from archive.errors import BadTaxAnswer, NoTaxAnswer
from archive.finding import Level
from archive.item import Item, ItemState, TaxOutcome
from archive.taxcheck import CODE, print_of
from bot.tax_checking import TaxChecking
from bot.tax_provider import BIGGEST, HttpProvider
from storage.tax_checks import ATTEMPTS, TaxChecks
from tests.fakes.tax_provider import TaxProvider, tax_provider
from tests.house import Scene, Shift, button, drop, einvoice, facts, settings_for, standing, words


class Desk:
    """A house with a provider of 查验, whose turns a test takes by hand."""

    def __init__(self, scene: Scene, provider: TaxProvider, queue: TaxChecks, clock: Shift) -> None:
        self.scene, self.provider, self.queue, self.clock = scene, provider, queue, clock
        self.http = HttpProvider(provider.settings)
        self.hand = TaxChecking(scene.house.ctx, queue, self.http, "first")

    async def item(self, item: Item) -> Item:
        return await self.scene.house.vault.item(item.id)

    def said(self, person: str, item: str) -> list[str]:
        return [
            words(r) for r in self.scene.channel.told(person) if r.text and item in r.text.zh and "查验" in r.text.zh
        ]


@pytest.fixture
async def desk(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with tax_provider() as provider:
        settings = replace(settings_for(mongo_uri, tmp_path, f"h_{uuid4().hex[:12]}"), tax_check=provider.settings)
        clock = Shift()
        try:
            async with standing(settings, clock=clock) as scene:
                made = Desk(scene, provider, TaxChecks(scene.house.db, clock), clock)
                yield made
                await made.http.close()
        finally:
            await drop(settings)


def known(provider: TaxProvider, item: Item, **more: str) -> None:
    d = item.document
    provider.known[str(d.number)] = {"je": f"{d.total:.2f}", "seller": d.seller_tax_id or "", **more}


async def test_a_genuine_one_is_noted_once_and_shown(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("401.00"))
    known(desk.provider, item)
    assert await desk.hand.work() == 1
    (asked,) = desk.provider.asked
    assert (asked["fphm"], asked["je"], asked["kprq"]) == (item.document.number, "401.00", "20260421")
    after = await desk.item(item)
    assert after.tax_check is not None
    assert (after.tax_check.outcome, after.tax_check.by, after.tax_check.how) == (
        TaxOutcome.GENUINE, "system", "样例查验",
    )  # fmt: skip
    assert [f.level for f in after.findings if f.code == CODE] == [Level.NOTE]
    assert "system tax_checked" in await desk.scene.history(item.id)
    assert await desk.hand.work() == 0
    assert len(desk.provider.asked) == 1
    await desk.scene.worked_off()
    assert any("查验=查验一致" in facts(card) for card in desk.scene.channel.copies(item.id, "li"))
    assert not desk.said("li", item.id)  # good news is on the card
    shown = await desk.scene.send("li", item.id)
    assert "查验" in words(shown)
    assert not [c for c in shown.cards[0].choices if c.label.zh == "再查一次"]  # an employee may not
    (once_more,) = [c for c in (await desk.scene.send("zhao", item.id)).cards[0].choices if c.label.zh == "再查一次"]
    assert once_more.say is not None
    assert "排队" in words(await desk.scene.send("zhao", once_more.say.zh))
    assert await desk.hand.work() == 1
    assert len(desk.provider.asked) == 2


async def test_one_that_doesn_t_exist_stops_the_approval_and_is_told(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("402.00"))
    assert await desk.hand.work() == 1
    after = await desk.item(item)
    assert [f.level for f in after.findings if f.code == CODE] == [Level.STOP]
    await desk.scene.channel.heard(lambda s: s.person == "li" and "查无此票" in words(s.reply))
    refused = await desk.scene.click("wang", "approve", item.id)
    assert "S08" in words(refused)
    assert (await desk.item(item)).state is ItemState.PENDING
    # finance looks it up and puts a confirmation down: it can go on
    done = await desk.scene.click("zhao", "check", item.id, {"outcome": "genuine", "day": "", "remark": "网站 查验"})
    assert "查验一致" in words(done)
    stands = (await desk.item(item)).tax_check
    assert stands is not None
    assert (stands.by, stands.how, stands.remark) == ("zhao", "manual", "网站 查验")
    await desk.scene.click("wang", "approve", item.id)
    assert (await desk.item(item)).state is ItemState.ARCHIVED


async def test_a_confirmation_of_other_facts_is_none(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("403.00"))
    known(desk.provider, item, seller="91000000000000000X")
    await desk.hand.work()
    check = (await desk.item(item)).tax_check
    assert check is not None
    assert check.outcome is TaxOutcome.DIFFERENT
    assert "91000000000000000X" in check.remark


async def test_away_it_is_tried_later_and_later_until_it_answers(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("404.00"))
    known(desk.provider, item)
    desk.provider.away = 2
    for wait in (timedelta(seconds=61), timedelta(seconds=121)):
        assert await desk.hand.work() == 0
        assert await desk.hand.work() == 0  # not before its time
        desk.clock.by += wait
    assert len(desk.provider.asked) == 2
    assert await desk.hand.work() == 1
    assert (await desk.item(item)).tax_check is not None


async def test_given_up_sender_and_finance_are_told_once_and_it_can_be_asked_again(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("405.00"))
    known(desk.provider, item)
    desk.provider.away = ATTEMPTS
    for _ in range(ATTEMPTS):
        await desk.hand.work()
        desk.clock.by += timedelta(hours=7)
    await desk.hand.work()
    for person in ("li", "zhao"):
        await desk.scene.channel.heard(lambda s, p=person: s.person == p and "没有查验成功 [T01]" in words(s.reply))
    await desk.hand.work()
    assert len(desk.said("li", item.id)) == 1
    assert (await desk.item(item)).tax_check is None
    told = [r for r in desk.scene.channel.told("zhao") if r.choices and r.text and item.id in r.text.zh]
    assert [c.say.en for r in told for c in r.choices if c.say] == [f"tax check {item.id}"]  # a button, too
    assert "排队" in words(await desk.scene.send("zhao", f"查验 {item.id}"))
    assert await desk.hand.work() == 1
    assert (await desk.item(item)).tax_check is not None


async def test_two_hands_ask_once_and_one_taken_for_dead_changes_nothing(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("406.00"))
    slow = await desk.queue.claim("slow")
    assert slow is not None
    assert await desk.queue.claim("other") is None
    desk.clock.by += timedelta(minutes=3)
    again = await desk.queue.claim("other")
    assert again is not None
    assert (again.item, again.attempts) == (item.id, 2)
    assert not await desk.queue.mine(slow, "slow")
    assert not await desk.queue.done(slow, "slow")
    assert await desk.queue.done(again, "other")
    assert await desk.queue.waiting() == 0


async def test_corrected_facts_are_asked_afresh_and_an_old_result_falls(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("407.00"))
    await desk.hand.work()
    assert (await desk.item(item)).tax_check is not None
    card = desk.scene.channel.copies(item.id, "li")[0]
    form = button(card, "correct").form
    assert form is not None
    values = {f.name: f.value for f in form.fields} | {"number": "26339990000099999999"}
    await desk.scene.click("li", "correct", item.id, values)
    after = await desk.item(item)
    assert after.tax_check is None
    assert not [f for f in after.findings if f.code == CODE]
    known(desk.provider, after)
    await desk.hand.work()
    check = (await desk.item(item)).tax_check
    assert check is not None
    assert (check.outcome, check.asked) == (TaxOutcome.GENUINE, print_of(after.document))


@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ({"data": {"state": "5", "msg": "处理中"}}, NoTaxAnswer),
        ({"data": {"state": "77"}}, BadTaxAnswer),
        ({"data": {}}, BadTaxAnswer),
        (["0"], BadTaxAnswer),
        ({"data": {"state": {"0": "genuine"}}}, BadTaxAnswer),
        ({"data": {"state": "0", "msg": "x" * (BIGGEST + 9)}}, NoTaxAnswer),
    ],
)
async def test_an_unforeseen_answer_is_never_a_confirmation(odd: object, problem: type[Exception]) -> None:
    async with tax_provider() as provider:
        provider.odd = odd
        http = HttpProvider(provider.settings)
        asked = {"code": "", "number": "1", "date8": "20260101", "amount": "1.00", "check6": ""}
        with pytest.raises(problem) as told:
            await http.ask(asked)
        assert provider.settings.secret not in str(told.value)
        await http.close()


async def test_a_wrong_key_and_nobody_there_are_told_without_the_key() -> None:
    asked = {"code": "", "number": "1", "date8": "20260101", "amount": "1.00", "check6": ""}
    async with tax_provider() as provider:
        http = HttpProvider(replace(provider.settings, secret="wrong"))
        with pytest.raises(BadTaxAnswer, match="401"):
            await http.ask(asked)
        await http.close()
    gone = HttpProvider(provider.settings)
    with pytest.raises(NoTaxAnswer):
        await gone.ask(asked)
    await gone.close()


async def test_by_hand_only_finance_and_archivist_and_only_what_makes_sense(desk: Desk) -> None:
    item = await desk.scene.forward("li", einvoice("408.00"))
    for person in ("li", "wang", "zhou"):
        assert "A01" in words(await desk.scene.click(person, "check", item.id, {"outcome": "genuine"}))
    shown = (await desk.scene.send("chen", item.id)).cards[0]
    form = button(shown, "check").form
    assert form is not None
    assert [f.name for f in form.fields] == ["outcome", "day", "remark"]
    for person in ("li", "zhou"):
        cards = (await desk.scene.send(person, item.id)).cards
        assert not [c for c in cards[0].choices if c.action == "check"]
    assert "S03" in words(await desk.scene.click("lu", "check", item.id, {"outcome": "genuine"}))  # another company
    assert "S05" in words(await desk.scene.click("chen", "check", item.id, {"outcome": "maybe"}))
    tomorrow = (desk.clock() + timedelta(days=2)).date().isoformat()
    assert "S05" in words(await desk.scene.click("chen", "check", item.id, {"outcome": "genuine", "day": tomorrow}))
    assert (await desk.item(item)).tax_check is None
    await desk.scene.click("chen", "check", item.id, {"outcome": "void", "day": "2026-05-01", "remark": "已红冲"})
    known(desk.provider, item)
    await desk.hand.work()  # the provider's word doesn't take a person's away
    check = (await desk.item(item)).tax_check
    assert check is not None
    assert (check.outcome, check.by, check.day.isoformat()) == (TaxOutcome.VOID, "chen", "2026-05-01")
