"""The paper form: every figure on it, fonts inside, PDF/A-3b without findings, the same bytes again."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

import pikepdf
import pikepdf.pdfa
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.words import Text, same
from reports.catalogue import REPORTS
from reports.cells import money
from reports.claim import Claim
from reports.page import Chart, Column, Group, Page, Table
from reports.registers import expenses
from reports.render import render
from reports.to_json import plain
from reports.to_pdf import printed
from tests.reports.drawn import claims, head, rows_for

COUNT = 130


@cache
def report(lang: str = "zh") -> bytes:
    return render(expenses(claims(COUNT), head(lang)), "pdf")  # type: ignore[arg-type]


def words(data: bytes) -> list[str]:
    """The text of each page without blanks and line breaks."""
    document = pypdfium2.PdfDocument(data)
    texts = ["".join(sheet.get_textpage().get_text_bounded().split()) for sheet in document]
    document.close()
    return texts


def fonts(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for thing in document.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.Font:
            yield thing


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_and_figure_is_in_the_text(lang: str) -> None:
    text = "".join(words(report(lang)))
    for claim in claims(COUNT):
        assert claim.number in text
        assert (claim.archive_no or claim.item_id) in text
        assert claim.total is not None
        assert money(claim.total) in text
    whole = sum((claim.total or Decimal(0) for claim in claims(COUNT)), Decimal(0))
    assert text.count(money(whole)) >= 5  # headline, three summaries, register


def test_head_and_page_numbers_stand_on_every_page() -> None:
    pages = words(report())
    for place, text in enumerate(pages, 1):
        assert f"第{place}页共{len(pages)}页" in text
        assert "杭州云栖智联信息技术有限公司" in text
    register = [text for text in pages[1:] if "逐张登记" in text]
    assert len(register) > 2
    assert all("档号/编号日期票种号码销售方" in text for text in register)


def test_all_fonts_are_embedded_truetype() -> None:
    with pikepdf.open(io.BytesIO(report())) as document:
        found = list(fonts(document))
        assert found
        assert all("/FontFile2" in font.FontDescriptor for font in found)


def test_what_an_archive_asks_of_a_paper_seen_without_the_validator() -> None:
    """ISO 19005-3: part and level in the XMP, an output intent, fonts that give their characters, no soft masks."""
    with pikepdf.open(io.BytesIO(report())) as document:
        with document.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("3", "B")
        assert document.Root.OutputIntents[0].S == pikepdf.Name.GTS_PDFA1
        assert all("/ToUnicode" in font for font in fonts(document) if "/FontDescriptor" in font)
        streams = [found for found in document.objects if isinstance(found, pikepdf.Stream)]
        assert not any("/SMask" in found for found in streams)
        assert "/Encrypt" not in document.trailer
        assert document.Root.AF[0].AFRelationship == pikepdf.Name.Data


@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
@pytest.mark.parametrize("count", [0, 25])
def test_pdfa_without_findings(entry, count) -> None:  # type: ignore[no-untyped-def]
    data = render(entry.build(rows_for(entry, claims(count)), head()), "pdf")
    with pikepdf.open(io.BytesIO(data)) as document:
        found = pikepdf.pdfa.check(document, "3b")
    assert found.findings == []


def test_data_is_attached_language_and_dates_are_set() -> None:
    page = expenses(claims(COUNT), head())
    with pikepdf.open(io.BytesIO(report())) as document:
        attached = document.attachments["report.json"]
        assert json.loads(attached.get_file().read_bytes()) == plain(page)
        assert attached.relationship == pikepdf.Name.Data
        assert str(document.Root.Lang) == "zh-CN"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261101093000+00'00")
        assert str(document.docinfo["/Title"]) == "报销登记表"
        with document.open_outline() as outline:
            charts, tables = (
                ["各类别金额", "各部门占比", "金额走势"],
                ["按类别汇总", "按部门汇总", "按报销人汇总", "逐张登记"],
            )
            assert [entry.title for entry in outline.root] == [*charts, *tables]


def test_the_same_page_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from reports.registers import expenses; from reports.render import render;"
        "from tests.reports.drawn import claims, head;"
        f"print(hashlib.sha256(render(expenses(claims({COUNT}), head()), 'pdf')).hexdigest())"
    )
    other = dict(os.environ, PYTHONHASHSEED="7", PYTHONPATH=os.getcwd())
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=other, check=True)
    assert out.stdout.strip() == hashlib.sha256(report()).hexdigest()


def test_missing_glyphs_are_marked_and_told() -> None:
    claim = dataclasses.replace(claims(1)[0], seller="䶮源㼆堂商店", person="𠮷野")
    text = "".join(words(render(expenses([claim], head()), "pdf")))
    assert "〓源〓堂商店" in text
    assert "字体缺字以「〓」代替：U+3F06,U+4DAE,U+20BB7。" in text


def test_long_names_wrap_and_nothing_is_lost() -> None:
    long = "中华人民共和国某某省某某市某某区" * 4
    claim = dataclasses.replace(claims(1)[0], seller=long, number="9" * 60)
    text = "".join(words(render(expenses([claim], head()), "pdf")))
    assert long in text
    assert "9" * 60 in text


def test_a_cell_longer_than_a_page_is_cut_with_a_mark() -> None:
    claim = dataclasses.replace(claims(1)[0], seller="长" * 20_000)
    text = "".join(words(render(expenses([claim], head()), "pdf")))
    assert "长…" in text


@pytest.mark.parametrize("amount", ["0.01", "1000000000.00", "-1000000000.00", "99999999999999.99"])
def test_figures_stay_whole(amount: str) -> None:
    claim = Claim("I1", date=date(2026, 10, 1), net=Decimal(amount), tax=Decimal(0), total=Decimal(amount))
    assert "".join(words(render(expenses([claim], head()), "pdf"))).count(money(Decimal(amount))) >= 5


def test_paper_lies_for_wide_tables_only() -> None:
    def shape(page: Page) -> bool:
        document = pypdfium2.PdfDocument(render(page, "pdf"))
        return bool(document[0].get_width() > document[0].get_height())

    assert shape(expenses(claims(2), head()))
    assert not shape(expenses([], head()))


def test_groups_and_strong_rows_print() -> None:
    columns = (Column("name", Text("项目", "Item")), Column("sum", Text("金额", "Amount"), "money"))
    groups = (
        Group((("甲", Decimal("1.00")), ("乙", Decimal("2.00"))), Text("一组", "One"), ("小计", Decimal("3.00"))),
        Group((("丙", Decimal("4.00")),), Text("二组", "Two"), ("小计", Decimal("4.00"))),
    )
    table = Table(same("表"), columns, groups, ("合计", Decimal("7.00")), frozenset({1}))
    text = words(render(head().page(same("试"), same(""), (table,)), "pdf"))[0]
    assert "一组甲1.00乙2.00小计3.00二组丙4.00小计4.00合计7.00" in text


def test_hostile_words_do_no_harm() -> None:
    claim = dataclasses.replace(claims(1)[0], seller="<b>&amp;\x00\u202e\ud800</b>", person="(\\)")
    text = "".join(words(render(expenses([claim], head()), "pdf")))
    assert "<b>&amp;</b>" in text
    assert "(\\)" in text


@pytest.mark.parametrize("count", range(22, 34))
def test_signatures_never_stand_alone(count: int) -> None:
    page = expenses(claims(count), head())
    page = dataclasses.replace(page, blocks=tuple(block for block in page.blocks if not isinstance(block, Chart)))
    last = words(printed(page))[-1]
    assert "负责人：" in last
    assert "合计" in last


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=40),
    st.booleans(),
    st.integers(1, 14),
    st.booleans(),
)
def test_any_table_finds_its_pages(sizes: list[int], grouped: bool, width: int, long_head: bool) -> None:
    heading = same("很长的表头文字" * (30 if long_head else 1))
    columns = tuple(Column(str(place), heading) for place in range(width))
    rows = tuple(tuple("字" * size for _ in range(width)) for size in sizes)
    last = tuple("计" for _ in range(width))
    groups = tuple(Group((row,), same("组"), last) for row in rows) if grouped else (Group(rows),)
    table = Table(same("表"), columns, groups, last)
    data = printed(head().page(same("试"), same(""), (table,)))
    text = "".join(words(data))
    assert text.count("计") >= width
    assert text.count("字") >= sum(min(size, 2) for size in sizes) * width
