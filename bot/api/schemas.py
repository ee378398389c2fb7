"""The shapes of what the API takes and gives, as JSON Schema (2020-12, as OpenAPI 3.1 has it)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.document import Kind
from archive.events import Event
from archive.finding import Level
from archive.item import ItemState
from bot.api.operations import Schema, ref

TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
MONEY: Schema = {"type": ["string", "null"], "pattern": r"^-?\d+\.\d{2,}$", "description": "十进制 decimal"}
DAY: Schema = {"type": ["string", "null"], "format": "date"}
WHEN: Schema = {"type": "string", "format": "date-time"}
MAYBE_WHEN: Schema = {"type": ["string", "null"], "format": "date-time"}
STATE: Schema = {"type": "string", "enum": [state.value for state in ItemState]}


def shape(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with exactly these properties."""
    return {
        "type": "object", "properties": {**required, **(optional or {})}, "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


def many(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def page(name: str) -> Schema:
    """One page of a list; `next` is null at its end."""
    return shape({"data": many(ref(name)), "next": MAYBE}, {"total": {"type": "integer"}})


_LINE = shape(dict.fromkeys(("name", "spec", "unit", "quantity", "price", "amount", "rate", "tax"), TEXT))
_FINDING = shape(
    {"code": TEXT, "level": {"type": "string", "enum": [e.value for e in Level]}, "field": TEXT, "zh": TEXT, "en": TEXT}
)
_PLACE = shape({"page": {"type": "integer"}, "box": many({"type": "number"})})
_RENDITION = shape({"name": TEXT, "file": TEXT, "media_type": TEXT, "size": {"type": "integer"}, "sha256": TEXT,
                    "sm3": TEXT, "href": TEXT})  # fmt: skip
_SUMMARY: dict[str, Any] = {
    "id": TEXT, "state": STATE, "version": {"type": "integer"}, "archive_no": MAYBE,
    "kind": {"type": "string", "enum": [kind.value for kind in Kind]}, "kind_name": TEXT, "type": MAYBE,
    "number": MAYBE, "code": MAYBE, "date": DAY, "seller_name": MAYBE, "seller_tax_id": MAYBE, "buyer_name": MAYBE,
    "buyer_tax_id": MAYBE, "amount_excl_tax": MONEY, "tax": MONEY, "total": MONEY, "currency": TEXT, "category": TEXT,
    "classification": {"type": "object", "description": "by which rule, or by whom, each of four was decided"},
    "owner": TEXT, "department": TEXT, "received_at": WHEN, "archived_at": MAYBE_WHEN, "retention": MAYBE,
    "expires": DAY, "findings": many(_FINDING), "renditions": many(_RENDITION),
}  # fmt: skip

_EVENT: Schema = {"type": "string", "enum": [event.value for event in Event]}
_HOOK: dict[str, Any] = {"id": TEXT, "url": TEXT, "events": many(_EVENT), "made_at": WHEN, "href": TEXT}

SCHEMAS: Mapping[str, Schema] = {
    "Problem": shape(
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "code": TEXT, "zh": TEXT,
         "en": TEXT},
        {"errors": many(shape({"pointer": TEXT, "zh": TEXT, "en": TEXT}))},
    ),
    "Me": shape({"key": TEXT, "name": TEXT, "person": TEXT, "company": TEXT, "scopes": many(TEXT),
                 "expires_at": MAYBE_WHEN, "rate": {"type": "integer"}}),
    "Accepted": shape({"id": TEXT, "href": TEXT}),
    "Documents": shape(
        {
            "files": {
                "type": "array", "minItems": 1, "maxItems": 20,
                "items": shape({"name": TEXT, "content": {"type": "string", "contentEncoding": "base64"}}),
            }
        }
    ),
    "Files": {
        "type": "object", "required": ["files"],
        "properties": {"files": {"type": "array", "minItems": 1, "maxItems": 20, "items": {}}},
    },
    "Message": shape(
        {
            "id": TEXT,
            "state": {"type": "string", "enum": ["accepted", "working", "done", "failed"]},
            "received_at": WHEN,
            "files": many(shape({"name": TEXT, "size": {"type": "integer"}, "sha256": TEXT})),
            "items": many(ref("State")),
            "refused": many({"type": "string", "description": "codes of what was not taken, see docs/errors.md"}),
            "text": MAYBE,
        }
    ),
    "Item": shape(_SUMMARY),
    "WholeItem": shape(
        {
            **_SUMMARY, "remark": MAYBE, "lines": many(_LINE),
            "extra": {"type": "object", "additionalProperties": TEXT},
            "source": {"type": "object", "additionalProperties": TEXT},
            "confidence": {"type": "object", "additionalProperties": {"type": "number"}},
            "places": {"type": "object", "additionalProperties": _PLACE},
            "authenticity": {"type": ["object", "null"]}, "tax_check": {"type": ["object", "null"]},
            "inspection": {"type": ["object", "null"]}, "keeper": TEXT,
            "decisions": many(shape({"step": {"type": "integer"}, "person": TEXT, "name": TEXT, "verdict": TEXT,
                                     "at": WHEN, "reason": TEXT})),
        }
    ),
    "State": shape({"id": TEXT, "state": STATE, "version": {"type": "integer"}, "archive_no": MAYBE, "href": TEXT},
                   {"waits_for": many(TEXT), "step": {"type": "integer"}, "steps": {"type": "integer"}}),
    "Step": shape({"seq": {"type": "integer"}, "at": WHEN, "who": TEXT, "action": TEXT, "channel": TEXT,
                   "facts": {"type": "object", "additionalProperties": TEXT}, "digest": TEXT}),
    "Report": shape({"key": TEXT, "zh": TEXT, "en": TEXT, "formats": many(TEXT), "href": TEXT}),
    "WantedWebhook": shape({"url": {"type": "string", "format": "uri"}}, {"events": many(_EVENT)}),
    "Webhook": shape(_HOOK),
    "NewWebhook": shape({**_HOOK, "secret": {"type": "string", "description": "whsec_ + base64 (Standard Webhooks)"}}),
    "Delivery": shape({"id": TEXT, "seq": {"type": "integer"}, "event": TEXT, "state": TEXT,
                       "attempts": {"type": "integer"}, "code": TEXT, "at": WHEN, "due": MAYBE_WHEN,
                       "sent_at": MAYBE_WHEN}),
    "Webhooks": page("Webhook"),
    "Deliveries": page("Delivery"),
    "Items": page("Item"),
    "Trail": page("Step"),
    "Reports": page("Report"),
}  # fmt: skip
