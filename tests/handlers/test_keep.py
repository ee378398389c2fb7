"""A report becomes a document of the archive with its data: once for the same data, in versions, by those who may."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from datetime import date

import pikepdf
import pytest
import pytest_asyncio

from archive.made import data_digest, version_of
from archive.words import same
from handlers.message import Choice
from storage.files import held_file
from storage.verify import Verification
from tests.house import Scene, einvoice, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def month(scene: Scene) -> AsyncIterator[None]:
    for amount in ("100.10", "200.20"):
        item = await scene.forward("li", einvoice(amount, on=date(2026, 10, 9)))
        await scene.click("wang", "approve", item.id)
    yield


async def archive_button(scene: Scene, person: str = "zhao", said: str = "报表 本月报销") -> Choice | None:
    reply = await scene.send(person, said)
    return next((c for c in reply.choices if c.action == "keep"), None)


async def test_one_press_files_the_paper_and_its_data(scene: Scene) -> None:
    press = await archive_button(scene)
    assert press is not None
    reply = await scene.press("zhao", press)
    (item,) = await scene.items(reply)
    filed = item.filed
    assert filed is not None
    assert (filed.category, filed.retention) == ("其他会计资料", "10年")
    assert "-KJ·QT·2026·D10-" in filed.archive_no
    assert filed.archive_no in words(reply)
    paper, data = [await scene.house.vault.original(file) for file in item.files]
    with pikepdf.open(io.BytesIO(paper)) as document:
        inside = document.attachments["report.json"].get_file().read_bytes()
    assert json.loads(inside) == json.loads(data)
    assert "300.30" in data.decode()
    assert item.document.extra["data"] == data_digest(json.loads(data))
    assert await scene.history(item.id) == ["zhao archived"]


async def test_the_same_data_is_not_kept_twice_and_new_data_is_a_version_that_names_the_old(scene: Scene) -> None:
    first = (await scene.items(await scene.send("zhao", "归档报表 本月报销")))[0]
    again = await scene.send("chen", "报表 本月报销 并归档")
    assert [item.id for item in await scene.items(again)] == [first.id]
    assert "数据没有变化" in words(again)
    stale = await archive_button(scene)
    assert stale is not None
    await scene.forward("sun", einvoice("50.00", on=date(2026, 10, 9)))
    assert "Q60" in words(await scene.press("zhao", stale))
    reply = await scene.send("zhao", "report expenses this month and archive")
    second = (await scene.items(reply))[0]
    assert (version_of(second), second.document.extra["replaces"]) == (2, first.id)
    assert first.id in words(reply)
    assert (await scene.house.vault.item(first.id)).filed, "the old version stays"


@pytest.mark.parametrize("said", ["报表 绩效 本月", "报表 审批 本月"])
async def test_what_was_seen_is_filed_though_time_goes_on(scene: Scene, said: str) -> None:
    """What waits has waited longer by then, and making a report is itself use of the archive."""
    reply = await scene.send("zhao", said)
    press = next(c for c in reply.choices if c.action == "keep")
    scene.clock.move(hours=5)
    try:
        kept = await scene.press("zhao", press)
        (item,) = await scene.items(kept)
    finally:
        scene.clock.move(hours=-5)
    seen = next(f for s in reversed(scene.channel.said) for f in s.reply.files if f.name.endswith(".pdf"))
    shown, filed = await scene.house.vault.original(held_file(seen.file)), await scene.house.vault.original(item.file)
    assert shown == filed


async def test_two_at_once_make_one(scene: Scene) -> None:
    replies = await asyncio.gather(*(scene.send(who, "归档报表 本月供应商") for who in ("zhao", "chen")))
    items = {item.id for reply in replies for item in await scene.items(reply)}
    assert len(items) == 1
    assert sum("S02" in words(reply) or bool(reply.cards) for reply in replies) == 2


async def test_it_is_no_claim_but_stands_in_the_register(scene: Scene) -> None:
    before = words(await scene.send("zhao", "报表 本月报销"))
    await scene.send("zhao", "归档报表 本月审批")
    assert words(await scene.send("zhao", "报表 本月报销")) == before
    reply = await scene.send("chen", "报表 归档 本月 并归档")
    (item,) = await scene.items(reply)
    assert item.filed is not None
    assert item.filed.retention == "永久"
    data = json.loads(await scene.house.vault.original(item.files[1]))
    table = next(block for block in data["blocks"] if "groups" in block)
    assert any("审批时效表" in str(row["title"]) for row in table["groups"][0]["rows"])


@pytest.mark.parametrize("who", ["li", "wang", "zhou", "gu"])
async def test_only_those_who_may(scene: Scene, who: str) -> None:
    press = await archive_button(scene)
    assert press is not None
    assert "A01" in words(await scene.press(who, press))
    assert "A01" in words(await scene.send(who, "归档报表 本月报销"))
    assert "A01" in words(await scene.send(who, "报表 本月报销 并归档"))
    assert await archive_button(scene, who) is None


async def test_another_company_archives_its_own_only(scene: Scene) -> None:
    press = await archive_button(scene)
    assert press is not None
    assert "Q06" in words(await scene.press("lu", press))


@pytest.mark.parametrize(
    "subject", ["", "expenses", "x y|2026-10-01|2026-10-31|zh|1|0|0", "expenses|2026-10-31|2026-10-01|zh|1|0|0",
                "expenses|2026-10-01|2026-10-31|zh|7|0|0", "expenses|2026-13-01|2026-10-31|zh|1|0|0"],
)  # fmt: skip
async def test_a_button_that_is_not_ours(scene: Scene, subject: str) -> None:
    assert "Q07" in words(await scene.press("zhao", Choice(same("x"), "keep", subject)))


async def test_nothing_is_found_wrong(scene: Scene) -> None:
    check = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    assert [fault async for fault in check.faults()] == []


async def test_it_can_be_archived_by_the_clock(scene: Scene) -> None:
    for said in ("每月1日 9:00 报表 上月绩效 并归档", "每周一 9:00 报表 上周报销 万元"):
        assert "已设定时" in words(await scene.send("chen", said))
