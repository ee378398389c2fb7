"""What other systems are told of: derived from the trail's entries, so that none is lost and none is made up."""

from __future__ import annotations

from enum import StrEnum

from archive.trail import Entry


class Event(StrEnum):
    """What can be subscribed to."""

    ARCHIVED = "item.archived"
    REJECTED = "item.rejected"
    DECIDED = "case.decided"  # one step of an approval, either way
    CHECK_FAILED = "check.failed"  # read or corrected, and something is wrong with it


def events_of(entry: Entry) -> tuple[Event, ...]:
    """The events an entry of the trail stands for; most stand for none."""
    if entry.action in ("read", "entered", "corrected"):
        return (Event.CHECK_FAILED,) if entry.facts.get("checks") else ()
    if entry.action == "inspection_failed":  # 四性检测: a required item
        return (Event.CHECK_FAILED,)
    if entry.action == "approved":  # the last step files the item, in the same transaction
        return (Event.DECIDED, Event.ARCHIVED) if entry.facts.get("closed") else (Event.DECIDED,)
    return (Event.DECIDED, Event.REJECTED) if entry.action == "rejected" else ()


def told(entry: Entry) -> dict[str, object]:
    """What of an entry goes out: who, what, when and why; nothing of the document, which is fetched with a right."""
    facts: dict[str, object] = {"item": entry.about, "by": entry.who, "action": entry.action}
    if entry.facts.get("reason"):
        facts["reason"] = entry.facts["reason"]
    if entry.facts.get("checks"):
        facts["checks"] = entry.facts["checks"].split(",")
    return facts
