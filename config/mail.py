"""The mailbox whose letters are taken in: one frozen value, None where there is none; mistakes told together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

#: What the own server must have found of a letter before its sender is believed.
Required = Literal["dmarc", "spf_or_dkim", "none"]
KNOWN = {
    "host", "port", "user", "password", "folder", "done", "refused", "authserv", "require", "poll", "ca_file", "tls",
}  # fmt: skip
_NEAR = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Mail:
    """An IMAP account. `authserv`: the name by which the own server signs its Authentication-Results (RFC 8601)."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    folder: str = "INBOX"
    done: str = "Guidang-done"
    refused: str = "Guidang-refused"
    authserv: str = ""
    require: Required = "dmarc"
    poll: int = 30  # s
    ca_file: str = ""
    tls: bool = True


def read(env: Mapping[str, str], given: Mapping[str, Any], mistakes: list[str]) -> Mail | None:
    """From [mail]; the password from GUIDANG_MAIL_PASSWORD first."""
    if not given:
        return None
    password = env.get("GUIDANG_MAIL_PASSWORD") or str(given.get("password", ""))
    words = {name: str(given[name]).strip() for name in ("folder", "done", "refused", "authserv", "ca_file")
             if name in given}  # fmt: skip
    host, user = str(given.get("host", "")).strip(), str(given.get("user", "")).strip()
    mistakes += [f"mail.{name} is missing" for name, value in
                 (("host", host), ("user", user), ("password", password)) if not value]  # fmt: skip
    require, tls = given.get("require", "dmarc"), given.get("tls", True)
    if require not in get_args(Required):
        mistakes.append(f"mail.require = {require!r} is none of {', '.join(get_args(Required))}")
        require = "dmarc"
    if require != "none" and not words.get("authserv"):
        mistakes.append("mail.authserv is missing: the name your mail server gives itself in Authentication-Results")
    if not isinstance(tls, bool) or (not tls and host not in _NEAR):
        mistakes.append(f"mail.tls = {tls!r}: a password goes over TLS, but to this machine itself")
    return Mail(
        host, user, password, _number(given, "port", 993, 65_535, mistakes), require=require,
        poll=_number(given, "poll", 30, 3_600, mistakes), tls=tls is not False, **words,
    )  # fmt: skip


def _number(given: Mapping[str, Any], name: str, usual: int, most: int, mistakes: list[str]) -> int:
    value = given.get(name, usual)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        mistakes.append(f"mail.{name} = {value!r} is not within 1…{most}")
        return usual
    return value
