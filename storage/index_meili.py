"""The index on a Meilisearch server, for companies that run one.

Meilisearch cuts Chinese into words by a dictionary, and a firm's name cut one way in the document and another way in
the question is not found. An archive must find what it holds, so every character is written as a word of its own (顺丰
as "jihk eodp") and a search is a phrase of such words: it is found wherever it stands, as in the embedded index.
Meilisearch matches a long phrase by its parts, so what it gives is compared with the text once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from httpx2 import HTTPError
from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.errors import MeilisearchApiError, MeilisearchError
from meilisearch_python_sdk.models.settings import (
    LocalizedAttributes,
    MeilisearchSettings,
    Pagination,
    ProximityPrecision,
    TypoTolerance,
)

from archive.errors import IndexBroken
from archive.item import Item
from archive.query import Hits, Query, Scope
from storage.index import IndexDoc, days_of, to_doc, totals_of, words_of

NAME = "guidang"
BATCH = 500  # items a request
PATIENCE = 120_000  # ms a task may take
TERMS = 10  # words a search may have; Meilisearch ignores the others
SURE = 2  # characters up to which a phrase is matched exactly
COMPARED = 200  # matches of longer words that are all compared, so that their number is exact

_EXACT = ("company", "kind", "state", "owner", "category", "department")
_SHOWN = ["id", "company", "seen_by", "text"]
#: Letters only, since Meilisearch parts figures from letters; 16 of them for the digits of the code point.
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")

SETTINGS = MeilisearchSettings(
    searchable_attributes=["signs"],
    displayed_attributes=_SHOWN,
    filterable_attributes=[*_EXACT, "seen_by", "date", "total"],
    sortable_attributes=["date", "rank"],
    ranking_rules=["sort"],
    stop_words=[],
    synonyms={},
    typo_tolerance=TypoTolerance(enabled=False),  # a number or an amount with one digit wrong is another
    prefix_search="disabled",  # it would stretch a sign, not a word
    proximity_precision=ProximityPrecision.BY_WORD,
    pagination=Pagination(max_total_hits=100_000),
    # named, so that the signs are not guessed to be German and taken apart
    localized_attributes=[LocalizedAttributes(locales=["cmn"], attribute_patterns=["signs"])],
)


class MeiliIndex:
    """See storage.index.Index. Call `close` at the end. The key must allow settings, documents, tasks and search."""

    def __init__(self, url: str, key: str, name: str = NAME) -> None:
        self._client = AsyncClient(url, key, timeout=30)
        self._index = self._client.index(name)
        self._readying = asyncio.Lock()
        self._ready = False

    async def put(self, items: Sequence[Item]) -> None:
        """Add or renew; visible when this returns. Raises IndexBroken."""
        async with self._border():
            await self._made_ready()
            for start in range(0, len(items), BATCH):
                batch = [_document(to_doc(item)) for item in items[start : start + BATCH]]
                task = await self._index.add_documents(batch, primary_key="id", compress=True)
            if items:
                await self._done(task.task_uid)

    async def remove(self, ids: Sequence[str]) -> None:
        """Take items out. Raises IndexBroken."""
        async with self._border():
            await self._made_ready()
            if ids:
                await self._done((await self._index.delete_documents(list(ids))).task_uid)

    async def clear(self) -> None:
        """Start again with an empty index and the settings as they stand here. Raises IndexBroken."""
        async with self._border():
            await self._client.delete_index_if_exists(self._index.uid)
            self._ready = False
            await self._made_ready()

    async def count(self) -> int:
        """How many items are in it. Raises IndexBroken."""
        async with self._border():
            await self._made_ready()
            return (await self._index.get_stats()).number_of_documents

    async def find(self, query: Query, scope: Scope) -> Hits:
        """One page, newest document first. Raises IndexBroken.

        The number of matches is exact, except for words of three characters and more with over 200 matches: there it
        may be a little high.
        """
        words = sorted(words_of(query), key=len, reverse=True)
        async with self._border():
            await self._made_ready()
            if len(words) <= TERMS and all(len(word) <= SURE for word in words):
                return await self._page(query, scope, words)
            hits, total = await self._search(query, scope, words, 0, COMPARED)
            if total > COMPARED:
                return await self._page(query, scope, words)
            ids = _held(hits, scope, words)
            start = query.page * query.size
            return Hits(tuple(ids[start : start + query.size]), len(ids))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _page(self, query: Query, scope: Scope, words: Sequence[str]) -> Hits:
        hits, total = await self._search(query, scope, words, query.page, max(query.size, 1))
        ids = _held(hits, scope, words)
        return Hits(tuple(ids[: query.size]), total - len(hits) + len(ids))

    async def _search(
        self, query: Query, scope: Scope, words: Sequence[str], page: int, size: int
    ) -> tuple[list[dict[str, Any]], int]:
        found = await self._index.search(
            " ".join(f'"{_signs(word)}"' for word in words[:TERMS]),
            filter=_filter(query, scope), sort=["date:desc", "rank:desc"], matching_strategy="all",
            page=page + 1, hits_per_page=size, attributes_to_retrieve=_SHOWN,
        )  # fmt: skip
        return found.hits, found.total_hits or 0

    async def _made_ready(self) -> None:
        """The index with its settings; Meilisearch does nothing when they stand already."""
        async with self._readying:
            if not self._ready:
                try:
                    await self._index.fetch_info()
                except MeilisearchApiError as error:
                    if error.code != "index_not_found":
                        raise
                    await self._client.create_index(self._index.uid, "id", timeout_in_ms=PATIENCE)
                await self._done((await self._index.update_settings(SETTINGS)).task_uid)
                self._ready = True

    async def _done(self, task: int) -> None:
        await self._client.wait_for_task(task, timeout_in_ms=PATIENCE, interval_in_ms=20, raise_for_status=True)

    @asynccontextmanager
    async def _border(self) -> AsyncIterator[None]:
        """The server's and the client's errors become ours; ValueError is what an answer that isn't JSON gives."""
        try:
            yield
        except (MeilisearchError, HTTPError, ValueError) as error:
            self._ready = False
            raise IndexBroken(detail=str(error)[:200]) from error


def _signs(text: str) -> str:
    """Every character as a word of letters."""
    return " ".join(f"{ord(sign):x}".translate(_LETTERS) for sign in text)


def _plain(value: str) -> str:
    """A value that can't end the quotes around it in a filter; documents are written with the same."""
    return value.replace("\\", "_").replace('"', "_")


def _document(doc: IndexDoc) -> dict[str, Any]:
    return {
        "id": doc.id,
        **{name: _plain(getattr(doc, name)) for name in _EXACT},
        "seen_by": [_plain(person) for person in doc.seen_by],
        "date": doc.date, "rank": doc.rank, "total": doc.total, "text": doc.text, "signs": _signs(doc.text),
    }  # fmt: skip


def _filter(query: Query, scope: Scope) -> list[str | list[str]]:
    """Every condition as one that must hold; who may see it is one of them."""

    def one_of(field: str, values: Sequence[str]) -> str:
        return f"{field} IN [" + ", ".join(f'"{_plain(value)}"' for value in values) + "]"

    must: list[str | list[str]] = [one_of("company", [scope.company])]
    if scope.person is not None:
        must.append(one_of("seen_by", [scope.person]))
    for field, value in (("owner", query.owner), ("category", query.category), ("department", query.department)):
        if value:
            must.append(one_of(field, [value]))
    for field, values in (("kind", query.kinds), ("state", query.states)):
        if values:
            must.append(one_of(field, sorted(each.value for each in values)))
    for field, span in (("date", days_of(query)), ("total", totals_of(query))):
        if span:
            must += [f"{field} >= {span[0]}", f"{field} <= {span[1]}"]
    return must


def _held(hits: Sequence[dict[str, Any]], scope: Scope, words: Sequence[str]) -> list[str]:
    """The ids of those that hold every word and that the asker may see: filters don't tell capitals apart."""
    company, person = _plain(scope.company), scope.person and _plain(scope.person)
    return [
        hit["id"]
        for hit in hits
        if hit["company"] == company
        and (person is None or person in hit["seen_by"])
        and all(word in hit["text"] for word in words)
    ]
