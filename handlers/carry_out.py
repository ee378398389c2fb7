"""A destruction that two people have ordered, carried out by the clock: unit by unit, then tried to be undone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from archive.access import Person
from archive.destroying import Fate, Tombstone
from archive.destruction import RECOVERED, STATE_NAMES, UNRECOVERABLE, Act, Case, Event, State, step
from archive.errors import DatabaseProblem, DestructionElsewhere, KeyMissing, NotFound, Problem
from archive.item import FileRef
from archive.query import Query, Scope
from archive.words import Text
from handlers.context import Context
from handlers.custody import Custody
from handlers.destroy_cards import papers, tell_all
from handlers.filing import file_record
from handlers.kept import open_balances

#: Units after which what is open in the books is read anew.
FRESH = 20


async def carry_out(ctx: Context, custody: Custody, case: Case, still: Callable[[], Awaitable[bool]]) -> Case:
    """As far as it goes; broken off anywhere, the same again goes on. `still`: whether this process leads."""
    if case.state is State.EXECUTING:
        try:
            if not await _all(ctx, custody, case, still):
                return case
        except DatabaseProblem:  # away: the clock comes again
            raise
        except DestructionElsewhere:  # halted or carried out by another meanwhile
            return await custody.destructions.case(case.id)
        except Problem as problem:
            return await _own(ctx, custody, case, Act.HALT, reason=f"{problem.code} {problem}")
        case = await _own(ctx, custody, case, Act.EXECUTED)
    if case.state is State.CHECKING:
        found = await recovered(ctx, custody, case)
        stones = await custody.destructions.stones(case.id)
        tried = f"{len(stones)} 件的解密、取件、检索均失败；未配置备份副本" if not found else "；".join(found[:20])
        value = RECOVERED if found else UNRECOVERABLE
        case = await _own(ctx, custody, case, Act.CHECKED, value, tried)
    if case.state is State.FILING:
        case = await _own(ctx, custody, case, Act.FILED, await _filed(ctx, custody, case))
    return case


async def _all(ctx: Context, custody: Custody, case: Case, still: Callable[[], Awaitable[bool]]) -> bool:
    open_ = await open_balances(ctx, case.company)
    for nth, unit in enumerate(case.units):
        if not await still():
            return False
        if nth and nth % FRESH == 0:
            open_ = await open_balances(ctx, case.company)
        now = ctx.now()
        await custody.destructions.destroy(case.id, unit, open_, now.astimezone(ctx.zone).date(), now)
    return True


async def _own(ctx: Context, custody: Custody, case: Case, act: Act, value: str = "", reason: str = "") -> Case:
    event = Event(act, "system", "归档 Guidang", ctx.now(), value=value, reason=reason)
    after = await custody.destructions.change(case.id, lambda standing: step(standing, event))
    name = STATE_NAMES[after.state]
    await tell_all(ctx, custody, after, Text(f"{case.id}：{name.zh}", f"{case.id}: {name.en}"))
    return after


async def _filed(ctx: Context, custody: Custody, case: Case) -> str:
    """意见书, 清册 and certificate into the archive, permanently (附表1); their 档号. Again it changes nothing."""
    by, at = Person("system", "归档 Guidang", frozenset(), company=case.company), case.events[-1].at
    day, numbers = at.astimezone(ctx.zone).date(), []
    for paper in await papers(ctx, custody, case, by.name, at):
        kind = "会计档案鉴定意见书" if "意见书" in paper.name else "会计档案销毁清册"
        file = await ctx.vault.hold(paper.data, paper.name, paper.media_type)
        title = paper.name.removesuffix(".pdf")
        await file_record(ctx, by, case.company, kind, title, day.year, day.month, file, day)
        unit = await ctx.units.unit(f"{case.company}|{kind}|{file.sha256[:16]}")
        numbers.append(unit.archive_no)
    return " ".join(numbers)


async def recovered(ctx: Context, custody: Custody, case: Case) -> list[str]:
    """What could be got back of the case's units, by every way there is: it must be nothing."""
    found: list[str] = []
    for stone in await custody.destructions.stones(case.id):
        if stone.fate is not Fate.GONE:
            found.append(f"{stone.archive_no} 未删除完")
        found += [f"{stone.archive_no} {way}" for way in await _ways(ctx, stone)]
    return found


async def _ways(ctx: Context, stone: Tombstone) -> list[str]:
    found = []
    for file_id, sha256 in zip(stone.papers, stone.digests, strict=True):
        if await _gets(ctx.vault.original(FileRef(file_id, stone.title, 0, sha256, "", ""))):
            found.append(f"文件 {file_id} 可解密")
    for item in stone.items:
        if await _gets(ctx.vault.item(item)):
            found.append(f"记录 {item} 仍在")
        hits = await ctx.search.find(Query(words=(item,)), Scope(stone.company, None))
        found += [f"检索到 {each}" for each in hits.ids if each == item]
    if await _gets(ctx.units.unit(stone.unit)):
        found.append("件仍可取")
    return found


async def _gets(way: Awaitable[object]) -> bool:
    """Whether something came; a broken file is something too."""
    try:
        await way
    except (KeyMissing, NotFound):
        return False
    except DatabaseProblem:
        raise
    except Problem:
        return True
    return True
