"""What a handler may use, as small Protocols: storage, search and the post are known only by these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from archive.access import Person, Role
from archive.approval import Case, Rule
from archive.arranging import Addition, Done, Filing
from archive.authentic import NOBODY, Trust
from archive.books import BookFile, Merge
from archive.category import Category
from archive.classify import Basis, CategoryRule
from archive.company import Company
from archive.digest import Wish
from archive.hand_link import HandLink
from archive.holds import Hold
from archive.item import FileRef, Item, ItemState
from archive.keeping import Paperless, Standing
from archive.law import Law
from archive.ledger import Ledger
from archive.lessons import Correction, Lesson, LessonState
from archive.made import Kept
from archive.overview import Line
from archive.period import Period
from archive.query import Hits, Query, Scope
from archive.remark import Remark
from archive.retention import Term
from archive.rulebook import Book, RuleVersion, Ruling
from archive.shelving import Scheme, Volume
from archive.standing import Standing as Running
from archive.statements.choices import Choices
from archive.statements.form import Forms
from archive.trail import Entry, Link
from archive.unit import Unit
from archive.voucher import Voucher
from archive.words import Text
from archive.workdays import WEEKDAYS, Calendar
from handlers.custody import Custody
from handlers.loans import Lending
from handlers.message import Reply

R = TypeVar("R")
#: Where on a channel with several conversations a thing is said.
Topic = Literal["chat", "approvals", "reports"]


@dataclass(frozen=True, slots=True)
class Change:
    """What one step makes of an item: new values and the trail entries that go with them, kept in one transaction.

    With `file_it` the vault gives the item its 档号 and term in that same transaction.
    """

    item: Item
    case: Case | None
    entries: tuple[Entry, ...]
    file_it: bool = False
    takes: tuple[FileRef, ...] = ()  # held files that belong to the item from now on


class Vault(Protocol):
    """The one door to what is kept: originals, records and trail change together here."""

    async def hold(self, data: bytes, name: str, media_type: str) -> FileRef:
        """Keep an original, encrypted with a key of its own. Written down when this returns."""

    async def settle(self, file: FileRef) -> None:
        """A held file that belongs to no item stays: a report that was said in a conversation."""

    async def original(self, file: FileRef) -> bytes:
        """The plain bytes, checked against their digests. Raises Tampered, KeyMissing, NotFound."""

    async def new_id(self, at: datetime) -> str:
        """The next short item id of the month, e.g. G2610-0042."""

    async def take(self, item: Item, case: Case, entries: Sequence[Entry]) -> Item:
        """Write a new item with its case and trail entries. The same file+part again returns what stands.

        Raises DuplicateFile or DuplicateDocument when the company holds an item of the same bytes or the same
        identity that is neither rejected nor withdrawn.
        """

    async def keep_made(
        self, item: Item, case: Case, entries: Sequence[Entry], kept: Kept, period: Period, replaces: str
    ) -> Item:
        """File a report made here, with all its files. Raises ChangedMeanwhile when another version stands by now."""

    async def change(self, item_id: str, step: Callable[[Item, Case], Change]) -> Change:
        """Run a pure step on the item as it stands and keep what it makes, in one transaction; retried on conflict.

        Raises what `step` raises, DuplicateFile and DuplicateDocument as in `take`, NotFound.
        """

    async def item(self, item_id: str) -> Item:
        """Raises NotFound."""

    async def case(self, item_id: str) -> Case:
        """The approval case of an item. Raises NotFound."""

    async def both(self, item_id: str) -> tuple[Item, Case]:
        """An item and its approval case, as they stand together. Raises NotFound."""

    async def items(self, ids: Sequence[str]) -> list[Item]:
        """Those that exist, in the order asked."""

    async def same_file(self, company: str, sha256: str) -> Item | None:
        """An earlier live item of this company made from the same bytes, if any."""

    async def parts(self, file: FileRef) -> list[Item]:
        """Every item made from this stored file, by part."""

    async def numbered(self, company: str, numbers: Sequence[str]) -> list[Item]:
        """The company's live items with one of these document numbers, the earliest first."""

    async def open_cases(self, company: str) -> list[tuple[Item, Case]]:
        """Every item of the company awaiting a decision, oldest first."""

    async def with_sender(self, company: str, person: str) -> list[tuple[Item, Case]]:
        """What this person sent that waits for themselves: to be completed or rejected; oldest first."""

    async def span(self, company: str, first: datetime, last: datetime, person: str | None) -> list[tuple[Item, Case]]:
        """Items whose document is dated in [first, last), in any state; undated ones by when they were received."""

    async def lines(self, company: str, first: datetime) -> list[Line]:
        """So much of the items as an overview needs: those received since `first`, and open ones of any age."""

    async def received(
        self, company: str, person: str | None, before: tuple[datetime, str] | None, limit: int,
        states: Sequence[ItemState] = (), first: datetime | None = None,
    ) -> list[Item]:  # fmt: skip
        """Items of the company, the last received first."""

    async def handed_in(self, company: str, first: datetime, last: datetime) -> list[tuple[Item, Case]]:
        """Items received in [first, last), in any state, oldest first."""


class Trail(Protocol):
    """The chain of what was done."""

    async def add(self, *entries: Entry) -> None:
        """Chain entries that stand alone: views, downloads, exports, sign-ins."""

    async def about(self, subject: str, limit: int = 50) -> list[Link]:
        """What was done about a thing, oldest first."""

    def between(self, first: datetime, last: datetime) -> AsyncIterator[Entry]:
        """What was done in [first, last), oldest first."""

    async def length(self) -> int:
        """How many entries there are: another number means that something was done."""


class Search(Protocol):
    """The index. It is rebuilt from the records at any time; it decides nothing."""

    async def put(self, items: Sequence[Item]) -> None:
        """Add or renew; visible when this returns."""

    async def find(self, query: Query, scope: Scope) -> Hits:
        """Raises IndexBroken."""


class People(Protocol):
    """Who has an account."""

    async def get(self, person_id: str) -> Person:
        """Raises NotFound."""

    async def all(self) -> list[Person]:
        """Everyone, disabled ones too."""

    async def having(self, role: Role, company: str) -> list[Person]:
        """Those able to act."""


class Post(Protocol):
    """Says something to a person wherever they are. Written down first; the same key is said once."""

    async def tell(self, person: str, reply: Reply, key: str, topic: Topic = "chat") -> None:
        """Deliver to the person's channels."""

    async def renew(self, item_id: str) -> None:
        """Bring every copy of the item's card up to date."""

    async def progress(self, message_id: str, share: float, note: Reply) -> None:
        """How far the work on a message is; not kept."""


class Schedules(Protocol):
    """Messages that come by themselves."""

    async def add(
        self, person: str, channel: str, conversation: str, words: str, cron: Mapping[str, str], by: str = ""
    ) -> str:
        """Its short id; `by` set it, where that is somebody else. Raises BadSchedule, TooManySchedules."""

    async def pause(self, person: str, schedule_id: str, *, paused: bool) -> bool:
        """Whether the person has such a schedule."""

    async def of(self, person: str) -> list[tuple[str, str, datetime | None]]:
        """(id, words, next time UTC)."""

    async def cancel(self, person: str, schedule_id: str) -> bool: ...


class Identities(Protocol):
    """Users of chat platforms who are people of ours, or ask to be."""

    async def code(self, person: str) -> str:
        """A code that links whoever types it on a platform within ten minutes, once."""

    async def asked(self, key: str) -> tuple[str, str] | None:
        """(channel, name shown there) of a stranger who asked to be linked."""

    async def accept(self, key: str, person: str, by: str) -> bool:
        """The stranger is this person. Raises NotFound, LinkedElsewhere."""


class Notes(Protocol):
    """Small things kept for later: feedback, and who has had the tour."""

    async def feedback(self, person: str, words: str, at: datetime) -> None: ...

    async def feedback_list(self, limit: int = 20) -> list[tuple[str, str, datetime]]: ...

    async def first_time(self, person: str) -> bool:
        """True once per person."""


class TaxChecks(Protocol):
    """The queue of what the tax authority is to be asked."""

    async def ask(self, item_id: str, facts: str) -> bool:
        """Once for the same facts of an item (archive.taxcheck.print_of)."""

    async def again(self, item_id: str, facts: str) -> None:
        """Afresh, whatever became of it before."""


class Books(Protocol):
    """Vouchers, balances, accounts, asset cards and bank lines that were imported."""

    async def file(self, file_id: str) -> BookFile | None:
        """A file that was shown or imported before, by `BookFile.id`."""

    async def files(self, company: str) -> list[BookFile]:
        """All of the company's, oldest first."""

    async def shown(self, file: BookFile) -> None:
        """A file that waits for somebody's word."""

    async def confirmed(self, company: str, source: str) -> bool:
        """Whether a person has looked at the mapping of this form of export."""

    async def take(
        self, file: BookFile, records: Mapping[tuple[str, str], Sequence[Any]], merge: Merge, mapping: Mapping[str, str]
    ) -> tuple[BookFile, tuple[Remark, ...]]:
        """Import the records by (kind, period) in one transaction with the trail entry; the mapping is confirmed."""

    async def records(self, company: str, kind: str, cls: type[R], period: str = "") -> list[R]:
        """The company's records of a kind, of one period or, without, of all in order."""

    async def mappings(self, company: str) -> dict[str, tuple[str, dict[str, str]]]:
        """Form (of headings) → kind of book and what a person said each column is."""

    async def periods(self, company: str, kind: str) -> list[str]:
        """The months there are of a kind, in order."""


class HandLinks(Protocol):
    """What people said about vouchers and documents."""

    async def all(self, company: str, voucher: str = "") -> list[HandLink]:
        """The company's, or those of one voucher."""

    async def of(self, company: str, voucher: str, item: str) -> HandLink | None:
        """What was said of the two last."""

    async def say(self, word: HandLink, channel: str = "") -> HandLink:
        """Put it down with its trail entries; `before` becomes what stood."""


class Rulebooks(Protocol):
    """Each company's own rules of sorting, with every version there ever was."""

    async def book(self, company: str) -> Book: ...

    async def propose(self, company: str, step: Callable[[Book], RuleVersion], channel: str) -> RuleVersion:
        """Put down what `step` makes of the book as it stands, with its trail entry. Raises what it raises."""

    async def decide(self, company: str, step: Callable[[Book], Ruling], channel: str) -> Ruling:
        """The same for what became of a proposal."""


class Lessons(Protocol):
    """The tally of corrected categories."""

    async def learn(self, company: str, about: Sequence[tuple[Basis, str]], made: Correction) -> list[Lesson]:
        """Count it with each of these; the lessons as they stand then."""

    async def lesson(self, company: str, key: str) -> Lesson:
        """Raises NotFound."""

    async def turn(self, lesson: Lesson, state: LessonState, category: str, by: str, channel: str) -> Lesson:
        """What became of it, with a trail entry."""


class Units(Protocol):
    """件 and volumes: a voucher with its documents, or a lone document; numbered, walked in one order."""

    async def unit(self, unit_id: str) -> Unit:
        """By id; of a document that was taken into a voucher's 件, that one. Raises NotFound."""

    async def item(self, item_id: str) -> tuple[Item, Unit]:
        """A filed document and the 件 it is or is in. Raises NotFound."""

    async def find(self, company: str, words: str) -> Unit:
        """By 档号, by a voucher and its month (记-23 2025-09), by an item's or unit's id. Raises NotFound."""

    def select(
        self, company: str, *, year: int | None = None, month: int | None = None, kind: str = "", after: str = ""
    ) -> AsyncIterator[Unit]:
        """The company's 件 by year, kind, month and 档号, a page at a time; `after`: archive.shelving.shelf of one."""

    async def contents(self, volume: str) -> list[Unit]:
        """The 件 of a volume in their order."""

    async def volumes(self, company: str, year: int | None = None) -> list[Volume]:
        """The company's volumes, those of lone documents too, by 档号."""

    async def arranged(self, company: str, period: str) -> dict[str, str]:
        """id → print of the vouchers' 件 of a month (archive.arranging.print_of)."""

    async def taken(self, items: Sequence[str]) -> dict[str, str]:
        """Of these documents, those that are in a voucher's 件 → its id."""

    async def there(self, ids: Sequence[str]) -> set[str]:
        """Of these ids, those of 件 that stand."""

    async def file(self, filings: Sequence[Filing], who: str, at: datetime, channel: str = "") -> Done:
        """Give the 件 that aren't there yet their numbers, in the order given, in one transaction.

        Raises MetadataMissing, NotFound.
        """

    async def add(
        self, additions: Sequence[Addition], told: Callable[[Item], Mapping[str, str]], who: str, at: datetime,
        day: date, channel: str = "", why: str = "",
    ) -> Done:  # fmt: skip
        """Documents that came after their voucher's 件: behind its papers, with a line in the volume's 备考表."""

    async def note(self, volume: str, lines: Sequence[str], who: str, at: datetime, channel: str = "") -> bool:
        """Lines for a volume's 备考表 that aren't there yet. Raises NotFound."""


class Standings(Protocol):
    """What people changed about a 件 since it was filed."""

    async def of(self, unit: str) -> Standing | None:
        """None for nothing."""

    async def ending(self, first: date, last: date) -> list[Standing]:
        """Those whose term was set anew and ends within these days."""

    async def change(
        self, unit: str, company: str, step: Callable[[Standing], tuple[Standing, Entry] | None]
    ) -> Standing:
        """Run a pure step on what stands; kept with its entry in one transaction. Raises what the step raises."""


class Holds(Protocol):
    """Legal holds (冻结)."""

    async def of(self, company: str, *, ended: bool = False) -> list[Hold]:
        """The company's holds, the earliest first; with `ended` those released too."""

    async def add(self, hold: Hold, channel: str = "") -> Hold:
        """Keep a new one under the company's next number."""

    async def change(self, company: str, hold_id: str, step: Callable[[Hold], Hold], channel: str = "") -> Hold:
        """Release one. Raises NotFound, and what the step raises."""


@dataclass(frozen=True, slots=True)
class Archiving:
    """How this house arranges and keeps: settings and legal tables, as values."""

    table: Mapping[str, Term]  # 保管期限, with the company's longer terms
    least: Mapping[str, Term]  # 附表1 as it is
    scheme: Scheme = Scheme.D1
    office: str = "CW"
    paper: Paperless = Paperless.PRINT_PERMANENT
    laws: Sequence[Law] = ()


class Ledgers(Protocol):
    """The books as a ledger, and what people have said about them."""

    async def open(self, company: str) -> Ledger:
        """The company's ledger as its books stand; empty where there are none."""

    async def choices(self, company: str) -> Choices:
        """Mappings, inputs and the standard people have set."""

    async def choose(self, company: str, by: str, told: Mapping[str, str], channel: str = "") -> None:
        """Set or (with "") take back choices by their keys; with the trail, in one transaction."""

    async def page(self, company: str, period: str, account: str, start: int, count: int) -> tuple[list[Voucher], int]:
        """Vouchers of a month that move an account, from the one at `start`, and how many there are."""

    async def vouchers(self, company: str, period: str, word: str, number: int) -> list[Voucher]:
        """Those with this number: two where a number was given twice."""


class Digests(Protocol):
    """Who wants a daily digest, and when."""

    async def of(self, person: str) -> Wish | None:
        """What the person said; None when they said nothing."""

    async def all(self) -> dict[str, Wish]:
        """By person; `on` is None for those who said nothing."""

    async def wants(self, person: str, *, on: bool, hour: int, minute: int) -> None:
        """From now on."""

    async def sent(self, person: str, day: str) -> None:
        """The one of this day is said, or there was nothing to say."""


class Watch(Protocol):
    """How the service itself stands."""

    async def look(self, now: datetime) -> Running:
        """Everything at this moment."""

    async def again(self, failed_id: str, by: str, channel: str, now: datetime) -> bool:
        """Try what was given up afresh; leaves a trail entry. False when it is no failure any more."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a handler gets. One frozen value, wired in bot/app.py only."""

    vault: Vault
    trail: Trail
    search: Search
    people: People
    post: Post
    schedules: Schedules
    notes: Notes
    identities: Identities
    books: Books
    units: Units
    standings: Standings
    holds: Holds
    archiving: Archiving
    ledgers: Ledgers
    forms: Forms
    digests: Digests
    hand_links: HandLinks
    offload: Callable[..., Awaitable[Any]]  # run a sync function in a worker process
    now: Callable[[], datetime]  # UTC
    zone: ZoneInfo
    companies: Sequence[Company]
    rules: Sequence[Rule]
    categories: Sequence[Category]
    no_category: Text
    remind_after: timedelta
    rulebooks: Rulebooks
    lessons: Lessons
    built_in: Sequence[CategoryRule]  # the rules that come with the programme
    tax_checks: TaxChecks | None = None  # None: no provider is set, people look it up
    trust: Trust = NOBODY  # whose seals and signatures pass
    custody: Custody | None = None  # checks, hand-over, packages
    lending: Lending | None = None  # borrowing, audit samples
    watch: Watch | None = None
    workdays: Calendar = WEEKDAYS
    groups: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # name → (channel, conversation)
    reword: Callable[[str, date], Awaitable[str]] | None = (
        None  # a question in other words, or ""; None: no model is set
    )
