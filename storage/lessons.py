"""Corrections of categories, counted by what the documents share; so that counting never looks through the archive.

Collection `category_lessons`: {_id: "company:sha256 of basis and match, 24 characters", Lesson}. The corrections
themselves are in the trail; this is the tally. What a person makes of a suggestion is an entry of the trail too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from archive.classify import Basis
from archive.errors import NotFound
from archive.lessons import Correction, Lesson, LessonState, key_of
from archive.trail import Entry
from archive.words import Text
from storage.mongo import Database, Indexes, Session, border, transact
from storage.people import utc_now
from storage.records import pack, unpack
from storage.trail import Trail

#: By `_id` alone.
INDEXES: Indexes = {}


class Lessons:
    """See handlers.context.Lessons."""

    def __init__(self, db: Database, trail: Trail, now: Callable[[], datetime] = utc_now) -> None:
        self._db, self._trail, self._now = db, trail, now

    async def learn(self, company: str, about: Sequence[tuple[Basis, str]], made: Correction) -> list[Lesson]:
        """Count the correction with each of these; the lessons as they stand then. The same one again adds nothing."""

        async def step(session: Session) -> list[Lesson]:
            found: list[Lesson] = []
            for basis, match in about:
                key = key_of(company, basis, match)
                doc = await self._db.category_lessons.find_one({"_id": key}, session=session)
                lesson = unpack(Lesson, doc) if doc else Lesson(company, basis, match)
                lesson = lesson.with_(made)
                await self._db.category_lessons.replace_one({"_id": key}, pack(lesson), upsert=True, session=session)
                found.append(lesson)
            return found

        return await transact(self._db, step)

    async def lesson(self, company: str, key: str) -> Lesson:
        """By its key; another company's isn't there. Raises NotFound."""
        async with border():
            doc = await self._db.category_lessons.find_one({"_id": key})
        if doc is None or doc["company"] != company:
            raise NotFound(item=Text("这条建议", "this suggestion"))
        return unpack(Lesson, doc)

    async def turn(self, lesson: Lesson, state: LessonState, category: str, by: str, channel: str) -> Lesson:
        """What became of it; with a trail entry where a person said so."""
        key, at = lesson.key, self._now()

        async def work(session: Session) -> tuple[Lesson, Sequence[Entry]]:
            doc = await self._db.category_lessons.find_one({"_id": key}, session=session)
            turned = replace(unpack(Lesson, doc) if doc else lesson, state=state, category=category, by=by, at=at)
            await self._db.category_lessons.replace_one({"_id": key}, pack(turned), upsert=True, session=session)
            facts = {"category": category, "basis": lesson.basis.value, "match": lesson.match,
                     "documents": "、".join(c.item for c in turned.of(category))}  # fmt: skip
            return turned, [Entry(by, f"lesson_{state.value}", f"lesson:{key}", at, channel, facts)]

        return await self._trail.commit(work)
