"""A letter as it came → who sent it, whether that is to be believed, and what is attached. Pure."""

from __future__ import annotations

import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import getaddresses

from config.mail import Required

MOST_PARTS = 200
#: Bytes: a picture set into the text and smaller than this is a logo; a receipt put there by a phone is bigger.
LOGO = 20_000
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^(dmarc|spf|dkim)\s*=\s*(\w+)(.*)$", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"([a-z]+\.[a-z0-9_-]+)\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says of itself. `sender` is "" when it has not exactly one."""

    id: str  # Message-ID, "" without one
    sender: str  # lower case
    subject: str
    files: tuple[tuple[str, bytes], ...]

    @property
    def key(self) -> str:
        """The same for each copy of the same letter; "" when it can't be told."""
        return hashlib.sha256(f"{self.sender}\n{self.id}".encode()).hexdigest()[:40] if self.id else ""


def opened(raw: bytes) -> tuple[Letter, Message]:
    """The letter and its parsed form. Whatever can't be understood is left out; nothing is raised for it."""
    message = message_from_bytes(raw, policy=email.policy.compat32)
    modern = message_from_bytes(raw, policy=email.policy.default)
    senders = [address for _, address in getaddresses(_all(message, "From")) if address]
    files = tuple(_files(modern)) if isinstance(modern, EmailMessage) else ()
    return Letter(
        id=" ".join(str(message.get("Message-ID", "")).split())[:500],
        sender=senders[0].strip().lower() if len(senders) == 1 else "",
        subject=_subject(modern)[:200],
        files=files,
    ), message


def believed(message: Message, sender: str, authserv: str, require: Required) -> bool:
    """Whether our own server found that the letter comes from where it says.

    Only the topmost Authentication-Results with our server's name counts: those below may be the sender's own.
    """
    if require == "none":
        return bool(sender)
    domain = sender.rpartition("@")[2]
    found = next((r for r in map(_results, _all(message, "Authentication-Results")) if r[0] == authserv.lower()), None)
    if not domain or found is None:
        return False
    for method, result, properties in found[1]:
        if result != "pass":
            continue
        if method == "dmarc" and properties.get("header.from", domain) == domain:
            return True
        if require == "spf_or_dkim":
            of = {"spf": "smtp.mailfrom", "dkim": "header.d"}.get(method, "")
            claimed = properties.get(of, "").rpartition("@")[2]
            if claimed and (domain == claimed or domain.endswith("." + claimed)) and "." in claimed:
                return True
    return False


def _results(value: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    """(authserv-id, [(method, result, properties)]) of one header (RFC 8601), all lower case."""
    plain, before = " ".join(value.split()), ""
    while plain != before:  # comments nest
        plain, before = _COMMENT.sub(" ", plain), plain
    name, *parts = plain.split(";")
    found = []
    for part in parts:
        if result := _RESULT.match(part.strip()):
            properties = {key.lower(): word.lower() for key, word in _PROPERTY.findall(result[3])}
            found.append((result[1].lower(), result[2].lower(), properties))
    return (name.split() or [""])[0].lower(), found


def _all(message: Message, name: str) -> list[str]:
    return [str(value) for value in message.get_all(name, [])]


def _subject(message: Message) -> str:
    try:
        return " ".join(str(message.get("Subject", "")).split())
    except (ValueError, LookupError, IndexError):  # the parser's own complaints about broken encodings
        return ""


def _files(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """What is attached: all that has a name or says so, but the small pictures of a signature."""
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if part.is_multipart():
            continue
        try:
            name, how = part.get_filename() or "", part.get_content_disposition()
            if not (name or how == "attachment"):
                continue
            data = part.get_payload(decode=True)
            of_the_text = part.get_content_maintype() == "image" and part.get("Content-ID")
        except (ValueError, LookupError, IndexError, TypeError):
            continue
        if isinstance(data, bytes) and not (of_the_text and len(data) < LOGO):
            yield name or f"附件{number}.{part.get_content_subtype()}", data
