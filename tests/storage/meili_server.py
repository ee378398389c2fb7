"""A strict stand-in for a Meilisearch server: what of its documented HTTP API the index uses, on a thread of its own.

It refuses what Meilisearch refuses, with its status and error codes: no key or a wrong one, another content type,
unknown settings and search parameters, filters and sorting on attributes not declared for it, broken filter syntax,
bad ids. Tasks are done later, one after the other. A phrase is matched by its neighbouring pairs of words, which is
looser than the phrase itself, as in Meilisearch. Where the documentation leaves something open it is not offered.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from aiohttp import web
from meilisearch_python_sdk import AsyncClient

from storage.index_meili import NAME
from tests.storage.meili_filter import BadFilter, matches
from tests.storage.meili_settings import Refused, check_settings

Doc = dict[str, Any]
DELAY = 0.03  # s before a task is done: a client that doesn't wait sees the old state

_SEARCH = {
    "q", "offset", "limit", "page", "hitsPerPage", "filter", "facets", "distinct", "attributesToRetrieve",
    "attributesToCrop", "cropLength", "cropMarker", "attributesToHighlight", "highlightPreTag", "highlightPostTag",
    "showMatchesPosition", "sort", "matchingStrategy", "showRankingScore", "showRankingScoreDetails",
    "rankingScoreThreshold", "attributesToSearchOn", "hybrid", "vector", "retrieveVectors", "locales",
}  # fmt: skip


@dataclass
class Stored:
    """One index."""

    uid: str
    key: str | None
    settings: Doc = field(default_factory=dict)
    docs: dict[str, Doc] = field(default_factory=dict)


class MeiliServer:
    """`with MeiliServer() as server: server.url, server.key`. `down` makes every answer fail as a proxy's would."""

    def __init__(self, key: str = "a-master-key-of-16-bytes") -> None:
        self.key, self.url, self.down = key, "", False
        self.requests: list[str] = []
        self._indexes: dict[str, Stored] = {}
        self._tasks: list[Doc] = []
        self._todo: asyncio.Queue[tuple[Doc, Callable[[], None]]] = asyncio.Queue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> MeiliServer:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(10)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _open(self) -> None:
        app = web.Application(middlewares=[self._guard], client_max_size=100 * 1024 * 1024)
        one = "/indexes/{uid}"
        app.router.add_post("/indexes", self._create)
        app.router.add_get(one, self._info)
        app.router.add_delete(one, self._drop)
        app.router.add_get(one + "/stats", self._stats)
        app.router.add_patch(one + "/settings", self._set)
        app.router.add_post(one + "/documents", self._add)
        app.router.add_delete(one + "/documents", self._empty)
        app.router.add_post(one + "/documents/delete-batch", self._delete)
        app.router.add_post(one + "/search", self._search)
        app.router.add_get("/tasks/{task}", self._task)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._worker = asyncio.create_task(self._work())

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        if self.down:
            return web.Response(status=502, text="Bad Gateway", content_type="text/html")
        try:
            said = request.headers.get("Authorization")
            if said is None:
                raise Refused(401, "missing_authorization_header", "The Authorization header is missing.")
            if said != f"Bearer {self.key}":
                raise Refused(403, "invalid_api_key", "The provided API key is invalid.")
            return await handler(request)
        except Refused as refused:
            return web.json_response(refused.body(), status=refused.status)

    # tasks

    async def _work(self) -> None:
        while True:
            task, step = await self._todo.get()
            await asyncio.sleep(DELAY)
            try:
                step()
                task["status"] = "succeeded"
            except Refused as refused:
                task.update(status="failed", error=refused.body())

    def _later(self, kind: str, uid: str, step: Callable[[], None]) -> web.Response:
        task = {"uid": len(self._tasks), "indexUid": uid, "status": "enqueued", "type": kind}
        task["enqueuedAt"] = "2026-11-24T08:00:00.000000Z"
        self._tasks.append(task)
        self._todo.put_nowait((task, step))
        return web.json_response({"taskUid": task["uid"], **{k: v for k, v in task.items() if k != "uid"}}, status=202)

    async def _task(self, request: web.Request) -> web.Response:
        number = int(request.match_info["task"])
        if number >= len(self._tasks):
            raise Refused(404, "task_not_found", f"Task `{number}` not found.")
        return web.json_response(self._tasks[number])

    # indexes and settings

    async def _create(self, request: web.Request) -> web.Response:
        body = await _json(request)
        uid = body.get("uid", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,512}", uid):
            raise Refused(400, "invalid_index_uid", f"`{uid}` is not a valid index uid.")

        def step() -> None:
            if uid in self._indexes:
                raise Refused(409, "index_already_exists", f"Index `{uid}` already exists.")
            self._indexes[uid] = Stored(uid, body.get("primaryKey"))

        return self._later("indexCreation", uid, step)

    async def _info(self, request: web.Request) -> web.Response:
        index = self._known(request)
        at = "2026-11-24T08:00:00.000000Z"
        return web.json_response({"uid": index.uid, "primaryKey": index.key, "createdAt": at, "updatedAt": at})

    async def _drop(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]

        def step() -> None:
            if self._indexes.pop(uid, None) is None:
                raise Refused(404, "index_not_found", f"Index `{uid}` not found.")

        return self._later("indexDeletion", uid, step)

    async def _stats(self, request: web.Request) -> web.Response:
        index = self._known(request)
        return web.json_response(
            {"numberOfDocuments": len(index.docs), "isIndexing": not self._todo.empty(), "fieldDistribution": {}}
        )

    async def _set(self, request: web.Request) -> web.Response:
        uid, body = request.match_info["uid"], await _json(request)
        check_settings(body)
        return self._later("settingsUpdate", uid, lambda: self._made(uid).settings.update(body))

    # documents

    async def _add(self, request: web.Request) -> web.Response:
        uid, docs, key = request.match_info["uid"], await _json(request), request.query.get("primaryKey")
        if not isinstance(docs, list):
            docs = [docs]

        def step() -> None:
            index = self._made(uid)
            index.key = index.key or key
            if index.key is None:
                raise Refused(400, "index_primary_key_no_candidate_found", "The primary key inference failed.")
            for doc in docs:
                if not re.fullmatch(r"[A-Za-z0-9_-]{1,511}", str(doc.get(index.key, ""))):
                    raise Refused(400, "invalid_document_id", f"Document identifier `{doc.get(index.key)}` is invalid.")
            for doc in docs:
                index.docs[str(doc[index.key])] = doc

        return self._later("documentAdditionOrUpdate", uid, step)

    async def _empty(self, request: web.Request) -> web.Response:
        uid = request.match_info["uid"]
        return self._later("documentDeletion", uid, lambda: self._stands(uid).docs.clear())

    async def _delete(self, request: web.Request) -> web.Response:
        uid, ids = request.match_info["uid"], await _json(request)

        def step() -> None:
            for each in ids:
                self._stands(uid).docs.pop(str(each), None)

        return self._later("documentDeletion", uid, step)

    def _made(self, uid: str) -> Stored:
        return self._indexes.setdefault(uid, Stored(uid, None))

    def _stands(self, uid: str) -> Stored:
        if uid not in self._indexes:
            raise Refused(404, "index_not_found", f"Index `{uid}` not found.")
        return self._indexes[uid]

    def _known(self, request: web.Request) -> Stored:
        return self._stands(request.match_info["uid"])

    # search

    async def _search(self, request: web.Request) -> web.Response:
        index, body = self._known(request), await _json(request)
        if unknown := set(body) - _SEARCH:
            raise Refused(400, "bad_request", f"Unknown field `{unknown.pop()}`")
        asked = {name: value for name, value in body.items() if value is not None}
        settings = index.settings
        filterable = [each for each in settings.get("filterableAttributes", []) if isinstance(each, str)]
        try:
            matches({}, asked.get("filter", []), filterable)  # mistakes show in an empty index too
            found = [d for d in index.docs.values() if matches(d, asked.get("filter", []), filterable)]
        except BadFilter as error:
            raise Refused(400, "invalid_search_filter", str(error)) from error
        found = [d for d in found if _holds(d, asked, settings)]
        for rule in reversed(asked.get("sort", [])):
            name, _, way = rule.partition(":")
            if name not in settings.get("sortableAttributes", []):
                raise Refused(400, "invalid_search_sort", f"Attribute `{name}` is not sortable.")
            if way not in ("asc", "desc"):
                raise Refused(400, "invalid_search_sort", f"Invalid syntax for the sort parameter: `{rule}`.")
            found.sort(key=lambda d, name=name: d[name], reverse=way == "desc")  # type: ignore[misc]
        return web.json_response(
            _paged(found[: settings.get("pagination", {}).get("maxTotalHits", 1000)], asked, settings)
        )


async def take_away(url: str, key: str, name: str = NAME) -> None:
    """The index off the server."""
    async with AsyncClient(url, key) as client:
        await client.delete_index_if_exists(name)


async def _json(request: web.Request) -> Any:
    if "Content-Type" not in request.headers:
        raise Refused(415, "missing_content_type", "A Content-Type header is missing.")
    if request.content_type != "application/json":
        raise Refused(415, "invalid_content_type", f"The Content-Type `{request.content_type}` is invalid.")
    data = await request.read()
    try:
        return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except (ValueError, OSError) as error:
        raise Refused(400, "malformed_payload", f"The json payload provided is malformed. `{error}`.") from error


def _holds(doc: Doc, asked: Doc, settings: Doc) -> bool:
    """Whether the searchable attributes hold the words of q; only the strategy `all` is offered."""
    if asked.get("matchingStrategy") != "all":
        raise Refused(400, "invalid_search_matching_strategy", "this stand-in offers `all` only")
    phrases = re.findall(r'(-?)"([^"]*)"|(\S+)', asked.get("q", ""))[:10]
    texts = [_words(str(doc.get(name, ""))) for name in settings.get("searchableAttributes", [])]
    for minus, phrase, single in phrases:
        words = _words(phrase or single)
        held = any(_phrase(words, text) if phrase or minus else set(words) <= set(text) for text in texts)
        if held == bool(minus):
            return False
    return True


def _phrase(words: list[str], text: list[str]) -> bool:
    pairs = set(pairwise(text))
    return words[0] in text if len(words) == 1 else all(pair in pairs for pair in pairwise(words))


def _words(text: str) -> list[str]:
    """Letters-only words; this stand-in knows no language and refuses to guess one."""
    words = text.split()
    if any(not re.fullmatch("[a-z]+", word) for word in words):
        raise Refused(400, "bad_request", "this stand-in parts only words of small letters")
    return words


def _paged(found: list[Doc], asked: Doc, settings: Doc) -> Doc:
    if "hitsPerPage" not in asked and "page" not in asked:
        raise Refused(400, "bad_request", "this stand-in offers numbered pages only")
    size, page = asked.get("hitsPerPage", 20), asked.get("page", 1)
    displayed = settings.get("displayedAttributes", ["*"])
    names = [n for n in asked.get("attributesToRetrieve", ["*"]) if "*" in displayed or n in displayed]
    hits = [{n: doc[n] for n in names if n in doc} for doc in found[size * (page - 1) : size * page]] if size else []
    pages = -(-len(found) // size) if size else 0
    return {
        "hits": hits, "query": asked.get("q", ""), "processingTimeMs": 1, "page": page, "hitsPerPage": size,
        "totalPages": pages, "totalHits": len(found),
    }  # fmt: skip
