from __future__ import annotations

import asyncio
import itertools
import threading

import pytest
from argon2 import PasswordHasher

from archive.access import Role
from archive.errors import (
    AccountDisabled,
    BadValue,
    LinkExpired,
    NotFound,
    SignInBusy,
    SignInFailed,
    TooManyFromAddress,
    TooManyTries,
)
from storage import accounts, mongo
from storage.accounts import MOST_WAITING, Accounts
from storage.people import People
from storage.tries import FROM_ADDRESS, TRIES
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
    tokens = [await door.sign_in("zhangsan", PASSWORD) for _ in range(3)]
    link = await door.link("zhangsan")
    new = await door.set_password("zhangsan", "another horse 电池")
    assert [await door.session(token) for token in tokens] == [None] * 3
    assert await door.session(new) is not None
    with pytest.raises(LinkExpired):
        await door.redeem(link)
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


async def wrong(door: Accounts, times: int, account: str = "zhangsan", **where: str) -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            await door.sign_in(account, "wrong", **where)


async def test_many_failures_from_one_address_wait_whatever_the_accounts(door: Accounts, clock: Clock) -> None:
    for n in range(FROM_ADDRESS):
        await wrong(door, 1, f"nobody{n}", address="198.51.100.7")
    clock.move(minutes=20)
    for account in ("zhangsan", "nobody"):
        with pytest.raises(TooManyFromAddress) as refused:
            await door.sign_in(account, PASSWORD, "198.51.100.7")
        assert refused.value.facts["minutes"] == 40
    assert "从你这个网络地址登录失败的次数太多" in refused.value.say("zh")
    assert "from your network address" in refused.value.say("en")
    assert await door.sign_in("zhangsan", PASSWORD, "198.51.100.8")
    clock.move(minutes=40)
    assert await door.sign_in("zhangsan", PASSWORD, "198.51.100.7")


async def test_an_account_of_ones_own_does_not_buy_more_tries(door: Accounts) -> None:
    for n in range(FROM_ADDRESS):
        await wrong(door, 1, f"nobody{n}", address="198.51.100.7")
        if n % 10 == 5:
            assert await door.sign_in("zhangsan", PASSWORD, "198.51.100.7")
    with pytest.raises(TooManyFromAddress):
        await door.sign_in("nobody", "wrong", "198.51.100.7")


async def test_nobody_is_locked_out_of_the_browser_they_use_or_of_a_link(door: Accounts) -> None:
    await door.sign_in("zhangsan", PASSWORD, "203.0.113.1", "mine")
    for n in range(FROM_ADDRESS):  # somebody at the same address, who knows the account's name
        await wrong(door, 1, "zhangsan" if n < TRIES else f"nobody{n}", address="203.0.113.1", browser="another")
    with pytest.raises(TooManyTries):
        await door.sign_in("zhangsan", PASSWORD, "203.0.113.1", "another")
    with pytest.raises(TooManyTries):
        await door.sign_in("zhangsan", PASSWORD, "203.0.113.2")
    assert await door.sign_in("zhangsan", PASSWORD, "203.0.113.1", "mine")
    assert await door.redeem(await door.link("zhangsan"), "new")
    assert await door.sign_in("zhangsan", PASSWORD, "203.0.113.1", "new")


async def test_a_browser_that_was_in_is_limited_too_and_for_its_account_only(door: Accounts, staff: People) -> None:
    await staff.add("李四", {Role.EMPLOYEE}, company="C1", id="lisi")
    await door.redeem(await door.link("lisi"), "mine")
    await wrong(door, TRIES, "lisi", browser="mine")
    with pytest.raises(TooManyTries):
        await door.sign_in("lisi", PASSWORD, browser="mine")
    await wrong(door, TRIES, "zhangsan", browser="mine")
    with pytest.raises(TooManyTries):
        await door.sign_in("zhangsan", PASSWORD, browser="mine")


async def test_a_flood_of_sign_ins_is_told_to_come_again(
    door: Accounts, db: mongo.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are checked at a time, not many wait, and whoever was sent away has had no try."""
    at_once, most, gate = 0, 0, threading.Event()
    lock = threading.Lock()

    def slow(known: str, password: str) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        gate.wait(20)
        with lock:
            at_once -= 1
        return False

    await wrong(door, 1, "first")  # the hash to compare with is made
    monkeypatch.setattr(accounts, "_verified", slow)
    flood = [asyncio.create_task(door.sign_in(f"nobody{n}", "wrong")) for n in range(MOST_WAITING + 8)]
    async with asyncio.timeout(20):
        for pause in itertools.repeat(0.01):
            if sum(task.done() for task in flood) == 8 and at_once == 2:
                break
            await asyncio.sleep(pause)
    with pytest.raises(SignInBusy) as refused:
        await door.sign_in("zhangsan", PASSWORD)
    with pytest.raises(SignInBusy):
        await door.set_password("zhangsan", "another horse 电池")
    assert "[A09]" in refused.value.say("zh")
    assert "Please try again in a few seconds." in refused.value.say("en")
    gate.set()
    ended = await asyncio.gather(*flood, return_exceptions=True)
    assert sum(isinstance(each, SignInBusy) for each in ended) == 8
    assert sum(isinstance(each, SignInFailed) for each in ended) == MOST_WAITING
    assert most == 2
    assert await db.tries.count_documents({}) == MOST_WAITING + 1
    monkeypatch.undo()
    assert await door.sign_in("zhangsan", PASSWORD)
