"""The whole house for tests: every real part on the run's database, and a channel that remembers what is said."""

from __future__ import annotations

import asyncio
import hashlib
import io
import itertools
import os
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from aiohttp import web

from archive.access import Person, Role
from archive.item import Item
from bot.app import House, opened
from bot.channel import Abilities
from bot.inbox import Reception
from config.settings import DEFAULT_COMPANIES, DEFAULT_RULES, Settings
from handlers.context import Topic
from handlers.message import Card, Choice, RemoteFile, Reply
from storage import mongo

DRAWN = Path("tests/samples/drawn")
PATIENCE = 60.0

#: (id, name, roles, department, company)
EVERYBODY = (
    ("li", "李明", {Role.EMPLOYEE}, "销售部", "GD01"),
    ("sun", "孙悦", {Role.EMPLOYEE}, "研发部", "GD01"),
    ("wang", "王芳", {Role.APPROVER}, "销售部", "GD01"),
    ("qian", "钱程", {Role.APPROVER}, "研发部", "GD01"),
    ("zhao", "赵磊", {Role.FINANCE}, "财务部", "GD01"),
    ("chen", "陈静", {Role.ARCHIVIST}, "档案室", "GD01"),
    ("zhou", "周岩", {Role.AUDITOR}, "审计部", "GD01"),
    ("gu", "顾宁", {Role.ADMIN}, "信息部", "GD01"),
    ("he", "何平", {Role.EMPLOYEE}, "销售部", "GD02"),
    ("lu", "陆远", {Role.APPROVER, Role.FINANCE, Role.ARCHIVIST}, "销售部", "GD02"),
)


@dataclass(frozen=True)
class Said:
    """Something that was said: to whom, where, under which key."""

    person: str
    conversation: str
    reply: Reply
    key: str


class Recorder:
    """A channel: everybody is on it, a key is said once, a card stands at its address until it is renewed."""

    name = "desk"
    abilities = Abilities()

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.cards: dict[str, tuple[str, Card]] = {}  # address → (reader, the card as it stands)
        self.progress_of: dict[str, list[tuple[float, str]]] = {}
        self.away: Exception | None = None
        self._news = asyncio.Event()

    async def say(self, person: Person, conversation: str, reply: Reply, key: str) -> Sequence[str]:
        if self.away is not None:
            raise self.away
        if not any(s.key == key for s in self.said):
            self.said.append(Said(person.id, conversation, reply, key))
        addresses = [f"{key}#{n}" for n in range(len(reply.cards))]
        self.cards |= {a: (person.id, card) for a, card in zip(addresses, reply.cards, strict=True)}
        self._news.set()
        return addresses

    async def places(self, item: str) -> Sequence[tuple[str, str]]:
        raise AssertionError("asked of our own channels only")

    async def renew(self, person: Person, address: str, card: Card) -> None:
        if self.away is not None:
            raise self.away
        assert self.cards[address][0] == person.id, "a card renewed for somebody else"
        self.cards[address] = (person.id, card)

    async def progress(self, person: Person, conversation: str, message: str, share: float, words: str) -> None:
        self.progress_of.setdefault(message, []).append((share, words))

    async def conversation(self, person: Person, topic: Topic) -> str | None:
        return None if person.disabled else f"{person.id}:{topic}"

    def shared(self, conversation: str) -> bool:
        return False

    async def fetch(self, file: RemoteFile) -> bytes:
        raise AssertionError("its files come with their message")

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    async def start(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def heard(self, fits: Callable[[Said], bool], patience: float = PATIENCE) -> Said:
        """The first thing said that fits, now or later. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            while True:
                self._news.clear()
                for said in self.said:
                    if fits(said):
                        return said
                await self._news.wait()

    def told(self, person: str, topic: str = "") -> list[Reply]:
        """Everything a person was told, oldest first."""
        return [s.reply for s in self.said if s.person == person and s.conversation.endswith(topic)]

    def copies(self, item: str, person: str) -> list[Card]:
        """The cards about an item as they stand before a person now."""
        return [card for reader, card in self.cards.values() if reader == person and card.about == item]


@dataclass
class Shift:
    """The real clock, moved on where a test needs it."""

    by: timedelta = timedelta()

    def __call__(self) -> datetime:
        at = datetime.now(UTC) + self.by
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def move(self, **by: float) -> None:
        """By timedelta's names: hours=25."""
        self.by += timedelta(**by)


@dataclass
class Scene:
    """A house with people in it, and what a test does to it."""

    house: House
    reception: Reception
    channel: Recorder
    clock: Shift
    people: dict[str, Person] = field(default_factory=dict)

    async def send(self, person: str, text: str = "", files: Sequence[tuple[str, bytes]] = (), key: str = "") -> Reply:
        """Say or send something and wait for the answer."""
        return await self._in(person, key, text=text, files=files)

    async def press(self, person: str, choice: Choice, values: Mapping[str, str] | None = None, key: str = "") -> Reply:
        """Press a button as it stands on a card."""
        return await self._in(
            person, key, action=choice.action, subject=choice.subject, version=choice.version, values=values or {}
        )

    async def click(self, person: str, action: str, item: str, values: Mapping[str, str] | None = None) -> Reply:
        """A click on the item's newest version, whether or not this person has such a button."""
        case = await self.house.vault.case(item)
        return await self._in(person, "", action=action, subject=item, version=case.version, values=values or {})

    async def forward(self, person: str, data: bytes, name: str = "发票.xml") -> Item:
        """Send one file and return its only item."""
        reply = await self.send(person, files=[(name, data)])
        (item,) = await self.items(reply)
        return item

    async def worked_off(self) -> None:
        """Wait until no message waits."""
        async with asyncio.timeout(PATIENCE):
            for pause in itertools.repeat(0.05):
                if not await self.house.inbox.waiting():
                    return
                await asyncio.sleep(pause)

    async def items(self, reply: Reply) -> list[Item]:
        """The items the cards of a reply are about."""
        return [await self.house.vault.item(card.about) for card in reply.cards if card.about]

    async def history(self, item: str) -> list[str]:
        """`who action` of everything that was done about an item."""
        return [f"{link.entry.who} {link.entry.action}" for link in await self.house.trail.about(item, 500)]

    async def _in(self, person: str, key: str, **what: object) -> Reply:
        key = key or uuid4().hex
        who = await self.house.people.get(person)
        taken = await self.reception.receive(
            channel=self.channel.name, conversation=f"{person}:chat", person=who, key=key, **what  # type: ignore[arg-type]
        )  # fmt: skip
        return (await self.channel.heard(lambda s: s.key == f"reply:{taken}")).reply


def settings_for(mongo_uri: str, data: Path, name: str) -> Settings:
    """The embedded default on the run's database."""
    return Settings(
        data=data,
        mongodb_uri=mongo_uri,
        mongodb_name=name,
        companies=DEFAULT_COMPANIES,
        rules=DEFAULT_RULES,
        big_file=8 * 1024 * 1024,
    )


@asynccontextmanager
async def standing(
    settings: Settings, channel: Recorder | None = None, clock: Shift | None = None, *, working: bool = True
) -> AsyncIterator[Scene]:
    """A house on these settings; again on the same ones it is the same house after a restart."""
    clock = clock or Shift()
    channel = channel or Recorder()
    async with opened(settings) as house:
        house = replace(house, ctx=replace(house.ctx, now=clock))
        house.channels[channel.name] = channel
        reception = Reception(house.ctx, house.inbox, house.post, house.channels, settings.big_file, house.name)
        scene = Scene(house, reception, channel, clock)
        scene.people = {p.id: p for p in await house.people.all()} or await _everybody(house)
        if working:
            reception.start()
        try:
            yield scene
        finally:
            await reception.stop()


async def _everybody(house: House) -> dict[str, Person]:
    people = {}
    for id_, name, roles, department, company in EVERYBODY:
        people[id_] = await house.people.add(name, roles, company=company, department=department, id=id_)
        await house.ctx.notes.first_time(id_)  # they have had the tour
    return people


@asynccontextmanager
async def fresh(mongo_uri: str, folder: Path) -> AsyncIterator[Scene]:
    """A new house in a database of its own, dropped afterwards."""
    settings = settings_for(mongo_uri, folder, f"h_{uuid4().hex[:12]}")
    try:
        async with standing(settings) as scene:
            yield scene
    finally:
        await drop(settings)


async def drop(settings: Settings) -> None:
    """Take the house's database away, where the server outlives the run."""
    if "GUIDANG_TEST_MONGODB_URI" not in os.environ:
        return
    db = mongo.connect(settings.mongodb_uri, settings.mongodb_name)
    try:
        await db.client.drop_database(settings.mongodb_name)
    finally:
        await db.client.close()


def drawn(name: str) -> tuple[str, bytes]:
    """(name, bytes) of a sample, by the beginning of its name."""
    (path,) = [p for p in DRAWN.rglob(f"{name}*") if p.is_file()]
    return path.name, path.read_bytes()


_made = iter(range(1, 10_000))


def einvoice(
    total: str = "742.00", *, number: str = "", seller: str = "上海样例云算科技有限公司", on: date = date(2026, 4, 21)
) -> bytes:
    """An XML 数电票 like the drawn one, with a number of its own; tax is 6 %."""
    _, data = drawn("xml_01")
    whole = Decimal(total)
    net = (whole / Decimal("1.06")).quantize(Decimal("0.01"))
    number = number or f"2633999000009{next(_made):07d}"
    text = data.decode()
    for old, new in (
        ("26339990000088000001", number),
        ("上海样例云算科技有限公司", seller),
        ("柒佰肆拾贰圆整", ""),
        ("700.00", f"{net}"),
        ("742.00", f"{whole}"),
        ("42.00", f"{whole - net}"),
        ("2026-04-21", on.isoformat()),
    ):
        text = text.replace(old, new)
    return text.encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def facts(reply: Reply | Card) -> str:
    """Every fact of every card in Chinese, in one string."""
    cards = reply.cards if isinstance(reply, Reply) else (reply,)
    shown = [
        f"{fact.label.zh}={fact.value if isinstance(fact.value, str) else fact.value.zh}"
        for card in cards
        for fact in card.facts
    ]
    return " ".join(shown)


def words(reply: Reply, lang: str = "zh") -> str:
    """The text of a reply and the flags on its cards, in one language."""
    assert lang in ("zh", "en")
    texts = [reply.text, *(flag for card in reply.cards for flag in card.flags)]
    return "\n".join((t.zh if lang == "zh" else t.en) for t in texts if t)


def button(card: Card, action: str) -> Choice:
    """The card's button for an action. Raises StopIteration when it has none."""
    return next(c for c in card.choices if c.action == action)


def has(card: Card, *actions: str) -> bool:
    """Whether the card's buttons beside “open” are exactly these."""
    return {c.action for c in card.choices} - {"open"} == set(actions)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until it holds. Raises TimeoutError."""
    async with asyncio.timeout(patience):
        for pause in itertools.repeat(0.02):
            if holds():
                return
            await asyncio.sleep(pause)
