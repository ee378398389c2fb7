"""查验 by itself: what waits in the queue is asked of the provider, and its answers are put down."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from archive.errors import NotFound, TaxProblem
from archive.item import TaxCheck
from archive.taxcheck import Answer, asked_of, compared, print_of
from handlers import taxing
from handlers.context import Context
from storage.tax_checks import Job, TaxChecks

log = logging.getLogger("guidang.tax")
#: Asked in one turn; the next turn comes soon.
MOST = 50


class Asked(Protocol):
    """Somebody who can be asked about an invoice: the one shape of every provider."""

    @property
    def name(self) -> str: ...

    async def ask(self, asked: Mapping[str, str]) -> Answer:
        """Raises NoTaxAnswer, BadTaxAnswer."""


class TaxChecking:
    """One process's hand on the queue."""

    def __init__(self, ctx: Context, queue: TaxChecks, provider: Asked, me: str) -> None:
        self._ctx, self._queue, self._provider, self._me = ctx, queue, provider, me

    async def work(self) -> int:
        """One turn: how many were asked with a result. A provider that gives none isn't asked more in this turn."""
        done = 0
        for _ in range(MOST):
            job = await self._queue.claim(self._me)
            if job is None or not await self._one(job):
                break
            done += 1
        for job in await self._queue.untold():
            await taxing.not_checked(self._ctx, job.item, f"tax-failed:{job.id}", job.code)
            await self._queue.told(job)
        return done

    async def _one(self, job: Job) -> bool:
        try:
            item = await self._ctx.vault.item(job.item)
        except NotFound:
            return await self._queue.done(job, self._me)
        asked = asked_of(item.document)
        if asked is None or print_of(item.document) != job.print:  # corrected since: the new facts have a job of theirs
            return await self._queue.done(job, self._me)
        try:
            answer = compared(await self._provider.ask(asked), asked)
        except TaxProblem as problem:
            log.warning("%s attempt %s: %s", job.item, job.attempts, problem.say("en"))
            await self._queue.failed(job, self._me, problem.code)
            return False
        if not await self._queue.mine(job, self._me):  # taken for dead, and another process asks
            return True
        now = self._ctx.now()
        day = now.astimezone(self._ctx.zone).date()
        check = TaxCheck(answer.outcome, day, now, "system", self._provider.name, answer.remark, job.print)
        await taxing.put_down(self._ctx, job.item, check, "")
        return await self._queue.done(job, self._me)
