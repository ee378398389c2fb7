"""So much of the items as an overview shows: what came lately, and what is open however old it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archive.item import ItemState
from archive.overview import Line
from storage.mongo import Database, Doc

#: Nothing else is sent by the database: texts and places are the most of an item.
_SHOWN: Mapping[str, int] = {
    "item.state": 1, "item.seen_by": 1, "item.received_at": 1, "item.filed.archived_at": 1, "item.category": 1,
    "item.file.name": 1, "item.file.size": 1, "item.findings.code": 1, "item.document.type": 1,
    "item.document.seller_name": 1, "item.document.total": 1, "item.document.currency": 1, "item.document.extra": 1,
    "case.opened_at": 1, "case.decisions.at": 1,
}  # fmt: skip
_OPEN = (ItemState.PENDING, ItemState.DOUBTFUL)


async def lines_of(db: Database, company: str, first: datetime, last: datetime) -> list[Line]:
    """Everything of the company received in [first, last), and its open items of any age."""
    found: dict[str, Doc] = {}
    recent = {"item.company": company, "item.received_at": {"$gte": first, "$lt": last}}
    async for doc in db.items.find(recent, _SHOWN):
        found[doc["_id"]] = doc
    for state in _OPEN:
        async for doc in db.items.find({"item.company": company, "item.state": state.value}, _SHOWN):
            found[doc["_id"]] = doc
    return [_line(doc) for _, doc in sorted(found.items())]


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
