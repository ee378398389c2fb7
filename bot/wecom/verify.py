"""Whether a request really comes from WeCom: size, age and signature first; parsed only after that."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from archive.errors import Problem
from bot.capped import Refused
from bot.wecom.crypto import BadEnvelope, aes_key, opened, signed_by
from intake.markup import parse

MOST = 256 * 1024  # bytes of a body; a text message of 100 kB has about 140 kB in its envelope
AGE = 600  # s between WeCom's clock and ours; its retries come within seconds and are signed anew
#: The envelope is looked for, not parsed: nobody has vouched for the XML around it yet.
_ENVELOPE = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?\s*</Encrypt>")


class Callback:
    """The three secrets of 接收消息: token, EncodingAESKey, and the corp id as whom it is for."""

    def __init__(self, *, token: str, aes_key_: str, corp_id: str, now: Callable[[], datetime]) -> None:
        self._token, self._key, self._corp, self._now = token, aes_key(aes_key_), corp_id, now

    def echo(self, query: Mapping[str, str]) -> bytes:
        """What proves to WeCom that the address is ours. Raises Refused."""
        return self._open(query, query.get("echostr", ""))

    def message(self, query: Mapping[str, str], body: bytes) -> dict[str, str]:
        """The fields of a message or event. Raises Refused."""
        found = _ENVELOPE.findall(body)
        if len(found) != 1:
            raise Refused(403, "no envelope")
        return fields(self._open(query, found[0].decode("ascii")))

    def _open(self, query: Mapping[str, str], encrypted: str) -> bytes:
        timestamp, nonce, given = (query.get(name, "") for name in ("timestamp", "nonce", "msg_signature"))
        if not given or not encrypted:
            raise Refused(403, "not signed")
        if not timestamp.isdecimal() or len(timestamp) > 12:
            raise Refused(403, "no timestamp")
        if not signed_by(self._token, timestamp, nonce, encrypted, given):
            raise Refused(403, "wrong signature")
        if abs(self._now().timestamp() - int(timestamp)) > AGE:
            raise Refused(403, "too old, or a clock is wrong")
        try:
            return opened(self._key, encrypted, self._corp)
        except BadEnvelope as error:
            raise Refused(403, f"envelope: {error}") from error


def fields(xml: bytes) -> dict[str, str]:
    """The flat fields of a message: no entities, no DTD, nothing nested is needed. Raises Refused."""
    try:
        root = parse(xml, "WeCom")
    except Problem as problem:
        raise Refused(403, f"XML: {problem.code}") from problem
    return {str(child.tag): "".join(map(str, child.itertext())) for child in root if isinstance(child.tag, str)}
