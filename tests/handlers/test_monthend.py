"""月结包: one PDF with bookmarks and page numbers, which says what it lacks."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pikepdf
import pypdfium2
import pytest

from archive.period import Period
from archive.words import Text
from handlers.message import Reply
from reports.head import Head
from reports.pack import Section, bound
from reports.page import Page, Paragraph
from storage.files import held_file
from tests.handlers.test_statements import BALANCES, TABLE, journal_of
from tests.house import Scene, button, einvoice, words
from tests.intake.books import text as sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _page(title: str) -> Page:
    period = Period.month(2026, 9)
    head = Head("样例公司", period, datetime(2026, 10, 8, 9, tzinfo=UTC), "赵磊")
    return head.page(Text(title, title), period.label, (Paragraph(Text(title, title)),))


async def test_without_books_it_says_what_it_lacks(scene: Scene) -> None:
    await scene.click("wang", "approve", (await scene.forward("li", einvoice(on=date(2026, 5, 9)))).id)
    reply = await scene.send("zhao", "月结包 2026-05")
    assert "未附：资产负债表、利润表、现金流量表、所有者权益变动表、趋势、结构、比率、账龄、异常" in words(reply)
    _, said = await _opened(scene, reply)
    assert "未附：没有可用的总账数据" in said[0].replace("\r\n", "").replace("\n", "")


async def _opened(scene: Scene, reply: Reply) -> tuple[list[str], list[str]]:
    """The pack's bookmarks and the words of each page."""
    name = reply.files[1].name
    held = next(f.file for s in reversed(scene.channel.said) for f in s.reply.files if f.name == name)
    data = await scene.house.vault.original(held_file(held))
    with pikepdf.open(io.BytesIO(data)) as document, document.open_outline() as outline:
        titles = [item.title for item in outline.root]
    return titles, [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


async def test_the_pack_holds_what_there_is_and_names_what_is_not(scene: Scene) -> None:
    first = await scene.forward("li", einvoice("100.10", on=date(2026, 9, 9)))
    await scene.forward("li", einvoice("5400.30", on=date(2026, 9, 20)))
    await scene.click("wang", "approve", first.id)
    files = [("凭证.xlsx", journal_of("2026-09")), ("科目余额表_2026-08.csv", sheet([BALANCES, *TABLE]))]
    for card in (await scene.send("zhao", files=files)).cards:
        await scene.press("zhao", button(card, "book_import"))
    reply = await scene.send("zhao", "月结包 2026-09")
    assert "未附" not in words(reply)
    assert reply.files[1].name == "月结包_2026-09.pdf"
    titles, text = await _opened(scene, reply)
    total = len(text)
    statements = ["资产负债表", "利润表", "现金流量表", "所有者权益变动表"]
    analyses = ["趋势", "结构", "比率", "账龄", "异常"]
    assert titles == ["目录", *statements, *analyses, "报销登记表", "差旅费明细", "供应商统计", "审批时效", "未结事项"]
    assert "5,388.00" in text[1]  # 货币资金
    for number, said in enumerate(text, 1):
        assert f"{number} / {total}" in said
    assert "5,400.30" in text[-1]
    assert "王芳" in text[-1]
    progress = [share for share, _ in [*scene.channel.progress_of.values()][-1]]
    assert progress == sorted(progress)
    assert progress[-1] >= 0.8
    exported = (await scene.house.trail.about("month_end"))[-1].entry
    assert (exported.who, exported.action) == ("zhao", "exported")


@pytest.mark.parametrize("person", ["li", "wang", "gu"])
async def test_it_is_for_those_who_see_all(scene: Scene, person: str) -> None:
    assert "[A01]" in words(await scene.send(person, "month-end pack 2026-09"))


async def test_words_that_are_no_period(scene: Scene) -> None:
    assert "[Q02]" in words(await scene.send("zhao", "月结包 明儿"))


async def test_equal_pages_give_equal_bytes() -> None:
    sections = [Section(Text("甲", "A"), _page("甲")), Section(Text("乙", "B"), None, Text("没有", "none"))]
    assert bound(_page("月结包"), sections) == bound(_page("月结包"), sections)
