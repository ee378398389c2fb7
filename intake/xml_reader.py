"""XML → the document it holds, whichever of the known vocabularies it is written in."""

from __future__ import annotations

from archive.errors import NoDocument
from intake.agree import agree
from intake.draft import Draft
from intake.einvoice import read_einvoice, read_original
from intake.markup import local, parse
from intake.reading import Reading
from intake.xbrl import read_xbrl


def draft_of(data: bytes, name: str, source: str) -> Draft | None:
    """The document in an XML file or attachment; None where the vocabulary is none of ours. Raises ReadProblems."""
    root = parse(data, name)
    tag = local(root)
    if tag == "EInvoice":
        draft: Draft | None = read_einvoice(root, source)
    elif tag == "eInvoice":
        draft = read_original(root, source)
    elif tag == "xbrl":
        draft = read_xbrl(root, source)
    else:
        return None
    return draft if draft and draft.values.keys() & {"number", "total"} else None


def read_xml(data: bytes, name: str) -> Reading:
    """The document in an XML file sent by itself. Raises ReadProblems; NoDocument for other vocabularies."""
    draft = draft_of(data, name, "xml")
    if draft is None:
        raise NoDocument(name=name)
    return Reading(name, "xml", (agree([draft]),), pages=1)
