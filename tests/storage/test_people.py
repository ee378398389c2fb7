from __future__ import annotations

import asyncio

import pytest

from archive.access import Person, Role
from archive.errors import BadValue, NotFound, TrailBroken
from archive.trail import Entry
from storage import accounts, mongo, people
from storage.people import SYSTEM, By, People
from storage.records import unpack
from tests.storage.kept import open_people


@pytest.fixture
async def staff(db: mongo.Database) -> People:
    await mongo.ensure_indexes(db, accounts.INDEXES)
    return await open_people(db)


async def test_a_person_is_kept_as_given(staff: People) -> None:
    made = await staff.add(
        "张三", {Role.FINANCE, Role.APPROVER}, company="C1", department="财务部", lang="en", id="zhangsan"
    )
    assert made == Person("zhangsan", "张三", frozenset({Role.FINANCE, Role.APPROVER}), "财务部", "C1", "en")
    assert await staff.get("zhangsan") == made
    with pytest.raises(NotFound):
        await staff.get("lisi")


async def test_ids_are_made_short_and_unlike(staff: People) -> None:
    ids = [
        (await staff.add(name, {Role.EMPLOYEE}, company="C1")).id for name in ("Zhang San", "Zhang San", "李四", "王五")
    ]
    assert ids == ["zhang-san", "zhang-san2", "u3", "u4"]
    many = await asyncio.gather(*(staff.add("赵六", {Role.EMPLOYEE}, company="C1") for _ in range(8)))
    assert len({person.id for person in many}) == 8


@pytest.mark.parametrize("bad", ["张三", "A", "a b", "-a", "a" * 33, "a/b", "$x"])
async def test_ids_that_cannot_be(staff: People, bad: str) -> None:
    with pytest.raises(BadValue):
        await staff.add("甲", {Role.EMPLOYEE}, company="C1", id=bad)


async def test_taken_nameless_or_without_a_role(staff: People) -> None:
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    for name, roles, person_id in (("乙", {Role.EMPLOYEE}, "a1"), (" ", {Role.EMPLOYEE}, ""), ("丙", set[Role](), "")):
        with pytest.raises(BadValue):
            await staff.add(name, roles, company="C1", id=person_id)
    with pytest.raises(BadValue):
        await staff.change("a1", roles=[])
    assert (await staff.get("a1")).name == "甲"


async def test_changes(staff: People) -> None:
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    await staff.change("a1", name="甲乙", roles={Role.AUDITOR}, department="审计部")
    assert await staff.get("a1") == Person("a1", "甲乙", frozenset({Role.AUDITOR}), "审计部", "C1")
    await staff.change("a1")
    assert (await staff.get("a1")).name == "甲乙"
    with pytest.raises(NotFound):
        await staff.change("nobody", name="x")


async def test_each_change_leaves_an_entry_that_says_how_the_account_stands(staff: People, db: mongo.Database) -> None:
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1", by=SYSTEM)
    await staff.change("a1", roles={Role.ADMIN, Role.AUDITOR}, by=By("root", "desk"))
    await staff.disable("a1")
    await staff.enable("a1")
    with pytest.raises(BadValue):
        await staff.add("乙", {Role.EMPLOYEE}, company="C1", id="a1")
    with pytest.raises(NotFound):
        await staff.disable("nobody")
    entries = [unpack(Entry, doc) for doc in await db.links.find({}).sort("_id", 1).to_list()]
    assert {entry.about for entry in entries} == {"person:a1"}
    assert [(e.who, e.channel, e.action, e.facts["roles"], e.facts["disabled"]) for e in entries] == [
        ("system", "", "added", "employee", "no"),
        ("root", "desk", "changed", "admin,auditor", "no"),
        ("local", "cli", "disabled", "admin,auditor", "yes"),
        ("local", "cli", "enabled", "admin,auditor", "no"),
    ]


async def test_a_change_whose_entry_cannot_be_written_does_not_happen(staff: People, db: mongo.Database) -> None:
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    await db.head.update_one({}, {"$set": {"seal": "forged"}})
    other = await open_people(db)
    for step in (
        other.change("a1", roles={Role.ADMIN}),
        other.disable("a1"),
        other.add("乙", {Role.ADMIN}, company="C1", id="b1"),
    ):
        with pytest.raises(TrailBroken):
            await step
    assert await other.all() == [Person("a1", "甲", frozenset({Role.EMPLOYEE}), "", "C1")]


async def test_having_a_role_means_able_to_act(staff: People) -> None:
    for n, roles in enumerate(({Role.FINANCE}, {Role.FINANCE, Role.ADMIN}, {Role.EMPLOYEE}, {Role.FINANCE})):
        await staff.add(f"人{n}", roles, company="C1" if n < 3 else "C2", id=f"p{n}")
    assert [p.id for p in await staff.having(Role.FINANCE, "C1")] == ["p0", "p1"]
    await staff.disable("p0")
    assert [p.id for p in await staff.having(Role.FINANCE, "C1")] == ["p1"]
    assert [p.disabled for p in await staff.all()] == [True, False, False, False]
    await staff.enable("p0")
    assert not (await staff.get("p0")).disabled


async def test_what_another_process_changed_is_seen_within_a_second(staff: People, db: mongo.Database) -> None:
    other = await open_people(db)
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    assert not (await staff.get("a1")).disabled
    assert [person.disabled for person in await staff.all()] == [False]
    await other.disable("a1")
    assert (await other.get("a1")).disabled
    await asyncio.sleep(people.FRESH + 0.05)
    assert (await staff.get("a1")).disabled
    assert [person.disabled for person in await staff.all()] == [True]
