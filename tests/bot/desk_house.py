"""A desk for the tests: real log, real accounts of Li and Wang, a strict door, and files held in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from archive.access import RIGHT_NAMES, Person, Right, Role, demand, may
from archive.errors import NotAllowed, NotFound, Problem
from archive.item import FileRef, Item
from archive.overview import Line, Overview, survey
from archive.words import Text
from bot.body import Limits
from bot.desk.channel import Desk
from storage import accounts, talk
from storage.accounts import Accounts
from storage.mongo import Database, ensure_indexes
from storage.people import People
from storage.talk import Talk
from tests.storage.kept import open_people

LI = Person("li", "李娜", frozenset({Role.FINANCE}), "财务部", "C01")
WANG = Person("wang", "王强", frozenset({Role.EMPLOYEE}), "销售部", "C01")
MIB = 1024 * 1024
PASSWORD = "correct horse 42"
COMMANDS = (
    (Text("查 顺丰 2026-10 >500", "search sf 2026-10 >500"), Text("查单据和档案", "find documents")),
    (Text("待办", "todo"), Text("看待办", "see what waits for you")),
    (Text("报表 本月报销", "report expenses this month"), Text("做报表", "make a report")),
    (Text("帮助", "help"), Text("看帮助", "see this help")),
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)


@dataclass
class Received:
    """What the door got."""

    person: str
    conversation: str
    key: str
    text: str
    files: tuple[tuple[str, bytes], ...]
    action: str
    subject: str
    version: int
    values: Mapping[str, str]
    id: str


@dataclass
class FakeDoor:
    """Takes each key once; refuses what it is told to refuse; shows item G2611-0001 to Li only."""

    received: list[Received] = field(default_factory=list)
    refuse: Problem | Exception | None = None
    then: Callable[[Received], Awaitable[None]] | None = None
    picture_png: bytes = PNG
    found: list[Item] = field(default_factory=list)
    held: dict[str, bytes] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)
    beat: int = 1

    async def receive(
        self,
        *,
        channel: str,
        conversation: str,
        person: Person,
        key: str,
        text: str = "",
        files: Sequence[tuple[str, bytes]] = (),
        action: str = "",
        subject: str = "",
        version: int = 0,
        values: Mapping[str, str] | None = None,
        noted: Callable[[str], Awaitable[None]] | None = None,
    ) -> str:
        assert channel == "desk"
        assert bool(action) != bool(text or files), "a click or words, not both"
        if self.refuse is not None:
            raise self.refuse
        standing = next((r for r in self.received if r.key == key), None)
        if standing is None:
            name = f"m-{len(self.received) + 1}"
            standing = Received(
                person.id, conversation, key, text, tuple(files), action, subject, version, values or {}, name
            )
            self.received.append(standing)
            if noted:
                await noted(standing.id)
            if self.then is not None:
                await self.then(standing)
        elif noted:
            await noted(standing.id)
        return standing.id

    async def find(self, person: Person, words: str, page: int, size: int) -> tuple[list[Item], int, dict[str, str]]:
        if self.refuse is not None:
            raise self.refuse
        found = self.found if person.id == "li" else []
        return found[page * size : (page + 1) * size], len(found), {"li": "李娜"}

    async def picture(self, person: Person, item_id: str, page: int) -> bytes:
        if person.id != "li" or item_id != "G2611-0001" or page > 1:
            raise NotFound(item=item_id)
        return self.picture_png

    async def original(self, person: Person, item_id: str, channel: str) -> tuple[str, str, bytes]:
        if person.id != "li" or item_id != "G2611-0001":
            raise NotFound(item=item_id)
        return '发票 "十月".pdf', "application/pdf", b"%PDF-1.7 original"

    async def overview(self, person: Person) -> Overview:
        demand(person, Right.SEARCH)
        mine = self.lines if person.id == "li" else [line for line in self.lines if person.id in line.seen_by]
        return survey(mine, person.id == "li", self.now, UTC, timedelta(hours=24))

    async def pulse(self) -> int:
        return self.beat

    async def made(self, person: Person, address: str) -> bytes:
        if not may(person, Right.REPORT):
            raise NotAllowed(right=RIGHT_NAMES[Right.REPORT])
        return self.held[address]


@dataclass
class House:
    """The desk and what stands around it."""

    talk: Talk
    accounts: Accounts
    people: People
    door: FakeDoor = field(default_factory=FakeDoor)

    @classmethod
    async def build(cls, db: Database) -> House:
        """An empty desk with the two accounts."""
        await ensure_indexes(db, talk.INDEXES, accounts.INDEXES)
        known = await open_people(db)
        house = cls(Talk(db), Accounts(db, known), known)
        for person in (LI, WANG):
            await known.add(
                person.name, person.roles, company=person.company, department=person.department, id=person.id
            )
        return house

    async def hold(self, data: bytes, name: str, media_type: str) -> FileRef:
        digest = hashlib.sha256(data).hexdigest()
        self.door.held[digest] = data
        return FileRef(digest, name, len(data), digest, "", media_type)

    def desk(self, *, limits: Limits | None = None, public_url: str = "") -> Desk:
        return Desk(
            door=self.door,
            talk=self.talk,
            accounts=self.accounts,
            hold=self.hold,
            now=lambda: datetime.now(UTC),
            commands=lambda person: COMMANDS,
            limits=limits or Limits(files=3, file_bytes=2 * MIB, message_bytes=3 * MIB, together=4 * MIB, patience=1.0),
            public_url=public_url,
            poll=0.05,
            beat=0.2,
        )
