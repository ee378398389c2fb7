"""The company a command names."""

from __future__ import annotations

from bot.app import House


def company_code(house: House, named: str) -> str:
    """The code of a company named by code or name; an unknown name stands for itself, a fonds of its own."""
    for company in house.settings.companies:
        if named in (company.code, company.name):
            return company.code
    return named.replace("|", " ").replace("~", " ").strip()[:80]
