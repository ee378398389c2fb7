"""One invoice in several carriers is one item; a red one and its blue one know of each other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from archive.errors import NotFound
from archive.item import ItemState
from bench import papers
from storage.verify import Verification
from tests.house import Scene, button, einvoice, fresh, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as made:
        yield made


async def faults(scene: Scene) -> list[str]:
    check = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return [f"{fault.code} {fault.where}" async for fault in check.faults()]


async def test_pdf_then_xml_of_one_number_are_one_item(scene: Scene) -> None:
    (name, pdf), (xml_name, xml) = papers.pdf(papers.Paper(1, 77)), papers.xml(papers.Paper(1, 77))
    (item,) = await scene.items(await scene.send("li", files=[(name, pdf)]))
    reply = await scene.send("li", files=[(xml_name, xml)])
    assert "另一种版式" in words(reply)
    (joined,) = await scene.items(reply)
    assert joined.id == item.id
    assert [r.carrier for r in joined.renditions] == ["xml"]
    assert joined.document == item.document or joined.findings, "told where they disagree"
    assert "li rendition" in await scene.history(item.id)
    case = await scene.house.vault.case(item.id)
    shown = await scene.send("wang", f"打开 {item.id}")
    assert len(shown.files) == 2
    assert "PDF、XML" in str(shown.cards[0].facts)
    await scene.press("wang", button(shown.cards[0], "approve"))
    assert case.version == (await scene.house.vault.case(item.id)).version - 1, (
        "joining left the open question as it was"
    )
    assert (await scene.house.vault.item(item.id)).state is ItemState.ARCHIVED
    li, sun = scene.people["li"], scene.people["sun"]
    assert (await scene.reception.original(li, f"{item.id}/1", "desk"))[2] == xml
    assert (await scene.reception.original(li, item.id, "desk"))[2] == pdf
    for wrong in (f"{item.id}/2", f"{item.id}/-1", f"{item.id}/x"):
        with pytest.raises(NotFound):
            await scene.reception.original(li, wrong, "desk")
    with pytest.raises(NotFound):
        await scene.reception.original(sun, f"{item.id}/1", "desk")
    assert await faults(scene) == []


async def test_the_same_rendition_again_and_somebody_elses_are_refused(scene: Scene) -> None:
    files = [papers.xml(papers.Paper(2, 77)), papers.pdf(papers.Paper(2, 77))]
    for file in files:
        await scene.send("li", files=[file])
    again = await scene.send("li", files=[files[1]])
    assert "[D0" in words(again)
    assert not again.cards
    other = await scene.send("sun", files=[papers.pdf(papers.Paper(2, 77))])
    assert "[D0" in words(other)
    assert "李明" in words(other)
    photo = await scene.send("li", files=[papers.scan(papers.Paper(2, 77))])
    assert "[D02]" in words(photo), "a photo of what is in already is no original"


async def test_structured_data_answers_what_the_sender_was_asked(scene: Scene) -> None:
    _, data = papers.xml(papers.Paper(9, 77))
    poor = re.sub(r"<(IssueTime|RequestTime)>[^<]*</\1>", "", data.decode())
    first = await scene.forward("li", poor.encode(), "a.xml")
    assert first.state is ItemState.DOUBTFUL
    reply = await scene.send("li", files=[papers.pdf(papers.Paper(9, 77))])
    after = await scene.house.vault.item(first.id)
    assert after.state is ItemState.PENDING
    assert after.document.date is not None
    assert not [f for f in after.findings if f.code == "missing"]
    assert "另一种版式" in words(reply)
    told = [r for r in scene.channel.told("wang") if any(card.about == first.id for card in r.cards)]
    assert told, "the approver is asked"


async def test_an_archivist_adds_a_rendition_to_what_is_archived(scene: Scene) -> None:
    (item,) = await scene.items(await scene.send("li", files=[papers.pdf(papers.Paper(3, 77))]))
    await scene.click("wang", "approve", item.id)
    reply = await scene.send("chen", files=[papers.xml(papers.Paper(3, 77))])
    assert "另一种版式" in words(reply)
    after = await scene.house.vault.item(item.id)
    assert after.state is ItemState.ARCHIVED
    assert after.owner == "li"
    assert after.filed == (await scene.house.vault.item(item.id)).filed
    assert after.renditions[0].by == "chen"
    assert await faults(scene) == []


async def test_a_changed_byte_in_a_rendition_is_found(scene: Scene) -> None:
    for file in (papers.xml(papers.Paper(4, 77)), papers.pdf(papers.Paper(4, 77))):
        (item,) = await scene.items(await scene.send("li", files=[file]))
    held = (await scene.house.vault.item(item.id)).renditions[0].file.id
    chunk = await scene.house.db["files.chunks"].find_one({"files_id": held})
    assert chunk
    await scene.house.db["files.chunks"].update_one(
        {"_id": chunk["_id"]}, {"$set": {"data": chunk["data"][:-1] + b"?"}}
    )
    assert await faults(scene) == [f"V01 {item.id}"]
    await scene.house.db["files.chunks"].update_one({"_id": chunk["_id"]}, {"$set": {"data": chunk["data"]}})


async def test_numbers_in_a_row_are_flagged_for_the_approver(scene: Scene) -> None:
    seller = "上海样例连号商贸有限公司"
    for n in (1, 2):
        reply = await scene.send(
            "li", files=[("a.xml", einvoice("99.00", number=f"2633999000055{n:07d}", seller=seller))]
        )
    assert any("连号" in flag.zh for flag in reply.cards[0].flags)


async def test_an_archived_red_invoice_tells_its_blue_one(scene: Scene) -> None:
    blue_number = "26339990000660000001"
    blue = await scene.forward("li", einvoice("106.00", number=blue_number))
    await scene.click("wang", "approve", blue.id)
    red_xml = einvoice("106.00", number="26339990000670000001").decode()
    for amount in ("106.00", "100.00", "6.00"):
        red_xml = red_xml.replace(f">{amount}<", f">-{amount}<")
    place = "<AdditionalInformation>"
    assert place in red_xml
    red_xml = red_xml.replace(place, f"{place}<OriginalInvoiceNumber>{blue_number}</OriginalInvoiceNumber>", 1)
    red = await scene.forward("li", red_xml.encode())
    assert red.document.is_red
    assert any(f.code == "red_pair" for f in red.findings)
    await scene.click("wang", "approve", red.id)
    after = await scene.house.vault.item(blue.id)
    assert any(f.code == "reversed" and f.facts["red"] == red.id for f in after.findings)
    assert "system reversed" in await scene.history(blue.id)
