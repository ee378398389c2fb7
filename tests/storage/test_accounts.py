from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher

from archive.access import Role
from archive.errors import AccountDisabled, BadValue, LinkExpired, NotFound, SignInFailed, TooManyTries
from storage import accounts, mongo
from storage.accounts import TRIES, Accounts
from storage.people import People
from tests.storage.clock import Clock
from tests.storage.kept import open_people

PASSWORD = "correct horse 电池"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def staff(db: mongo.Database, clock: Clock) -> People:
    await mongo.ensure_indexes(db, accounts.INDEXES)
    staff = await open_people(db, clock)
    await staff.add("张三", {Role.EMPLOYEE}, company="C1", id="zhangsan", lang="en")
    return staff


@pytest.fixture
async def door(db: mongo.Database, staff: People, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """With a hash that costs little; what the real one costs is looked at below."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=512, parallelism=1))
    door = Accounts(db, staff, clock)
    await door.set_password("zhangsan", PASSWORD)
    return door


async def test_the_password_opens_a_session(door: Accounts, staff: People) -> None:
    token = await door.sign_in(" ZhangSan ", PASSWORD)
    assert await door.session(token) == (await staff.get("zhangsan"), "en")
    await door.speak(token, "zh")
    assert (await door.session(token) or (None, None))[1] == "zh"
    await door.sign_out(token)
    assert await door.session(token) is None
    assert await door.session("") is None


@pytest.mark.parametrize(
    ("account", "password"), [("zhangsan", "wrong"), ("zhangsan", ""), ("nobody", PASSWORD), ("", "")]
)
async def test_what_is_wrong_is_not_told(door: Accounts, account: str, password: str) -> None:
    with pytest.raises(SignInFailed):
        await door.sign_in(account, password)


async def test_the_hash_is_argon2id_with_memory(staff: People, db: mongo.Database) -> None:
    real = Accounts(db, staff)
    await real.set_password("zhangsan", PASSWORD)
    doc = await db.passwords.find_one({"_id": "zhangsan"})
    assert doc is not None
    assert doc["hash"].startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert await real.sign_in("zhangsan", PASSWORD)


async def test_a_hash_of_older_costs_is_renewed(
    door: Accounts, db: mongo.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=2, memory_cost=512, parallelism=1))
    assert await door.sign_in("zhangsan", PASSWORD)
    doc = await db.passwords.find_one({"_id": "zhangsan"})
    assert doc is not None
    assert ",t=2," in doc["hash"]
    assert await door.sign_in("zhangsan", PASSWORD)


async def test_a_name_will_do_when_it_is_the_only_one(door: Accounts, staff: People) -> None:
    assert await door.sign_in("张三", PASSWORD)
    await staff.add("张三", {Role.EMPLOYEE}, company="C1")
    with pytest.raises(SignInFailed):
        await door.sign_in("张三", PASSWORD)
    assert await door.sign_in("zhangsan", PASSWORD)


async def test_tries_by_name_and_by_id_are_counted_together(door: Accounts) -> None:
    for n in range(TRIES):
        with pytest.raises(SignInFailed):
            await door.sign_in(("张三", "zhangsan")[n % 2], "wrong")
    with pytest.raises(TooManyTries):
        await door.sign_in("张三", PASSWORD)


async def test_nothing_secret_is_kept_as_it_is(door: Accounts, db: mongo.Database) -> None:
    token, link = await door.sign_in("zhangsan", PASSWORD), await door.link("zhangsan")
    kept = str([[doc async for doc in db[name].find({})] for name in await db.list_collection_names()])
    assert "$argon2id$" in kept
    for secret in (PASSWORD, token, link):
        assert secret not in kept


async def test_an_unknown_account_costs_a_hash_too(door: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    verified = accounts._verified
    monkeypatch.setattr(
        accounts, "_verified", lambda known, password: compared.append(known) or verified(known, password)
    )
    for account in ("zhangsan", "nobody"):
        with pytest.raises(SignInFailed):
            await door.sign_in(account, "wrong")
    assert [known.split("$")[1:4] for known in compared] == [compared[0].split("$")[1:4]] * 2  # same costs


@pytest.mark.parametrize("account", ["zhangsan", "nobody"])
async def test_ten_wrong_tries_lock_longer_and_longer(door: Accounts, clock: Clock, account: str) -> None:
    for _ in range(TRIES):
        with pytest.raises(SignInFailed):
            await door.sign_in(account, "wrong")
    minutes = []
    for _ in range(4):
        with pytest.raises(TooManyTries) as locked:
            await door.sign_in(account, PASSWORD)
        minutes.append(locked.value.facts["minutes"])
        clock.move(minutes=minutes[-1])
        with pytest.raises(SignInFailed):
            await door.sign_in(account, "wrong")
    assert minutes == [1, 2, 4, 8]


async def test_the_right_password_after_the_lock_forgives(door: Accounts, clock: Clock) -> None:
    for _ in range(TRIES):
        with pytest.raises(SignInFailed):
            await door.sign_in("zhangsan", "wrong")
    clock.move(minutes=1)
    assert await door.sign_in("zhangsan", PASSWORD)
    for _ in range(TRIES - 1):
        with pytest.raises(SignInFailed):
            await door.sign_in("zhangsan", "wrong")
    assert await door.sign_in("zhangsan", PASSWORD)


async def test_many_tries_at_once_are_not_more_than_in_a_row(door: Accounts) -> None:
    results = await asyncio.gather(*(door.sign_in("zhangsan", f"guess {n}") for n in range(25)), return_exceptions=True)
    assert sum(isinstance(result, SignInFailed) for result in results) == TRIES
    assert sum(isinstance(result, TooManyTries) for result in results) == 25 - TRIES


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaa", "zhangsan-2026", "x1y2z3" * 50])
async def test_weak_passwords(door: Accounts, weak: str) -> None:
    with pytest.raises(BadValue):
        await door.set_password("zhangsan", weak)
    assert await door.sign_in("zhangsan", PASSWORD)


async def test_a_new_password_ends_the_sessions(door: Accounts) -> None:
    token = await door.sign_in("zhangsan", PASSWORD)
    await door.set_password("zhangsan", "another horse 电池")
    assert await door.session(token) is None
    with pytest.raises(SignInFailed):
        await door.sign_in("zhangsan", PASSWORD)
    assert await door.sign_in("zhangsan", "another horse 电池")
    with pytest.raises(NotFound):
        await door.set_password("nobody", PASSWORD)


async def test_a_link_works_once(door: Accounts, staff: People) -> None:
    link = await door.link("zhangsan")
    assert len(link) == 43
    token = await door.redeem(link)
    assert await door.session(token) == (await staff.get("zhangsan"), "en")
    for used in (link, "", "not a link"):
        with pytest.raises(LinkExpired):
            await door.redeem(used)


async def test_a_link_used_twice_at_once_works_once(door: Accounts) -> None:
    link = await door.link("zhangsan")
    results = await asyncio.gather(*(door.redeem(link) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, LinkExpired) for result in results) == 7


async def test_links_end_with_time_with_the_next_and_with_the_account(
    door: Accounts, staff: People, clock: Clock
) -> None:
    old, new = await door.link("zhangsan"), await door.link("zhangsan")
    with pytest.raises(LinkExpired):
        await door.redeem(old)
    clock.move(hours=24)
    with pytest.raises(LinkExpired):
        await door.redeem(new)
    last = await door.link("zhangsan")
    await staff.disable("zhangsan")
    with pytest.raises(LinkExpired):
        await door.redeem(last)
    with pytest.raises(AccountDisabled):
        await door.link("zhangsan")


async def test_a_disabled_account_is_shut_at_once(door: Accounts, staff: People) -> None:
    token = await door.sign_in("zhangsan", PASSWORD)
    await staff.disable("zhangsan")
    assert await door.session(token) is None
    with pytest.raises(SignInFailed):
        await door.sign_in("zhangsan", "wrong")
    with pytest.raises(AccountDisabled):
        await door.sign_in("zhangsan", PASSWORD)
    await staff.enable("zhangsan")
    assert await door.session(token) is None
    assert await door.sign_in("zhangsan", PASSWORD)


async def test_sessions_end_when_idle_and_in_the_end(door: Accounts, clock: Clock) -> None:
    token = await door.sign_in("zhangsan", PASSWORD)
    for _ in range(15):
        clock.move(hours=11)
        assert await door.session(token) is not None
    clock.move(hours=3)  # seven days in all
    assert await door.session(token) is None
    idle = await door.sign_in("zhangsan", PASSWORD)
    clock.move(hours=12)
    assert await door.session(idle) is None


async def test_signing_out_everywhere(door: Accounts) -> None:
    tokens = [await door.sign_in("zhangsan", PASSWORD) for _ in range(3)]
    assert await door.sign_out_everywhere("zhangsan") == 3
    assert [await door.session(token) for token in tokens] == [None] * 3
