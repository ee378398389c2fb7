"""What the clock does for checks and hand-overs: works runs off, begins the yearly ones, tells what is due."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from archive.errors import ChangedMeanwhile
from archive.inspection import Run, RunState
from bot.app import House
from handlers import inspect
from handlers.carry_out import carry_out
from handlers.custodian import custody_of
from handlers.custody import Custody
from handlers.hand_over import deadlines
from handlers.handing import advance
from handlers.inspecting import tell_end, work_off
from handlers.lending import tick
from handlers.packing import CASE

log = logging.getLogger("guidang.custody")

DAY = timedelta(days=1)
#: Steps of a run before another has its turn.
TURN = 20
#: Renewed at every step; another process takes over this long after one has died.
LEASE = timedelta(seconds=20)


class Keeper:
    """What the clock does: works runs off, begins the yearly ones. One replica at a time."""

    def __init__(self, house: House) -> None:
        self._house = house

    def jobs(self) -> Sequence[tuple[Callable[[], Awaitable[object]], int]]:
        """For bot.schedule.Clock: each with the seconds between two runs."""
        often = (self.inspect, 3), (self.hand_over, 3), (self.destroy, 3)
        return (*often, (self.watch, 3600), (self.lend, 60))

    async def inspect(self) -> None:
        """Every run under way, to its end; a crash leaves it where its last step was written down."""
        custody = custody_of(self._house.ctx)
        while runs := [run for run in await custody.inspections.running() if run.case != CASE]:
            for run in runs:  # in turn, so that a short one doesn't wait behind a year's
                if not await self._turn(custody, run):
                    return

    async def _turn(self, custody: Custody, run: Run) -> bool:
        """Some steps of a run, or all; False when another process leads. What a command packs is left to it."""
        steps = 0

        async def go_on(_: Run) -> bool:
            nonlocal steps
            steps += 1
            return await self._leading() and steps < TURN

        if not await self._leading():
            return False
        try:
            after = await work_off(self._house.ctx, custody, run, go_on)
        except ChangedMeanwhile:  # cancelled, or taken by another: what stands stands
            log.info("%s was ended or taken by another", run.id)
            return True
        if after.state is RunState.DONE:
            await tell_end(self._house.ctx, after)
        return True

    async def hand_over(self) -> None:
        """Every hand-over that waits for no person, a step further."""
        custody = custody_of(self._house.ctx)
        for case in await custody.handovers.live():
            if await self._house.leases.take("custody", LEASE) is None:
                return
            await advance(self._house.ctx, custody, case)

    async def lend(self) -> None:
        """Borrowings whose time is over end by themselves; borrowers are reminded."""
        if await self._house.leases.take("custody", LEASE) is not None:
            await tick(self._house.ctx, [company.code for company in self._house.settings.companies])

    async def destroy(self) -> None:
        """Every destruction that two people have ordered, to its end."""
        custody = custody_of(self._house.ctx)
        for case in await custody.destructions.live():
            if await self._house.leases.take("custody", LEASE) is None:
                return
            await carry_out(self._house.ctx, custody, case, self._still)

    async def _still(self) -> bool:
        return await self._house.leases.take("custody", LEASE) is not None

    async def watch(self) -> None:
        """The yearly check begins, or is told to be overdue."""
        if await self._house.leases.take("custody", LEASE) is None:
            return
        custody = custody_of(self._house.ctx)
        for company in self._house.settings.companies:
            await inspect.watch(self._house.ctx, custody, company.code)
            for run in await custody.inspections.runs(company.code):
                if run.state is RunState.DONE and run.ended and self._house.ctx.now() - run.ended < DAY:
                    await tell_end(self._house.ctx, run)  # once: a crash may have come between its end and this
            await deadlines(self._house.ctx, custody, company.code)

    async def _leading(self) -> bool:
        """Whether this process is the one that works runs off."""
        return await self._house.leases.take("inspections", LEASE) is not None
