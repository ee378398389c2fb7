"""The settings of the chat platforms: each a frozen value, None where the platform isn't used; mistakes told together.

What leaves for servers abroad is masked and goes out as links unless settings say otherwise (《会计档案管理办法》
第二十五条, 财会〔2024〕11号第四十二条): so by default for Slack and for Teams; WeCom's servers are at home.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

FilesOut = Literal["direct", "link"]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What may leave through a platform, and whom its directory may tell us."""

    files_out: FilesOut
    masked: bool
    link_by_email: bool = False  # people are linked by the e-mail the platform's directory verified


ABROAD = Leaving("link", masked=True)
AT_HOME = Leaving("direct", masked=False)
SLACK_API = "https://slack.com/api/"
ENTRA = "https://login.microsoftonline.com"  # 21Vianet: https://login.partner.microsoftonline.cn
BOT_ISSUER = "https://api.botframework.com"
BOT_KEYS = "https://login.botframework.com/v1/.well-known/keys"
WECOM_API = "https://qyapi.weixin.qq.com"
WECOM_BOT = "wss://openws.work.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class Slack:
    """https://api.slack.com/apps: a bot token, and a signing secret (HTTP) or an app-level token (Socket Mode)."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = SLACK_API
    leaving: Leaving = ABROAD


@dataclass(frozen=True, slots=True)
class Teams:
    """An Entra app registration and the tenants whose people may come in."""

    app_id: str
    secret: str = field(repr=False)
    tenants: tuple[str, ...]  # the first one is the app's own
    authority: str = ENTRA
    issuer: str = BOT_ISSUER
    keys_url: str = BOT_KEYS
    service_hosts: tuple[str, ...] = ()  # besides the public ones; 21Vianet's and a test's own
    leaving: Leaving = ABROAD


@dataclass(frozen=True, slots=True)
class Wecom:
    """自建应用: what its page in the administration console shows."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)  # EncodingAESKey, 43 characters
    api_url: str = WECOM_API
    leaving: Leaving = AT_HOME


@dataclass(frozen=True, slots=True)
class WecomBot:
    """智能机器人 with a long connection: its id and secret."""

    bot_id: str
    secret: str = field(repr=False)
    url: str = WECOM_BOT
    leaving: Leaving = AT_HOME


@dataclass(frozen=True, slots=True)
class Channels:
    """The platforms that are set."""

    slack: Slack | None = None
    teams: Teams | None = None
    wecom: Wecom | None = None
    wecom_bot: WecomBot | None = None


_LEAVING = {"files_out", "masked", "link_by_email"}
KNOWN: Mapping[str, set[str]] = {
    "slack": {"bot_token", "signing_secret", "app_token", "api_url", *_LEAVING},
    "teams": {"app_id", "secret", "tenants", "authority", "issuer", "keys_url", "service_hosts", *_LEAVING},
    "wecom": {"corp_id", "agent_id", "secret", "token", "aes_key", "api_url", *_LEAVING},
    "wecom_bot": {"bot_id", "secret", "url", *_LEAVING},
}


def read(env: Mapping[str, str], given: Mapping[str, Mapping[str, Any]], mistakes: list[str]) -> Channels:
    """From the environment (SLACK_BOT_TOKEN …) before the file's sections ([slack] bot_token …)."""
    sections = {name: _Section(name, env, given.get(name, {}), mistakes) for name in KNOWN}
    return Channels(
        _slack(sections["slack"]), _teams(sections["teams"]), _wecom(sections["wecom"]), _bot(sections["wecom_bot"])
    )


class _Section:
    """One platform's values, by the names of the file."""

    def __init__(self, name: str, env: Mapping[str, str], given: Mapping[str, Any], mistakes: list[str]) -> None:
        self.name, self._env, self._given, self._mistakes = name, env, given, mistakes

    @property
    def used(self) -> bool:
        """Whether anything of it is set."""
        return any(self(key) for key in KNOWN[self.name] - _LEAVING)

    def __call__(self, key: str, usual: str = "") -> str:
        return str(self._env.get(f"{self.name}_{key}".upper()) or self._given.get(key) or usual).strip()

    def needed(self, key: str) -> str:
        """The value; a mistake when it is missing."""
        value = self(key)
        if not value:
            self.wrong(key, "is missing")
        return value

    def several(self, key: str) -> tuple[str, ...]:
        """A list of the file, or words parted by commas."""
        given = self._env.get(f"{self.name}_{key}".upper()) or self._given.get(key) or ()
        parts = given.split(",") if isinstance(given, str) else given
        return tuple(str(part).strip() for part in parts if str(part).strip())

    def address(self, key: str, usual: str, schemes: tuple[str, ...]) -> str:
        """A URL without a path of its own where none is usual; plain ones only to this machine."""
        url = self(key, usual)
        parts = urlsplit(url)
        near = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if not parts.hostname or parts.scheme not in schemes or (parts.scheme in ("http", "ws") and not near):
            self.wrong(key, f"= {url!r} is not a safe address")
        return url

    def leaving(self, usual: Leaving) -> Leaving:
        """What may leave."""
        out = self("files_out", usual.files_out)
        if out not in ("direct", "link"):
            self.wrong("files_out", f"= {out!r} is neither direct nor link")
        return Leaving(
            "direct" if out == "direct" else "link",
            self._yes("masked", usual.masked),
            self._yes("link_by_email", usual.link_by_email),
        )

    def wrong(self, key: str, why: str) -> None:
        """Note a mistake."""
        self._mistakes.append(f"{self.name}.{key} {why}")

    def _yes(self, key: str, usual: bool) -> bool:
        given = self._env.get(f"{self.name}_{key}".upper(), self._given.get(key, usual))
        words = str(given).strip().lower()
        if words not in ("true", "false", "1", "0", "yes", "no"):
            self.wrong(key, f"= {given!r} is neither true nor false")
        return words in ("true", "1", "yes")


def _slack(section: _Section) -> Slack | None:
    if not section.used:
        return None
    made = Slack(
        section.needed("bot_token"), section("signing_secret"), section("app_token"),
        section.address("api_url", SLACK_API, ("https", "http")), section.leaving(ABROAD),
    )  # fmt: skip
    if not (made.signing_secret or made.app_token):
        section.wrong("signing_secret", "or slack.app_token is needed: events come over HTTP or Socket Mode")
    return made


def _teams(section: _Section) -> Teams | None:
    if not section.used:
        return None
    tenants = section.several("tenants")
    if not tenants:
        section.wrong("tenants", "is missing: the directory ids whose people may come in")
    web = ("https", "http")
    return Teams(
        section.needed("app_id"), section.needed("secret"), tenants,
        section.address("authority", ENTRA, ("https",)),
        section("issuer", BOT_ISSUER), section.address("keys_url", BOT_KEYS, web),
        section.several("service_hosts"), section.leaving(ABROAD),
    )  # fmt: skip


def _wecom(section: _Section) -> Wecom | None:
    if not section.used:
        return None
    agent, key = section.needed("agent_id"), section.needed("aes_key")
    if agent and not agent.isdecimal():
        section.wrong("agent_id", f"= {agent!r} is not a number")
    try:
        whole = len(base64.b64decode(key + "=", validate=True)) == 32
    except (binascii.Error, ValueError):
        whole = False
    if key and not whole:
        section.wrong("aes_key", "is not an EncodingAESKey (43 letters and digits)")
    return Wecom(
        section.needed("corp_id"), int(agent) if agent.isdecimal() else 0, section.needed("secret"),
        section.needed("token"), key, section.address("api_url", WECOM_API, ("https", "http")),
        section.leaving(AT_HOME),
    )  # fmt: skip


def _bot(section: _Section) -> WecomBot | None:
    if not section.used:
        return None
    return WecomBot(
        section.needed("bot_id"), section.needed("secret"),
        section.address("url", WECOM_BOT, ("wss", "ws")), section.leaving(AT_HOME),
    )  # fmt: skip


NONE = Channels()
