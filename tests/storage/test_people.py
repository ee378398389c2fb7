from __future__ import annotations

import asyncio

import pytest

from archive.access import Person, Role
from archive.errors import BadValue, NotFound
from storage import accounts, mongo, people
from storage.people import Identity, People


@pytest.fixture
async def staff(db: mongo.Database) -> People:
    await mongo.ensure_indexes(db, people.INDEXES, accounts.INDEXES)
    return People(db)


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
        await staff.set_roles("a1", [])
    assert (await staff.get("a1")).name == "甲"


async def test_changes(staff: People) -> None:
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    await staff.rename("a1", "甲乙")
    await staff.set_roles("a1", {Role.AUDITOR})
    await staff.move("a1", "审计部")
    await staff.speak("a1", "en")
    assert await staff.get("a1") == Person("a1", "甲乙", frozenset({Role.AUDITOR}), "审计部", "C1", "en")
    with pytest.raises(NotFound):
        await staff.rename("nobody", "x")


async def test_having_a_role_means_able_to_act(staff: People) -> None:
    for n, roles in enumerate(({Role.FINANCE}, {Role.FINANCE, Role.ADMIN}, {Role.EMPLOYEE}, {Role.FINANCE})):
        await staff.add(f"人{n}", roles, company="C1" if n < 3 else "C2", id=f"p{n}")
    assert [p.id for p in await staff.having(Role.FINANCE, "C1")] == ["p0", "p1"]
    await staff.disable("p0")
    assert [p.id for p in await staff.having(Role.FINANCE, "C1")] == ["p1"]
    assert [p.disabled for p in await staff.all()] == [True, False, False, False]
    await staff.enable("p0")
    assert not (await staff.get("p0")).disabled


async def test_channels_know_people_by_their_own_ids(staff: People) -> None:
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    await staff.add("乙", {Role.EMPLOYEE}, company="C1", id="b1")
    slack, wecom = Identity("slack", "T1", "U9"), Identity("wecom", "corp", "U9")
    await staff.tie("a1", slack)
    await staff.tie("a1", slack)
    await staff.tie("a1", wecom)
    known = await staff.known(slack)
    assert known is not None
    assert known.id == "a1"
    assert await staff.known(Identity("slack", "T2", "U9")) is None
    assert await staff.identities("a1") == [slack, wecom]
    with pytest.raises(BadValue):
        await staff.tie("b1", slack)
    with pytest.raises(NotFound):
        await staff.tie("c1", Identity("slack", "T1", "U1"))
    assert await staff.untie(slack)
    assert not await staff.untie(slack)
    await staff.tie("b1", slack)
    assert await staff.identities("b1") == [slack]


async def test_what_another_process_changed_is_seen_within_a_second(staff: People, db: mongo.Database) -> None:
    other = People(db)
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    assert not (await staff.get("a1")).disabled
    assert [person.disabled for person in await staff.all()] == [False]
    await other.disable("a1")
    assert (await other.get("a1")).disabled
    await asyncio.sleep(people.FRESH + 0.05)
    assert (await staff.get("a1")).disabled
    assert [person.disabled for person in await staff.all()] == [True]
