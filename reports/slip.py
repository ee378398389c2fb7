"""手工录入单: the page that stands for a document without a file, with all that was entered and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.words import Text
from reports.page import Column, Group, Page, Paragraph, Signatures, Table


@dataclass(frozen=True, slots=True)
class Slip:
    """What was entered: (label, value) in the form's order; who entered it, and when (the archive's own clock)."""

    company: str
    department: str
    person: str
    at: datetime
    reference: str  # the message it came in, so that two slips of the same words differ
    values: tuple[tuple[Text, str], ...]


def page(slip: Slip) -> Page:
    """The same slip is the same page, and the same bytes once it is rendered."""
    when = Text(f"{slip.at:%Y-%m-%d %H:%M}", f"{slip.at:%Y-%m-%d %H:%M}")
    columns = (Column("what", Text("项目", "Field"), weight=1.0), Column("value", Text("内容", "Value"), weight=3.0))
    return Page(
        title=Text("手工录入单", "Manual entry"),
        subtitle=Text(
            "本单没有原始文件，内容由录入人填写", "There is no original file; the values were entered by hand"
        ),
        company=slip.company,
        period=when,
        made_at=slip.at,
        made_by=slip.person,
        blocks=(
            Table(Text("录入内容", "What was entered"), columns, (Group(_rows(slip.values)),)),
            Paragraph(
                Text(
                    f"录入人：{slip.person}（{slip.department}），{slip.at:%Y-%m-%d %H:%M}，凭据 {slip.reference}",
                    f"Entered by {slip.person} ({slip.department}), {slip.at:%Y-%m-%d %H:%M}, message {slip.reference}",
                ),
                "note",
            ),
            Signatures((Text("录入", "Entered by"), Text("审核", "Checked by"))),
        ),
    )


def _rows(values: Sequence[tuple[Text, str]]) -> tuple[tuple[Text | str, ...], ...]:
    return tuple((label, value or "—") for label, value in values)


def drawn(slip: Slip) -> bytes:
    """The slip as PDF/A with its values attached as JSON. Runs in a worker process."""
    from reports.to_pdf import pdf

    return pdf(page(slip))
