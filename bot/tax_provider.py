"""A provider of 查验 over HTTP: our facts → its request, its answer → ours, both by the settings' tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from archive.errors import BadTaxAnswer, NoTaxAnswer
from archive.item import TaxOutcome
from archive.taxcheck import Answer
from archive.words import Text
from config.taxcheck import LATER, Provider

BIGGEST = 1 << 18  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; one of the three bodies, or none."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None


def request_of(provider: Provider, asked: Mapping[str, str]) -> Request:
    """The request for one invoice. What is asked comes from files: control characters never reach a header."""
    facts = {name: "".join(c for c in value if c.isprintable()) for name, value in asked.items()}
    facts["secret"] = provider.secret
    headers = {name: template.format(**facts) for name, template in provider.headers.items()}
    fields = {name: template.format(**facts) for name, template in provider.fields.items()}
    if provider.send == "query":
        return Request(provider.method, provider.url, headers, query=fields)
    if provider.send == "form":
        return Request(provider.method, provider.url, headers, form=fields)
    return Request(provider.method, provider.url, headers, json=_nested(fields))


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        inner = whole
        for step in path:
            inner = inner.setdefault(step, {})
        inner[last] = value
    return whole


def answer_of(provider: Provider, body: bytes) -> Answer:
    """What the answer means. Raises NoTaxAnswer where it has no result yet, BadTaxAnswer for anything unforeseen."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad(provider, Text("不是 JSON", "no JSON")) from error
    said = _at(told, provider.outcome)
    meant = provider.results.get(said)
    if meant is None:
        shown = said[:40] or "—"
        detail = Text(f"{provider.outcome} = {shown} 没有对应的结果", f"{provider.outcome} = {shown} has no meaning")
        raise _bad(provider, detail)
    remark = "".join(c for c in _at(told, provider.remark) if c.isprintable())[:200] if provider.remark else ""
    if meant == LATER:
        raise NoTaxAnswer(provider=provider.name, detail=remark or Text("还没有结果", "no result yet"))
    facts = {ours: _at(told, theirs) for theirs, ours in provider.compare.items()}
    return Answer(TaxOutcome(meant), remark, facts)


def _at(told: Any, path: str) -> str:
    """The value at a path like data.list.0.state, as words; empty where there is none."""
    for step in path.split("."):
        if isinstance(told, dict):
            told = told.get(step)
        elif isinstance(told, list) and step.isdigit() and int(step) < len(told):
            told = told[int(step)]
        else:
            return ""
    if isinstance(told, bool):
        return "true" if told else "false"
    return str(told).strip() if isinstance(told, str | int | float) else ""


def _bad(provider: Provider, detail: Text) -> BadTaxAnswer:
    return BadTaxAnswer(provider=provider.name, detail=detail)


class HttpProvider:
    """Asks; its secret goes to its own address only, and stays out of every error and log."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        return self._provider.name

    async def ask(self, asked: Mapping[str, str]) -> Answer:
        """One result. Raises NoTaxAnswer when it is away or busy, BadTaxAnswer for an answer that says nothing."""
        request = request_of(self._provider, asked)
        try:
            status, body = await self._sent(request)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NoTaxAnswer(provider=self.name, detail=type(error).__name__) from error
        if status == 429 or status >= 500:
            raise NoTaxAnswer(provider=self.name, detail=f"HTTP {status}")
        if status != 200:
            raise BadTaxAnswer(provider=self.name, detail=f"HTTP {status}")
        return answer_of(self._provider, body)

    async def _sent(self, request: Request) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._provider.timeout))
        async with self._session.request(
            request.method, request.url, headers=request.headers, params=request.query, data=request.form,
            json=request.json, allow_redirects=False,
        ) as answer:  # fmt: skip
            body = await answer.content.read(BIGGEST + 1)
            while len(body) <= BIGGEST and (more := await answer.content.read(BIGGEST)):
                body += more
            if len(body) > BIGGEST:
                raise ValueError("too big")
            return answer.status, body

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
