"""The door: every report in every format and language, pictures, and pure English for English readers."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from functools import partial
from multiprocessing import get_context

import pypdfium2
import pytest
from PIL import Image

from archive.words import same
from reports.catalogue import REPORTS, Entry
from reports.claim import Claim
from reports.fonts import font_file
from reports.registers import expenses
from reports.render import FORMATS, card, render
from tests.reports.drawn import claims, head, rows_for

HAN = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
MAGIC = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "png": b"\x89PNG", "json": b"{"}


def english(count: int, currencies: tuple[str, ...] = ("CNY",)) -> list[Claim]:
    """Claims whose data is English, so that any Chinese left is a label."""
    words = {"seller": "Acme Ltd", "category": "office", "department": "sales", "person": "Ann", "summary": "desk"}
    return [
        dataclasses.replace(row, decided_by="Bob" if row.decided_by else "", **words)
        for row in claims(count, 1, currencies)
    ]


@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
@pytest.mark.parametrize(("lang", "count"), [("zh", 0), ("en", 1), ("zh", 35)])
def test_every_report_in_every_format(entry: Entry, lang, count: int) -> None:  # type: ignore[no-untyped-def]
    page = entry.build(rows_for(entry, claims(count, 1, ("CNY", "USD"))), head(lang))
    for format in FORMATS:
        assert render(page, format).startswith(MAGIC[format])


@pytest.mark.parametrize("entry", REPORTS, ids=lambda entry: entry.key)
def test_english_reports_have_no_chinese_labels(entry: Entry) -> None:
    ours = dataclasses.replace(head("en"), company="Yunqi Ltd", made_by="Zhou")
    for rows in ([*english(20, ("CNY", "USD")), Claim("X")], []):
        page = entry.build(rows_for(entry, rows), ours)
        document = pypdfium2.PdfDocument(render(page, "pdf"))
        paper = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
        document.close()
        assert not HAN.findall(paper)
        assert not HAN.findall(render(page, "json").decode())
        for format, members in (
            ("docx", ("word/document", "word/footer")),
            ("xlsx", ("xl/wo", "xl/sh", "xl/ch", "docProps/")),
        ):
            with zipfile.ZipFile(io.BytesIO(render(page, format))) as parts:  # type: ignore[arg-type]
                texts = "".join(parts.read(name).decode() for name in parts.namelist() if name.startswith(members))
            assert texts
            assert not HAN.findall(texts)


def test_preview_is_the_first_page_at_its_width() -> None:
    picture = Image.open(io.BytesIO(render(expenses(claims(10), head()), "png")))
    assert picture.width == 1240
    assert picture.width > picture.height
    assert picture.convert("L").getextrema()[0] < 60


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_card_is_a_small_picture(lang, count: int) -> None:  # type: ignore[no-untyped-def]
    page = expenses(claims(count, 1, ("CNY", "USD")), head(lang))
    data = card(page)
    picture = Image.open(io.BytesIO(data))
    assert picture.width == 1080
    assert picture.convert("L").getextrema()[0] < 90
    assert len(data) < 300_000
    assert card(page) == data


def test_json_keeps_money_exact_and_words_in_the_language() -> None:
    rows = [dataclasses.replace(claims(1)[0], net=Decimal("0.10"), tax=Decimal("0.20"), total=Decimal("0.30"))]
    data = json.loads(render(expenses(rows, head("en")), "json"))
    table = next(block for block in data["blocks"] if block.get("table") == "Register")
    assert table["groups"][0]["rows"][0]["total"] == "0.30"
    assert table["total"]["total"] == "0.30"
    assert data["made_at"] == "2026-11-01T09:30:00+00:00"
    assert data["period"] == "October 2026"


def test_renders_in_a_worker_process() -> None:
    page = expenses(claims(5), head())
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(partial(render, page, "json")).result()
    assert there == render(page, "json")


def test_another_font_is_taken(tmp_path) -> None:  # type: ignore[no-untyped-def]
    copy = tmp_path / "own.ttc"
    with open(font_file(), "rb") as font:
        copy.write_bytes(font.read())
    page = expenses(claims(2), head())
    for format in ("pdf", "png", "docx"):
        assert render(page, format, str(copy)).startswith(MAGIC[format])  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        render(page, "pdf", str(tmp_path / "none.ttc"))


def test_builders_and_door_load_no_heavy_library() -> None:
    code = (
        "import sys, reports.render, reports.catalogue, reports.page;"
        "print([m for m in ('matplotlib', 'reportlab', 'docx', 'xlsxwriter', 'pikepdf', 'numpy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_names_with_markup_do_not_disturb_any_format() -> None:
    rows = [dataclasses.replace(row, seller="$a_b$ <i>%s {0} &", person="\\x") for row in claims(3)]
    named = dataclasses.replace(head(), names={"研发部": same("R&D <{x}>")})
    for format in FORMATS:
        assert render(expenses(rows, named), format)
    assert card(expenses(rows, named))
