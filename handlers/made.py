"""A finished report: what it is, what its file is called, and the press that archives it."""

from __future__ import annotations

from dataclasses import dataclass

from archive.made import data_digest
from archive.period import Period
from archive.words import Lang, Text
from handlers.message import Choice
from reports.page import Page
from reports.to_json import plain as plain_page

#: The button that archives a report: handlers/keep.py.
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished report: its page, and by which date its documents were chosen."""

    page: Page
    key: str
    period: Period
    rows: int
    figures: bytes = b""  # of a financial statement: its JSON, lines by name


def archive_choice(made: Made) -> Choice:
    """The press under a report; it says which report, of which data, so that nothing else is archived than was seen."""
    period, page = made.period, made.page
    at = str(round(page.made_at.timestamp() * 1000))
    parts = (made.key, period.first.isoformat(), period.last.isoformat(), page.lang, str(page.unit.size), at)
    return Choice(Text("归档", "Archive"), KEEP, "|".join((*parts, data_digest(plain_page(page))[:16])))


def report_name(made: Made, lang: Lang) -> str:
    """What its file is called, without the ending."""
    return f"{made.page.title.to(lang)}_{made.period.label.to(lang)}".replace("/", "-").replace(" ", "_")
