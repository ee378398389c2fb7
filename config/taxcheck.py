"""[tax_check]: a provider of 查验 over HTTP, its whole shape as data: what it is asked, and what its answers mean."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from archive.item import TaxOutcome
from archive.taxcheck import FACTS

KNOWN: Mapping[str, set[str]] = {
    "tax_check": {
        "name", "url", "method", "send", "secret", "timeout", "headers", "fields", "outcome", "remark", "results",
        "compare",
    }
}  # fmt: skip
Send = Literal["json", "form", "query"]
#: In `results` beside the outcomes: it has no result yet.
LATER = "later"


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider is asked and understood. Names with dots lead into objects; numbers into lists."""

    url: str
    name: str = "tax_check"
    method: str = "POST"
    send: Send = "json"
    secret: str = field(default="", repr=False)  # fills {secret} in headers and fields
    timeout: int = 20  # s
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)  # theirs → a template of our facts, e.g. "{number}"
    outcome: str = ""  # where in the answer
    remark: str = ""
    results: Mapping[str, str] = field(default_factory=dict)  # theirs → genuine different missing void later
    compare: Mapping[str, str] = field(default_factory=dict)  # where in the answer → our fact


def read(env: Mapping[str, str], given: Mapping[str, Mapping[str, Any]], mistakes: list[str]) -> Provider | None:
    """The provider; None where no url is set. The secret may stand in TAX_CHECK_SECRET."""
    part = given.get("tax_check", {})
    url = str(part.get("url", ""))
    if not url:
        if part:
            mistakes.append("tax_check.url is missing")
        return None
    before = len(mistakes)
    provider = Provider(
        url=url,
        name=str(part.get("name") or urlsplit(url).hostname or "tax_check"),
        method=str(part.get("method", "POST")).upper(),
        send=part.get("send", "json"),
        secret=str(env.get("TAX_CHECK_SECRET") or part.get("secret", "")),
        timeout=part.get("timeout", 20),
        headers=_table(part, "headers", mistakes),
        fields=_table(part, "fields", mistakes),
        outcome=str(part.get("outcome", "")),
        remark=str(part.get("remark", "")),
        results=_table(part, "results", mistakes),
        compare=_table(part, "compare", mistakes),
    )
    mistakes += [f"tax_check.{mistake}" for mistake in _mistakes(provider)]
    return provider if len(mistakes) == before else None


def _table(part: Mapping[str, Any], name: str, mistakes: list[str]) -> Mapping[str, str]:
    given = part.get(name, {})
    if not isinstance(given, dict):
        mistakes.append(f"tax_check.{name} is no table")
        return {}
    return {str(key): str(value) for key, value in given.items()}


def _mistakes(p: Provider) -> list[str]:
    parts = urlsplit(p.url)
    near = parts.hostname in ("127.0.0.1", "localhost", "::1")
    wrong = []
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and near)):
        wrong.append(f"url = {p.url!r} is not a safe address (https)")
    if p.method not in ("GET", "POST"):
        wrong.append(f"method = {p.method!r} is neither GET nor POST")
    if p.send not in ("json", "form", "query"):
        wrong.append(f"send = {p.send!r} is none of json, form, query")
    if not isinstance(p.timeout, int) or not 1 <= p.timeout <= 60:
        wrong.append(f"timeout = {p.timeout!r} is not within 1…60")
    if not p.fields:
        wrong.append("fields is missing")
    if not p.outcome:
        wrong.append("outcome is missing")
    meant = {*(o.value for o in TaxOutcome), LATER}
    if TaxOutcome.GENUINE.value not in p.results.values():
        wrong.append("results must say which answer means genuine")
    wrong += [
        f"results.{k} = {v!r} is none of {', '.join(sorted(meant))}" for k, v in p.results.items() if v not in meant
    ]
    wrong += [f"compare.{k} = {v!r} is none of {', '.join(FACTS)}" for k, v in p.compare.items() if v not in FACTS]
    for name, template in (*p.headers.items(), *p.fields.items()):
        wrong += [f"{name} = {template!r}: {why}" for why in _template(template)]
    return wrong


def _template(template: str) -> list[str]:
    try:
        named = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        return [str(error)]
    return [
        f"{{{name}}} is none of {', '.join((*FACTS, 'secret'))}" for name in named if name not in (*FACTS, "secret")
    ]
