"""A provider of 查验, as strict as one: its own names, its own codes, its key in a header, its limits."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from config.taxcheck import Provider

KEY = "k-3f9a"
FIELDS = {"fpdm", "fphm", "kprq", "je", "jym"}


@dataclass
class TaxProvider:
    """What it knows, what it was asked, and how it feels."""

    known: dict[str, dict[str, str]] = field(default_factory=dict)  # number → {"je": …, "state": …}
    asked: list[dict[str, str]] = field(default_factory=list)
    away: int = 0  # times it answers 503 from now on
    odd: Any = None  # an answer of its own instead
    address: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("X-Api-Key") != KEY:
            return web.json_response({"code": "401", "msg": "bad key"}, status=401)
        if request.content_type != "application/json":
            return web.json_response({"code": "415"}, status=415)
        body = await request.json()
        query = body.get("query") if set(body) == {"query"} else None
        if not isinstance(query, dict) or set(query) != FIELDS or not all(isinstance(v, str) for v in query.values()):
            return web.json_response({"code": "400", "msg": "fields"}, status=400)
        if not re.fullmatch(r"\d{8}", query["kprq"]) or not re.fullmatch(r"-?\d+\.\d\d", query["je"]):
            return web.json_response({"code": "400", "msg": "form"}, status=400)
        self.asked.append(query)
        if self.away:
            self.away -= 1
            return web.json_response({"code": "503"}, status=503)
        if self.odd is not None:
            return self.odd if isinstance(self.odd, web.StreamResponse) else web.json_response(self.odd)
        record = self.known.get(query["fphm"])
        if record is None:
            return web.json_response({"code": "0", "data": {"state": "9", "msg": "查无此票"}})
        if record["je"] != query["je"]:
            return web.json_response({"code": "0", "data": {"state": "1", "msg": "金额不一致"}})
        told = {"state": record.get("state", "0"), "msg": "", "invoice": {"seller": record.get("seller", "")}}
        return web.json_response({"code": "0", "data": told})

    @property
    def settings(self) -> Provider:
        """What a company would set for it."""
        return Provider(
            url=f"{self.address}/check", name="样例查验", secret=KEY, timeout=5, headers={"X-Api-Key": "{secret}"},
            fields={
                "query.fpdm": "{code}", "query.fphm": "{number}", "query.kprq": "{date8}", "query.je": "{amount}",
                "query.jym": "{check6}",
            },
            outcome="data.state", remark="data.msg",
            results={"0": "genuine", "1": "different", "2": "void", "5": "later", "9": "missing"},
            compare={"data.invoice.seller": "seller_tax_id"},
        )  # fmt: skip


@asynccontextmanager
async def tax_provider() -> AsyncIterator[TaxProvider]:
    provider = TaxProvider()
    app = web.Application()
    app.router.add_post("/check", provider.answer)
    server = TestServer(app)
    await server.start_server()
    provider.address = str(server.make_url("")).rstrip("/")
    try:
        yield provider
    finally:
        await server.close()
