"""The clock: schedules speak as their owners, reminders and clean-up run by themselves; one replica at a time."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from archive import timetable
from archive.errors import DatabaseDown, DatabaseProblem, NoSpace, NotFound, Problem
from archive.words import Text
from archive.workdays import Calendar
from bot.app import House
from bot.inbox import Reception
from bot.indexing import mend
from handlers.digest import send_due
from handlers.due import notify
from handlers.message import Reply
from handlers.todo import remind, resend
from storage.replicas import BEAT
from storage.schedules import Schedule

log = logging.getLogger("guidang.schedule")

#: The lease is renewed at every look, so another replica takes over this long after one has died.
LEASE = timedelta(seconds=20)
LOOK = 5  # s between two looks at what is due
#: A run missed by a stop is caught up once if it is younger than this.
CATCH_UP = timedelta(days=7)
NOT_RUN = Text(
    "定时「{words}」（编号 {id}）没有执行。{why} 下次到时间会再执行；不要了请输入「取消定时 {id}」。",
    "The schedule “{words}” (id {id}) was not run. {why} It runs again at its next time; "
    "to end it, type “cancel schedule {id}”.",
)
UNFORESEEN = Text(
    "出错了，请把编号 {number} 告诉管理员。", "Something went wrong; please tell an administrator number {number}."
)


class Clock:
    """APScheduler drives a few fixed jobs; the people's schedules are records, so that they survive and can be seen."""

    def __init__(
        self, house: House, reception: Reception, more: Sequence[tuple[Callable[[], Awaitable[object]], int]] = ()
    ) -> None:
        """`more`: other jobs, each with the seconds between two runs."""
        self._house, self._more = house, more
        self._reception = reception
        self._noticed = ""  # the month whose notices went out
        self._failed: set[str] = set()  # runs that failed, whose owners know
        self._scheduler = AsyncIOScheduler(timezone=house.settings.zone)

    def start(self) -> None:
        """Begin. Jobs never overlap with themselves and late ones are folded into one."""
        jobs: tuple[tuple[Callable[[], Awaitable[object]], int], ...] = (
            (self.due, LOOK),
            (self.remind, 60),
            (self.digests, 60),
            (self._house.post.deliver_rest, 5),
            (self._house.vault.index_rest, 15),
            (self._reception.tell_given_up, 15),
            (self.sweep, 600),
            (self.notify, 600),
            (self._house.replicas.beat, BEAT),
            *self._more,
        )
        if self._house.tax:
            jobs = (*jobs, (self._house.tax.work, 10))
        for job, seconds in jobs:
            self._scheduler.add_job(
                _told(job), IntervalTrigger(seconds=seconds), max_instances=1, coalesce=True, misfire_grace_time=None
            )
        self._scheduler.add_job(_told(self.mend))
        self._scheduler.add_job(_told(self._house.replicas.beat))
        self._scheduler.start()

    async def stop(self) -> None:
        """End, and let another take over at once; a job under way is finished by the next start."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with suppress(DatabaseProblem):  # then the lease ends by itself
            await self._house.leases.give_back("clock")
            await self._house.replicas.leave()

    async def _leading(self) -> bool:
        """Whether this replica is the one that acts for all."""
        return await self._house.leases.take("clock", LEASE) is not None

    async def mend(self) -> None:
        """See bot.indexing. After a crash the lease of the process before still runs for a while: it is waited for."""
        while not await self._leading():  # noqa: ASYNC110  another process holds it
            await asyncio.sleep(LOOK)
        await mend(self._house)
        await self.settle()

    async def settle(self) -> None:
        """The schedules of the settings file are records like the others from now on."""
        settings = self._house.settings
        made = []
        for plan in settings.schedules:
            when = timetable.parse(plan.words)
            channel, conversation = settings.groups.get(plan.to, (plan.channel, ""))
            digest = hashlib.sha256(repr((plan, channel, conversation)).encode()).hexdigest()[:6]
            made.append(
                Schedule(
                    f"s-{digest}", plan.person, channel, conversation, when.words, dict(when.cron), settings.zone.key
                )
            )
        await self._house.schedules.settle(made)

    async def due(self) -> None:
        """Say what schedules have come due, each once."""
        if not await self._leading():
            return
        now = self._house.ctx.now()
        for schedule in await self._house.schedules.all():
            planned: datetime | None = None
            try:
                planned = None if schedule.paused else _last_due(schedule, now, self._house.schedules.calendar)
                if planned is not None:
                    await self._speak(schedule, planned.isoformat())
            except (DatabaseDown, NoSpace):  # no schedule's own fault: all are looked at again
                raise
            except Exception as error:  # the border: one that fails stops none of those after it
                await self._not_run(schedule, planned, error)
            if planned is not None:
                await self._house.schedules.ran(schedule.id, planned)

    async def _not_run(self, schedule: Schedule, planned: datetime | None, error: Exception) -> None:
        """Its owner hears of it, once for each run; of times that can't be read, once."""
        key = f"schedule-failed-{schedule.id}-{planned.isoformat() if planned else ''}"
        if key in self._failed:
            return
        if isinstance(error, Problem):
            log.warning("schedule %s not run: %s", schedule.id, error.say("en"))
            why = error.text()
        else:
            number = secrets.token_hex(3)
            log.error("schedule %s not run: unforeseen, number %s", schedule.id, number, exc_info=error)
            why = UNFORESEEN.filled(number=number)
        with suppress(NotFound):  # nobody of that name is there to be told
            said = NOT_RUN.filled(words=schedule.words, id=schedule.id, why=why)
            await self._house.post.tell(schedule.owner, Reply(said), key, "reports")
        self._failed.add(key)

    async def _speak(self, schedule: Schedule, planned: str) -> None:
        """As if its owner said the words; the key makes the same run one message, whoever says it."""
        person = await self._house.people.get(schedule.person)
        channel, conversation = self._house.channels.get(schedule.channel), schedule.conversation
        if not conversation and channel is None:
            raise NotFound(item=schedule.channel)
        if channel and not channel.shared(conversation):  # what was asked in a group is told to the group
            conversation = await channel.conversation(person, "reports") or conversation
        await self._reception.receive(
            channel=schedule.channel,
            conversation=conversation,
            person=person,
            key=f"schedule-{schedule.id}-{planned}",
            text=schedule.words,
        )

    async def remind(self) -> None:
        """Ask those who were not asked yet, and remind those who have waited too long."""
        if not await self._leading():
            return
        for company in self._house.settings.companies:
            await resend(self._house.ctx, company.code)
            await remind(self._house.ctx, company.code)

    async def notify(self) -> None:
        """The monthly notice of what falls due, to the archivists; the post says each once, whoever has it said."""
        month = f"{self._house.ctx.now().astimezone(self._house.settings.zone):%Y-%m}"
        if month == self._noticed or not await self._leading():
            return
        for company in self._house.settings.companies:
            await notify(self._house.ctx, company.code)
        self._noticed = month

    async def digests(self) -> None:
        """Each person's daily digest, at their time."""
        if await self._leading():
            await send_due(self._house.ctx)

    async def sweep(self) -> None:
        """Files of messages still to be worked on have no record yet, so nothing is swept while any waits."""
        if await self._leading() and not await self._house.inbox.waiting():
            await self._house.vault.sweep(self._house.ctx.now())


def _last_due(schedule: Schedule, now: datetime, calendar: Calendar) -> datetime | None:
    """The latest of its times that has come and was not run: several missed ones are made up for by one."""
    planned = schedule.next(max(schedule.last_run or schedule.made_at or now, now - CATCH_UP), calendar)
    last = None
    while planned is not None and planned <= now:
        last, planned = planned, schedule.next(planned, calendar)
    return last


def _told(job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """A job that fails says so and runs again next time."""

    async def run() -> None:
        try:
            await job()
        except Problem as problem:
            log.warning("%s: %s", getattr(job, "__name__", job), problem.say("en"))

    return run
