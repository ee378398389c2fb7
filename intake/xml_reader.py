"""XML → the document it holds, whichever of the known vocabularies it is written in."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from lxml import etree

from archive.errors import NoDocument
from intake.agree import agree
from intake.draft import Draft
from intake.einvoice import read_einvoice, read_original
from intake.limits import DOCUMENTS
from intake.markup import local, parse
from intake.reading import Reading
from intake.xbrl import read_xbrl

_READERS: dict[str, Callable[[etree._Element, str], Draft | None]] = {
    "EInvoice": read_einvoice,
    "eInvoice": read_original,
    "xbrl": read_xbrl,
}
_ANYWHERE = tuple(f"{{*}}{name}" for name in _READERS)


def draft_of(data: bytes, name: str, source: str) -> Draft | None:
    """The document in an XML file or attachment; None where the vocabulary is none of ours. Raises ReadProblems."""
    return next(iter(drafts_of(data, name, source)), None)


def drafts_of(data: bytes, name: str, source: str) -> list[Draft]:
    """All documents in an XML file: an export of several, or an envelope, holds them one beside the other."""
    root = parse(data, name)
    roots = [root] if local(root) in _READERS else list(itertools.islice(root.iter(*_ANYWHERE), DOCUMENTS))
    drafts = [_READERS[local(element)](element, source) for element in roots]
    return [draft for draft in drafts if draft and draft.values.keys() & {"number", "total"}]


def read_xml(data: bytes, name: str) -> Reading:
    """The documents in an XML file sent by itself. Raises ReadProblems; NoDocument for other vocabularies."""
    drafts = drafts_of(data, name, "xml")
    if not drafts:
        raise NoDocument(name=name)
    return Reading(name, "xml", tuple(agree([draft]) for draft in drafts), pages=1)
