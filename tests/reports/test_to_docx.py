"""The Word document: every row in real tables, heads repeated, figures right, charts as pictures."""

from __future__ import annotations

import dataclasses
import io

import pytest
from docx import Document
from docx.oxml.ns import qn

from reports.cells import money
from reports.claim import Claim
from reports.page import Page
from reports.registers import expenses
from reports.render import render
from tests.reports.drawn import NOW, claims, head


def opened(page: Page):  # type: ignore[no-untyped-def]
    return Document(io.BytesIO(render(page, "docx")))


def test_rows_totals_and_paragraphs() -> None:
    document = opened(expenses(claims(30), head()))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "报销登记表"
    assert "编制单位：杭州云栖智联信息技术有限公司" in texts[2]
    assert [text for text in texts if text.startswith(("按", "逐张"))][1:] == [
        "按类别汇总",
        "按部门汇总",
        "按报销人汇总",
        "逐张登记",
    ]
    facts, *summaries, register = document.tables
    assert len(summaries) == 3
    assert len(register.rows) == 1 + 30 + 1
    cells = {cell.text for row in register.rows for cell in row.cells}
    for claim in claims(30):
        assert claim.number in cells
        assert claim.total is not None
        assert money(claim.total) in cells
    assert facts.rows[1].cells[0].text == "30"
    assert "制表：____" in texts[-1] or "制表：____" in "".join(texts)


def test_heads_repeat_rows_stay_whole_and_figures_stand_right() -> None:
    register = opened(expenses(claims(5), head())).tables[-1]
    head_row, first = register._tbl.tr_lst[:2]
    assert head_row.trPr.find(qn("w:tblHeader")) is not None
    assert first.trPr.find(qn("w:tblHeader")) is None
    assert first.trPr.find(qn("w:cantSplit")) is not None
    aligned = [cell.paragraphs[0].paragraph_format.alignment for cell in register.rows[1].cells]
    assert [place for place, one in enumerate(aligned) if one is not None] == [8, 9, 10]


def test_east_asian_font_paper_and_properties() -> None:
    document = opened(expenses(claims(5), head()))
    for name in ("Normal", "Heading 2"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "微软雅黑"
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    section = document.sections[0]
    assert section.page_width > section.page_height
    assert document.core_properties.created == NOW
    assert document.core_properties.title == "报销登记表"
    assert "PAGE" in section.footer._element.xml
    assert "NUMPAGES" in section.footer._element.xml


def test_charts_are_pictures_with_their_titles() -> None:
    shapes = opened(expenses(claims(20), head())).inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == ["各类别金额", "各部门占比", "金额走势"]


@pytest.mark.parametrize("count", [0, 1, 40])
def test_the_same_page_is_the_same_bytes(count: int) -> None:
    page = expenses(claims(count), head())
    assert render(page, "docx") == render(page, "docx")


def test_hostile_words_stay_words() -> None:
    evil = "<w:br/>&amp;]]>\x00\x0b\ud800甲\n乙"
    document = opened(expenses([dataclasses.replace(claims(1)[0], seller=evil)], head()))
    assert "<w:br/>&amp;]]>甲\n乙" in {cell.text for row in document.tables[-1].rows for cell in row.cells}


def test_empty_period_is_said() -> None:
    rows: list[Claim] = []
    document = opened(expenses(rows, head("en")))
    assert not document.tables
    assert not document.inline_shapes
    assert any("no matching document" in paragraph.text for paragraph in document.paragraphs)
