"""绩效: the archive's own figures, asked for by the month, from the real trail; each company its own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from handlers.report import build
from reports.render import render
from tests.house import Scene, button, drawn, einvoice, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def month(scene: Scene) -> AsyncIterator[None]:
    """Three sure ones, of which one is approved and one sent twice; one that can't be read; one elsewhere."""
    first = einvoice("100.10", on=date(2026, 10, 9))
    item = await scene.forward("li", first)
    await scene.click("wang", "approve", item.id)
    await scene.send("sun", files=[("again.xml", first)])
    for amount in ("20.00", "30.00"):
        await scene.forward("li", einvoice(amount, on=date(2026, 10, 9)))
    name, data = drawn("dev_38")
    reply = await scene.send("sun", files=[(name, data)])
    assert button(reply.cards[0], "correct")
    await scene.send("zhao", f"打开 {item.id}")
    await scene.forward("he", einvoice("888.88"))
    yield


async def figures(scene: Scene, person: str = "zhao") -> dict[str, Any]:
    made = await build(scene.house.ctx, scene.people[person], "绩效 本月")
    return json.loads(render(made.page, "json"))


async def test_the_figures_are_those_of_what_was_done(scene: Scene) -> None:
    page = await figures(scene)
    facts = page["blocks"][0]["facts"]
    assert facts["收到"] == 4
    assert facts["归档率"] == "0.25"
    assert facts["存疑率"] == "0.25"
    assert facts["拒收重复件"] == 1
    assert facts["待审批"] == 2
    kinds = next(b for b in page["blocks"] if b.get("table") == "按票种")
    assert kinds["total"]["count"] == 4
    use = next(b for b in page["blocks"] if b.get("table") == "利用")
    assert {"use": "查看", "times": 1} in use["groups"][0]["rows"]
    (line,) = next(b for b in page["blocks"] if b.get("table") == "审批用时")["groups"][0]["rows"]
    assert (line["person"], line["step"], line["count"], line["overdue"]) == ("王芳", 1, 1, 0)


async def test_another_company_sees_its_own_only(scene: Scene) -> None:
    page = await figures(scene, "lu")
    assert page["blocks"][0]["facts"]["收到"] == 1
    assert page["blocks"][0]["facts"]["拒收重复件"] == 0
    assert not any(b.get("table") == "审批用时" for b in page["blocks"])


async def test_it_is_asked_for_in_words_and_only_by_those_who_may(scene: Scene) -> None:
    reply = await scene.send("zhao", "报表 绩效 本月")
    assert reply.files[1].name.startswith("归档绩效表_2026年")
    assert "A01" in words(await scene.send("li", "报表 绩效 本月"))
    assert "Q06" in words(await scene.send("zhao", "report kpi 2025-01"))
