"""A service for programs: the whole house, its API on a port, and each request and answer held against the document."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from archive.apikey import KeyScope
from bot.api.channel import Api
from bot.api.wiring import api_for
from storage.api_keys import ApiKeys
from tests.house import Scene, fresh

ALL = tuple(KeyScope)


@dataclass
class Answered:
    """An answer that fits the document."""

    status: int
    body: Any
    data: bytes
    headers: dict[str, str]


@dataclass
class Program:
    """A program with a key; what it sends and gets is checked against the OpenAPI document."""

    session: ClientSession
    base: str
    document: dict[str, Any]
    token: str = ""
    lang: str = "zh"
    seen: set[str] = field(default_factory=set)

    async def get(self, path: str, **query: str) -> Answered:
        return await self.ask("GET", path, params=query)

    async def ask(self, method: str, path: str, *, wrong: bool = False, **what: Any) -> Answered:
        """`wrong`: the request is meant not to fit the document."""
        headers = {"Accept-Language": self.lang, **what.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        operation = self._operation(method, path)
        if not wrong and "json" in what:
            self._fits(what["json"], operation["requestBody"]["content"]["application/json"]["schema"])
        async with self.session.request(method, self.base + path, headers=headers, **what) as response:
            return await self._answered(operation, response)

    async def _answered(self, operation: dict[str, Any], response: ClientResponse) -> Answered:
        data = await response.read()
        told = operation["responses"].get(str(response.status))
        assert told is not None, f"{operation['operationId']} answered {response.status}, which isn't written: {data!r}"
        body = None
        if "json" in response.content_type:
            body = await response.json(content_type=None)
        if response.content_type in told.get("content", {}):
            self._fits(body, told["content"][response.content_type]["schema"])
        else:
            assert "content" not in told or "json" not in next(iter(told["content"])), (response.content_type, data)
        return Answered(response.status, body, data, dict(response.headers))

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        for template, methods in self.document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in methods:
                return dict(methods[method.lower()])
        raise AssertionError(f"{method} {path} isn't in the document")

    def _fits(self, value: Any, schema: dict[str, Any]) -> None:
        registry: Any = Registry().with_resource("urn:api", Resource(self.document, DRAFT202012))
        checker = Draft202012Validator.FORMAT_CHECKER
        Draft202012Validator(_absolute(schema), registry=registry, format_checker=checker).validate(value)


def _absolute(schema: Any) -> Any:
    """The schema with its references as they are from outside the document."""
    if isinstance(schema, dict):
        return {k: f"urn:api{v}" if k == "$ref" else _absolute(v) for k, v in schema.items()}
    return [_absolute(v) for v in schema] if isinstance(schema, list) else schema


@dataclass
class Site:
    """The house, and programs of it."""

    scene: Scene
    api: Api
    keys: ApiKeys
    base: str
    session: ClientSession

    async def program(self, person: str, scopes: Collection[KeyScope] = ALL, **more: Any) -> Program:
        _, token = await self.keys.add(person, scopes, **more)
        return self.with_token(token)

    def with_token(self, token: str) -> Program:
        return Program(self.session, self.base, self.api.document, token)


@pytest.fixture
async def site(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with fresh(mongo_uri, tmp_path) as scene:
        api = api_for(scene.house, scene.reception)
        scene.house.channels[api.name] = api
        app = web.Application()
        app.add_routes(api.routes())
        async with TestServer(app) as server, ClientSession() as session:
            keys = ApiKeys(scene.house.db, scene.house.trail, scene.clock)
            yield Site(scene, api, keys, str(server.make_url("/api/v1")), session)
