"""[workdays]: the published holidays from holidays.json, and a company's own days off and on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from archive.workdays import Calendar

KNOWN: Mapping[str, set[str]] = {"workdays": {"off", "on"}}


def published() -> Calendar:
    """What the State Council has published; years that are missing aren't known."""
    table = json.loads(files("config").joinpath("holidays.json").read_text("utf-8"))["years"]
    off = [day for year in table.values() for first, last in year["off"] for day in _days(first, last)]
    on = [date.fromisoformat(day) for year in table.values() for day in year["on"]]
    return Calendar(frozenset(off), frozenset(on), frozenset(int(year) for year in table))


def read(given: Mapping[str, Any], mistakes: list[str]) -> Calendar:
    """The published days with the company's own: `off` and `on`, each a list of days or "first..last"."""
    part = given.get("workdays", {})
    own = {name: frozenset(_own(part.get(name, ()), f"workdays.{name}", mistakes)) for name in ("off", "on")}
    return published().with_days(own["off"], own["on"])


def _own(given: Any, name: str, mistakes: list[str]) -> Iterable[date]:
    for each in given if isinstance(given, list) else [given] if given else []:
        first, _, last = str(each).partition("..")
        try:
            yield from _days(first, last or first)
        except ValueError:
            mistakes.append(f"{name}: {each!r} is no day like 2027-01-01 and no stretch like 2027-02-05..2027-02-11")


def _days(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    if not 0 <= (end - begin).days < 366:
        raise ValueError(last)
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
