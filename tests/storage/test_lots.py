"""Work done a lot at a time: each part hears of its own, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from storage.lots import MOST, Lots


async def test_what_comes_while_it_is_busy_goes_together_in_its_order() -> None:
    done: list[list[int]] = []

    async def work(parts: Sequence[int]) -> Sequence[int]:
        done.append(list(parts))
        await asyncio.sleep(0)
        return [part * 2 for part in parts]

    lots: Lots[int, int] = Lots(work)
    count = MOST * 2 + 1
    assert await asyncio.gather(*map(lots.add, range(count))) == [n * 2 for n in range(count)]
    assert [len(lot) for lot in done] == [MOST, MOST, 1]
    assert [part for lot in done for part in lot] == list(range(count))
    assert await lots.add(7) == 14


async def test_an_error_reaches_those_it_concerns_and_the_next_lot_is_done() -> None:
    async def work(parts: Sequence[int]) -> Sequence[int | Exception]:
        if 0 in parts:
            raise OSError("all of them")
        return [ValueError(part) if part == 1 else part for part in parts]

    lots: Lots[int, int] = Lots(work)
    assert [type(each) for each in await asyncio.gather(lots.add(0), lots.add(5), return_exceptions=True)] == [
        OSError
    ] * 2
    found = await asyncio.gather(lots.add(1), lots.add(2), return_exceptions=True)
    assert [type(each) for each in found] == [ValueError, int]


async def test_whoever_gives_up_leaves_the_others_and_the_work_alone() -> None:
    gate, parts_done = asyncio.Event(), list[int]()

    async def work(parts: Sequence[int]) -> Sequence[int]:
        await gate.wait()
        parts_done.extend(parts)
        return parts

    lots: Lots[int, int] = Lots(work)
    waiting = [asyncio.create_task(lots.add(n)) for n in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
    assert [await each for each in waiting[1:]] == [1, 2]
    assert parts_done == [0, 1, 2]
