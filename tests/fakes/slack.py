"""Slack's servers on this machine: the Web API, files, Socket Mode; refuses what Slack refuses.

Times are real: a message a second in each channel, three seconds for a trigger. `gap` and `clock` make them shorter.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

TOKEN = "xoxb-1-made-up"
APP_TOKEN = "xapp-1-made-up"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, BOT_USER, BOT = "T0GUIDANG", "U0GUIDANG", "B0GUIDANG"
LOGIN_PAGE = b"<!DOCTYPE html><html lang='en-US'><head><title>Sign in | Slack</title></head><body>...</body></html>"
SCOPES = (
    "app_mentions:read,channels:history,chat:write,commands,files:read,files:write,groups:history,im:history,im:write,"
    "mpim:history,users:read,users:read.email"
)

#: method → (scope, fields it knows, whether it takes JSON)
METHODS: Mapping[str, tuple[str, frozenset[str], bool]] = {
    "auth.test": ("", frozenset(), True),
    "chat.postMessage": (
        "chat:write",
        frozenset({
            "channel", "text", "blocks", "attachments", "thread_ts", "reply_broadcast", "mrkdwn", "parse", "link_names",
            "unfurl_links", "unfurl_media", "metadata", "username", "icon_emoji", "icon_url", "markdown_text",
        }),
        True,
    ),
    "chat.update": (
        "chat:write",
        frozenset({
            "channel", "ts", "text", "blocks", "attachments", "parse", "link_names", "metadata", "reply_broadcast",
            "file_ids", "as_user", "markdown_text",
        }),
        True,
    ),
    "chat.delete": ("chat:write", frozenset({"channel", "ts", "as_user"}), True),
    "conversations.open": ("im:write", frozenset({"users", "channel", "return_im", "prevent_creation"}), True),
    "users.info": ("users:read", frozenset({"user", "include_locale"}), False),
    "files.info": ("files:read", frozenset({"file", "cursor", "limit", "page", "count"}), False),
    "files.getUploadURLExternal": (
        "files:write", frozenset({"filename", "length", "alt_txt", "snippet_type"}), False,
    ),
    "files.completeUploadExternal": (
        "files:write", frozenset({"files", "channel_id", "channels", "initial_comment", "thread_ts", "blocks"}), True,
    ),
    "views.open": ("", frozenset({"trigger_id", "view", "interactivity_pointer"}), True),
    "views.publish": ("", frozenset({"user_id", "view", "hash"}), True),
    "apps.connections.open": ("", frozenset(), True),
}  # fmt: skip


@dataclass
class Said:
    """A message of the bot as it stands."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    thread: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Held:
    """A file somebody uploaded."""

    name: str
    data: bytes
    mimetype: str = "application/pdf"
    mode: str = "hosted"
    url: str = ""  # another place than ours
    size: int | None = None


class Denied(Exception):
    """An answer with ok: false."""

    def __init__(self, error: str, status: int = 200, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error, self.status, self.headers, self.more = error, status, headers or {}, more


class FakeSlack:
    """Start it, give its `api` to the settings, and look at what was said."""

    def __init__(self, gap: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.gap, self.clock = gap, clock
        self.scopes = set(SCOPES.split(","))
        self.channels = {"D0LI", "D0WANG", "C0FINANCE", "G0GROUP"}
        self.alone = {"U0LI": "D0LI", "U0WANG": "D0WANG"}
        self.users: dict[str, dict[str, Any]] = {}
        self.files: dict[str, Held] = {}
        self.said: dict[tuple[str, str], Said] = {}
        self.log: list[tuple[str, dict[str, Any]]] = []  # every call that was taken
        self.uploads: list[tuple[str, str, bytes, str]] = []  # channel, name, bytes, thread
        self.windows: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.denied: dict[str, list[Denied]] = {}  # method → what to answer next
        self.down = 0  # how many calls are still answered with 500
        self.slow = 0.0
        self.shut = False  # nobody is let in by Socket Mode
        self.signed_out = False  # files are answered with the sign-in page
        self.skew = 0.0
        self._triggers: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._pending: dict[str, tuple[str, int, bytes | None]] = {}
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._linked = asyncio.Event()
        self._acked: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._count = 0
        self._tries = 0
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/files-pri/{file}/download/{name:.*}", self._file)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/link", self._socket)
        self._server = TestServer(app)

    async def start(self) -> FakeSlack:
        await self._server.start_server()
        return self

    async def close(self) -> None:
        for socket in self._sockets:
            await socket.close()
        await self._server.close()

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/api/"

    # -- what a person does ---------------------------------------------------------------------------------------

    def trigger(self) -> str:
        """Good for one window within three seconds."""
        made = f"{uuid4().int % 10**12}.{uuid4().hex}"
        self._triggers[made] = self.clock() + 3
        return made

    def hold(self, name: str, data: bytes, **more: Any) -> dict[str, Any]:
        """Somebody uploads a file: how it stands in a message."""
        file = f"F{uuid4().hex[:9].upper()}"
        self.files[file] = Held(name, data, **more)
        return self.shown(file)

    def shown(self, file: str) -> dict[str, Any]:
        held = self.files[file]
        url = held.url or f"http://127.0.0.1:{self._server.port}/files-pri/{file}/download/{held.name}"
        return {
            "id": file, "name": held.name, "title": held.name, "mimetype": held.mimetype, "filetype": "pdf",
            "pretty_type": "PDF", "mode": held.mode, "is_external": held.mode == "external",
            "size": len(held.data) if held.size is None else held.size,
            "url_private": url.replace("/download/", "/"), "url_private_download": url,
        }  # fmt: skip

    def stand(self, channel: str) -> list[Said]:
        """What stands in a channel, oldest first."""
        return [said for (place, _), said in self.said.items() if place == channel]

    # -- what Slack sends us --------------------------------------------------------------------------------------

    def signature(self, body: bytes, stamp: str, secret: str = SECRET) -> str:
        return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()

    def signed(self, body: bytes, kind: str, stamp: float | None = None, secret: str = SECRET) -> dict[str, str]:
        at = str(int(time.time() if stamp is None else stamp))
        return {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": self.signature(body, at, secret),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def deliver(self, url: str, payload: Mapping[str, Any], *, how: str = "event") -> tuple[int, str]:
        """POST it as Slack does: events as JSON, interactions as a form with JSON in it, commands as a form."""
        if how == "event":
            body, kind = json.dumps(payload, ensure_ascii=False).encode(), "application/json"
        else:
            fields = {"payload": json.dumps(payload)} if how == "interaction" else dict(payload)
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=self.signed(body, kind, self.signing_time())) as answer,
        ):
            return answer.status, await answer.text()

    async def push(self, kind: str, payload: Mapping[str, Any], patience: float = 5.0) -> dict[str, Any]:
        """Over Socket Mode; the acknowledgement. Raises TimeoutError when none comes."""
        envelope = uuid4().hex
        waiting = self._acked[envelope] = asyncio.get_running_loop().create_future()
        frame = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True}
        await self._sockets[-1].send_str(json.dumps(frame))
        return await asyncio.wait_for(waiting, patience)

    async def hang_up(self, how: str) -> None:
        """End the connection, or ask for it to be renewed, as Slack does."""
        self._linked.clear()
        if how == "closed":
            await self._sockets[-1].close()
        else:
            await self._sockets[-1].send_str(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    async def connected(self, patience: float = 5.0) -> None:
        await asyncio.wait_for(self._linked.wait(), patience)

    # -- the Web API ----------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.Response:
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        if self.skew:
            headers["Date"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + self.skew))
        method = request.match_info["method"]
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.down:
            self.down -= 1
            return web.Response(status=500, text="<html>oops</html>", content_type="text/html")
        try:
            given = await self._fields(method, request)
            if waiting := self.denied.get(method):
                raise waiting.pop(0)
            answer = getattr(self, "_" + re.sub(r"[.]", "_", method))(given)
        except Denied as no:
            body = {"ok": False, "error": no.error, **no.more}
            return web.json_response(body, status=no.status, headers={**headers, **no.headers})
        self.log.append((method, given))
        return web.json_response({"ok": True, **answer}, headers=headers)

    async def _fields(self, method: str, request: web.Request) -> dict[str, Any]:
        if method not in METHODS:
            raise Denied("unknown_method")
        scope, known, takes_json = METHODS[method]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token:
            raise Denied("not_authed")
        if token != (APP_TOKEN if method == "apps.connections.open" else TOKEN):
            raise Denied("invalid_auth")
        if scope and scope not in self.scopes:
            raise Denied("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
        given: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            if not takes_json:
                raise Denied("invalid_arguments")
            given |= await request.json()
        else:
            given |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
        if odd := set(given) - known:
            raise Denied("invalid_arguments", response_metadata={"messages": [f"unknown field {f}" for f in odd]})
        for name in ("blocks", "view", "files", "attachments"):
            if isinstance(given.get(name), str):
                given[name] = json.loads(given[name])
        return given

    def _auth_test(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"team_id": TEAM, "team": "归档测试", "user_id": BOT_USER, "bot_id": BOT, "url": "https://g.slack.com/"}

    def _chat_postMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(given)
        self._content(given)
        self._slowly(channel)
        said = Said(
            channel, self._stamp(), given.get("text", ""), given.get("blocks") or [], given.get("thread_ts", ""), given
        )
        self.said[channel, said.ts] = said
        return {"channel": channel, "ts": said.ts, "message": {"type": "message", "text": said.text, "user": BOT_USER}}

    def _chat_update(self, given: dict[str, Any]) -> dict[str, Any]:
        said = self.said.get((self._channel(given), str(given.get("ts"))))
        if said is None:
            raise Denied("message_not_found")
        self._content(given)
        said.text, said.blocks = given.get("text", ""), given.get("blocks") or []
        return {"channel": said.channel, "ts": said.ts, "text": said.text}

    def _chat_delete(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.said.pop((self._channel(given), str(given.get("ts"))), None) is None:
            raise Denied("message_not_found")
        return {"channel": given["channel"], "ts": given["ts"]}

    def _conversations_open(self, given: dict[str, Any]) -> dict[str, Any]:
        user = given.get("users", "")
        if user not in self.alone:
            raise Denied("user_not_found")
        return {"channel": {"id": self.alone[user]}}

    def _users_info(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("user") not in self.users:
            raise Denied("user_not_found")
        user = dict(self.users[given["user"]])
        profile = dict(user.get("profile", {}))
        if "users:read.email" not in self.scopes:
            profile.pop("email", None)
        return {"user": {"id": given["user"], "team_id": TEAM, **user, "profile": profile}}

    def _files_info(self, given: dict[str, Any]) -> dict[str, Any]:
        file = given.get("file", "")
        if file not in self.files:
            raise Denied("file_not_found")
        if self.files[file].mode == "deleted":
            raise Denied("file_deleted")
        return {"file": self.shown(file)}

    def _files_getUploadURLExternal(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("filename") or not str(given.get("length", "")).isdecimal() or int(given["length"]) < 1:
            raise Denied("invalid_arguments")
        file = f"F{uuid4().hex[:9].upper()}"
        self._pending[file] = (given["filename"], int(given["length"]), None)
        return {"file_id": file, "upload_url": f"http://127.0.0.1:{self._server.port}/upload/v1/{file}"}

    def _files_completeUploadExternal(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = given.get("channel_id", "")
        if channel not in self.channels:  # a user's id won't do here
            raise Denied("channel_not_found")
        self._slowly(channel)
        for file in given["files"]:
            name, _, data = self._pending.pop(file["id"], ("", 0, None))
            if data is None:
                raise Denied("file_not_found")
            self.uploads.append((channel, name, data, given.get("thread_ts", "")))
        return {"files": given["files"]}

    def _views_open(self, given: dict[str, Any]) -> dict[str, Any]:
        until = self._triggers.pop(str(given.get("trigger_id")), None)
        if until is None:
            raise Denied("exchanged_trigger_id" if given.get("trigger_id") else "invalid_arguments")
        if until < self.clock():
            raise Denied("expired_trigger_id")
        self._view(given.get("view"), "modal")
        view = {**given["view"], "id": f"V{uuid4().hex[:9].upper()}", "hash": f"{time.time()}.{uuid4().hex[:6]}"}
        self.windows.append(view)
        return {"view": view}

    def _views_publish(self, given: dict[str, Any]) -> dict[str, Any]:
        self._view(given.get("view"), "home")
        self.homes[given["user_id"]] = given["view"]
        return {"view": given["view"]}

    def _apps_connections_open(self, given: dict[str, Any]) -> dict[str, Any]:
        ticket = uuid4().hex
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self._server.port}/link?ticket={ticket}"}

    # -- files and the socket -------------------------------------------------------------------------------------

    async def _file(self, request: web.Request) -> web.StreamResponse:
        held = self.files.get(request.match_info["file"])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.signed_out or token != TOKEN or "files:read" not in self.scopes:
            return web.Response(body=LOGIN_PAGE, content_type="text/html")  # 200, as Slack does
        if held is None:
            return web.Response(status=404)
        if self.down:
            self.down -= 1
            return web.Response(status=503)
        return web.Response(body=held.data, content_type=held.mimetype)

    async def _upload(self, request: web.Request) -> web.Response:
        file = request.match_info["file"]
        if "Authorization" in request.headers:  # the address is the permission
            return web.Response(status=400, text="no token here")
        name, length, _ = self._pending[file]
        data = await request.read()
        if len(data) != length:
            return web.Response(status=400, text="length")
        self._pending[file] = (name, length, data)
        return web.Response(text=f"OK - {length}")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if self.shut or ticket not in self._tickets:
            return web.Response(status=401)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self._sockets.append(socket)
        self._linked.set()
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                told = json.loads(frame.data)
                waiting = self._acked.pop(told.get("envelope_id", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(told)
        self._linked.clear()
        return socket

    # -- what Slack refuses ---------------------------------------------------------------------------------------

    def _channel(self, given: dict[str, Any]) -> str:
        channel = str(given.get("channel", ""))
        if channel not in self.channels:
            raise Denied("channel_not_found")
        return channel

    def _slowly(self, channel: str) -> None:
        now = self.clock()
        if now - self._last.get(channel, -10.0) < self.gap:
            raise Denied("ratelimited", 429, {"Retry-After": "1"})
        self._last[channel] = now

    def signing_time(self) -> float:
        """Tries of the same event are seconds apart; here they are told apart by a time that lies back a little."""
        self._tries += 1
        return time.time() - self._tries * 7 % 200  # further apart than a test is long

    def _stamp(self) -> str:
        self._count += 1
        return f"{int(time.time())}.{self._count:06d}"

    def _content(self, given: dict[str, Any]) -> None:
        text, blocks = given.get("text", ""), given.get("blocks") or []
        if not text and not blocks:
            raise Denied("no_text")
        if len(text) > 40_000:
            raise Denied("msg_too_long")
        check_blocks(blocks, 50)
        if sum(len(json.dumps(b, ensure_ascii=False)) for b in blocks) > 40_000:
            raise Denied("msg_blocks_too_long")
        if (thread := given.get("thread_ts")) and not re.fullmatch(r"\d{1,12}\.\d{1,8}", thread):
            raise Denied("invalid_thread_ts")

    def _view(self, view: Any, kind: str) -> None:
        if not isinstance(view, dict) or view.get("type") != kind:
            raise Denied("invalid_arguments")
        check_blocks(view["blocks"], 100)
        try:
            View(**view).validate_json()
        except SlackObjectFormationError as error:
            raise Denied("invalid_arguments", response_metadata={"messages": [str(error)]}) from error
        if kind == "modal" and not all(0 < len(view[n]["text"]) <= 24 for n in ("title", "submit", "close")):
            raise Denied("invalid_arguments")
        ids = [b["block_id"] for b in view["blocks"] if "block_id" in b]
        if len(ids) != len(set(ids)):
            raise Denied("invalid_arguments")


_BLOCKS: Mapping[str, frozenset[str]] = {
    "header": frozenset({"text"}),
    "section": frozenset({"text", "fields", "accessory", "expand"}),
    "context": frozenset({"elements"}),
    "actions": frozenset({"elements"}),
    "divider": frozenset(),
    "input": frozenset({"label", "element", "hint", "optional", "dispatch_action"}),
}


def check_blocks(blocks: list[dict[str, Any]], most: int) -> None:
    """Slack's limits, by its own library and where that is lax by its documentation. Raises Denied."""

    def no(what: str) -> Denied:
        return Denied("invalid_blocks", response_metadata={"messages": [what]})

    def text(given: Any, limit: int, *, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
        if not isinstance(given, dict) or given.get("type") not in kinds or not 0 < len(given.get("text", "")) <= limit:
            raise no(f"text: {str(given)[:200]}")
        if set(given) - {"type", "text", "emoji" if given["type"] == "plain_text" else "verbatim"}:
            raise no(f"text: {set(given)}")

    if len(blocks) > most:
        raise no("too many blocks")
    for block in blocks:
        kind = block.get("type", "")
        if kind not in _BLOCKS or set(block) - _BLOCKS[kind] - {"type", "block_id"}:
            raise no(f"{kind}: {set(block)}")
        parsed = Block.parse(block)
        if parsed is None:
            raise no(kind)
        try:
            parsed.validate_json()
        except SlackObjectFormationError as error:
            raise no(str(error)) from error
        if kind == "header":
            text(block["text"], 150, kinds=("plain_text",))
        if kind == "section":
            if "text" in block:
                text(block["text"], 3000)
            elif not 0 < len(block.get("fields", ())) <= 10:
                raise no("fields")
            for part in block.get("fields", ()):
                text(part, 2000)
        if kind == "context":
            if not 0 < len(block["elements"]) <= 10:
                raise no("context")
            for part in block["elements"]:
                text(part, 3000)
        if kind == "actions":
            _check_actions(block["elements"], no, text)
        if kind == "input":
            _check_input(block, no, text)


def _check_actions(elements: list[dict[str, Any]], no: Callable[[str], Denied], text: Callable[..., None]) -> None:
    if not 0 < len(elements) <= 25 or len({e["action_id"] for e in elements}) != len(elements):
        raise no("actions")
    for element in elements:
        if set(element) - {"type", "action_id", "text", "value", "url", "style", "confirm"}:
            raise no(f"button: {set(element)}")
        text(element["text"], 75, kinds=("plain_text",))
        if len(element.get("value", "")) > 2000 or len(element.get("url", "")) > 3000:
            raise no("value")
        if element.get("style", "primary") not in ("primary", "danger"):
            raise no("style")


def _check_input(block: dict[str, Any], no: Callable[[str], Denied], text: Callable[..., None]) -> None:
    text(block["label"], 2000, kinds=("plain_text",))
    element = block["element"]
    if element["type"] == "static_select":
        if not 0 < len(element["options"]) <= 100:
            raise no("options")
        for option in element["options"]:
            text(option["text"], 75)
            if not 0 < len(option["value"]) <= 150:
                raise no("option value")
        if "initial_option" in element and element["initial_option"] not in element["options"]:
            raise no("initial option")
    if element["type"] == "datepicker" and not re.fullmatch(
        r"\d{4}-\d\d-\d\d", element.get("initial_date", "2026-01-01")
    ):
        raise no("date")
    if element["type"] == "plain_text_input" and len(element.get("initial_value", "")) > element.get(
        "max_length", 3000
    ):
        raise no("value")
