"""One item (件): a document that was forwarded, from its arrival to its place in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from archive.authentic import Authenticity
from archive.classify import Classified
from archive.document import Document
from archive.finding import Finding
from archive.place import Place
from archive.words import Text


class ItemState(StrEnum):
    """Where the item stands."""

    DOUBTFUL = "doubtful"  # something must be filled in or confirmed by the sender
    PENDING = "pending"  # laid before an approver
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"  # has a 档号; only its process metadata still grows


STATE_NAMES: Mapping[ItemState, Text] = {
    ItemState.DOUBTFUL: Text("待补充", "to be completed"),
    ItemState.PENDING: Text("待审批", "awaiting approval"),
    ItemState.REJECTED: Text("已驳回", "rejected"),
    ItemState.WITHDRAWN: Text("已撤回", "withdrawn"),
    ItemState.ARCHIVED: Text("已归档", "archived"),
}


@dataclass(frozen=True, slots=True)
class FileRef:
    """A stored original. Digests are lower-case hex of the plain bytes; `id` finds the ciphertext and its key."""

    id: str
    name: str
    size: int  # bytes of the original
    sha256: str
    sm3: str
    media_type: str


class TaxOutcome(StrEnum):
    """What the tax authority says of an invoice (查验)."""

    GENUINE = "genuine"
    DIFFERENT = "different"
    MISSING = "missing"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class TaxCheck:
    """One result of 查验. `asked` is the digest of the facts it is about."""

    outcome: TaxOutcome
    day: date  # on which the authority said so
    at: datetime  # UTC, when it was put down
    by: str  # person id, or "system"
    how: str  # the provider's name, or "manual"
    remark: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Rendition:
    """The same document in another carrier (版式), kept beside the first and never in its place."""

    file: FileRef
    part: int  # which of the documents found in the file, from 0
    carrier: str  # xml ofd pdf image …
    added_at: datetime  # UTC
    by: str  # person id
    origin: str  # the message it came in


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing gave an item (DA/T 94 8.3, 8.7; 79号令 Art 14)."""

    archive_no: str  # 档号 [全宗号-]类别号-案卷号-件号
    archived_at: datetime  # UTC
    fiscal_year: int  # 会计年度
    fiscal_month: int  # 会计月份
    category: str  # 档案门类, e.g. 会计凭证
    retention: str  # 保管期限, e.g. 30年
    expires: date | None  # the last day of the term; None for 永久


@dataclass(frozen=True, slots=True)
class Item:
    """The record of one document. Values only; a change makes a new Item with version + 1."""

    id: str  # short, for people: G2610-0042
    company: str  # 全宗
    owner: str  # person id of the sender
    department: str
    file: FileRef
    part: int  # which of the documents found in the file, from 0
    document: Document
    state: ItemState
    received_at: datetime  # UTC
    origin: str = ""  # the message it came in: the same message read again makes no second item
    category: str = ""  # expense category
    classified: Classified | None = None  # by which rule, or by whom; None for items from before rules were kept
    source: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)  # where on the original a field was read
    findings: tuple[Finding, ...] = ()
    authentic: Authenticity | None = None  # what its seals and signatures were worth when it was read
    tax_check: TaxCheck | None = None  # 查验, of the facts it has now
    text: str = ""  # readable words, for search
    case: str = ""  # id of the approval case
    seen_by: frozenset[str] = frozenset()  # person ids: owner and those it was laid before
    filed: Filed | None = None
    carrier: str = ""  # of the first file
    renditions: tuple[Rendition, ...] = ()
    version: int = 1

    @property
    def files(self) -> tuple[FileRef, ...]:
        """The first file and its other renditions, in the order they came."""
        return (self.file, *(each.file for each in self.renditions))

    @property
    def identity(self) -> str | None:
        """What makes two copies the same document for a company: number [+ code], seller, total; None if unknown."""
        d = self.document
        if not d.number or d.total is None:
            return None
        seller = "".join((d.seller_name or "").split())
        return "|".join((self.company, d.number, d.code or "", seller, str(d.total.normalize() + 0), d.currency))
