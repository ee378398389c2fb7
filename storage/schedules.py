"""Messages that come by themselves: who wants which words said, and when.

Collection `schedules`: {_id: short id, person, channel, conversation, words, cron, zone, last_run, made_at, by,
paused}.
`cron` has the names of APScheduler's CronTrigger: {"day_of_week": "mon", "hour": "9", "minute": "0"}; or a `rule` of
archive.timetable. `by` set it where that is somebody else than the person it is for; those of the settings file have
ids that begin with "s-".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from archive import timetable
from archive.errors import BadSchedule, TooManySchedules
from archive.workdays import WEEKDAYS, Calendar
from storage.mongo import Database, Doc, Indexes, border
from storage.people import utc_now
from storage.records import pack, unpack

INDEXES: Indexes = {"schedules": [IndexModel([("person", ASCENDING)])]}
#: Schedules one person may have: each is looked at every time the clock ticks, and makes a report when it is due.
MOST = 50
SETTLED = "s-"  # begins the ids of those of the settings file
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike: the id is typed to cancel


@dataclass(frozen=True, slots=True)
class Schedule:
    """One standing request. Its times are those of its zone's clocks."""

    id: str
    person: str
    channel: str
    conversation: str
    words: str
    cron: Mapping[str, str]
    zone: str
    made_at: datetime | None = None  # UTC
    last_run: datetime | None = None  # the planned time of the last run, UTC
    by: str = ""  # who set it, where that is somebody else
    paused: bool = False

    @property
    def owner(self) -> str:
        """Who set it, and hears of what fails."""
        return self.by or self.person

    def next(self, after: datetime, calendar: Calendar = WEEKDAYS) -> datetime | None:
        """The first time after the moment, UTC; None when there is none any more. Raises BadSchedule."""
        if "rule" in self.cron:
            return self._by_rule(after, calendar)
        try:
            trigger = CronTrigger(**self.cron, timezone=ZoneInfo(self.zone))
        except (ValueError, TypeError, KeyError) as error:  # KeyError: no such zone
            raise BadSchedule(words=self.words) from error
        at: datetime | None = trigger.get_next_fire_time(None, after.astimezone(UTC) + timedelta(microseconds=1))
        return at and at.astimezone(UTC)

    def _by_rule(self, after: datetime, calendar: Calendar) -> datetime | None:
        try:
            zone = ZoneInfo(self.zone)
            clock = time(int(self.cron["hour"]), int(self.cron["minute"]))
            days = timetable.days(self.cron, calendar, after.astimezone(zone).date())
        except (ValueError, TypeError, KeyError) as error:
            raise BadSchedule(words=self.words) from error
        moments = (datetime.combine(day, clock, zone).astimezone(UTC) for day in days)
        return next((at for at in moments if at > after), None)


class Schedules:
    """See handlers.context.Schedules; and what the clock needs."""

    def __init__(
        self, db: Database, zone: ZoneInfo, now: Callable[[], datetime] = utc_now, calendar: Calendar = WEEKDAYS
    ) -> None:
        self._schedules, self._zone, self._now, self.calendar = db.schedules, zone, now, calendar

    async def add(
        self, person: str, channel: str, conversation: str, words: str, cron: Mapping[str, str], by: str = ""
    ) -> str:
        """Its short id. Raises BadSchedule when the times can't be, TooManySchedules.

        Two asked for at the same moment may make one more than that: it is a limit of what piles up, not a count.
        """
        async with border():
            if await self._schedules.count_documents({"person": person}) >= MOST:
                raise TooManySchedules(limit=MOST)
        while True:
            name = "".join(secrets.choice(_SIGNS) for _ in range(4))
            schedule = Schedule(name, person, channel, conversation, words, dict(cron), self._zone.key, by=by)
            if schedule.next(self._now(), self.calendar) is None:
                raise BadSchedule(words=words)
            try:
                async with border(DuplicateKeyError):
                    await self._schedules.insert_one(_doc(schedule) | {"made_at": self._now()})
                return name
            except DuplicateKeyError:
                continue

    async def of(self, person: str) -> list[tuple[str, str, datetime | None]]:
        """(id, words, next time UTC) of those for the person or set by them, in the order they were made.

        No time where the times can't be read, or it is paused.
        """
        now = self._now()
        mine = await self._several({"$or": [{"person": person}, {"by": person}]})
        return [(s.id, s.words, self.next(s, now)) for s in mine]

    def next(self, schedule: Schedule, after: datetime) -> datetime | None:
        """Its next time; None where it is paused, has none, or none that can be read."""
        try:
            return None if schedule.paused else schedule.next(after, self.calendar)
        except BadSchedule:
            return None

    async def pause(self, person: str, schedule_id: str, *, paused: bool) -> bool:
        """Whether the person has such a schedule. What fell into a pause is not made up for."""
        async with border():
            which: Doc = {"_id": schedule_id.strip().lower(), "$or": [{"person": person}, {"by": person}]}
            change: Doc = {"paused": paused} | ({} if paused else {"last_run": self._now()})
            return (await self._schedules.update_one(which, {"$set": change})).matched_count == 1

    async def settle(self, planned: Sequence[Schedule]) -> None:
        """Those of the settings file as they stand there now; what is no longer in it is gone."""
        async with border():
            standing = {s.id: s for s in await self._several({}) if s.id.startswith(SETTLED)}
            for gone in standing.keys() - {s.id for s in planned}:
                await self._schedules.delete_one({"_id": gone})
            for schedule in planned:
                if schedule.id not in standing:
                    await self._schedules.insert_one(_doc(schedule) | {"made_at": self._now()})

    async def all(self) -> list[Schedule]:
        """Everyone's, for the clock. The `next` of one that was damaged raises."""
        return await self._several({})

    async def cancel(self, person: str, schedule_id: str) -> bool:
        """Whether the person had such a schedule; it is gone now."""
        async with border():
            which: Doc = {"_id": schedule_id.strip().lower(), "$or": [{"person": person}, {"by": person}]}
            return (await self._schedules.delete_one(which)).deleted_count == 1

    async def ran(self, schedule_id: str, planned: datetime) -> bool:
        """Note the run planned for this time. False, and nothing to do, when it was noted already or is cancelled."""
        async with border():
            which: Doc = {"_id": schedule_id, "$or": [{"last_run": None}, {"last_run": {"$lt": planned}}]}
            return (await self._schedules.update_one(which, {"$set": {"last_run": planned}})).modified_count == 1

    async def _several(self, which: Doc) -> list[Schedule]:
        async with border():
            docs = await self._schedules.find(which).sort([("made_at", 1), ("_id", 1)]).to_list()
        return [_schedule(doc) for doc in docs]


def _schedule(doc: Doc) -> Schedule:
    """One that was damaged stands with what is left of it and without times, so that it hides none of the others."""
    try:
        return unpack(Schedule, {**doc, "id": doc["_id"]})
    except (ValueError, TypeError, AttributeError):
        named = ("_id", "person", "channel", "conversation", "words")
        own_id, person, channel, conversation, words = (str(doc.get(name, "")) for name in named)
        return Schedule(own_id, person, channel, conversation, words, cron={}, zone="")


def _doc(schedule: Schedule) -> Doc:
    doc = pack(schedule)
    return {"_id": doc.pop("id"), **doc}
