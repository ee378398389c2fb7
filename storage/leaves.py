"""How rows of books lie in a document: as they are, or, of a large month, as one deflated leaf.

A month of 80,000 entries is some 40 MB as BSON, more than one transaction of the embedded database holds; deflated it
is a tenth. Digests are of the rows, whichever way they lie.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import bson

from storage.mongo import Doc

#: A month in more documents than this is deflated.
PLAIN = 12


def leaf(place: str, rows: Sequence[Doc], *, many: bool) -> Doc:
    """The document of these rows."""
    if not many:
        return {"_id": place, "rows": list(rows)}
    return {"_id": place, "leaf": zlib.compress(bson.encode({"rows": list(rows)}), 6)}


def rows_in(doc: Doc) -> list[Doc]:
    """The rows again. Raises KeyError, TypeError, ValueError for what is none (bson's and zlib's become ValueError)."""
    if "leaf" not in doc:
        plain: list[Doc] = doc["rows"]
        return plain
    try:
        packed: list[Doc] = bson.decode(zlib.decompress(doc["leaf"]))["rows"]
    except (zlib.error, bson.errors.BSONError) as error:
        raise ValueError("a leaf of books can't be read") from error
    return packed
