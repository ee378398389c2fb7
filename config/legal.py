"""The legal tables: data with its source and date, read from the JSON files beside this one."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

from archive.law import Law
from archive.retention import Term, terms


def retention() -> dict[str, Term]:
    """保管期限 by 档案名称 (79号令 附表1), from retention.json."""
    table = json.loads(files("config").joinpath("retention.json").read_text("utf-8"))
    return terms(table["rows"])


def laws() -> tuple[Law, ...]:
    """The rules the archive keeps to, from laws.json."""
    table = json.loads(files("config").joinpath("laws.json").read_text("utf-8"))
    return tuple(
        Law(row["name"], row["number"], date.fromisoformat(row["since"]), date.fromisoformat(row["checked"]),
            date.fromisoformat(row["until"]) if row.get("until") else None)
        for row in table["rows"]
    )  # fmt: skip
