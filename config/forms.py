"""The forms of financial statements and the rules they are filled by: JSON with its sources, in config/statements."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from archive.statements.form import Forms, forms_of


@cache
def forms() -> Forms:
    """All of them, read once."""
    folder = files("config").joinpath("statements")
    tables: dict[str, dict[str, Any]] = {
        each.name: json.loads(each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".json")
    }
    roles, cash = tables.pop("roles.json"), tables.pop("cash_rules.json")
    return forms_of(roles, cash, [tables[name] for name in sorted(tables)])
