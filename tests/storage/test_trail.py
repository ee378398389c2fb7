"""The chain grows without a gap, from several writers too, and does not go on from a head that is not ours."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from archive.errors import TrailBroken
from archive.trail import GENESIS, Entry, Link, digest_of
from storage import mongo
from storage.trail import Trail, to_link
from tests.storage.kept import AT, open_archive


async def whole(trail: Trail) -> list[Link]:
    head = await trail.head()
    links = [to_link(doc) async for doc in trail.documents(head.seq)]
    previous = GENESIS
    for seq, each in enumerate(links, 1):
        assert (each.seq, each.previous) == (seq, previous)
        assert each.digest == digest_of(seq, each.entry, previous)
        previous = each.digest
    assert (len(links), previous) == (head.seq, head.digest)
    return links


async def test_entries_are_chained_in_order(db: mongo.Database, tmp_path: Path) -> None:
    trail = (await open_archive(db, tmp_path)).trail
    await trail.add()
    await trail.add(*(Entry("p1", f"a{n}", "x", AT, "desk", {"k": "值", "$.": ""}) for n in range(3)))
    await trail.add(Entry("p2", "viewed", "y", AT))
    assert [link.entry.action for link in await whole(trail)] == ["a0", "a1", "a2", "viewed"]
    assert [link.entry.action for link in await trail.about("x", 2)] == ["a1", "a2"]


async def test_entries_of_a_stretch_of_time(db: mongo.Database, tmp_path: Path) -> None:
    trail = (await open_archive(db, tmp_path)).trail
    assert [e async for e in trail.between(AT, AT + timedelta(hours=1))] == []
    await trail.add(*(Entry("p", f"a{n}", "x", AT + timedelta(minutes=n)) for n in range(1500)))
    late = Entry("p", "late", "x", AT + timedelta(minutes=700))  # written by a replica whose clock is behind
    await trail.add(late)
    for first, last in ((0, 10), (697, 705), (1490, 9000), (-50, 2), (2000, 2010)):
        span = AT + timedelta(minutes=first), AT + timedelta(minutes=last)
        found = [entry.action async for entry in trail.between(*span)]
        expected = [f"a{n}" for n in range(max(first, 0), min(last, 1500))]
        assert [name for name in found if name != "late"] == expected
    near = [e.action async for e in trail.between(AT + timedelta(minutes=1495), AT + timedelta(minutes=1499))]
    assert near == ["a1495", "a1496", "a1497", "a1498"]


async def test_many_writers_leave_no_gap(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    replicas = [archive.trail, *(Trail(db, archive.secret) for _ in range(2))]
    await asyncio.gather(
        *(replicas[n % 3].add(Entry("p", str(n), "x", AT), Entry("p", str(n), "x", AT)) for n in range(30))
    )
    links = await whole(archive.trail)
    assert len(links) == 60
    assert all(a.entry == b.entry for a, b in zip(links[::2], links[1::2], strict=True))


@pytest.mark.parametrize("change", [{"seq": 1}, {"digest": "0" * 64}, {"seal": "0" * 64}, None])
async def test_a_head_that_is_not_ours_is_not_continued(
    db: mongo.Database, tmp_path: Path, change: dict[str, object] | None
) -> None:
    archive = await open_archive(db, tmp_path)
    await archive.trail.add(*(Entry("p", str(n), "x", AT) for n in range(3)))
    await (db.head.update_one({}, {"$set": change}) if change else db.head.delete_many({}))
    with pytest.raises(TrailBroken):
        await Trail(db, archive.secret).add(Entry("p", "more", "x", AT))
    assert await db.links.count_documents({}) == 3


async def test_an_old_head_put_back_is_noticed_while_running(db: mongo.Database, tmp_path: Path) -> None:
    trail = (await open_archive(db, tmp_path)).trail
    await trail.add(Entry("p", "1", "x", AT))
    old = await db.head.find_one({})
    assert old
    await trail.add(Entry("p", "2", "x", AT))
    await db.links.delete_one({"_id": 2})
    await db.head.replace_one({}, old)
    with pytest.raises(TrailBroken):
        await trail.add(Entry("p", "3", "x", AT))


async def test_a_new_archive_begins_a_new_witness_and_keeps_the_old(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    await archive.trail.add(Entry("p", "1", "x", AT))
    for name in await db.list_collection_names():
        await db[name].delete_many({})
    again = await open_archive(db, tmp_path)
    assert not again.witness.exists()
    assert len(list(again.witness.parent.glob("data.witness.*"))) == 1


async def test_the_witness_repeats_every_seal(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    for n in range(3):
        await archive.trail.add(Entry("p", str(n), "x", AT))
    lines = archive.witness.read_text().splitlines()
    assert [int(line.split()[0]) for line in lines] == [1, 2, 3]
    archive.witness.write_text("\n".join([*lines, "4 cut sho"]))
    head = await archive.trail.head()
    assert archive.trail.witnessed() == [(1, lines[0].split()[1]), (3, archive.trail.seal(head))]


async def test_a_witness_that_cannot_be_written_loses_no_entry(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    (tmp_path / "full").write_text("not a folder")
    trail = Trail(db, archive.secret, tmp_path / "full" / "witness")
    await trail.add(Entry("p", "1", "x", AT))
    assert len(await whole(trail)) == 1
