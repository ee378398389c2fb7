"""Items for the tests of the index: short to write, whole otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from archive.document import Document, Kind, Line
from archive.item import FileRef, Item, ItemState


def an_item(
    n: int, seller: str = "", /, *, total: str | None = "100.00", day: str | None = "2026-10-11", **more: Any
) -> Item:
    """Item G2610-000n of company C1, sent by `owner` (or "zs"), seen by the sender and `also`."""
    owner, also = more.pop("owner", "zs"), more.pop("also", ())
    facts = {name: more.pop(name) for name in Document.__dataclass_fields__ if name in more and name != "total"}
    return Item(
        id=more.pop("id", f"G2610-{n:04}"),
        company=more.pop("company", "C1"),
        owner=owner,
        department=more.pop("department", "销售部"),
        file=FileRef(f"f{n}", more.pop("file_name", f"scan{n}.pdf"), 1000, f"{n:064x}", f"{n:064x}", "image/png"),
        part=0,
        document=Document(
            kind=facts.pop("kind", Kind.EINVOICE),
            seller_name=seller or None,
            date=date.fromisoformat(day) if day else None,
            total=Decimal(total) if total is not None else None,
            lines=tuple(Line(name) for name in facts.pop("lines", ())),
            **facts,
        ),
        state=more.pop("state", ItemState.PENDING),
        received_at=datetime(2026, 11, 1, 8, n % 60, tzinfo=UTC),
        seen_by=frozenset({owner, *also}),
        **more,
    )  # fmt: skip
