"""What a builder is told besides the rows: whose report it is, for which period, and who has it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from archive.period import Period
from archive.words import Lang, Text, same
from reports.page import YUAN, Block, Page, Paragraph, Unit

NOTHING = Text(
    "{period}没有符合条件的单据，本表无数据。",
    "There is no matching document in {period}; this report has no figures.",
)


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a report. `names` gives the words for category, department and person keys, if they have any."""

    company: str
    period: Period
    made_at: datetime
    made_by: str
    lang: Lang = "zh"
    unit: Unit = YUAN
    names: Mapping[str, Text] = field(default_factory=dict)

    def name(self, key: str, missing: Text) -> Text:
        """The words for a key; `missing` for an empty one."""
        return self.names.get(key, same(key)) if key else missing

    def page(self, title: Text, subtitle: Text, blocks: tuple[Block, ...], unit: Unit | None = None) -> Page:
        """The finished page."""
        return Page(
            title,
            subtitle,
            self.company,
            self.period.label,
            self.made_at,
            self.made_by,
            blocks,
            self.lang,
            unit or self.unit,
        )

    def empty(self, title: Text, subtitle: Text) -> Page:
        """The page of a period without data: it says so, and draws nothing."""
        return self.page(title, subtitle, (Paragraph(NOTHING.filled(period=self.period.label), "heading"),))


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part of a whole as a fraction; None where the whole is nothing."""
    return part / whole if whole else None
