"""One operation of the API as a value: the router and the OpenAPI document are both made of the same list.

A new room of the API gives its own operations to `Api`; nothing else has to be touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.apikey import KeyScope
from bot.api.guard import Handler

PREFIX = "/api/v1"
Schema = Mapping[str, Any]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Param:
    """A value in the path, the query or the head of a request."""

    name: str
    where: str  # path query header
    schema: Schema
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked. `answer`: a schema for JSON, or media types for bytes."""

    id: str
    method: str
    path: str  # below the prefix, as both OpenAPI and aiohttp write it: /items/{item}
    scope: KeyScope | None
    summary: str
    handler: Handler
    status: int = 200
    answer: Schema | None = None
    media: Sequence[str] = ()
    params: Sequence[Param] = ()
    body: Mapping[str, Schema] | None = None  # media type → schema
    errors: Sequence[int] = ()  # besides 401, 403, 429 and 503
    headers: Mapping[str, str] | None = None  # of the answer: name → what it is


def ref(name: str) -> Schema:
    """A schema of the document, by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def document(operations: Sequence[Operation], schemas: Mapping[str, Schema], server: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these operations."""
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "归档 Guidang",
            "version": "1",
            "summary": "电子会计档案接口 REST API of the accounting archive",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server + PREFIX}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": dict(schemas),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "guidang keys add PERSON --scopes …"}
            },
        },
    }


def _operation(op: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": op.summary}
    if op.answer is not None:
        answer["content"] = {JSON: {"schema": op.answer}}
    elif op.media:
        answer["content"] = {kind: {"schema": {}} for kind in op.media}
    if op.headers:
        answer["headers"] = {n: {"description": d, "schema": {"type": "string"}} for n, d in op.headers.items()}
    problem = {"application/problem+json": {"schema": ref("Problem")}}
    failed = {str(code): {"description": _SAID[code], "content": problem} for code in (*_ALWAYS, *op.errors)}
    made: dict[str, Any] = {
        "operationId": op.id,
        "summary": op.summary,
        "responses": {str(op.status): answer, **dict(sorted(failed.items()))},
        "x-scope": op.scope.value if op.scope else None,
    }
    if op.params:
        made["parameters"] = [
            {"name": p.name, "in": p.where, "schema": p.schema, "description": p.about,
             "required": p.required or p.where == "path"}
            for p in op.params
        ]  # fmt: skip
    if op.body:
        content = {kind: {"schema": schema} for kind, schema in op.body.items()}
        made["requestBody"] = {"required": True, "content": content}
    return made


_ALWAYS = (401, 403, 429, 503)
_SAID = {
    400: "请求不对 a request that can't be understood",
    401: "密钥无效 no valid key",
    403: "没有权限或范围 the right or the scope is missing",
    404: "没有，或无权查看 not there, or not to be seen",
    409: "状态不符 doesn't fit the state",
    410: "已不在 gone",
    413: "太大 too big",
    422: "内容不能处理 can't be processed",
    429: "太快 too many requests",
    503: "稍后再试 try again later",
    507: "空间不足 no space",
}
