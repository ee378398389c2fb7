"""The IMAP account itself: what lies in its folder, a letter and moving it. Plain sync; run on a thread."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted

from archive.errors import NoAnswer
from config.mail import Mail

T = TypeVar("T")
TIMEOUT = 60.0  # s a server may take for an answer
AT_ONCE = 50  # letters of one look


class Mailbox:
    """A connection, open while it is used."""

    def __init__(self, box: BaseMailBox, settings: Mail) -> None:
        self._box, self._settings = box, settings

    @staticmethod
    @contextmanager
    def opened(settings: Mail) -> Iterator[Mailbox]:
        """Raises NoAnswer, also for a login that is refused."""
        with _border(settings):
            box: BaseMailBox
            if settings.tls:
                context = ssl.create_default_context(cafile=settings.ca_file or None)
                box = MailBox(settings.host, settings.port, timeout=TIMEOUT, ssl_context=context)
            else:
                box = MailBoxUnencrypted(settings.host, settings.port, timeout=TIMEOUT)
            with box.login(settings.user, settings.password, initial_folder=settings.folder):
                yield Mailbox(box, settings)

    def letters(self) -> list[tuple[str, int]]:
        """(UID, bytes) of those in the folder, the oldest first, fifty at most."""
        uids = sorted(self._box.uids(), key=int)[:AT_ONCE]
        return [(uid, self._size(uid)) for uid in uids]

    def raw(self, uid: str) -> bytes:
        """A letter as it came; it is not marked as read."""
        for part in self._fetched(uid, "(BODY.PEEK[])"):
            if isinstance(part, tuple) and isinstance(part[1], bytes):
                return part[1]
        raise NoAnswer(platform=self._settings.host, detail=f"UID {uid} has no body")

    def move(self, uid: str, folder: str) -> None:
        """Into a folder, which is made when it is missing."""
        if not self._box.folder.exists(folder):
            self._box.folder.create(folder)
        self._box.move(uid, folder)

    def _size(self, uid: str) -> int:
        for part in self._fetched(uid, "(RFC822.SIZE)"):
            words = part[0] if isinstance(part, tuple) else part
            if isinstance(words, bytes) and (found := re.search(rb"RFC822\.SIZE (\d+)", words)):
                return int(found[1])
        raise NoAnswer(platform=self._settings.host, detail=f"UID {uid} has no size")

    def _fetched(self, uid: str, what: str) -> list[object]:
        status, data = self._box.client.uid("FETCH", uid, what)
        if status != "OK":
            raise NoAnswer(platform=self._settings.host, detail=f"FETCH {uid}: {status}")
        return list(data)


@contextmanager
def _border(settings: Mail) -> Iterator[None]:
    try:
        yield
    except (ImapToolsError, imaplib.IMAP4.error, OSError, UnicodeError) as error:
        raise NoAnswer(platform=settings.host, detail=str(error)[:200]) from error
