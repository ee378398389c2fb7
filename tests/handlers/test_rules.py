"""规则 through the chat door: listed, proposed by one, decided by another, in force, kept for ever, suggested."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from archive.access import Person
from archive.errors import RuleDecided
from handlers.message import Card, Choice, Click, Message, Reply
from handlers.rule_steps import approve_rule, reject_rule
from handlers.rules import add_rule
from storage.verify import Verification
from tests.house import Scene, button, einvoice, facts, fresh, has, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("rules")) as made:
        yield made


def last_card(scene: Scene, person: str, topic: str = "approvals") -> Card:
    """The last card somebody was sent."""
    return scene.channel.told(person, topic)[-1].cards[-1]


async def proposed(scene: Scene, said: str, person: str = "zhao") -> tuple[str, Reply]:
    """(rule, the answer) of a proposal."""
    reply = await scene.send(person, said)
    assert reply.cards, words(reply)
    found = re.search(r"R\d+", reply.cards[0].title.zh)
    assert found
    return found[0], reply


async def approved(scene: Scene, said: str) -> str:
    rule, _ = await proposed(scene, said)
    await scene.press("chen", button(last_card(scene, "chen"), "rule_approve"))
    return rule


async def codes(scene: Scene) -> list[str]:
    house = scene.house
    return [f"{f.code} {f.where}" async for f in Verification(house.db, house.trail, house.vault.original).faults()]


async def test_a_rule_is_in_force_only_once_another_person_approved_it(scene: Scene) -> None:
    before = await scene.forward("li", einvoice("11.00", seller="一号样例酒馆"))
    assert "B" in (before.classified.rule if before.classified else "")
    rule, reply = await proposed(scene, "规则 新增 会议培训 销售方 一号样例酒馆")
    shown = facts(reply)
    assert "试算=最近" in shown
    assert f"{before.id} 软件与云服务 → 会议培训" in shown
    assert has(reply.cards[0], "rule_withdraw")  # the proposer has no button to approve
    waiting = await scene.forward("li", einvoice("12.00", seller="一号样例酒馆"))
    assert waiting.category == "软件与云服务"

    card = last_card(scene, "chen")
    assert has(card, "rule_approve", "rule_reject")
    done = await scene.press("chen", button(card, "rule_approve"))
    assert "生效" in words(done)
    assert "in force" in words(done, "en")
    after = await scene.forward("li", einvoice("13.00", seller="一号样例酒馆"))
    assert after.category == "会议培训"
    assert after.classified
    assert (after.classified.rule, after.classified.version) == (rule, 1)
    opened = await scene.send("li", f"打开 {after.id}")
    assert f"归类依据=规则 {rule} 第 1 版：销售方名称相符" in facts(opened)
    assert "判断依据" in words(opened)
    assert "会计期间 2026-04" in words(opened)
    kept = await scene.house.vault.item(before.id)
    assert kept.classified == before.classified, "documents taken in stay as they are"
    assert "陈静 通过了你提出的规则" in words(scene.channel.told("zhao", "chat")[-1])
    listed = words(await scene.send("li", "规则"))
    assert f"{rule} 第 1 版 会议培训 ← 销售方「一号样例酒馆」（赵磊 提出，陈静" in listed
    trail = [link.entry for link in await scene.house.trail.about(f"rule:GD01:{rule}")]
    assert [(e.who, e.action) for e in trail] == [("zhao", "rule_proposed"), ("chen", "rule_decided")]


async def test_who_may_not(scene: Scene) -> None:
    for person in ("li", "wang", "chen", "zhou", "gu"):
        assert "A01" in words(await scene.send(person, "规则 新增 餐饮招待 含 手冲")), person
    rule, reply = await proposed(scene, "规则 新增 餐饮招待 含 手冲")
    theirs = last_card(scene, "chen")
    yes = button(theirs, "rule_approve")
    assert "S33" in words(await scene.press("zhao", yes))  # their own
    for person in ("li", "wang", "zhou"):
        assert "A01" in words(await scene.press(person, yes)), person
    assert "S03" in words(await scene.press("lu", yes))  # of another company: there is no such rule
    assert "A01" in words(await scene.press("chen", button(reply.cards[0], "rule_withdraw")))
    assert "S04" in words(await scene.press("chen", button(theirs, "rule_reject")))  # no reason
    listed = words(await scene.send("li", "规则"))
    assert f"{rule} 第" not in listed, "nothing came into force"
    assert "手冲" not in words(await scene.send("lu", "规则"))
    assert not (await scene.send("lu", "规则")).cards
    said = await scene.press("chen", button(theirs, "rule_reject"), {"reason": "太宽"})
    assert "驳回" in words(said)
    assert "太宽" in words(scene.channel.told("zhao", "chat")[-1])
    assert "太宽" in words(await scene.send("zhou", f"规则 {rule}"))


async def test_the_first_click_decides(scene: Scene) -> None:
    await scene.house.people.add("吴敏", scene.people["zhao"].roles, company="GD01", department="财务部", id="wu")
    await scene.house.ctx.notes.first_time("wu")
    rule, _ = await proposed(scene, "rules add meals word espresso")
    yes = button(last_card(scene, "chen"), "rule_approve")
    no = button(last_card(scene, "wu"), "rule_reject")
    await scene.press("chen", yes)
    again = await scene.press("chen", yes)  # pressed twice: the same answer, nothing new
    assert "生效" in words(again)
    late = words(await scene.press("wu", no, {"reason": "不要"}))
    assert "S32" in late
    assert "陈静" in late
    book = await scene.house.ctx.rulebooks.book("GD01")
    assert len([r for r in book.rulings if r.rule == rule]) == 1
    assert len(await scene.house.trail.about(f"rule:GD01:{rule}")) == 2
    told = [r for r in scene.channel.told("zhao", "chat") if r.text and f"规则 {rule} 第 1 版" in r.text.zh]
    assert len([r for r in told if "你提出的" in r.text.zh]) == 1  # type: ignore[union-attr]


async def test_changed_retired_and_every_version_kept(scene: Scene) -> None:
    rule = await approved(scene, "规则 新增 餐饮招待 含 烧烤")
    _, reply = await proposed(scene, f"规则 修改 {rule} 会议培训 含 烧烤、团建")
    assert "原来=餐饮招待 ← 含「烧烤」" in facts(reply)
    assert "S30" in words(await scene.send("zhao", f"规则 停用 {rule}"))  # one at a time
    await scene.press("chen", button(last_card(scene, "chen"), "rule_approve"))
    assert "S31" in words(await scene.send("zhao", "规则 新增 会议培训 含 团建，烧烤"))
    now = words(await scene.send("zhou", "规则 烧烤"))
    assert f"{rule} 第 2 版 会议培训" in now
    assert "第 1 版 餐饮招待 ← 含「烧烤」" not in now
    await proposed(scene, f"rules retire {rule}")
    await scene.press("chen", button(last_card(scene, "chen"), "rule_approve"))
    assert rule not in words(await scene.send("zhou", "规则"))
    history = words(await scene.send("zhou", f"规则 {rule}")).splitlines()
    assert [line.partition(" 版 ")[0] for line in history] == [f"{rule} 第 {n}" for n in (1, 2, 3)]
    assert "S03" in words(await scene.send("zhao", f"规则 修改 {rule} 餐饮招待 含 烧烤"))  # no longer in force
    assert "S34" in words(await scene.send("zhao", "规则 停用 B05"))


async def test_taken_back_and_asked_in_words(scene: Scene) -> None:
    rule, reply = await proposed(scene, "规则 新增 餐饮招待 含 夜宵")
    assert "1 条归类规则等你审批" in words(await scene.send("chen", "待办"))
    assert "归类规则" not in words(await scene.send("zhao", "待办"))  # their own
    form = await scene.reception.form(scene.people["chen"], _click(last_card(scene, "chen"), "rule_reject"))
    assert form is not None
    assert [f.name for f in form.fields] == ["reason"]
    assert await scene.reception.form(scene.people["zhao"], _click(last_card(scene, "chen"), "rule_reject")) is None
    assert "撤回" in words(await scene.press("zhao", button(reply.cards[0], "rule_withdraw")))
    assert "S32" in words(await scene.press("chen", button(last_card(scene, "chen"), "rule_approve")))
    assert f"{rule} " not in words(await scene.send("zhao", "规则"))


def _click(card: Card, action: str) -> Click:
    return _click_of(button(card, action))


async def test_broken_off_and_done_again_it_is_one_proposal(scene: Scene) -> None:
    ctx, zhao, chen = scene.house.ctx, scene.people["zhao"], scene.people["chen"]
    message = Message("again-1", "desk", "zhao:chat", "zhao", scene.clock(), "规则 新增 餐饮招待 含 麻辣烫")
    first = await add_rule(ctx, zhao, message, "餐饮招待 含 麻辣烫")
    assert (await add_rule(ctx, zhao, message, "餐饮招待 含 麻辣烫")).cards == first.cards
    asked = [s for s in scene.channel.said if s.person == "chen" and "麻辣烫" in facts(s.reply)]
    assert len(asked) == 1
    yes = button(asked[0].reply.cards[0], "rule_approve")
    click = Message("again-2", "desk", "chen:chat", "chen", scene.clock(), click=_click_of(yes))
    done = [await approve_rule(ctx, chen, click, "") for _ in range(2)]
    assert done[0] == done[1]
    book = await ctx.rulebooks.book("GD01")
    assert len([v for v in book.versions if "麻辣烫" in v.matches]) == 1


async def test_two_at_once_get_two_numbers_and_two_clicks_one_ruling(scene: Scene) -> None:
    ctx, zhao, chen, wu = scene.house.ctx, *(await _people(scene, "zhao", "chen", "wu"))
    at = scene.clock()

    def message(n: int, person: str, click: Click | None = None) -> Message:
        return Message(f"race-{n}", "desk", f"{person}:chat", person, at, click=click)

    made = await asyncio.gather(
        *(add_rule(ctx, who, message(n, who.id), f"快递物流 含 跑腿{n}") for n, who in enumerate((zhao, wu)))
    )
    assert len({reply.cards[0].title.zh for reply in made}) == 2
    rule = next(v for v in (await ctx.rulebooks.book("GD01")).waiting() if v.by == "zhao")
    clicks = [Click("rule_approve", rule.rule, 1), Click("rule_reject", rule.rule, 1, {"reason": "不要"})]
    said = await asyncio.gather(
        approve_rule(ctx, chen, message(8, "chen", clicks[0]), ""),
        reject_rule(ctx, wu, message(9, "wu", clicks[1]), ""),
        return_exceptions=True,
    )
    assert sum(isinstance(each, RuleDecided) for each in said) == 1
    assert len([r for r in (await ctx.rulebooks.book("GD01")).rulings if r.rule == rule.rule]) == 1


async def _people(scene: Scene, *ids: str) -> list[Person]:
    return [await scene.house.people.get(each) for each in ids]


def _click_of(choice: Choice) -> Click:
    return Click(choice.action, choice.subject, choice.version)


async def test_refused_words_say_what_to_write(scene: Scene) -> None:
    assert "Q30" in words(await scene.send("zhao", "规则 新增 咖啡"))
    assert "Q31" in words(await scene.send("zhao", "规则 新增 团建费 含 轰趴"))
    assert "B05" in words(await scene.send("li", "规则 餐饮"))
    assert "built in" in words(await scene.send("li", "rules meals"), "en")
    assert "19 条" in words(await scene.send("li", "规则 内置"))


async def test_several_corrections_alike_suggest_a_rule_and_make_none(scene: Scene) -> None:
    async def correct(person: str, seller: str, category: str = "捐赠") -> str:
        item = await scene.forward(person, einvoice("31.00", seller=seller))
        await scene.click(person, "correct", item.id, {"category": category})
        changed = await scene.house.vault.item(item.id)
        assert changed.category == category
        assert changed.classified
        assert changed.classified.by == person
        return item.id

    def offers() -> list[Reply]:
        return [r for r in scene.channel.told("zhao", "chat") if r.cards and "建议" in r.cards[0].title.zh]

    first = [await correct("li", "二号样例书店") for _ in range(3)]
    assert not offers(), "one person alone teaches nothing"
    last = await correct("sun", "二号样例书店")
    (offer,) = offers()
    shown = facts(offer)
    assert all(i in shown for i in (*first, last))
    assert "2 人把 4 张改成这一类" in shown
    assert "销售方=二号样例书店" in shown
    still = await scene.forward("sun", einvoice("32.00", seller="二号样例书店"))
    assert still.category == "软件与云服务", "nothing is automatic"
    assert "A01" in words(await scene.press("li", button(offer.cards[0], "rule_suggest")))
    assert "S03" in words(await scene.press("lu", button(offer.cards[0], "rule_suggest")))
    made = await scene.press("zhao", button(offer.cards[0], "rule_suggest"))
    assert f"依据={'、'.join((*first, last))}" in facts(made)
    assert "S01" in words(await scene.press("wu", button(offer.cards[0], "rule_dismiss")))
    await scene.press("chen", button(last_card(scene, "chen"), "rule_approve"))
    assert (await scene.forward("sun", einvoice("33.00", seller="二号样例书店"))).category == "捐赠"


async def test_a_suggestion_dismissed_never_comes_again(scene: Scene) -> None:
    def offers() -> list[Reply]:
        return [r for r in scene.channel.told("zhao", "chat") if r.cards and "三号样例" in facts(r)]

    for person in ("li", "sun", "li"):
        item = await scene.forward(person, einvoice("41.00", seller="三号样例花店"))
        await scene.click(person, "correct", item.id, {"category": "广告宣传"})
    (offer,) = offers()
    assert "不再提示" in words(await scene.press("zhao", button(offer.cards[0], "rule_dismiss")))
    assert "不再提示" in words(await scene.press("zhao", button(offer.cards[0], "rule_dismiss")))  # twice
    assert "S01" in words(await scene.press("wu", button(offer.cards[0], "rule_suggest")))
    item = await scene.forward("sun", einvoice("42.00", seller="三号样例花店"))
    await scene.click("sun", "correct", item.id, {"category": "广告宣传"})
    assert len(offers()) == 1


async def test_verify_finds_what_was_written_past_the_trail(scene: Scene) -> None:
    assert await codes(scene) == []
    rule = await approved(scene, "规则 新增 办公用品 含 墨盒")
    rules = scene.house.db.category_rules
    (key,) = [d["_id"] async for d in rules.find({}) if d["rule"] == rule and not d["_id"].endswith("ruling")]
    doc = await rules.find_one({"_id": key})
    assert doc
    await rules.replace_one({"_id": key}, {**doc, "category": "餐饮招待"})
    assert await codes(scene) == [f"V30 {key}"]
    await rules.delete_one({"_id": key})
    assert await codes(scene) == [f"V32 {key}"]
    await rules.insert_one(doc)
    forged = {**doc, "_id": "GD01|R00099|0001", "rule": "R99"}
    await rules.insert_one(forged)
    assert await codes(scene) == ["V31 GD01|R00099|0001"]
    await rules.delete_one({"_id": forged["_id"]})
    assert await codes(scene) == []
