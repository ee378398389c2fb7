"""An archive of a test's own: a vault with its keys, trail and witness, and documents to put into it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archive.approval import Case
from archive.document import Document, Kind
from archive.item import FileRef, Item, ItemState
from archive.retention import Term
from archive.trail import Entry
from storage import files, items, mongo, people, trail
from storage.keys import SEAL, FileKey, master_key
from storage.people import People, utc_now
from storage.trail import Trail, open_trail
from storage.vault import OnKept, Vault

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 10, 31, 8, 30, tzinfo=UTC)
TERM = Term("原始凭证", "会计凭证", 30)


@dataclass(frozen=True)
class Made:
    """What a step makes; the shape handlers use."""

    item: Item
    case: Case | None
    entries: tuple[Entry, ...]
    file_it: bool = False
    takes: tuple[FileRef, ...] = ()


@dataclass(frozen=True)
class Archive:
    db: mongo.Database
    keys: FileKey
    secret: bytes
    trail: Trail
    vault: Vault
    witness: Path

    async def put(self, number: str, **changes: Any) -> Item:
        """A document of that number, held and taken."""
        file = await self.vault.hold(f"the bytes of {number}".encode(), f"{number}.pdf", "application/pdf")
        item_id = await self.vault.new_id(AT)
        item = replace(
            Item(
                item_id, "GD01", "p1", "sales", file, 0, invoice(number), ItemState.PENDING, AT,
                case=f"C-{item_id}", seen_by=frozenset({"p1", "p2"}),
            ),
            **changes,
        )  # fmt: skip
        case = Case(f"C-{item_id}", item_id, "all", (), AT)
        return await self.vault.take(item, case, [Entry("p1", "received", item_id, AT, "desk")])

    async def file(self, item_id: str, at: datetime = AT) -> Item:
        """The item, approved and filed."""
        return (await self.vault.change(item_id, lambda item, case: step(item, case, "archived", at, True))).item


def step(item: Item, case: Case, action: str, at: datetime = AT, file_it: bool = False, **changes: Any) -> Made:
    """A step that sets `changes` on the item."""
    return Made(replace(item, **changes), case, (Entry("p2", action, item.id, at, "desk"),), file_it)


def invoice(number: str) -> Document:
    return Document(Kind.EINVOICE, number=number, date=date(2026, 10, 30), seller_name="甲", total=Decimal("100.00"))


async def open_archive(db: mongo.Database, folder: Path, on_kept: OnKept | None = None) -> Archive:
    """As bot/app.py opens it: indexes, master key, trail, vault."""
    await mongo.ensure_indexes(db, files.INDEXES, items.INDEXES, trail.INDEXES)
    keys, _ = await master_key(db, "", folder / "keys" / "data.key")
    chain = await open_trail(db, keys, folder / "keys" / "data.witness")
    sealed = await db.keys.find_one({"_id": SEAL})
    assert sealed
    vault = Vault(db, keys, chain, term=TERM, zone=ZONE, on_kept=on_kept)
    return Archive(db, keys, keys.unwrap(sealed["wrapped"]), chain, vault, folder / "keys" / "data.witness")


class PlainKeys:
    """A key provider that wraps nothing: where a trail is needed and its seal isn't what is tested."""

    id = "plain"

    def wrap(self, key: bytes) -> bytes:
        return key

    def unwrap(self, wrapped: bytes) -> bytes:
        return wrapped


async def open_people(db: mongo.Database, now: Callable[[], datetime] = utc_now) -> People:
    """The accounts, with the trail their changes are written into."""
    await mongo.ensure_indexes(db, people.INDEXES, trail.INDEXES)
    return People(db, await open_trail(db, PlainKeys()), now)
