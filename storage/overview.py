"""So much of the items as an overview shows: what came lately, and what is open however old it is.

Read whole once a day, and then only what the trail says was changed: an open overview costs what is done, not what lies
in the archive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.item import ItemState
from archive.overview import Line
from storage.mongo import Database, Doc

#: Nothing else is sent by the database: texts and places are the most of an item.
_SHOWN: Mapping[str, int] = {
    "item.company": 1, "item.state": 1, "item.seen_by": 1, "item.received_at": 1, "item.filed.archived_at": 1,
    "item.category": 1, "item.file.name": 1, "item.file.size": 1, "item.findings.code": 1, "item.document.type": 1,
    "item.document.seller_name": 1, "item.document.total": 1, "item.document.currency": 1, "item.document.extra": 1,
    "case.opened_at": 1, "case.decisions.at": 1,
}  # fmt: skip
#: Links since the last time that are gone through; after more, all is read anew.
_MOST = 5_000
_COMPANIES = 8
#: What changes no item.
_LOOKS = frozenset({"viewed", "downloaded", "exported", "signed_in"})
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_OPEN = (ItemState.PENDING, ItemState.DOUBTFUL)


@dataclass(slots=True)
class _Kept:
    """The lines of one company as they stood when the trail had `seq` links."""

    first: datetime
    seq: int
    lines: dict[str, Line]


class Lines:
    """The lines of the companies that were asked for lately."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[str, _Kept] = {}
        self._turn = asyncio.Lock()

    async def of(self, company: str, first: datetime) -> list[Line]:
        """Everything of the company received since `first`, and its open items of any age, by id."""
        async with self._turn:
            kept = self._kept.pop(company, None)
            head = await self._db.head.find_one({}) or {"seq": 0}
            seq = int(head["seq"])  # first: what is done from here on is read again next time
            if kept is None or kept.first != first or not 0 <= seq - kept.seq <= _MOST:
                kept = _Kept(first, seq, await self._whole(company, first))
            else:
                await self._renew(kept, company, seq)
            self._kept[company] = kept
            while len(self._kept) > _COMPANIES:
                del self._kept[next(iter(self._kept))]
            return [line for _, line in sorted(kept.lines.items())]

    async def _whole(self, company: str, first: datetime) -> dict[str, Line]:
        found: dict[str, Line] = {}
        wanted: list[Doc] = [{"item.company": company, "item.received_at": {"$gte": first, "$lt": _NEVER}}]
        wanted += [{"item.company": company, "item.state": state.value} for state in _OPEN]
        for each in wanted:
            async for doc in self._db.items.find(each, _SHOWN):
                found[doc["_id"]] = _line(doc)
        return found

    async def _renew(self, kept: _Kept, company: str, seq: int) -> None:
        """Read again what the new links are about, as far as it is an item of the company."""
        links = self._db.links.find({"_id": {"$gt": kept.seq, "$lte": seq}}, {"about": 1, "action": 1})
        about = sorted({str(doc["about"]) async for doc in links if doc["action"] not in _LOOKS})
        async for doc in self._db.items.find({"_id": {"$in": about}}, _SHOWN):
            if doc["item"]["company"] == company:
                kept.lines[doc["_id"]] = _line(doc)
        kept.seq = seq


def _line(doc: Doc) -> Line:
    item: Mapping[str, Any] = doc["item"]
    document, case = item["document"], doc["case"]
    state = ItemState(item["state"])
    moments = [case["opened_at"], *(decision["at"] for decision in case.get("decisions") or ())]
    total, filed = document.get("total"), item.get("filed")
    codes = [finding["code"] for finding in item.get("findings") or ()]
    return Line(
        doc["_id"],
        state,
        frozenset(item["seen_by"]),
        item["received_at"],
        filed["archived_at"] if filed else None,
        max(moments) if state is ItemState.PENDING else None,
        document.get("type") or item["file"]["name"],
        document.get("seller_name") or "",
        total.to_decimal() if total is not None else None,
        document.get("currency") or "CNY",
        item.get("category") or "",
        item["file"]["size"],
        next((code for code in codes if code.startswith("R") and code[1:].isdigit()), ""),
        any(name == "version" for name, _ in document.get("extra") or ()),
    )
