"""Our companies (立档单位): each is a fonds (全宗) of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """Its code in the archive number (全宗号), its full name as a buyer, and its tax id ("" if none is set)."""

    code: str
    name: str
    tax_id: str = ""
