"""The gate of the chat platforms: strangers, links, questions answered in words, files that lie on the platform."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import pytest
import pytest_asyncio

from archive.access import Person
from archive.errors import (
    DatabaseDown,
    FileGone,
    FileTooBig,
    Later,
    LinkedElsewhere,
    NoAnswer,
    NotFound,
    Problem,
    Unreachable,
)
from archive.item import ItemState
from archive.words import same
from bot.channel import Abilities, Incoming, Sender
from bot.gate import Gatehouse
from handlers.context import Topic
from handlers.message import Click, RemoteFile, Reply
from storage.asked import Asked
from storage.identities import Identity
from tests.house import Recorder, Scene, button, einvoice, fresh, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
_keys = (f"k{n}" for n in itertools.count())


class Platform(Recorder):
    """A platform without windows, whose groups begin with “group”."""

    name = "wecom"

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.abilities = Abilities(windows=False)
        self._scene = scene
        self.files: dict[str, bytes | list[Exception]] = {}

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        known = await self._scene.house.identities.of(person.id)
        return next((each.alone for each in known if each.channel == self.name), None)

    def shared(self, conversation: str) -> bool:
        return conversation.startswith("group")

    async def fetch(self, file: RemoteFile) -> bytes:
        found = self.files[file.place]
        if isinstance(found, bytes):
            return found
        if len(found) > 1:
            raise found.pop(0)
        raise found[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.fixture
def platform(scene: Scene) -> Platform:
    made = Platform(scene)
    scene.house.channels[made.name] = made
    return made


def gatehouse(scene: Scene, by_email: frozenset[str] = frozenset()) -> Gatehouse:
    asked = Asked(scene.house.db, Click, timedelta(minutes=10), scene.clock)
    return Gatehouse(
        ctx=scene.house.ctx, door=scene.reception, identities=scene.house.identities, asked=asked,
        channels=scene.house.channels, by_email=by_email,
    )  # fmt: skip


def event(
    user: str, text: str = "", files: Sequence[RemoteFile] = (), click: Click | None = None, *,
    where: str = "", email: str = "", key: str = "",
) -> Incoming:  # fmt: skip
    sender = Sender("wecom", "corp", user, name=f"{user} 的昵称", email=email, alone=f"dm-{user}")
    return Incoming(sender, where or f"dm-{user}", key or next(_keys), text, tuple(files), click)


async def linked(scene: Scene, user: str, person: str) -> None:
    await scene.house.identities.link(person, Identity("wecom", "corp", user, user, f"dm-{user}"), "gu")


async def said_to(platform: Platform, where: str, fits: Callable[[Reply], bool] = lambda reply: True) -> Reply:
    return (await platform.heard(lambda s: s.conversation == where and fits(s.reply))).reply


async def test_a_stranger_is_told_how_to_get_in_and_nothing_of_theirs_is_kept(scene: Scene, platform: Platform) -> None:
    before = await scene.house.db.inbox.count_documents({})
    reply = await gatehouse(scene).enter(event("nobody", "查 顺丰", [RemoteFile("发票.pdf", "m1")]))
    assert reply is not None
    assert "[P05]" in words(reply)
    assert reply.choices[0].say
    assert await scene.house.db.inbox.count_documents({}) == before


async def test_a_code_links_once(scene: Scene, platform: Platform) -> None:
    gate = gatehouse(scene)
    told = await scene.send("sun", "绑定码")
    code = words(told).split(" ")[1][:8]
    wrong = await gate.enter(event("yue", "绑定 AAAA2222"))
    assert wrong is not None
    assert "[P06]" in words(wrong)
    assert await gate.person(event("yue").sender) is None
    right = await gate.enter(event("yue", f"绑定 {code.lower()}"))
    assert right is not None
    assert "孙悦" in words(right)
    person = await gate.person(event("yue").sender)
    assert person is not None
    assert person.id == "sun"
    again = await gate.enter(event("other", f"link {code}"))
    assert again is not None
    assert "[P06]" in words(again)
    assert "gu linked" not in await scene.history("person:sun")
    assert "sun linked" in await scene.history("person:sun")


async def test_a_stranger_asks_and_an_administrator_links_them(scene: Scene, platform: Platform) -> None:
    gate = gatehouse(scene)
    first = await gate.enter(event("qc", "申请绑定"))
    second = await gate.enter(event("qc", "申请绑定"))
    assert first is not None
    assert second is not None
    assert words(first) != words(second)
    asked = await scene.channel.heard(
        lambda s: s.person == "gu" and bool(s.reply.cards) and "绑定" in s.reply.cards[0].title.zh
    )
    (choice,) = asked.reply.cards[0].choices
    refused = await scene.press("gu", choice, {"person": "he"})
    assert "[S05]" in words(refused), "of another company"
    forbidden = await scene.press("li", choice, {"person": "li"})
    assert "[A01]" in words(forbidden)
    click = Click(choice.action, choice.subject, choice.version)
    assert await scene.reception.form(scene.people["gu"], click) == choice.form
    assert await scene.reception.form(scene.people["li"], click) is None
    done = await scene.press("gu", choice, {"person": "qian"})
    assert "钱程" in words(done)
    told = await said_to(platform, "dm-qc")
    assert "不是你的" in words(told)
    person = await gate.person(event("qc").sender)
    assert person is not None
    assert person.id == "qian"
    late = await scene.press("gu", choice, {"person": "li"})
    assert "[S03]" in words(late)


async def test_one_user_is_one_person(scene: Scene, platform: Platform) -> None:
    await linked(scene, "u1", "zhou")
    with pytest.raises(LinkedElsewhere):
        await linked(scene, "u1", "chen")
    await linked(scene, "u1", "zhou")
    assert await scene.house.identities.unlink("wecom:corp:u1", "gu") == "zhou"
    assert await gatehouse(scene).person(event("u1").sender) is None
    with pytest.raises(NotFound):
        await scene.house.identities.unlink("wecom:corp:u1", "gu")


async def test_an_email_links_only_where_settings_allow_and_one_person_has_it(scene: Scene, platform: Platform) -> None:
    await scene.house.people.change("lu", email="Lu.Yuan@sample.cn")
    mail = event("luy", "帮助", email="lu.yuan@SAMPLE.cn")
    assert await gatehouse(scene).person(mail.sender) is None
    gate = gatehouse(scene, frozenset({"wecom"}))
    person = await gate.person(mail.sender)
    assert person is not None
    assert person.id == "lu"
    await scene.house.people.change("he", email="lu.yuan@sample.cn")
    assert await gate.person(event("luy2", email="lu.yuan@sample.cn").sender) is None, "two have it"


async def test_a_disabled_person_is_refused(scene: Scene, platform: Platform) -> None:
    await linked(scene, "he1", "he")
    await scene.house.people.disable("he")
    reply = await gatehouse(scene).enter(event("he1", "帮助"))
    assert reply is not None
    assert "[A04]" in words(reply)
    assert await gatehouse(scene).person(event("he1").sender) is None


async def test_an_event_comes_in_once_and_where_it_was_said_is_where_it_is_answered(
    scene: Scene, platform: Platform
) -> None:
    await linked(scene, "zl", "zhao")
    gate = gatehouse(scene)
    for _ in range(3):
        assert await gate.enter(event("zl", "帮助", where="group-7", key="same")) is None
    await said_to(platform, "group-7")
    await scene.worked_off()
    assert len([s for s in platform.said if s.conversation == "group-7"]) == 1


async def test_where_somebody_is_reached_follows_their_last_words(scene: Scene, platform: Platform) -> None:
    await linked(scene, "zl", "zhao")
    moved = Sender("wecom", "corp", "zl", alone="dm-elsewhere")
    await gatehouse(scene).person(moved)
    assert {each.alone for each in await scene.house.identities.of("zhao")} == {"dm-elsewhere"}
    await gatehouse(scene).person(event("zl").sender)


async def test_a_rejection_asked_in_words(scene: Scene, platform: Platform) -> None:
    await linked(scene, "wf", "wang")
    gate = gatehouse(scene)
    item = await scene.forward("li", einvoice("321.00"))
    asked = await said_to(platform, "dm-wf", lambda reply: any(card.about == item.id for card in reply.cards))
    reject = button(asked.cards[0], "reject")
    click = Click("reject", reject.subject, reject.version)
    question = await gate.enter(event("wf", click=click))
    assert question is not None
    assert "驳回原因" in words(question)
    left = await gate.enter(event("wf", "取消"))
    assert left is not None
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING
    await gate.enter(event("wf", click=click))
    assert await gate.enter(event("wf", "帮助", where="group-1")) is None, "said elsewhere: no answer to it"
    assert await gate.enter(event("wf", "抬头不对")) is None
    await said_to(platform, "dm-wf", lambda reply: "已驳回" in words(reply))
    assert (await scene.house.vault.case(item.id)).decisions[-1].reason == "抬头不对"
    assert await gate.enter(event("wf", "帮助")) is None, "answered once"
    stale = await gate.enter(event("wf", click=click))
    assert stale is None, "no form any more: the click itself is answered, here as the one before"
    await scene.worked_off()
    assert sum("已驳回" in words(reply) for reply in platform.told("wang", "dm-wf")) == 2


async def test_a_question_that_was_not_answered_in_time_is_none(scene: Scene, platform: Platform) -> None:
    await linked(scene, "wf", "wang")
    gate = gatehouse(scene)
    item = await scene.forward("li", einvoice("322.00"))
    case = await scene.house.vault.case(item.id)
    await gate.enter(event("wf", click=Click("reject", item.id, case.version)))
    scene.clock.move(minutes=11)
    assert await gate.enter(event("wf", "太晚了")) is None
    await said_to(platform, "dm-wf", lambda reply: "[Q01]" in words(reply))
    assert (await scene.house.vault.item(item.id)).state is ItemState.PENDING


async def test_a_correction_in_words_names_what_is_wrong_and_asks_again(scene: Scene, platform: Platform) -> None:
    await linked(scene, "lm", "li")
    gate = gatehouse(scene)
    item = await scene.forward("li", einvoice("323.00"))
    case = await scene.house.vault.case(item.id)
    question = await gate.enter(event("lm", click=Click("correct", item.id, case.version)))
    assert question is not None
    wrong = await gate.enter(event("lm", "开票日期: 昨天\n价税合计：三百"))
    assert wrong is not None
    assert words(wrong).count("[S05]") == 2
    assert await gate.enter(event("lm", "开票日期：2026-04-20")) is None
    await said_to(platform, "dm-lm", lambda reply: "已提交审批" in words(reply) and bool(reply.cards))
    assert (await scene.house.vault.item(item.id)).document.date.isoformat() == "2026-04-20"  # type: ignore[union-attr]


async def test_files_are_fetched_after_the_message_is_written_down(scene: Scene, platform: Platform) -> None:
    await linked(scene, "lm", "li")
    platform.files["m1"] = einvoice("411.00")
    assert await gatehouse(scene).enter(event("lm", files=[RemoteFile("📎.xml", "m1", 5000)])) is None
    reply = await said_to(platform, "dm-lm", lambda reply: bool(reply.cards) and "411.00" in reply.cards[0].title.zh)
    assert len(reply.cards) == 1


async def test_a_file_that_vanished_is_named_and_the_others_are_taken(scene: Scene, platform: Platform) -> None:
    await linked(scene, "lm", "li")
    platform.files |= {"gone": [FileGone(platform="WeCom", name="旧.pdf")], "m2": einvoice("412.00")}
    files = [RemoteFile("旧.pdf", "gone"), RemoteFile("新.xml", "m2")]
    assert await gatehouse(scene).enter(event("lm", files=files)) is None
    reply = await said_to(platform, "dm-lm", lambda reply: "[P03]" in words(reply))
    assert len(reply.cards) == 1
    assert await gatehouse(scene).enter(event("lm", files=files[:1])) is None
    await said_to(platform, "dm-lm", lambda reply: "[P03]" in words(reply) and not reply.cards)


async def test_a_platform_that_is_away_keeps_the_message_waiting(scene: Scene, platform: Platform) -> None:
    await linked(scene, "lm", "li")
    away: list[Exception] = [
        NoAnswer(platform="WeCom", detail="500"), Later(platform="WeCom", seconds=0), TimeoutError(), OSError("cut")
    ]  # fmt: skip
    platform.files["m3"] = [*away, *away, FileGone(platform="WeCom", name="x.pdf")]
    assert await gatehouse(scene).enter(event("lm", files=[RemoteFile("x.pdf", "m3")], key="away")) is None
    left = platform.files["m3"]
    assert isinstance(left, list)
    async with asyncio.timeout(60):
        while len(left) > 1:
            await scene.house.db.inbox.update_many({"state": "new"}, [{"$set": {"free": "$at"}}])
            await asyncio.sleep(0.2)
    await scene.house.db.inbox.update_many({"state": "new"}, [{"$set": {"free": "$at"}}])
    await said_to(platform, "dm-lm", lambda reply: "[P03]" in words(reply))


async def test_a_file_too_big_or_from_somebody_without_the_right_is_refused_at_the_gate(
    scene: Scene, platform: Platform
) -> None:
    await linked(scene, "lm", "li")
    await linked(scene, "zy", "zhou")
    big = await gatehouse(scene).enter(event("lm", files=[RemoteFile("大.pdf", "m1", 9 * 1024 * 1024)]))
    assert big is not None
    assert f"[{FileTooBig.code}]" in words(big)
    forbidden = await gatehouse(scene).enter(event("zy", files=[RemoteFile("a.pdf", "m1", 10)]))
    assert forbidden is not None
    assert "[A01]" in words(forbidden)


async def test_without_the_database_nothing_is_acknowledged(
    scene: Scene, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await linked(scene, "lm", "li")

    async def away(*args: object, **kwargs: object) -> str:
        raise DatabaseDown()

    monkeypatch.setattr(scene.reception, "receive", away)
    with pytest.raises(DatabaseDown):
        await gatehouse(scene).enter(event("lm", "帮助"))


async def test_where_others_read_along_private_facts_are_masked(scene: Scene, platform: Platform) -> None:
    await linked(scene, "zl", "zhao")
    await scene.forward("li", einvoice("931.00", seller="苏州样例密语软件有限公司"))
    for where, seen in (("group-9", False), ("dm-zl", True)):
        assert await gatehouse(scene).enter(event("zl", "查 密语", where=where)) is None
        reply = await said_to(platform, where, lambda reply: bool(reply.cards))
        shown = str(reply.cards)
        assert ("苏州样例密语软件有限公司" in shown) is seen
        assert "931.00" in shown


@pytest.mark.parametrize("problem", [Unreachable(platform="WeCom", detail="left"), Later(platform="WeCom", seconds=1)])
async def test_a_user_who_left_is_given_up_and_patience_is_kept(
    scene: Scene, platform: Platform, problem: Problem
) -> None:
    await linked(scene, "cj", "chen")
    platform.away = problem
    key = f"left-{problem.code}"
    await scene.house.post.tell("chen", Reply(same("hello")), key)
    (doc,) = await scene.house.db.outbox.find({"_id": f"wecom:{key}"}).to_list()
    assert (doc["state"], doc["attempts"]) == (("failed", 1) if isinstance(problem, Unreachable) else ("waiting", 0))
    assert any(s.key == f"desk:{key}" for s in scene.channel.said), "the desk has it anyway"
    told = [words(reply) for reply in scene.channel.told("gu") if "收不到" in words(reply)]
    assert len(told) == 1, "by the first of these tests, and once a day"


async def test_ten_minutes_of_silence_keep_the_order(scene: Scene, platform: Platform) -> None:
    await linked(scene, "cj", "chen")
    platform.away = NoAnswer(platform="WeCom", detail="500")
    for n in range(30):
        await scene.house.post.tell("chen", Reply(same(f"word {n}")), f"order-{n}")
    assert not platform.told("chen")
    platform.away = None
    await scene.house.db.outbox.update_many({"state": "waiting"}, [{"$set": {"free": "$at", "from": "$at"}}])
    async with asyncio.timeout(60):
        while len(platform.told("chen")) < 30:
            await scene.house.post.deliver_rest()
    assert [said for reply in platform.told("chen") if "word" in (said := words(reply))] == [
        f"word {n}" for n in range(30)
    ]


async def test_one_conversation_is_worked_off_in_its_order(scene: Scene, platform: Platform) -> None:
    await linked(scene, "lm", "li")
    gate = gatehouse(scene)
    platform.files |= {f"order{n}": einvoice(f"{500 + n}.00") for n in range(3)}
    for n in range(12):
        files = [RemoteFile("a.xml", f"order{n // 4}")] if n % 4 == 0 else []
        assert await gate.enter(event("lm", "" if files else f"查 次序{n}", files, where="group-order")) is None
        assert await gate.enter(event("lm", f"查 别处{n}", where=f"group-{n}")) is None
    await platform.heard(lambda s: s.conversation == "group-order" and "次序11" in words(s.reply))
    await scene.worked_off()
    told = [words(s.reply) for s in platform.said if s.conversation == "group-order"]
    seen = ["file" if "已读取" in each else each[5:].split("」")[0] for each in told]
    assert seen == ["file" if n % 4 == 0 else f"次序{n}" for n in range(12)]


async def test_a_document_without_a_file_is_entered_in_words(scene: Scene, platform: Platform) -> None:
    await linked(scene, "Enterer", "sun")
    gate = gatehouse(scene)
    assert await gate.enter(event("Enterer", "录入")) is None
    card = (await said_to(platform, "dm-Enterer", lambda r: any(c.choices for c in r.cards))).cards[0]
    choice = button(card, "enter")
    asked = await gate.enter(event("Enterer", click=Click(choice.action, choice.subject, choice.version)))
    assert asked is not None
    assert "销售方" in words(asked)
    again = await gate.enter(event("Enterer", "日期：2026-10-05\n价税合计：八"))
    assert again is not None  # 日期 is called 开票日期, and what is missing is told
    said = "种类：其他\n开票日期：2026-10-05\n销售方：路边早餐\n价税合计：8.00\n事由：加班，摊位没有发票"
    wrong = await gate.enter(event("Enterer", said))
    assert wrong is not None
    assert "种类" in words(wrong)
    assert await gate.enter(event("Enterer", said.replace("种类", "票据种类"))) is None
    reply = await said_to(platform, "dm-Enterer", lambda r: bool(r.cards) and bool(r.cards[0].about))
    (item,) = await scene.items(reply)
    assert (item.document.seller_name, str(item.document.total), item.owner) == ("路边早餐", "8.00", "sun")
