"""The files that came with a mail saved by Outlook (.msg): its attachments, and those of mails attached to it."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

from archive.errors import Truncated, ZipBomb
from intake import limits
from intake.budget import Budget
from intake.mail import Enclosed, chosen
from intake.sniff import sniff

_CONTENT_ID = 0x3712
_SHORT_NAME = 0x3704
_INNER_MAIL = "__substg1.0_3701000D"
_NESTING = 4


def outlook_files(data: bytes, name: str, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """(title, content) of each attachment. Raises MailWithoutFiles, Truncated, ZipBomb."""
    from olefile import OleFileIO  # lazily, as all readers
    from oxmsg.storage import Storage

    try:
        with OleFileIO(io.BytesIO(data)) as compound:
            _modest(compound, name)
            enclosed = list(_enclosed(Storage.from_ole(compound), budget, _NESTING))
    # The declared border: both libraries trip over a broken file in many manners
    except (OSError, LookupError, ValueError, TypeError, AttributeError, AssertionError) as error:
        raise Truncated(name=name) from error
    except (struct.error, ArithmeticError, RecursionError, NotImplementedError) as error:
        raise Truncated(name=name) from error
    except MemoryError as error:
        raise ZipBomb(name=name) from error
    yield from chosen(enclosed, name)


def _modest(compound: Any, name: str) -> None:
    """Entries may share their bytes: all of them together must be as modest as what is unpacked from a zip."""
    entries = [entry for entry in compound.direntries if entry is not None]
    if len(entries) > 20 * limits.ZIP_ENTRIES or sum(entry.size for entry in entries) > limits.ZIP_BYTES:
        raise ZipBomb(name=name)


def _enclosed(message: Any, budget: Budget, nesting: int) -> Iterator[Enclosed]:
    from oxmsg.attachment import Attachment

    for storage in message.iter_attachment_storages():
        budget.entry()
        for inner in storage.storages:
            if inner.name.upper() == _INNER_MAIL.upper() and nesting > 0:
                yield from _enclosed(inner, budget, nesting - 1)
        attachment = Attachment(storage)
        content = attachment.file_bytes
        if not content:
            continue
        budget.part(len(content), len(content), len(content))
        title = attachment.file_name or attachment.properties.str_prop_value(_SHORT_NAME) or "附件"
        pasted = bool(attachment.properties.str_prop_value(_CONTENT_ID)) and sniff(content) == "image"
        yield Enclosed(title, content, pasted)
