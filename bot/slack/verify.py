"""Whether a request really comes from Slack, asked of the raw bytes before anything in them is read."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable

from aiohttp import web

from bot.capped import Refused, body_of

#: Slack's own events are far below 100 kB; 40,000 characters of text are at most 160 kB.
BODY_CAP = 1024 * 1024
#: Older requests are refused, as Slack advises: who recorded one can't send it again later.
PATIENCE = 300
_SEEN_CAP = 20_000
_STAMP = re.compile(r"[0-9]{1,12}")


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What Slack writes into X-Slack-Signature."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()


class Verifier:
    """Checks the signature of requests over HTTP, and that none comes twice."""

    def __init__(self, secret: str, now: Callable[[], float]) -> None:
        """`now`: seconds since 1970."""
        if not secret:
            raise ValueError("no signing secret")
        self._secret, self._now = secret, now
        self._seen: OrderedDict[str, float] = OrderedDict()

    async def read(self, request: web.Request) -> tuple[bytes, str]:
        """The body and its signature. Raises Refused before anything in it is parsed."""
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        given = request.headers.get("X-Slack-Signature", "")
        if not given or not _STAMP.fullmatch(stamp):
            raise Refused(401, "no signature")
        if abs(self._now() - int(stamp)) > PATIENCE:
            raise Refused(401, "its time is more than five minutes off; check the clock")
        body = await body_of(request, BODY_CAP)
        if not hmac.compare_digest(signature(self._secret, stamp, body).encode(), given.encode("utf-8", "replace")):
            raise Refused(401, "wrong signature")
        self._once(given)
        return body, given

    def failed(self, given: str) -> None:
        """What came under this signature was not taken: it may come once more."""
        self._seen.pop(given, None)

    def _once(self, given: str) -> None:
        """Slack signs every try anew, so the same signature again is somebody's recording."""
        now = self._now()
        while self._seen and (next(iter(self._seen.values())) < now - 2 * PATIENCE or len(self._seen) >= _SEEN_CAP):
            self._seen.popitem(last=False)
        if given in self._seen:
            raise Refused(401, "came before")
        self._seen[given] = now
