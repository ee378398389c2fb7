"""The files that came with a mail (.eml, RFC 5322): its attachments, else the pictures pasted into it."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from contextlib import suppress
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import NamedTuple

from archive.errors import Encrypted, MailWithoutFiles, OutlookPacked, TooDeep, Truncated
from intake.budget import Budget
from intake.sniff import sniff

#: Parts that carry the mail itself: signatures, business cards, invitations.
_WRAPPING = ("pkcs7-signature", "x-pkcs7-signature", "pgp-signature", "ms-tnef", "calendar", "vcard", "x-vcard")
_LOCKED = ("pkcs7-mime", "x-pkcs7-mime")
_RAW_NAME = re.compile(r'name="?([^";\r\n]{1,200})', re.IGNORECASE)
#: A pasted picture below this is a logo or an emblem, not a photo of a receipt.
_PASTED = 20_000


class Enclosed(NamedTuple):
    """One file in a mail; `pasted` are pictures that the mail's text shows."""

    title: str
    content: bytes
    pasted: bool


def mail_files(data: bytes, name: str, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """(title, content) of each attachment; a mail inside gives its own. Raises MailWithoutFiles, TooDeep, ZipBomb."""
    try:
        message = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(data)
        enclosed = list(_enclosed(message, name, budget))
    except RecursionError as error:  # the parser goes down with the parts
        raise TooDeep(name=name) from error
    # The declared border: the parser trips over broken headers in many manners
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise Truncated(name=name) from error
    if not enclosed and any(part.get_content_subtype() == "ms-tnef" for part in message.walk()):
        raise OutlookPacked(name=name)
    yield from chosen(enclosed, name)


def chosen(enclosed: list[Enclosed], name: str) -> Iterator[tuple[str, bytes]]:
    """The attachments; without any, the pasted pictures that are large enough. Raises MailWithoutFiles."""
    files = [e for e in enclosed if not e.pasted] or [e for e in enclosed if len(e.content) >= _PASTED]
    if not files:
        raise MailWithoutFiles(name=name)
    yield from ((e.title, e.content) for e in files)


def _enclosed(message: Message, name: str, budget: Budget) -> Iterator[Enclosed]:
    parts = list(message.walk())
    shown = "".join(_text(part) for part in parts if part.get_content_type() == "text/html")
    for part in parts:
        sort = part.get_content_subtype()
        if part.is_multipart() or sort in _WRAPPING:
            continue
        if sort in _LOCKED and part.get_param("smime-type") != "signed-data":
            raise Encrypted(name=name)
        title = _title(part)
        if part.get_content_maintype() == "text" and not title:
            continue
        budget.entry()
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content:
            continue
        budget.part(len(content), len(content), len(content))
        mark = str(part.get("Content-ID", "")).strip("<> ")
        pasted = bool(mark) and f"cid:{mark}" in shown and sniff(content) == "image"
        yield Enclosed(title or f"附件.{sort[:8]}", content, pasted)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("latin-1") if isinstance(content, bytes) else ""


def _title(part: Message) -> str:
    """The file's name, whichever way it is coded; raw bytes in a header are UTF-8 or, from Chinese mailers, GBK."""
    try:
        title = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):  # coded in a way nobody knows
        title = "\ufffd"
    if "\ufffd" not in title:
        return title.encode("utf-8", "replace").decode()
    for _, header in part.raw_items():
        if match := _RAW_NAME.search(str(header)):
            written = match[1].encode("utf-8", "surrogateescape")
            with suppress(UnicodeDecodeError):
                return written.decode("gb18030")
    return title
