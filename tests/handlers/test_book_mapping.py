"""A bank form nobody has seen: asked in chat, previewed, confirmed once, then known; and what is no book goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from archive.balance import Balance
from archive.bank_line import BankLine
from bot.answers import answers
from bot.forms import form_of
from handlers.message import Choice, Click
from tests.house import Scene, button, facts, fresh, words
from tests.intake.books import text

ODD = [
    ["某某农村商业银行"],
    ["发生日", "进出", "数额", "结存数", "谁", "做什么"],
    ["2026-04-04", "出", "1,000.00", "9,000.00", "顺丰速运", "货款"],
    ["2026-04-05", "进", "50.00", "9,050.00", "客户甲", "收款"],
]
GIVEN = {"date": "1", "direction": "2", "amount": "3", "balance": "4", "party": "5", "summary": "6"}


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        yield made


async def test_the_columns_are_asked_confirmed_and_remembered(scene: Scene) -> None:
    shown = await scene.send("zhao", files=[("流水.csv", text(ODD))])
    (card,) = shown.cards
    assert "1 发生日 | 2 进出 | 3 数额" in facts(card)
    assert "1,000.00 | 9,000.00" in facts(card)
    choice = button(card, "book_map")  # the first kind: a statement
    assert choice.form
    assert [o[1].zh for o in choice.form.fields[0].options][:2] == ["1 发生日（2026-04-04）", "2 进出（出）"]
    click = Click(choice.action, choice.subject, choice.version)
    asker = await scene.house.people.get("zhao")
    assert await form_of(scene.house.ctx, asker, click) == choice.form
    said = "\n".join(f"{field.label.zh}：{GIVEN[field.name]}" for field in choice.form.fields if field.name in GIVEN)
    told, wrong = answers(choice.form, said)  # where a platform has no windows
    assert not wrong
    assert {name: value for name, value in told.items() if value} == GIVEN
    lacking = await scene.press("zhao", choice, {"date": "1"})
    assert "Q42" in words(lacking)
    twice = await scene.press("zhao", choice, {**GIVEN, "summary": "5"})
    assert "选了两次" in words(twice)
    preview = await scene.press("zhao", choice, GIVEN)
    assert "数额 → 金额" in facts(preview.cards[0])
    assert not await scene.house.ctx.books.records("GD01", "bank", BankLine)
    done = await scene.press("zhao", button(preview.cards[0], "book_import"))
    assert "新增 2" in done.cards[0].status.zh  # type: ignore[union-attr]
    lines = await scene.house.ctx.books.records("GD01", "bank", BankLine)
    assert [(str(x.amount), x.party) for x in lines] == [("-1000.00", "顺丰速运"), ("50.00", "客户甲")]
    (entry,) = [x.entry for x in await scene.house.trail.about("books:GD01") if x.entry.action == "books_imported"]
    assert "数额=amount" in entry.facts["mapping"]
    # another month of the same form needs no word; another company's people are asked anew
    may = [ODD[1], ["2026-05-04", "出", "2.00", "9,048.00", "顺丰速运", "货款"]]
    known = await scene.send("zhao", files=[("流水5.csv", text(may))])
    assert "新增 1" in known.cards[0].status.zh  # type: ignore[union-attr]
    other = await scene.send("lu", files=[("流水5.csv", text(may))])
    assert button(other.cards[0], "book_map")


async def test_a_balance_table_without_a_month_is_told_its_month(scene: Scene) -> None:
    rows = [["代号", "叫什么", "年末剩"], ["1002", "银行存款", "9000.00"], ["3001", "实收资本", "-9000.00"]]
    shown = await scene.send("chen", files=[("余额.csv", text(rows))])
    balances = next(c for c in shown.cards[0].choices if c.action == "book_map" and c.version == 2)
    given = {"account": "1", "account_name": "2", "closing": "3", "period_said": "2026-03"}
    preview = await scene.press("chen", balances, given)
    done = await scene.press("chen", button(preview.cards[0], "book_import"))
    assert "新增 2" in done.cards[0].status.zh  # type: ignore[union-attr]
    found = await scene.house.ctx.books.records("GD01", "balances", Balance)
    assert [(b.period, b.account, str(b.closing)) for b in found] == [
        ("2026-03", "1002", "9000.00"), ("2026-03", "3001", "-9000.00"),
    ]  # fmt: skip


async def test_what_was_taken_for_another_column_is_put_right(scene: Scene) -> None:
    rows = [["账号", "日期", "金额", "余额", "摘要", "备注", "对方"],
            ["6222000011117701", "2026-04-04", "9000.00", "-1000.00", "货款", "", "顺丰"]]  # fmt: skip
    shown = await scene.send("zhao", files=[("流水.csv", text(rows))])
    asked = await scene.press("zhao", button(shown.cards[0], "book_columns"))
    choice: Choice = button(asked.cards[0], "book_map")
    assert choice.form
    guessed = {field.name: field.value for field in choice.form.fields if field.value}
    assert guessed["amount"] == "3"
    preview = await scene.press("zhao", choice, {**guessed, "amount": "4", "balance": "3", "party": "7"})
    await scene.press("zhao", button(preview.cards[0], "book_import"))
    (line,) = await scene.house.ctx.books.records("GD01", "bank", BankLine)
    assert (str(line.amount), str(line.balance), line.party, line.date) == (
        "-1000.00", "9000.00", "顺丰", date(2026, 4, 4),
    )  # fmt: skip


async def test_what_is_no_book_is_taken_as_a_document(scene: Scene) -> None:
    rows = [["品名", "规格", "件数"], ["纸", "A4", "3"], ["笔", "黑", "12"]]
    shown = await scene.send("zhao", files=[("清单.csv", text(rows))])
    assert not shown.cards[0].about
    refused = await scene.press("li", button(shown.cards[0], "book_as_document"))
    assert "A01" in words(refused)
    taken = await scene.press("zhao", button(shown.cards[0], "book_as_document"))
    assert len(await scene.items(taken)) == 1
