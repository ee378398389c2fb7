"""WeCom's end of the long connection of a 智能机器人 on this machine; refuses what WeCom refuses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.fakes.wecom_cards import fault

BOT, BOT_SECRET = "aibMadeUp", "made-up-secret-of-the-bot"
MIB = 1024 * 1024


@dataclass
class Said:
    """A message in a conversation; `how`: answer or unasked."""

    chat: str
    how: str
    kind: str
    content: Any
    done: bool = True
    stream: str = ""
    history: list[str] = field(default_factory=list)


@dataclass
class Upload:
    """Under way, or done."""

    kind: str
    name: str
    size: int
    chunks: int
    md5: str
    data: dict[int, bytes] = field(default_factory=dict)


@dataclass
class FakeBot:
    """One bot; the newest connection is the live one."""

    secret: str = BOT_SECRET
    silent: bool = False  # answers nothing any more
    deaf_to_answers: bool = False  # every request is too old to be answered
    denied: dict[str, list[int]] = field(default_factory=dict)  # cmd → errcodes of the next frames
    gone: set[str] = field(default_factory=set)
    connections: int = 0
    kicked: int = 0
    frames: list[dict[str, Any]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    cards: dict[str, Said] = field(default_factory=dict)  # task id → card
    uploads: dict[str, Upload] = field(default_factory=dict)
    media: dict[str, Upload] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)  # path → what lies there
    file_status: int = 200
    clock: Callable[[], float] = time.monotonic

    async def start(self) -> FakeBot:
        """Listen."""
        self._live: web.WebSocketResponse | None = None
        self._requests: dict[str, tuple[str, str, float]] = {}  # request → (kind, chat or task, at)
        self.welcomed: list[str] = []
        app = web.Application()
        app.router.add_get("/ws", self._connect)
        app.router.add_get("/files/{name}", self._file)
        self._server = TestServer(app)
        await self._server.start_server()
        return self

    @property
    def url(self) -> str:
        """For `url`."""
        return f"ws://127.0.0.1:{self._server.port}/ws"

    async def close(self) -> None:
        """Stop."""
        await self._server.close()

    async def drop(self) -> None:
        """The connection breaks."""
        if self._live is not None:
            await self._live.close()

    def stand(self, chat: str) -> list[Said]:
        """What is seen in a conversation."""
        return [message for message in self.said if message.chat == chat]

    async def hears(self, body: dict[str, Any], *, event: bool = False) -> str:
        """Somebody writes; returns the request."""
        request = uuid4().hex
        chat = body.get("chatid") or body["from"]["userid"]
        kind = "message"
        if event:
            kind = body["event"]["eventtype"]
            pressed = body["event"].get("template_card_event", {})
            chat = pressed.get("task_id", chat)
        self._requests[request] = (kind, chat, self.clock())
        cmd = "aibot_event_callback" if event else "aibot_msg_callback"
        assert self._live is not None
        await self._live.send_json({"cmd": cmd, "headers": {"req_id": request}, "body": body})
        return request

    def put_file(self, name: str, data: bytes) -> dict[str, str]:
        """A file a member sent: where it lies, and its key; sealed with another library's padding than ours."""
        key = hashlib.sha256(name.encode()).digest()
        pad = padding.PKCS7(256).padder()
        plain = pad.update(data) + pad.finalize()
        box = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        path = uuid4().hex
        self.files[path] = box.update(plain) + box.finalize()
        return {
            "url": f"http://127.0.0.1:{self._server.port}/files/{path}",
            "aeskey": base64.b64encode(key).decode().rstrip("="),
        }

    async def _file(self, request: web.Request) -> web.Response:
        if self.file_status != 200:
            return web.Response(status=self.file_status)
        data = self.files.get(request.match_info["name"])
        return web.Response(status=404) if data is None else web.Response(body=data)

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=8 * MIB)
        await socket.prepare(request)
        self.connections += 1
        inside = False
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            if self.silent:
                continue
            if frame["cmd"] == "aibot_subscribe":
                code = self._subscribe(frame)
                inside = code == 0
                if inside:
                    await self._kick(socket)
                answer: dict[str, Any] = {"errcode": code, "errmsg": "ok" if inside else "invalid"}
            elif not inside:
                answer = {"errcode": 846604, "errmsg": "not subscribed"}
            else:
                self.frames.append(frame)
                answer = self._does(frame)
            await socket.send_json({"headers": {"req_id": frame["headers"]["req_id"]}, **answer})
        if self._live is socket:
            self._live = None
        return socket

    def _subscribe(self, frame: dict[str, Any]) -> int:
        return 0 if frame["body"] == {"bot_id": BOT, "secret": self.secret} else 40001

    async def _kick(self, newer: web.WebSocketResponse) -> None:
        older, self._live = self._live, newer
        if older is not None and not older.closed:
            self.kicked += 1
            event = {"msgtype": "event", "event": {"eventtype": "disconnected_event"}, "aibotid": BOT}
            await older.send_json({"cmd": "aibot_event_callback", "headers": {"req_id": uuid4().hex}, "body": event})
            await older.close()

    def _does(self, frame: dict[str, Any]) -> dict[str, Any]:
        cmd, body, request = frame["cmd"], frame.get("body", {}), frame["headers"]["req_id"]
        if waiting := self.denied.get(cmd):
            return {"errcode": waiting.pop(0), "errmsg": "refused"}
        doing: dict[str, Callable[[], int | dict[str, Any]]] = {
            "ping": lambda: 0,
            "aibot_respond_msg": lambda: self._respond(request, body),
            "aibot_respond_welcome_msg": lambda: self._welcome(request, body),
            "aibot_respond_update_msg": lambda: self._update(request, body),
            "aibot_send_msg": lambda: self._send(body),
            "aibot_upload_media_init": lambda: self._init(body),
            "aibot_upload_media_chunk": lambda: self._chunk(body),
            "aibot_upload_media_finish": lambda: self._finish(body),
        }
        if cmd not in doing:
            return {"errcode": 40058, "errmsg": "unknown cmd"}
        told = doing[cmd]()
        return {"errcode": told, "errmsg": "?"} if isinstance(told, int) else {"errcode": 0, "body": told}

    def _respond(self, request: str, body: dict[str, Any]) -> int:
        kind, chat, _ = self._requests.get(request, ("", "", 0.0))
        if kind != "message" or self.deaf_to_answers:
            return 846605
        if body.get("msgtype") != "stream":
            return self._show(chat, "answer", body)
        if set(body) != {"msgtype", "stream"} or set(body["stream"]) != {"id", "finish", "content"}:
            return 40058
        stream = body["stream"]
        if len(stream["content"].encode()) > 20480:
            return 45002
        found = next((s for s in self.said if s.stream == stream["id"]), None)
        if found is None:
            found = Said(chat, "answer", "stream", "", stream=stream["id"])
            self.said.append(found)
        elif found.done:
            return 846608
        found.content, found.done = stream["content"], stream["finish"]
        found.history.append(stream["content"])
        return 0

    def _welcome(self, request: str, body: dict[str, Any]) -> int:
        kind, chat, at = self._requests.get(request, ("", "", 0.0))
        if kind != "enter_chat" or self.clock() - at > 5 or body.get("msgtype") != "text":
            return 846605
        self.welcomed.append(chat)
        return 0

    def _update(self, request: str, body: dict[str, Any]) -> int:
        kind, task, at = self._requests.pop(request, ("", "", 0.0))
        if kind != "template_card_event" or self.clock() - at > 5:
            return 846605
        card = body.get("template_card", {})
        if body.get("response_type") != "update_template_card" or card.get("task_id") != task or fault(card):
            return 40058
        self.cards[task].content = card
        return 0

    def _send(self, body: dict[str, Any]) -> int:
        if set(body) - {"chatid", "chat_type", "msgtype", body.get("msgtype", "")}:
            return 40058
        if body["chatid"] in self.gone or body.get("chat_type") not in (1, 2):
            return 93006
        return self._show(body["chatid"], "unasked", body)

    def _show(self, chat: str, how: str, body: dict[str, Any]) -> int:
        kind = body.get("msgtype", "")
        content: dict[str, Any] = body.get(kind) or {}
        if kind == "markdown":
            if not content["content"] or len(content["content"].encode()) > 20480:
                return 45002
        elif kind == "template_card":
            if fault(content) or content["task_id"] in self.cards:
                return 40058
        elif kind not in ("file", "image") or content["media_id"] not in self.media:
            return 40007
        made = Said(chat, how, kind, content)
        self.said.append(made)
        if kind == "template_card":
            self.cards[content["task_id"]] = made
        return 0

    def _init(self, body: dict[str, Any]) -> int | dict[str, Any]:
        if set(body) != {"type", "filename", "total_size", "total_chunks", "md5"} or body["type"] not in (
            "file",
            "image",
        ):
            return 40058
        most = {"file": 20, "image": 10}[body["type"]] * MIB
        if not 5 < body["total_size"] <= most or not 1 <= body["total_chunks"] <= 100:
            return 45001
        upload = uuid4().hex
        self.uploads[upload] = Upload(
            body["type"], body["filename"], body["total_size"], body["total_chunks"], body["md5"]
        )
        return {"upload_id": upload}

    def _chunk(self, body: dict[str, Any]) -> int:
        found = self.uploads.get(body.get("upload_id", ""))
        data = base64.b64decode(body["base64_data"], validate=True)
        if found is None or not 0 <= body["chunk_index"] < found.chunks or len(data) > 512 * 1024:
            return 40058
        found.data[body["chunk_index"]] = data
        return 0

    def _finish(self, body: dict[str, Any]) -> int | dict[str, Any]:
        found = self.uploads.pop(body.get("upload_id", ""), None)
        if found is None or len(found.data) != found.chunks:
            return 40058
        data = b"".join(found.data[n] for n in range(found.chunks))
        if len(data) != found.size or hashlib.md5(data).hexdigest() != found.md5:
            return 40058
        media = uuid4().hex
        self.media[media] = found
        return {"type": found.kind, "media_id": media, "created_at": 1764000000}


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for it."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
