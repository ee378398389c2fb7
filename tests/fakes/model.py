"""A language model's server that is strict about what it is sent, and says what a test lets it say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY = "sk-example-not-a-secret"


@dataclass
class ModelServer:
    """`says` by question; what it doesn't know is NONE. Every request is kept."""

    says: dict[str, str]
    requests: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    hang: bool = False
    raw: bytes | None = None
    url: str = ""

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        body = await request.json()
        assert set(body) == {"model", "temperature", "max_tokens", "messages"}
        assert [m["role"] for m in body["messages"]] == ["system", "user"]
        self.requests.append(body)
        if self.hang:
            await asyncio.sleep(30)
        if self.raw is not None:
            return web.Response(body=self.raw, status=self.status)
        said = self.says.get(body["messages"][1]["content"], "NONE")
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": said}}]}, status=self.status)


@asynccontextmanager
async def model_server(says: dict[str, str]) -> AsyncIterator[ModelServer]:
    """It listens on this machine while inside."""
    server = ModelServer(says)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server._answer)
    async with TestServer(app) as running:
        server.url = str(running.make_url("/v1"))
        yield server
