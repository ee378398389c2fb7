"""[[schedules]] and [groups]: what comes by itself without anybody having said so, and groups by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive import timetable
from archive.errors import BadSchedule

KNOWN: Mapping[str, set[str]] = {"schedules": set(), "groups": set()}


@dataclass(frozen=True, slots=True)
class Planned:
    """One standing request of the settings file: in whose name, what and when, and to which group (or that person)."""

    person: str
    words: str  # 每月首个工作日 9:00 月结包 上月
    to: str = ""  # a name of [groups]
    channel: str = "desk"


def groups(given: Mapping[str, Any], mistakes: list[str]) -> Mapping[str, tuple[str, str]]:
    """[groups] finance = "slack:C0123" → name: (channel, conversation)."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in given.get("groups", {}).items():
        channel, colon, conversation = str(value).partition(":")
        if not colon or not channel or not conversation:
            mistakes.append(f"groups.{name} = {value!r} is not like slack:C0123")
        else:
            found[name.lstrip("#").lower()] = (channel, conversation)
    return found


def read(given: Mapping[str, Any], known: Mapping[str, tuple[str, str]], mistakes: list[str]) -> tuple[Planned, ...]:
    """Every request; the words must be understood, the group be known."""
    found: list[Planned] = []
    entries = given.get("schedules", [])
    for number, entry in enumerate(entries if isinstance(entries, list) else [entries], 1):
        try:
            plan = Planned(str(entry["person"]), str(entry["words"]), str(entry.get("to", "")).lstrip("#").lower(),
                           str(entry.get("channel", "desk")))  # fmt: skip
            timetable.parse(plan.words)
        except (KeyError, TypeError, AttributeError):
            mistakes.append(f"schedules #{number} needs person and words")
            continue
        except BadSchedule as problem:
            mistakes.append(f"schedules #{number}: {problem.say('en')}")
            continue
        if plan.to and plan.to not in known:
            mistakes.append(f"schedules #{number}: [groups] has no {plan.to!r}")
        found.append(plan)
    return tuple(found)
