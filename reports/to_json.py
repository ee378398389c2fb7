"""A page as plain values: money as exact strings, dates as ISO, words in the page's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from archive.words import Lang, Text, spoken
from reports.cells import clean
from reports.page import Block, Cell, Chart, Column, Facts, Page, Paragraph, Row, Signatures, Table, TwoSided


def plain(page: Page) -> dict[str, Any]:
    """The whole report as a dict that `json` can write. Money is in yuan (or its currency), never in 万元."""
    lang = page.lang
    return {
        "title": page.title.to(lang),
        "subtitle": page.subtitle.to(lang),
        "company": clean(page.company),
        "period": page.period.to(lang),
        "made_at": page.made_at.isoformat(),
        "made_by": clean(page.made_by),
        "lang": lang,
        "blocks": [_block(block, lang) for block in page.blocks],
    }


def value(cell: Cell, lang: Lang) -> str | int | None:
    """One cell as a plain value; a Decimal becomes an exact string."""
    if isinstance(cell, Text):
        return clean(cell.to(lang))
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else cell


def _row(columns: tuple[Column, ...], row: Row, lang: Lang) -> dict[str, str | int | None]:
    return {column.key: value(cell, lang) for column, cell in zip(columns, row, strict=True)}


def _table(table: Table, lang: Lang) -> dict[str, Any]:
    return {
        "table": table.title.to(lang),
        "columns": [
            {"key": column.key, "heading": column.heading.to(lang), "kind": column.kind} for column in table.columns
        ],
        "groups": [
            {
                "title": group.title.to(lang) if group.title else None,
                "rows": [_row(table.columns, row, lang) for row in group.rows],
                "subtotal": _row(table.columns, group.subtotal, lang) if group.subtotal else None,
            }
            for group in table.groups
        ],
        "total": _row(table.columns, table.total, lang) if table.total else None,
    }


def _block(block: Block, lang: Lang) -> dict[str, Any]:
    match block:
        case Table():
            return _table(block, lang)
        case TwoSided():
            sides = {"left": _table(block.left, lang), "right": _table(block.right, lang)}
            return {"two_sided": block.title.to(lang), **sides}
        case Chart():
            return {
                "chart": block.title.to(lang),
                "kind": block.kind,
                "labels": [clean(spoken(label, lang)) for label in block.labels],
                "series": {one.name.to(lang): [value(number, lang) for number in one.values] for one in block.series},
            }
        case Facts():
            return {"facts": {fact.label.to(lang): value(fact.value, lang) for fact in block.items}}
        case Paragraph():
            return {"text": clean(block.text.to(lang))}
        case Signatures():
            return {"signatures": [role.to(lang) for role in block.roles]}
