"""The vault keeps an item, its case, its trail and its original together: once, whole, and found again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from archive.approval import Case
from archive.errors import AlreadyDecided, DuplicateDocument, IndexBroken, NotFound
from archive.item import Item, ItemState
from archive.trail import Entry
from storage import mongo
from storage.items import record_digest
from storage.trail import Trail
from storage.vault import Vault
from tests.storage.kept import AT, TERM, ZONE, Archive, Made, invoice, open_archive, step


@pytest.fixture
async def archive(db: mongo.Database, tmp_path: Path) -> Archive:
    return await open_archive(db, tmp_path)


async def test_an_item_is_kept_with_its_case_and_trail(archive: Archive) -> None:
    item = await archive.put("1")
    assert item.id == "G2610-0001"
    assert await archive.vault.item(item.id) == item
    assert (await archive.vault.case(item.id)).item == item.id
    assert await archive.vault.original(item.file) == b"the bytes of 1"
    (link,) = await archive.trail.about(item.id)
    doc = await archive.db.items.find_one({"_id": item.id})
    assert doc
    assert link.entry.facts["record"] == record_digest(doc)
    assert link.entry.facts["sha256"] == item.file.sha256


async def test_what_is_not_there_is_said(archive: Archive) -> None:
    for ask in (archive.vault.item("G1"), archive.vault.case("G1"), archive.file("G1")):
        with pytest.raises(NotFound, match="G1"):
            await ask


async def test_ids_run_by_the_month_of_the_place(archive: Archive) -> None:
    last_evening = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    assert await archive.vault.new_id(last_evening) == "G2610-0001"
    assert await archive.vault.new_id(last_evening + timedelta(minutes=1)) == "G2611-0001"
    assert await archive.vault.new_id(last_evening) == "G2610-0002"


async def test_the_same_part_of_the_same_file_is_taken_once(archive: Archive) -> None:
    first = await archive.put("1")
    again = replace(first, id="G2610-0099", owner="p9")
    case = Case("C9", again.id, "all", (), AT)
    entry = Entry("p9", "received", again.id, AT)
    assert await archive.vault.take(again, case, [entry]) == first
    both = [replace(first, id=f"G2610-01{n:02d}", part=1, document=invoice("7")) for n in range(5)]
    made = await asyncio.gather(*(archive.vault.take(each, case, [replace(entry, about=each.id)]) for each in both))
    assert len({each.id for each in made}) == 1
    assert [each.part for each in await archive.vault.parts(first.file)] == [0, 1]
    assert await archive.db.links.count_documents({}) == 2


async def test_a_document_is_held_once_while_it_is_alive(archive: Archive) -> None:
    first = await archive.put("1")
    with pytest.raises(DuplicateDocument) as told:
        await archive.put("1", owner="p3")
    facts = told.value.facts
    assert (facts["who"], facts["item"], facts["when"]) == ("p1", first.id, "2026-10-31 16:30")
    other = await archive.put("1", company="GD02")
    assert other.company == "GD02"
    await archive.vault.change(first.id, lambda i, c: step(i, c, "rejected", state=ItemState.REJECTED))
    second = await archive.put("1")
    with pytest.raises(DuplicateDocument):  # the first may not come back to life beside it
        await archive.vault.change(first.id, lambda i, c: step(i, c, "renewed", state=ItemState.PENDING))
    assert (await archive.vault.item(first.id)).state is ItemState.REJECTED
    await archive.vault.change(second.id, lambda i, c: step(i, c, "withdrawn", state=ItemState.WITHDRAWN))
    await archive.vault.change(first.id, lambda i, c: step(i, c, "renewed", state=ItemState.PENDING))


async def test_documents_without_an_identity_do_not_collide(archive: Archive) -> None:
    for name in "ab":
        await archive.put(name, document=replace(invoice(name), number=None))


async def test_fifty_at_once_keep_one(archive: Archive) -> None:
    results = await asyncio.gather(*(archive.put("5") for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, Item) for each in results) == 1
    assert sum(isinstance(each, DuplicateDocument) for each in results) == 9
    assert await archive.db.links.count_documents({}) == 1


async def test_a_step_that_refuses_changes_nothing(archive: Archive) -> None:
    item = await archive.put("1")

    def refuse(_: Item, __: Case) -> Made:
        raise AlreadyDecided(item="x", who="y", verdict="z", when="now")

    with pytest.raises(AlreadyDecided):
        await archive.vault.change(item.id, refuse)
    assert await archive.vault.item(item.id) == item
    assert len(await archive.trail.about(item.id)) == 1


async def test_a_change_must_leave_a_trail(archive: Archive) -> None:
    item = await archive.put("1")
    with pytest.raises(ValueError, match="trail"):
        await archive.vault.change(item.id, lambda i, c: Made(i, c, ()))


async def test_filing_gives_number_period_and_term(archive: Archive) -> None:
    item = await archive.put("1")
    made = await archive.vault.change(item.id, lambda i, c: step(i, c, "archived", file_it=True))
    filed = made.item.filed
    assert filed
    assert made.item == await archive.vault.item(item.id)
    assert (made.item.state, made.item.version) == (ItemState.ARCHIVED, 2)
    assert filed.archive_no == "GD01-KJ·PZ·2026·D30-0010-0001"
    assert (filed.fiscal_year, filed.fiscal_month, filed.retention, filed.expires) == (
        2026, 10, "30年", date(2056, 12, 31),
    )  # fmt: skip
    doc = await archive.db.items.find_one({"_id": item.id})
    assert doc
    assert (await archive.trail.about(item.id))[-1].entry.facts["record"] == record_digest(doc)


async def test_numbers_have_no_gap_and_no_double_under_many_hands(archive: Archive, db: mongo.Database) -> None:
    other = Vault(db, archive.keys, Trail(db, archive.secret), term=TERM, zone=ZONE)  # a replica
    items = [await archive.put(str(n)) for n in range(24)]

    async def file(n: int, item: Item) -> str:
        def filing(item: Item, case: Case) -> Made:
            if n % 6 == 5:
                raise NotFound(item=item.id)  # a refused step takes no number
            return step(item, case, "archived", file_it=True)

        kept = await (archive.vault if n % 2 else other).change(item.id, filing)
        assert kept.item.filed
        return kept.item.filed.archive_no

    results = await asyncio.gather(*(file(n, item) for n, item in enumerate(items)), return_exceptions=True)
    assert {type(each) for each in results} == {str, NotFound}, results  # says why, should one fail
    numbers = sorted(each for each in results if isinstance(each, str))
    assert numbers == [f"GD01-KJ·PZ·2026·D30-0010-{n:04d}" for n in range(1, 21)]


async def test_a_click_twice_at_once_counts_once(archive: Archive) -> None:
    item = await archive.put("1")

    def once(item: Item, case: Case) -> Made:
        if item.filed:
            raise AlreadyDecided(item=item.id, who="y", verdict="z", when="now")
        return step(item, case, "archived", file_it=True)

    results = await asyncio.gather(*(archive.vault.change(item.id, once) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(each, AlreadyDecided) for each in results) == 4


async def test_finding(archive: Archive) -> None:
    a = await archive.put("1", received_at=AT + timedelta(hours=1))
    b = await archive.put("2")
    c = await archive.put("3", document=replace(invoice("3"), date=None), seen_by=frozenset({"p9"}))
    d = await archive.put("4", document=replace(invoice("4"), date=date(2026, 9, 30), total=Decimal(-5)))
    await archive.file(b.id)
    vault = archive.vault
    assert await vault.items([b.id, "none", a.id]) == [await vault.item(b.id), a]
    assert [item.id for item, _ in await vault.open_cases("GD01")] == [c.id, d.id, a.id]
    assert await vault.open_cases("GD02") == []
    assert await vault.same_file("GD01", a.file.sha256) == a
    assert await vault.same_file("GD02", a.file.sha256) is None
    assert await vault.numbered("GD01", ["1"]) == [a]
    assert await vault.numbered("GD01", ["9"]) == []
    assert await vault.numbered("GD01", []) == []
    await vault.change(a.id, lambda i, c: step(i, c, "rejected", state=ItemState.REJECTED))
    assert await vault.same_file("GD01", a.file.sha256) is None
    october = datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert [item.id for item, _ in await vault.span("GD01", *october, None)] == [c.id, a.id, b.id]
    assert [item.id for item, _ in await vault.span("GD01", *october, "p9")] == [c.id]
    assert sorted([item.id async for item in vault.all_items()]) == [a.id, b.id, c.id, d.id]


async def test_the_index_follows_and_is_caught_up_after_a_fault(db: mongo.Database, tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    broken = True

    async def on_kept(items: Sequence[Item]) -> None:
        if broken:
            raise IndexBroken(detail="x")
        seen.extend((item.id, item.version) for item in items)

    archive = await open_archive(db, tmp_path, on_kept)
    item = await archive.put("1")
    assert await archive.vault.unindexed() == [item]
    broken = False
    assert await archive.vault.index_rest() == 1
    assert await archive.vault.unindexed() == []
    await archive.file(item.id)
    assert seen == [(item.id, 1), (item.id, 2)]
    assert await archive.vault.index_rest() == 0  # its mark was only waiting for company
    assert await archive.vault.unindexed() == []
    broken = True
    later = await archive.vault.change(item.id, lambda i, c: step(i, c, "noted"))
    await archive.vault.mark_indexed([item])  # as it stood before: what the index has isn't what is kept
    assert await archive.vault.unindexed() == [later.item]


async def test_what_comes_while_the_index_is_busy_goes_in_together(db: mongo.Database, tmp_path: Path) -> None:
    commits: list[list[str]] = []
    begun, free = asyncio.Event(), asyncio.Event()

    async def on_kept(items: Sequence[Item]) -> None:
        commits.append([item.document.number or "" for item in items])
        begun.set()
        await free.wait()

    archive = await open_archive(db, tmp_path, on_kept)
    first = asyncio.create_task(archive.put("1"))
    await asyncio.wait_for(begun.wait(), 30)
    others = [asyncio.create_task(archive.put(f"{n}")) for n in range(2, 6)]
    await asyncio.wait(others, timeout=2)
    free.set()
    await asyncio.gather(first, *others)
    assert commits[0] == ["1"]
    assert sorted(number for commit in commits for number in commit) == ["1", "2", "3", "4", "5"]
    assert len(commits) < 5
    assert await archive.vault.index_rest() == 0
    assert await archive.vault.unindexed() == []
