"""Handing documents in: several files at once, taken down before they are acknowledged, and what became of them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

from aiohttp import web

from archive.access import Right, demand
from archive.apikey import KeyScope
from archive.errors import BadField, BadRequest, FileTooBig, KeyReused, NotFound, TooManyFiles
from archive.words import Text
from bot.api import shapes
from bot.api.guard import Caller
from bot.api.operations import JSON, PREFIX, Operation, Param, ref
from bot.body import Limits, Room, clean_name, read_long_json, read_parts
from bot.channel import Door
from handlers.context import Vault
from handlers.message import Message
from storage.api_answers import ApiAnswers
from storage.inbox import Standing

NAME = "api"
_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MIB = 1024 * 1024
Files = Sequence[tuple[str, bytes]]
#: How the inbox calls what programs know by other words.
_STATES = {"new": "accepted", "working": "working", "done": "done", "failed": "failed"}


class Messages(Protocol):
    """Where a message stands."""

    async def standing(self, message_id: str) -> Standing[Message] | None: ...


class Documents:
    """POST /documents and GET /documents/{message}."""

    def __init__(self, door: Door, messages: Messages, answers: ApiAnswers, vault: Vault, limits: Limits) -> None:
        self._door, self._messages, self._answers, self._vault = door, messages, answers, vault
        self._limits, self._room = limits, Room(limits.together)

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        once = Param(
            "Idempotency-Key", "header", {"type": "string", "pattern": f"^{_KEY.pattern}$"},
            "同一个键只处理一次，答复相同 the same key is taken once and answered the same",
        )  # fmt: skip
        return (
            Operation(
                "ingestDocuments", "POST", "/documents", KeyScope.INGEST, "送入单据 hand documents in",
                self.ingest, 202, ref("Accepted"), params=(once,),
                body={"multipart/form-data": ref("Files"), JSON: ref("Documents")}, errors=(400, 413, 422, 507),
                headers={"Location": "where its state is"},
            ),
            Operation(
                "getDocuments", "GET", "/documents/{message}", KeyScope.INGEST,
                "送入的结果 what became of what was handed in", self.state, 200, ref("Message"),
                params=(Param("message", "path", {"type": "string"}, "id"),), errors=(404,),
            ),
        )  # fmt: skip

    async def ingest(self, request: web.Request, caller: Caller) -> web.Response:
        """Taken down when this answers 202; read, checked and laid before the approvers afterwards."""
        demand(caller.person, Right.FORWARD)
        key = request.headers.get("Idempotency-Key") or uuid4().hex
        if not _KEY.fullmatch(key):
            hint = Text("1–64 个字母、数字、. _ -。", "1–64 letters, digits, . _ -.")
            raise BadField(field="Idempotency-Key", hint=hint)
        with self._room.share() as take:
            if request.content_type == JSON:
                files = await self._from_json(await read_long_json(request, self._limits, take), take)
            else:
                forwards = partial(demand, caller.person, Right.FORWARD)
                _, files = await read_parts(request, self._limits, take, forwards)
            if not files:
                raise BadField(field="files", hint=Text("至少一个文件。", "At least one file."))
            name = f"{caller.key.id}.{key}"
            print_ = await asyncio.to_thread(_print, files)
            if not await self._answers.same(f"{NAME}:{name}", print_):
                raise KeyReused(key=key)
            await self._door.receive(channel=NAME, conversation=name, person=caller.person, key=name, files=files)
        href = f"{PREFIX}/documents/{name}"
        return web.json_response({"id": name, "href": href}, status=202, headers={"Location": href})

    async def state(self, request: web.Request, caller: Caller) -> web.Response:
        """Only who handed it in hears of it; by any of their keys."""
        name = request.match_info["message"]
        standing = await self._messages.standing(f"{NAME}:{name}")
        if standing is None or standing.message.person != caller.person.id:
            raise NotFound(item=name[:80])
        answer = await self._answers.of(f"{NAME}:{name}")
        items = await self._vault.items(answer.items) if answer else []
        message = standing.message
        return shapes.json(
            {
                "id": name,
                "state": _STATES[standing.state],
                "received_at": message.at.isoformat(),
                "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in message.files],
                "items": [shapes.state(item) for item in items],
                "refused": list(answer.codes) if answer else [standing.code] if standing.state == "failed" else [],
                "text": answer.text.to(caller.lang) if answer else None,
            }
        )

    async def _from_json(self, given: dict[str, Any], take: Any) -> Files:
        entries = given.get("files")
        if not isinstance(entries, list) or set(given) != {"files"}:
            raise BadRequest
        if len(entries) > self._limits.files:
            raise TooManyFiles(limit=self._limits.files)
        files: list[tuple[str, bytes]] = []
        for entry in entries:
            if not isinstance(entry, dict) or not all(isinstance(entry.get(n), str) for n in ("name", "content")):
                raise BadField(field="files", hint=Text("每个要有 name 和 content。", "Each has name and content."))
            name = clean_name(entry["name"])
            take(len(entry["content"]) * 3 // 4)
            try:
                data = await asyncio.to_thread(base64.b64decode, entry["content"], None, True)
            except (binascii.Error, ValueError) as error:
                raise BadField(field="content", hint=Text("请用 base64。", "It must be base64.")) from error
            if len(data) > self._limits.file_bytes:
                most = self._limits.file_bytes // _MIB
                raise FileTooBig(name=name, size=f">{most}", limit=most)
            files.append((name, data))
        return files


def _print(files: Files) -> str:
    """What was sent, in short: names and bytes, in order."""
    whole = hashlib.sha256()
    for name, data in files:
        whole.update(f"{len(name.encode())}:{name}:{hashlib.sha256(data).hexdigest()};".encode())
    return whole.hexdigest()
