"""An external auditor's account: reads only, ends by itself everywhere at once, can be prolonged; all in the trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.access import Right, Role
from archive.errors import BadValue
from storage.people import People
from storage.verify import Verification
from tests.custody.filing import filed
from tests.house import Scene, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_ends_by_itself(scene: Scene) -> None:
    house = scene.house
    (item,) = await filed(scene, 1)
    end = datetime.now(UTC) + timedelta(days=30)
    with pytest.raises(BadValue):
        await house.people.add("外审", {Role.AUDITOR, Role.FINANCE}, company="GD01", id="wai", until=end)
    await house.people.add("外审", {Role.AUDITOR}, company="GD01", id="wai", until=end)
    with pytest.raises(BadValue):
        await house.people.change("wai", roles={Role.ARCHIVIST})
    await house.ctx.notes.first_time("wai")
    assert "经过" in words(await scene.send("wai", f"打开 {item.id}"))
    assert [x.entry.action for x in await house.ctx.trail.about(item.id) if x.entry.who == "wai"] == ["viewed"]
    assert "A01" in words(await scene.send("wai", "移交 2026"))

    later = People(house.db, house.trail, lambda: end)
    before = People(house.db, house.trail, lambda: end - timedelta(seconds=1))
    assert (await before.get("wai")).rights >= {Right.SEE_ALL}
    assert not (await later.get("wai")).rights
    assert not next(p for p in await later.all() if p.id == "wai").rights
    assert "wai" in {p.id for p in await before.having(Role.AUDITOR, "GD01")}
    assert "wai" not in {p.id for p in await later.having(Role.AUDITOR, "GD01")}

    await house.people.change("wai", until=datetime.now(UTC) - timedelta(seconds=1))  # its time is over
    assert "A04" in words(await scene.send("wai", f"打开 {item.id}"))
    await house.people.change("wai", until=end)  # prolonged
    assert "A04" not in words(await scene.send("wai", f"打开 {item.id}"))
    faults = [f.code async for f in Verification(house.db, house.trail, house.vault.original).faults()]
    assert faults == []
    await house.db.people.update_one({"_id": "wai"}, {"$set": {"until": end + timedelta(days=900)}})
    faults = [f.code async for f in Verification(house.db, house.trail, house.vault.original).faults()]
    assert len(faults) == 1
