"""Words to answers: the help and its examples, the first greeting, feedback, and words nobody understands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from archive.access import Role
from archive.errors import AccountDisabled
from archive.words import Lang
from handlers.context import Context
from handlers.table import COMMANDS, SCHEDULE, Command
from tests.house import Scene, einvoice, fresh, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as made:
        yield made


@pytest.mark.parametrize(
    ("person", "does", "does_not"),
    [
        ("li", ("直接发发票", "查单据", "待办"), ("做报表", "定时")),
        ("wang", ("直接发发票", "查单据"), ("做报表", "定时")),
        ("zhao", ("直接发发票", "做报表", "每周一 9:00 报表 上周报销"), ()),
        ("zhou", ("查单据", "做报表"), ("直接发发票", "定时")),
        ("gu", ("看帮助", "提意见"), ("查单据", "做报表", "直接发发票", "打开")),
    ],
)
async def test_help_lists_what_this_person_may_do(
    scene: Scene, person: str, does: tuple[str, ...], does_not: tuple[str, ...]
) -> None:
    for said in ("帮助", "help", "?", "？", "HELP"):
        reply = await scene.send(person, said)
        assert all(each in words(reply) for each in does), words(reply)
        assert not any(each in words(reply) for each in does_not), words(reply)
    assert reply.choices[0].say is not None


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", [*COMMANDS, SCHEDULE], ids=lambda c: c.help.en.replace(" ", "-"))
async def test_every_example_in_the_help_is_understood(scene: Scene, command: Command, lang: Lang) -> None:
    reply = await scene.send("zhao", command.example.to(lang))
    for code in ("Q01", "Q02", "Q03", "Q04", "Q05", "A01"):
        assert f"[{code}]" not in words(reply), words(reply)
    assert "出错了" not in words(reply)


@pytest.mark.parametrize(
    ("said", "nearest"),
    [
        ("帮肋", "帮助"),
        ("reprot expenses", "report"),
        ("serch 顺丰", "search"),
        ("你好", "帮助"),
        ("🤖", "帮助"),
    ],
)
async def test_words_that_nobody_understands_get_the_nearest_command(scene: Scene, said: str, nearest: str) -> None:
    reply = await scene.send("li", said)
    assert "[Q01]" in words(reply)
    assert f"「{nearest}」" in words(reply)
    assert [c.say.zh for c in reply.choices if c.say] == [f"查 {said}", "帮助"]


async def test_feedback_reaches_the_administrators_of_the_company_only(scene: Scene) -> None:
    reply = await scene.send("li", "反馈 希望支持 HEIC 照片")
    assert "谢谢" in words(reply)
    assert "Thank you" in words(reply, "en")
    (told,) = [r for r in scene.channel.told("gu") if "HEIC" in words(r)]
    assert "李明 的反馈" in words(told)
    await scene.send("he", "feedback other company's secret")
    listed = await scene.send("gu", "反馈")
    assert "李明：希望支持 HEIC 照片" in words(listed)
    assert "secret" not in words(listed)
    assert "请写" in words(await scene.send("li", "反馈"))


async def test_the_tour_comes_once_before_the_first_answer_even_to_words_nobody_understands(scene: Scene) -> None:
    for person, first in (("neu1", "hello"), ("neu2", "待办")):
        await scene.house.people.add("新人", {Role.EMPLOYEE}, company="GD01", department="销售部", id=person)
        reply = await scene.send(person, first)
        assert words(reply).startswith("你好，我是归档")
        assert words(reply, "en").startswith("Hello, I am Guidang")
        assert ("[Q01]" in words(reply)) == (first == "hello")
        assert "我是归档" not in words(await scene.send(person, "待办"))


async def test_a_disabled_person_is_told_so_and_nothing_else(scene: Scene) -> None:
    await scene.house.people.disable("sun")
    try:
        for said in ("帮助", "查 顺丰", "反馈 hm"):
            reply = await scene.send("sun", said)
            assert "[A04]" in words(reply)
            assert not reply.cards
        with pytest.raises(AccountDisabled):
            await scene.send("sun", files=[("a.xml", einvoice("5.00"))])
    finally:
        await scene.house.people.enable("sun")


@pytest.mark.parametrize("said", ["   ", "\n", "查", "打开", "取消定时", "定时", "每周一", "每月32日 9:00 报表 报销"])
async def test_half_a_command_never_fails_unforeseen(scene: Scene, said: str) -> None:
    reply = await scene.send("zhao", said)
    assert reply.text is not None or reply.cards
    assert "出错了" not in words(reply)


async def test_the_unforeseen_is_told_by_a_number_and_the_service_goes_on(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fall(ctx: Context, *rest: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.dispatch._handled", fall)
    reply = await scene.send("li", "帮助")
    assert "请把编号" in words(reply)
    assert "tell an administrator number" in words(reply, "en")
    assert "ZeroDivision" not in words(reply)
    monkeypatch.undo()
    assert "你可以" in words(await scene.send("li", "帮助"))
