"""All settings as one frozen value, read once; every mistake is told at the same time."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.access import Role
from archive.approval import Rule
from archive.authentic import NOBODY, Trust
from archive.category import Category
from archive.company import Company
from archive.document import Kind
from archive.errors import BadSettings
from archive.words import Text
from archive.workdays import WEEKDAYS, Calendar
from config import archiving, asking, channels, custody, mail, schedules, taxcheck, trust, workdays

MB = 1024 * 1024
HOME = ZoneInfo("Asia/Shanghai")


Network: TypeAlias = IPv4Network | IPv6Network
#: A reverse proxy on the same machine: nobody else can come from there.
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. With none given, Guidang runs on its embedded default."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8460
    public_url: str = ""  # as browsers see it through a proxy; empty: http://host:port
    proxies: tuple[Network, ...] = LOOPBACK  # whose X-Forwarded-For is believed
    mongodb_uri: str = ""  # empty: the embedded database
    mongodb_name: str = "guidang"
    meili_url: str = ""  # empty: the in-process index
    meili_key: str = field(default="", repr=False)
    master_key_file: Path | None = None
    readers: int = 1
    zone: ZoneInfo = HOME
    companies: tuple[Company, ...] = ()
    rules: tuple[Rule, ...] = ()
    remind_hours: int = 24
    big_file: int = 64 * MB
    webhooks_private: bool = False  # whether webhooks may lead to private addresses, and over plain http
    mail: mail.Mail | None = None
    channels: channels.Channels = channels.NONE
    trust: Trust = NOBODY  # whose seals and signatures pass
    tax_check: taxcheck.Provider | None = None  # of 查验; None: people look it up
    archiving: archiving.Archiving = archiving.USUAL
    custody: custody.Custody = field(default_factory=custody.Custody)  # checks and hand-over
    workdays: Calendar = WEEKDAYS
    groups: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # name → (channel, conversation)
    schedules: tuple[schedules.Planned, ...] = ()
    model: asking.Model | None = None  # puts questions into the words of the grammar; None: nobody does

    @property
    def address(self) -> str:
        """Where people open the desk."""
        return self.public_url or f"http://{self.host}:{self.port}"


#: The fictitious companies of the samples, for trying things; a real installation sets its own.
DEFAULT_COMPANIES = (
    Company("GD01", "杭州云岫样例软件有限公司", "91330199X0109Y039K"),
    Company("GD02", "成都青禾样张商贸有限公司", "91510199X0WYY1CN2G"),
    Company("GD03", "北辰样例文化传媒（北京）有限公司", "91110199X0W05WG3XG"),
)
DEFAULT_RULES = (
    Rule("大额", (Role.APPROVER, Role.FINANCE), at_least=Decimal(5000)),
    Rule("一般", (Role.APPROVER,)),
)
_KNOWN = {
    "server": {"host", "port", "data", "public_url", "proxies", "zone", "readers"},
    "database": {"uri", "name"},
    "search": {"url", "key"},
    "keys": {"file"},
    "approval": {"remind_hours", "rules"},
    "companies": set(),
    "intake": {"max_mb"},
    "webhooks": {"private"},
    "mail": mail.KNOWN,
    **channels.KNOWN,
    **trust.KNOWN,
    **taxcheck.KNOWN,
    **archiving.KNOWN,
    **custody.KNOWN,
    **workdays.KNOWN,
    **schedules.KNOWN,
    **asking.KNOWN,
}


def read(
    env: Mapping[str, str], file: Path | None = None, data: Path | None = None, port: int | None = None
) -> Settings:
    """Settings from a TOML file, then the environment, then the command line.

    Raises BadSettings naming every mistake.
    """
    mistakes: list[str] = []
    given = _toml(file, mistakes)
    server, database, search = (given.get(k, {}) for k in ("server", "database", "search"))
    approval, intake, keys = (given.get(k, {}) for k in ("approval", "intake", "keys"))
    folder = data or Path(env.get("GUIDANG_DATA") or server.get("data") or "data")
    wanted = port if port is not None else env.get("GUIDANG_PORT") or server.get("port", 8460)
    key_file = env.get("GUIDANG_MASTER_KEY_FILE") or keys.get("file")
    groups = schedules.groups(given, mistakes)
    settings = Settings(
        data=folder.absolute(),
        host=str(env.get("GUIDANG_HOST") or server.get("host") or "127.0.0.1"),
        port=_number(wanted, "port", 0, 65535, mistakes),
        public_url=_url(str(env.get("GUIDANG_PUBLIC_URL") or server.get("public_url") or ""), mistakes),
        proxies=_networks(env.get("GUIDANG_PROXIES") or server.get("proxies"), mistakes),
        mongodb_uri=str(env.get("MONGODB_URI") or database.get("uri") or ""),
        mongodb_name=str(env.get("MONGODB_NAME") or database.get("name") or "guidang"),
        meili_url=str(env.get("MEILI_URL") or search.get("url") or ""),
        meili_key=str(env.get("MEILI_KEY") or search.get("key") or ""),
        master_key_file=Path(key_file).absolute() if key_file else None,
        readers=_number(env.get("GUIDANG_READERS") or server.get("readers", 1), "readers", 1, 64, mistakes),
        zone=_zone(str(env.get("GUIDANG_ZONE") or server.get("zone") or "Asia/Shanghai"), mistakes),
        companies=_companies(given.get("companies"), mistakes),
        rules=_rules(approval.get("rules"), mistakes),
        remind_hours=_number(approval.get("remind_hours", 24), "approval.remind_hours", 1, 720, mistakes),
        big_file=_number(intake.get("max_mb", 64), "intake.max_mb", 1, 1024, mistakes) * MB,
        webhooks_private=_yes(given.get("webhooks", {}).get("private", False), "webhooks.private", mistakes),
        mail=mail.read(env, given.get("mail", {}), mistakes),
        channels=channels.read(env, given, mistakes),
        trust=trust.read(env, given, mistakes),
        tax_check=taxcheck.read(env, given, mistakes),
        archiving=archiving.read(given.get("archive", {}), mistakes),
        custody=custody.read(env, given, mistakes),
        workdays=workdays.read(given, mistakes),
        groups=groups,
        schedules=schedules.read(given, groups, mistakes),
        model=asking.read(env, given, mistakes),
    )  # fmt: skip
    if mistakes:
        raise BadSettings(mistakes="; ".join(mistakes))
    return settings


def categories() -> tuple[tuple[Category, ...], Text]:
    """The expense categories and the one for what fits none, from categories.json."""
    table = json.loads(files("config").joinpath("categories.json").read_text("utf-8"))
    return (
        tuple(
            Category(
                Text(c["name"], c["en"]),
                frozenset(Kind(k) for k in c.get("kinds", ())),
                tuple(c.get("short", ())),
                tuple(c.get("words", ())),
                c["rule"],
            )
            for c in table["categories"]
        ),
        Text(table["fallback"]["name"], table["fallback"]["en"]),
    )


def _toml(file: Path | None, mistakes: list[str]) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(mistakes=f"{file}: {error}") from error
    for part, values in given.items():
        if part not in _KNOWN:
            mistakes.append(f"[{part}] is not known (known: {', '.join(sorted(_KNOWN))})")
        elif isinstance(values, dict):
            mistakes += [f"{part}.{key} is not known" for key in values if key not in _KNOWN[part]]
    return given


def _number(value: object, name: str, least: int, most: int, mistakes: list[str]) -> int:
    try:
        number = int(str(value))
    except ValueError:
        mistakes.append(f"{name} = {value!r} is not a whole number")
        return least
    if not least <= number <= most:
        mistakes.append(f"{name} = {number} is not within {least}…{most}")
    return number


def _yes(value: object, name: str, mistakes: list[str]) -> bool:
    if not isinstance(value, bool):
        mistakes.append(f"{name} = {value!r} is neither true nor false")
    return value is True


def _url(value: str, mistakes: list[str]) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/")):
        mistakes.append(f"server.public_url = {value!r} should be like https://guidang.example.com")
    return value.rstrip("/")


def _networks(given: object, mistakes: list[str]) -> tuple[Network, ...]:
    """Addresses or networks, as a list or with commas between; those of this machine when nothing is given."""
    if given is None:
        return LOOPBACK
    found: list[Network] = []
    for each in given.split(",") if isinstance(given, str) else given if isinstance(given, list) else [given]:
        try:
            found.append(ip_network(str(each).strip()))
        except ValueError:
            mistakes.append(f"server.proxies: {each!r} is no address or network like 10.0.0.5 or 10.0.0.0/24")
    return tuple(found)


def _zone(name: str, mistakes: list[str]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        mistakes.append(f"server.zone = {name!r} is not a time zone")
        return ZoneInfo("UTC")


def _companies(given: Any, mistakes: list[str]) -> tuple[Company, ...]:
    if given is None:
        return DEFAULT_COMPANIES
    companies: list[Company] = []
    for number, entry in enumerate(given, 1):
        if not isinstance(entry, dict) or not entry.get("code") or not entry.get("name"):
            mistakes.append(f"companies #{number} needs code and name")
        else:
            companies.append(Company(str(entry["code"]), str(entry["name"]), str(entry.get("tax_id", ""))))
    if len({c.code for c in companies}) != len(companies):
        mistakes.append("companies: a code occurs twice")
    return tuple(companies)


def _rules(given: Any, mistakes: list[str]) -> tuple[Rule, ...]:
    if given is None:
        return DEFAULT_RULES
    rules: list[Rule] = []
    for number, entry in enumerate(given, 1):
        try:
            rules.append(
                Rule(
                    str(entry.get("name", f"#{number}")),
                    tuple(Role(s) for s in entry["steps"]),
                    _money(entry.get("at_least")),
                    _money(entry.get("below")),
                    frozenset(entry.get("categories", ())),
                    frozenset(entry.get("departments", ())),
                )
            )
        except (KeyError, ValueError, TypeError, InvalidOperation) as error:
            mistakes.append(f"approval.rules #{number}: {error!r}")
    if not rules or any((rules[-1].at_least, rules[-1].below, rules[-1].categories, rules[-1].departments)):
        mistakes.append("approval.rules must end with one that fits everything")
    if any(not rule.steps for rule in rules):
        mistakes.append("approval.rules: each rule needs at least one step")
    return tuple(rules)


def _money(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
