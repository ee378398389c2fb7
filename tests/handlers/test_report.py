"""Reports asked for in the conversation: right to the fen, in every format, and only for those who may."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import pytest_asyncio
from PIL import Image

from archive.access import Role
from archive.errors import NotAllowed
from archive.item import ItemState
from archive.money import thousands
from handlers.report import build
from reports.catalogue import REPORTS
from reports.render import render
from storage.files import held_file
from tests.house import Scene, drawn, einvoice, words

pytestmark = pytest.mark.asyncio(loop_scope="module")

AMOUNTS = ("100.10", "200.20", "5400.30")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def month(scene: Scene) -> AsyncIterator[None]:
    """Of Li's three, one is archived, one rejected, the large one waits; Sun's is withdrawn; one can't be read."""
    first, second, _ = [await scene.forward("li", einvoice(a, on=date(2026, 10, 9))) for a in AMOUNTS]
    await scene.click("wang", "approve", first.id)
    await scene.click("wang", "reject", second.id, {"reason": "重复"})
    gone = await scene.forward("sun", einvoice("999.99"))
    await scene.click("sun", "withdraw", gone.id)
    name, data = drawn("dev_38")
    await scene.forward("sun", data, name)
    await scene.forward("he", einvoice("888.88"))
    yield


async def bytes_of(scene: Scene, address: str) -> bytes:
    return await scene.house.vault.original(held_file(address))


def printed(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document)


async def test_the_totals_are_those_of_the_items(scene: Scene) -> None:
    reply = await scene.send("zhao", "报表 本月报销")
    preview, paper = reply.files
    assert Image.open(io.BytesIO(await bytes_of(scene, held(scene, preview.name)))).format == "PNG"
    said = printed(await bytes_of(scene, held(scene, paper.name)))
    counted = [
        item
        async for item in scene.house.vault.all_items()
        if item.company == "GD01" and item.state in (ItemState.ARCHIVED, ItemState.PENDING)
    ]
    total = sum((item.document.total or Decimal(0) for item in counted), Decimal(0))
    assert total == Decimal("5500.40")
    assert thousands(total) in said
    for amount in ("100.10", "5,400.30", "待审批 1 张，5,400.30 元"):
        assert amount in said
    for other in ("200.20", "999.99", "888.88"):
        assert other not in said, "rejected, withdrawn and another company's are no claims"
    assert "：2 张" in words(reply)
    assert ": 2 documents" in words(reply, "en")
    assert (paper.name, paper.media_type) == ("报销登记表_2026年11月.pdf", "application/pdf")


def held(scene: Scene, name: str) -> str:
    """Where the newest file of this name was put."""
    return next(f.file for s in reversed(scene.channel.said) for f in s.reply.files if f.name == name)


@pytest.mark.parametrize(
    ("said", "ending", "marker"),
    [
        ("报表 本月报销 excel", "xlsx", "xl/workbook.xml"),
        ("report expenses this month word", "docx", "word/document.xml"),
    ],
)
async def test_formats_by_name(scene: Scene, said: str, ending: str, marker: str) -> None:
    reply = await scene.send("zhao", said)
    paper = reply.files[1]
    assert paper.name.endswith(f".{ending}")
    with zipfile.ZipFile(io.BytesIO(await bytes_of(scene, held(scene, paper.name)))) as inside:
        assert marker in inside.namelist()
    others = {"PDF", "EXCEL", "WORD"} - {"EXCEL" if ending == "xlsx" else "WORD"}
    assert {c.label.zh for c in reply.choices} == {*others, "归档"}


async def test_its_json_adds_up(scene: Scene) -> None:
    made = await build(scene.house.ctx, scene.people["zhao"], "expenses this month")
    page = json.loads(render(made.page, "json"))
    assert made.rows == 2
    assert "5500.4" in json.dumps(page).replace(",", "")


@pytest.mark.parametrize(
    "said",
    [
        "报表 本月报销",
        "报表 2026-11 报销",
        "报表 本季度报销",
        "report expenses 2026Q4",
        "报表 报销",
        "报表 2026年 报销",
    ],
)
async def test_words_for_the_period(scene: Scene, said: str) -> None:
    assert (await build(scene.house.ctx, scene.people["zhao"], said.split(" ", 1)[1])).rows == 2


async def test_when_nothing_was_handed_in_the_date_on_the_document_counts(scene: Scene) -> None:
    made = await build(scene.house.ctx, scene.people["zhao"], "报销 2026-10")
    assert made.rows == 2
    assert "按开票日期统计" in render(made.page, "json").decode()


@pytest.mark.parametrize("name", [word for entry in REPORTS for word in (entry.name.zh, entry.name.en)])
async def test_every_report_is_found_by_its_names(scene: Scene, name: str) -> None:
    made = await build(scene.house.ctx, scene.people["chen"], f"{name} 本月")
    assert name in (
        entry.name.zh if not name.isascii() else entry.name.en for entry in REPORTS if entry.key == made.key
    )
    assert made.page.blocks


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("报表 2019-01 报销", "Q06"),
        ("report expenses 2019-01", "Q06"),
        ("报表 本月资产负债", "Q04"),
        ("report weather", "Q04"),
        ("报表 2026-13 报销", "Q02"),
    ],
)
async def test_what_can_not_be_reported(scene: Scene, said: str, code: str) -> None:
    reply = await scene.send("zhao", said)
    assert not reply.files
    for lang in ("zh", "en"):
        assert f"[{code}]" in words(reply, lang)


@pytest.mark.parametrize("person", ["li", "wang", "gu"])
async def test_who_may_not_gets_none(scene: Scene, person: str) -> None:
    reply = await scene.send(person, "报表 本月报销")
    assert "[A01]" in words(reply)
    assert not reply.files


async def test_a_report_said_before_goes_with_the_right_to_reports(scene: Scene) -> None:
    person = await scene.house.people.add("审二", {Role.AUDITOR}, company="GD01", department="审计部", id="shen2")
    reply = await scene.send("shen2", "报表 本月报销")
    address = held(scene, reply.files[1].name)
    assert (await scene.reception.made(person, address)).startswith(b"%PDF")
    person = await scene.house.people.change("shen2", roles={Role.EMPLOYEE})
    for out in reply.files:
        with pytest.raises(NotAllowed):
            await scene.reception.made(person, held(scene, out.name))


async def test_an_export_leaves_a_trail(scene: Scene) -> None:
    await scene.send("zhou", "报表 本月供应商")
    last = (await scene.house.trail.about("suppliers"))[-1].entry
    assert (last.who, last.action, last.facts["as"]) == ("zhou", "exported", "pdf")


async def test_another_company_sees_its_own(scene: Scene) -> None:
    reply = await scene.send("lu", "报表 本月报销")
    said = printed(await bytes_of(scene, held(scene, reply.files[1].name)))
    assert "888.88" in said
    assert "5,400.30" not in said
