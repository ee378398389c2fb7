"""Values as the API tells them. See bot/api/schemas.py."""

from __future__ import annotations

import json as texts
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from archive.approval import Case
from archive.document import Document
from archive.item import Item
from archive.trail import Link
from bot.api.operations import PREFIX
from handlers.show import plain

_LINE = ("name", "spec", "unit", "quantity", "price", "amount", "rate", "tax")


def json(value: object, status: int = 200) -> web.Response:
    """As it is read by people too: not escaped."""
    return web.json_response(value, status=status, dumps=lambda v: texts.dumps(v, ensure_ascii=False))


def paged(data: Sequence[object], after: str | None, total: int | None = None) -> web.Response:
    """One page of a list."""
    whole: dict[str, object] = {"data": list(data), "next": after}
    return json(whole if total is None else whole | {"total": total})


#: The name of the first file; its other renditions are numbered.
ORIGINAL = "original"
#: What the API shows in another shape, or of one item only.
_OTHERWISE = frozenset(
    {"file", "size", "sha256", "sm3", "renditions", "source", "confidence", "places", "authenticity", "tax_check"}
)


def names(item: Item) -> tuple[str, ...]:
    """What the files of an item are called in addresses, in their order."""
    return (ORIGINAL, *(f"{n}" for n in range(1, len(item.files))))


def summary(item: Item) -> dict[str, Any]:
    """An item as lists show it."""
    told = {name: value for name, value in plain(item).items() if name not in _OTHERWISE}
    return told | {
        "version": item.version,
        "findings": [
            {"code": f.code, "level": f.level.value, "field": f.field, "zh": f.text.zh, "en": f.text.en}
            for f in item.findings
        ],
        "renditions": [
            {
                "name": name, "file": file.name, "media_type": file.media_type, "size": file.size,
                "sha256": file.sha256, "sm3": file.sm3, "href": f"{PREFIX}/items/{item.id}/renditions/{name}",
            }
            for name, file in zip(names(item), item.files, strict=True)
        ],
    }  # fmt: skip


def whole(item: Item, case: Case) -> dict[str, Any]:
    """All that was read, and what was decided."""
    d: Document = item.document
    told = plain(item)
    return summary(item) | {name: told[name] for name in ("authenticity", "tax_check", "places")} | {
        "remark": d.remark,
        "lines": [{name: getattr(line, name) for name in _LINE} for line in d.lines],
        "extra": dict(d.extra),
        "source": dict(item.source),
        "confidence": {name: round(value, 3) for name, value in item.confidence.items()},
        "decisions": [
            {"step": x.step, "person": x.person, "name": x.name, "verdict": x.verdict.value, "at": x.at.isoformat(),
             "reason": x.reason}
            for x in case.decisions
        ],
    }  # fmt: skip


def state(item: Item) -> dict[str, Any]:
    """Where an item stands."""
    return {
        "id": item.id,
        "state": item.state.value,
        "version": item.version,
        "archive_no": item.filed.archive_no if item.filed else None,
        "href": f"{PREFIX}/items/{item.id}",
    }


def step(link: Link) -> dict[str, Any]:
    """One entry of the trail."""
    e = link.entry
    return {
        "seq": link.seq, "at": e.at.isoformat(), "who": e.who, "action": e.action, "channel": e.channel,
        "facts": {k: str(v) for k, v in e.facts.items()}, "digest": link.digest,
    }  # fmt: skip
