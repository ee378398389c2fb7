"""元数据.xml of a package from outside → the card it tells, after its schema (ours, not the package's) was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache

from lxml import etree

from archive.errors import Problem
from archive.item import FileRef
from archive.package.card import Told, UnitCard, document_of
from archive.package.metadata_xml import NAMESPACE, SCHEMA
from archive.unit import Paper, Part, Unit
from intake.markup import parse

_N = f"{{{NAMESPACE}}}"
BIGGEST = 8 << 20  # bytes of one metadata file


class NotTheSchema(ValueError):
    """What doesn't fit, in the validator's words."""


def card_of(data: bytes) -> UnitCard:
    """Raises NotTheSchema."""
    try:
        root = parse(data, "元数据.xml")
    except Problem as problem:
        raise NotTheSchema(problem.say("zh")) from problem
    schema = _schema()
    if not schema.validate(root):
        words = str(schema.error_log).strip().splitlines()  # <string>:3:0:ERROR:…: what is wrong
        raise NotTheSchema(words[-1].removeprefix("<string>:")[:300] if words else "?")
    try:
        return _card(root)
    except (ValueError, KeyError, ArithmeticError) as error:
        raise NotTheSchema(str(error)[:300]) from error


def about_of(data: bytes) -> dict[str, str]:
    """说明文件.xml: heading → value. Raises NotTheSchema."""
    try:
        root = parse(data, "说明文件.xml")
    except Problem as problem:
        raise NotTheSchema(problem.say("zh")) from problem
    return {item.get("name", ""): item.text or "" for item in root.iter("{urn:guidang:about:1}item")}


def _card(root: etree._Element) -> UnitCard:
    a = _attributes(root)
    files = root.findall(f"{_N}files/{_N}file")
    papers = tuple(_paper(each) for each in files)
    documents = tuple(_told(each) for each in root.findall(f"{_N}document"))
    checks = root.find(f"{_N}checks")
    said = {c.get("item", ""): (c.get("outcome", ""), c.text or "") for c in (checks if checks is not None else ())}
    unit = Unit(
        a["id"], a["fonds"], a["kind"], a["category"], root.findtext(f"{_N}title") or "", a.get("fileNo", ""),
        _day(a.get("formed")), int(a["year"]), int(a["month"]), a["retention"], _day(a.get("expires")),
        a.get("archiveNo", ""), a.get("volume", ""), papers,
        {m.get("no", ""): m.text or "" for m in root.findall(f"{_N}metadata/{_N}m")},
    )  # fmt: skip
    if len({paper.nth for paper in papers}) != len(papers):
        raise ValueError("two files have the same place")
    if not 1900 <= unit.year <= 2200 or unit.month > 12:
        raise ValueError(f"{unit.year}-{unit.month}")
    return UnitCard(
        int(a["nth"]), unit, tuple(each.get("path", "") for each in files), documents, said,
        "" if checks is None else checks.get("run", ""), "" if checks is None else checks.get("rules", ""),
    )  # fmt: skip


def _paper(each: etree._Element) -> Paper:
    a = _attributes(each)
    file = FileRef("", a["name"], int(a["size"]), a["sha256"], a["sm3"], a.get("mediaType", ""))
    return Paper(int(a["nth"]), Part(a["part"]), file, a.get("item", ""), each.text or "")


def _told(each: etree._Element) -> Told:
    a = _attributes(each)
    fields = {f.get("name", ""): f.text or "" for f in each.findall(f"{_N}field")}
    document_of(fields)  # raises for what is no document
    return Told(
        a["item"], a["archiveNo"], a.get("owner", ""), a.get("department", ""), a.get("category", ""),
        _moment(a["receivedAt"]), _moment(a["archivedAt"]), fields,
    )  # fmt: skip


def _attributes(each: etree._Element) -> Mapping[str, str]:
    return {str(name): str(value) for name, value in each.attrib.items()}


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None


def _moment(words: str) -> datetime:
    at = datetime.fromisoformat(words)
    if at.tzinfo is None:
        raise ValueError(f"{words} has no zone")
    return at.astimezone(UTC)


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(SCHEMA))
