"""Questions through the door: figures right to the fen, rights, two choices, what a figure rests on."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest
import pytest_asyncio
from PIL import Image

from archive.balance import Balance
from archive.item import ItemState
from archive.voucher import Voucher
from handlers.ask import understand
from handlers.figures import figures
from storage.files import held_file
from tests.house import Scene, button, drawn, einvoice, words
from tests.intake.books import journal, workbook

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def month(scene: Scene) -> AsyncIterator[None]:
    """October: Li 100.10 archived, 200.20 rejected, 5400.30 waiting; Sun 50.00 waiting; October of last year 80.00."""
    first, second, _ = [
        await scene.forward("li", einvoice(a, on=date(2026, 10, d)))
        for a, d in (("100.10", 9), ("200.20", 12), ("5400.30", 20))
    ]
    await scene.click("wang", "approve", first.id)
    await scene.click("wang", "reject", second.id, {"reason": "重复"})
    await scene.forward("sun", einvoice("50.00", on=date(2026, 10, 21), seller="深圳样例速运有限公司"))
    await scene.forward("sun", einvoice("80.00", on=date(2025, 10, 21)))
    await scene.forward("he", einvoice("888.88", on=date(2026, 10, 21)))
    name, data = drawn("dev_38")
    await scene.forward("sun", data, name)
    shown = await scene.send("zhao", files=[("凭证2026-04.xlsx", workbook(journal()))])
    await scene.press("zhao", button(shown.cards[0], "book_import"))
    yield


async def test_the_figure_is_that_of_the_items(scene: Scene) -> None:
    reply = await scene.send("zhao", "报销金额 2026-10 按部门")
    counted = [
        item async for item in scene.house.vault.all_items()
        if item.company == "GD01" and item.state in (ItemState.ARCHIVED, ItemState.PENDING)
        and item.document.date and item.document.date.isoformat()[:7] == "2026-10"
    ]  # fmt: skip
    total = sum((item.document.total or Decimal(0) for item in counted), Decimal(0))
    assert total == Decimal("5550.40")
    for part in ("5,550.40 元", "3 张", "销售部：5,500.40 元", "研发部：50.00 元（0.9%）", "按开票日期"):
        assert part in words(reply), part
    assert "CNY 5,550.40" in words(reply, "en")
    (picture,) = reply.files
    held = next(f.file for s in reversed(scene.channel.said) for f in s.reply.files if f.name == "answer.png")
    assert Image.open(io.BytesIO(await scene.house.vault.original(held_file(held)))).format == "PNG"
    assert picture.preview


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("ask spending 2026-10 year on year", "+6838.0%"),
        ("spending 2026-10 details", "5,550.40 元（3 张）"),
        ("报销金额 2026-10 同比", "去年同期（2025年10月） 80.00 元，+6838.0%"),
        ("报销金额 2026-10 万元", "0.56 万元"),
        ("报销 2026-10 >60", "5,500.40 元（2 张）"),
        ("样例速运 2026-10 多少钱", "50.00 元（1 张）"),
        ("单据张数 2026-10", "3 张"),
        ("驳回张数 2026-10", "1 张"),
        ("待审批金额 2026-10", "5,450.30 元"),
        ("平均金额 2026-10", "1,850.13 元"),
        ("报销金额 2026-10 按人 前1", "· 李明：5,500.40 元（99.1%）\n· 其余 1 项"),
    ],
)
async def test_measures_bounds_and_comparisons(scene: Scene, asked: str, told: str) -> None:
    reply = await scene.send("zhao", asked)
    assert told in words(reply)


async def test_who_does_not_see_all_is_told_of_their_own_only(scene: Scene) -> None:
    reply = await scene.send("sun", "报销金额 2026-10")
    assert "50.00 元（1 张）" in words(reply)
    assert "只含你自己提交的单据" in words(reply)
    assert "only what you sent yourself" in words(reply, "en")
    other = await scene.send("sun", "李明 报销金额 2026-10")
    assert "：0.00 元" in words(other)
    approver = await scene.send("wang", "报销金额 2026-10")
    assert "交你审批的单据" in words(approver)
    elsewhere = await scene.send("lu", "报销金额 2026-10")
    assert "888.88 元（1 张）" in words(elsewhere)


async def test_the_books_are_for_those_who_see_all(scene: Scene) -> None:
    vouchers = await scene.house.ctx.books.records("GD01", "vouchers", Voucher)
    lines = [x for v in vouchers if v.kind == "normal" for x in v.lines if x.account.startswith("6602")]
    total = sum((line.amount for line in lines), Decimal(0))
    reply = await scene.send("zhao", "管理费用 2026-04")
    assert f"管理费用：{total:,.2f} 元" in words(reply)
    assert "依据科目" in words(reply)
    assert "凭证 2026-04" in words(reply)
    assert "不含结转" in words(reply)
    for person in ("li", "wang"):
        assert "[A01]" in words(await scene.send(person, "管理费用 2026-04"))
    none = await scene.send("zhao", "管理费用 2019-01")
    assert "[Q72]" in words(none)
    assert "2026-04" in words(none), "it says which months there are"
    assert "[Q72]" in words(await scene.send("zhao", "其他应收款 2026-04"))
    assert "[Q72]" in words(await scene.send("lu", "管理费用 2026-04")), "another company's books"


async def test_an_account_is_known_by_its_name_in_the_books(scene: Scene) -> None:
    name = next(
        line.account_name for v in await scene.house.ctx.books.records("GD01", "vouchers", Voucher)
        for line in v.lines if line.account.startswith("6602") and line.account_name
    )  # fmt: skip
    assert name in words(await scene.send("zhao", f"{name} 2026-04"))
    assert f"{name} 2026-04"[:3] not in words(await scene.send("li", f"{name} 2026-04")).split("[")[0][6:]


async def test_an_ambiguous_word_gives_two_buttons_that_answer(scene: Scene) -> None:
    reply = await scene.send("zhao", "费用 2026-10")
    assert [c.label.zh for c in reply.choices] == ["报销金额 2026-10", "期间费用 2026-10"]
    pressed = await scene.send("zhao", reply.choices[0].say.zh)  # type: ignore[union-attr]
    assert "5,550.40 元" in words(pressed)
    english = await scene.send("zhao", reply.choices[0].say.en)  # type: ignore[union-attr]
    assert "5,550.40" in words(english)


async def test_every_button_below_an_answer_answers(scene: Scene) -> None:
    reply = await scene.send("zhao", "报销金额 2026-10")
    assert [c.label.zh for c in reply.choices] == ["明细", "趋势", "同比", "PDF", "EXCEL"]
    for choice in reply.choices:
        assert choice.say
        again = await scene.send("zhao", choice.say.zh)
        assert "5,550.40 元" in words(again), choice.label.zh
        match choice.label.zh:
            case "明细":
                assert {card.title.zh[:5] for card in again.cards}
                assert len(again.cards) == 3
            case "PDF" | "EXCEL":
                assert again.files[1].name.endswith(choice.label.zh.lower().replace("excel", "xlsx"))
    last = (await scene.house.trail.about("spent"))[-1].entry
    assert last.who == "zhao"


async def test_who_has_what_waiting(scene: Scene) -> None:
    said = words(await scene.send("zhao", "谁还没批"))
    assert "3 件等待审批" in said
    assert "· 王芳：1 件，5,400.30 元，最久 0 小时" in said
    assert "· 钱程：" in said
    mine = words(await scene.send("li", "who has not approved"), "en")
    assert "1 await approval" in mine
    assert "王芳" in mine
    assert "only what you sent" in mine
    assert "没有等待审批的单据" in words(await scene.send("zhou", "谁还没批 2019年"))


async def test_what_was_rejected_and_what_is_incomplete(scene: Scene) -> None:
    (card,) = (await scene.send("li", "被驳回的单据")).cards
    assert "200.20" in card.title.zh
    assert not (await scene.send("sun", "被驳回的单据")).cards


async def test_statements_that_nobody_makes_are_refused_with_what_to_ask(scene: Scene) -> None:
    said = words(await scene.send("zhao", "问 利润表 2026-09"))
    assert "[Q74]" in said
    assert "营业收入" in said
    assert "[A01]" in words(await scene.send("li", "问 利润表 2026-09"))


async def test_a_slip_of_the_pen_gets_a_button(scene: Scene) -> None:
    reply = await scene.send("zhao", "报销金饿 2026-10")
    assert "[Q70]" in words(reply)
    (choice,) = reply.choices
    assert choice.say
    assert "5,550.40" in words(await scene.send("zhao", choice.say.zh))


async def test_an_administrator_asks_nothing_of_the_archive(scene: Scene) -> None:
    assert "[A01]" in words(await scene.send("gu", "报销金额 2026-10"))


async def test_a_balance_is_carried_on_by_vouchers(scene: Scene) -> None:
    """Pure: a trial balance of March, vouchers of April; what is owed is shown positive."""
    from archive.book_figures import Books, answer
    from archive.period import Period
    from archive.question import Question, What

    vouchers = await scene.house.ctx.books.records("GD01", "vouchers", Voucher)
    moved = sum((x.amount for v in vouchers for x in v.lines if x.account.startswith("1002")), Decimal(0))
    march = [
        Balance("2026-03", "1002", "银行存款", closing=Decimal("1000.00")),
        Balance("2026-03", "100201", "工商银行", closing=Decimal("1000.00")),
        Balance("2026-03", "2202", "应付账款", closing=Decimal("-300.00")),
    ]
    books = Books(vouchers, march, [])
    april = Period.month(2026, 4)
    found = answer(Question(What.MEASURE, "bank"), april, books)
    assert found.value == Decimal("1000.00") + moved  # type: ignore[union-attr]
    owed = answer(Question(What.MEASURE, "payables"), Period.month(2026, 3), books)
    assert owed.value == Decimal("300.00")  # type: ignore[union-attr]


async def test_its_figures_are_plain_data(scene: Scene) -> None:
    zhao = scene.people["zhao"]
    found = await understand(scene.house.ctx, zhao, "报销金额 2026-10 3个月趋势")
    answer = await figures(scene.house.ctx, zhao, found.questions[0])
    assert [str(value) for _, value in answer.course] == ["0", "0", "5550.40"]
    assert json.dumps([str(part.value) for part in answer.parts]) == "[]"
