"""A document that no voucher books as a 件 of its own, with the metadata that its record tells (DA/T 94-2022 App A)."""

from __future__ import annotations

from archive.checks import title_of
from archive.item import Item
from archive.unit import Paper, Part, Unit

SOURCE = "原始凭证"


def lone_unit(item: Item, company_name: str = "", also: dict[str, str] | None = None) -> Unit:
    """The item as a 件. `also`: metadata that came with it, which goes before what we would say. Raises ValueError."""
    filed = item.filed
    if filed is None:
        raise ValueError(f"{item.id} is not filed")
    d = item.document
    title = d.lines[0].name if d.lines else title_of(d).zh
    papers = tuple(
        Paper(n, Part.SOURCE if n == 1 else Part.OTHER, file, item.id, title) for n, file in enumerate(item.files, 1)
    )
    said = {
        "M1": "件",
        "M5": company_name,
        "M6": company_name,
        "M9": item.company,
        "M11": str(filed.fiscal_year),
        "M12": filed.retention,
        "M15": filed.archive_no.split("-")[-2],
        "M17": filed.archive_no.split("-")[-1],
        "M22": title,
        "M31": d.number or "",
        "M32": d.seller_name or "",
        "M33": d.date.isoformat() if d.date else "",
        "M40": str(filed.fiscal_year),
        "M41": str(filed.fiscal_month),
        "M42": d.currency,
        "M54": ";".join(file.media_type for file in item.files),
        "M55": ";".join(file.name for file in item.files),
        "M56": ";".join(str(file.size) for file in item.files),
        "M58": "归档 Guidang",
    }
    metadata = {number: value for number, value in said.items() if value} | (also or {})
    return Unit(
        item.id, item.company, SOURCE, filed.category, title, d.number or "", d.date, filed.fiscal_year,
        filed.fiscal_month, filed.retention, filed.expires, filed.archive_no, filed.archive_no.rpartition("-")[0],
        papers, metadata,
    )  # fmt: skip
