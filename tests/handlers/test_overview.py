"""The overview through the real door: the company's for those who may see it, one's own for the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from archive.access import Right, may
from archive.errors import NotAllowed
from archive.overview import Overview
from storage.overview import Lines
from tests.house import Scene, einvoice

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def month(scene: Scene) -> AsyncIterator[None]:
    """Li's two, one archived; Sun's one, and one that can't be read; another company's one."""
    first = await scene.forward("li", einvoice("100.10", on=date(2026, 10, 9)))
    await scene.click("wang", "approve", first.id)
    await scene.forward("li", einvoice("200.20", on=date(2026, 10, 9)))
    await scene.forward("sun", einvoice("7.00", on=date(2026, 10, 9)))
    await scene.send("sun", files=[("空白.pdf", b"%PDF-1.4 nothing")])
    await scene.forward("he", einvoice("888.88"))
    yield


async def seen(scene: Scene, person: str) -> Overview:
    return await scene.reception.overview(scene.people[person])


@pytest.mark.parametrize(
    ("who", "whole", "received", "filed", "waiting", "doubtful", "sums"),
    [
        ("zhao", True, 4, 1, 2, 1, "307.30"),
        ("chen", True, 4, 1, 2, 1, "307.30"),
        ("zhou", True, 4, 1, 2, 1, "307.30"),
        ("li", False, 2, 1, 1, 0, "300.30"),
        ("sun", False, 2, 0, 1, 1, "7.00"),
        ("wang", False, 2, 1, 1, 0, "300.30"),
        ("qian", False, 1, 0, 1, 0, "7.00"),
        ("lu", True, 1, 0, 1, 0, "888.88"),
    ],
)
async def test_everyone_sees_what_they_may(
    scene: Scene, who: str, whole: bool, received: int, filed: int, waiting: int, doubtful: int, sums: str
) -> None:
    found = await seen(scene, who)
    assert (found.whole, found.received, found.filed, found.waiting, found.doubtful) == (
        whole, received, filed, waiting, doubtful,
    )  # fmt: skip
    assert sum((total for _, total in found.sums), Decimal(0)) == Decimal(sums)
    named = [line.id for line in (*found.oldest, *found.unread)]
    for item in [await scene.house.vault.item(name) for name in named]:
        assert item.company == scene.people[who].company
        assert may(scene.people[who], Right.SEE_ALL) or who in item.seen_by


async def test_an_administrator_sees_nothing_of_the_archive(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        await seen(scene, "gu")


async def test_what_no_reader_could_read_is_named(scene: Scene) -> None:
    (line,) = (await seen(scene, "zhao")).unread
    assert line.unread.startswith("R")
    assert (await scene.house.vault.item(line.id)).owner == "sun"


async def test_what_waits_grows_old(scene: Scene) -> None:
    scene.clock.move(hours=80)
    try:
        found = await seen(scene, "zhao")
        assert (found.overdue, found.ages) == (2, (0, 0, 2, 0))
        assert found.received == 0
    finally:
        scene.clock.move(hours=-80)


async def test_old_open_ones_are_not_forgotten(scene: Scene) -> None:
    scene.clock.move(days=70)
    try:
        found = await seen(scene, "zhao")
        assert (found.waiting, found.doubtful, found.sums, found.size) == (2, 1, (), 0)
    finally:
        scene.clock.move(days=-70)


async def test_what_is_done_meanwhile_is_seen_and_equals_a_fresh_look(scene: Scene) -> None:
    before = await seen(scene, "zhao")
    item = await scene.forward("li", einvoice("3.00", on=date(2026, 10, 9)))
    assert (await seen(scene, "zhao")).waiting == before.waiting + 1
    await scene.click("wang", "reject", item.id, {"reason": "重复"})
    found = await seen(scene, "zhao")
    assert (found.waiting, found.received) == (before.waiting, before.received + 1)
    other = scene.house.vault
    fresh = Lines(scene.house.db)
    first = datetime.combine(date.today().replace(day=1), time(), scene.house.ctx.zone) - timedelta(days=31)
    assert await other.lines("GD01", first) == await fresh.of("GD01", first)
    assert {line.id for line in await fresh.of("GD02", first)}.isdisjoint(
        {line.id for line in await other.lines("GD01", first)}
    )


async def test_the_pulse_changes_with_what_is_done(scene: Scene) -> None:
    before = await scene.reception.pulse()
    assert await scene.reception.pulse() == before
    await scene.forward("li", einvoice("1.00", on=date(2026, 10, 9)))
    assert await scene.reception.pulse() > before
