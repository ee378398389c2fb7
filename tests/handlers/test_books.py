"""Books in chat: forwarded by those who keep them, shown, confirmed once, checked by 核对."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from archive.voucher import Voucher
from tests.house import Scene, button, einvoice, facts, fresh, has, words
from tests.intake.books import journal, statement, text, workbook


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    """A house for each test: books pile up in it."""
    async with fresh(mongo_uri, tmp_path) as made:
        yield made


async def test_a_journal_is_shown_confirmed_and_checked(scene: Scene) -> None:
    shown = await scene.send("zhao", files=[("凭证2026-04.xlsx", workbook(journal()))])
    (card,) = shown.cards
    assert "记账凭证，2 条" in facts(card)
    assert "凭证号 → 编号" in facts(card)
    assert not await scene.house.ctx.books.records("GD01", "vouchers", Voucher)
    done = await scene.press("zhao", button(card, "book_import"))
    assert "新增 2" in done.cards[0].status.zh  # type: ignore[union-attr]
    assert [v.ref for v in await scene.house.ctx.books.records("GD01", "vouchers", Voucher)] == [
        "2026-04 记-1", "2026-04 记-2",
    ]  # fmt: skip
    assert await scene.history("books:GD01") == ["zhao books_imported"]
    again = await scene.press("zhao", button(card, "book_import"))
    assert again.cards[0].status.zh == "以前已导入"  # type: ignore[union-attr]
    assert await scene.history("books:GD01") == ["zhao books_imported"]
    # the form is known now: another month of it needs no word
    rows = [[*row] for row in journal()]
    for row in rows[3:]:
        row[0], row[1] = 5, str(row[1]).replace("2026-04", "2026-05").replace("05-30", "05-29")
    reply = await scene.send("zhao", files=[("凭证2026-05.xlsx", workbook(rows))])
    assert "已导入" in words(reply)
    assert "新增 2" in reply.cards[0].status.zh  # type: ignore[union-attr]
    checked = await scene.send("zhou", "核对 2026-04")
    assert "2 张凭证" in words(checked)


async def test_the_check_finds_what_is_open_and_what_belongs_together(scene: Scene) -> None:
    await scene.forward("li", einvoice("1000.00", number="26339990000088000001", on=date(2026, 4, 2)))
    extra = [
        [4, "2026-04-09", "记", "0004", 0, "660201", "办公费", "支付快递费", "", "30.00", ""],
        [4, "2026-04-09", "记", "0004", 0, "100201", "工商银行7701", "支付快递费", "", "", "30.00"],
    ]
    late = ["6222000011117701", "20260429", "35.00", "", "8,965.00", "", "账户管理费", "26042900000009"]
    shown = await scene.send(
        "chen",
        files=[("凭证.csv", text(journal(extra), "gb18030")), ("对账单.csv", text(statement([late]), "utf-16", "\t"))],
    )
    assert len(shown.cards) == 2
    for card in shown.cards:
        await scene.press("chen", button(card, "book_import"))
    reply = await scene.send("zhao", "核对 2026-04")
    said = words(reply)
    assert "1 件单据对上凭证" in said
    assert "缺凭证号 记-3" in said
    assert "记-4 没有附件" in said
    assert "记-2 没有附件" not in said  # a closing entry needs none
    assert "银行已付、企业未付" in said
    (card,) = reply.cards
    assert "企业已付、银行未付=1 笔 30.00" in facts(card)
    assert "银行已付、企业未付=1 笔 35.00" in facts(card)
    assert card.status
    assert card.status.zh == "已调平"


async def test_a_row_that_can_not_be_read_holds_the_import_back(scene: Scene) -> None:
    bad = [4, "2026-04-29", "记", "0003", 1, "1001", "库存现金", "x", "", "一百", "5"]
    shown = await scene.send("zhao", files=[("凭证.xlsx", workbook(journal([bad])))])
    (card,) = shown.cards
    assert any("第 8 行" in flag.zh for flag in card.flags)
    choice = button(card, "book_import")
    assert choice.style == "danger"
    done = await scene.press("zhao", choice)
    assert "新增 3" in done.cards[0].status.zh  # type: ignore[union-attr]


async def test_an_employees_spreadsheet_and_a_stranger_to_books_go_on_as_before(scene: Scene) -> None:
    reply = await scene.send("li", files=[("凭证.csv", text(journal()))])
    assert all(not has(card, "book_import") for card in reply.cards)
    assert len(await scene.items(reply)) == 1  # kept and asked about, like any file
    shown = await scene.send("zhao", files=[("凭证.xlsx", workbook(journal()))])
    refused = await scene.press("li", button(shown.cards[0], "book_import"))
    assert "A01" in words(refused)
    other = await scene.press("lu", button(shown.cards[0], "book_import"))  # of another company
    assert "S03" in words(other)


async def test_books_and_invoices_in_one_message(scene: Scene) -> None:
    reply = await scene.send("zhao", files=[("凭证.xlsx", workbook(journal())), ("发票.xml", einvoice("55.00"))])
    assert [bool(card.about) for card in reply.cards] == [False, True]


async def test_nothing_to_check_is_said(scene: Scene) -> None:
    assert "Q11" in words(await scene.send("zhao", "核对 2026-04"))
    assert "A01" in words(await scene.send("li", "核对 2026-04"))
