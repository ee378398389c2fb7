"""A zip written again with one fixed time, so that the same report is the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime


def stamped(data: bytes, when: datetime) -> bytes:
    """The same members in the same order, every one dated `when` (zip knows no years before 1980)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (max(when.year, 1980), when.month, when.day, when.hour, when.minute, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()
