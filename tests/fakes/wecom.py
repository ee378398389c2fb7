"""WeCom's servers for a 自建应用 on this machine: tokens, messages, cards, media; refuses what WeCom refuses.

The callback is sealed by wechatpy, which knows nothing of our crypto. Numbers that the documentation leaves open (which
errcode a bad card gets) are made up; ours must not depend on them.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.enterprise.crypto import WeChatCrypto  # type: ignore[import-untyped]

from tests.fakes.wecom_cards import fault

CORP, AGENT, SECRET = "ww1234567890abcdef", 1000002, "made-up-secret-of-the-app"
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
MIB = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
_TOP = {"touser", "msgtype", "agentid", "enable_duplicate_check", "duplicate_check_interval", "safe"}
_UPDATE = {"userids", "agentid", "response_code", "button", "template_card"}


class Answered(Exception):
    """An errcode instead of what was asked for."""

    def __init__(self, code: int, words: str = "refused") -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass
class Stands:
    """A message as a member sees it."""

    user: str
    kind: str
    content: dict[str, Any]
    task: str = ""


@dataclass
class Media:
    """What was uploaded, or sent by a member."""

    kind: str
    name: str
    data: bytes
    disposition: bool = True
    media_type: str = "application/octet-stream"


@dataclass
class FakeWecom:
    """One company with one app."""

    users: set[str] = field(default_factory=lambda: {"LiMing", "WangFang", "stranger"})
    trusted: bool = True
    secret: str = SECRET
    agent: int = AGENT
    closed: bool = False
    lasts: int = 7200
    most: int = 30  # messages a minute to a member; more are dropped without a word
    skew: float = 0.0
    slow: float = 0.0
    status: int = 200
    retry_after: str = ""
    denied: dict[str, list[int]] = field(default_factory=dict)  # path → errcodes of the next calls
    login_page: bool = False
    tokens: dict[str, float] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    stood: list[Stands] = field(default_factory=list)
    dropped: int = 0
    codes: dict[str, tuple[Stands, float]] = field(default_factory=dict)  # response code → (card, until)
    tasks: set[str] = field(default_factory=set)
    media: dict[str, Media] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    sent: dict[str, list[float]] = field(default_factory=dict)

    async def start(self) -> FakeWecom:
        """Listen."""
        app = web.Application(client_max_size=64 * MIB)
        app.router.add_route("*", "/cgi-bin/{path:.+}", self._handle)
        self._server = TestServer(app)
        await self._server.start_server()
        return self

    @property
    def url(self) -> str:
        """For `api_url`."""
        return f"http://127.0.0.1:{self._server.port}"

    async def close(self) -> None:
        """Stop."""
        await self._server.close()

    def take_back_tokens(self) -> None:
        """As when somebody else asked for one by the console, or the secret was reset."""
        self.tokens.clear()

    def stand(self, user: str) -> list[Stands]:
        """What a member sees."""
        return [message for message in self.stood if message.user == user]

    def count(self, path: str) -> int:
        """How often it was called."""
        return self.calls.count(path)

    def code_of(self, card: Stands, lasts: float = 72 * 3600) -> str:
        """A fresh response code, as every click brings one."""
        code = uuid4().hex
        self.codes[code] = (card, self.clock() + lasts)
        return code

    async def deliver(
        self, url: str, fields: Mapping[str, str], *, at: float | None = None, nonce: str = "", repeat: bool = False
    ) -> tuple[int, bytes]:
        """Send an event to our callback, as WeCom does; `repeat` once more, byte for byte."""
        query, body = self.sealed(fields, at=at, nonce=nonce)
        async with aiohttp.ClientSession() as session:
            for _ in range(2 if repeat else 1):
                async with session.post(f"{url}?{urlencode(query)}", data=body) as answer:
                    told = answer.status, await answer.read()
        return told

    def sealed(
        self, fields: Mapping[str, str], *, at: float | None = None, nonce: str = "", corp: str = CORP,
        token: str = TOKEN, key: str = AES_KEY,
    ) -> tuple[dict[str, str], bytes]:  # fmt: skip
        """(query, body) of an event, sealed by wechatpy."""
        stamp, nonce = str(int(self.clock() if at is None else at)), nonce or uuid4().hex[:10]
        plain = "<xml>" + "".join(f"<{k}>{_cdata(v)}</{k}>" for k, v in fields.items()) + "</xml>"
        outer = WeChatCrypto(token, key, corp).encrypt_message(plain, nonce, stamp)
        encrypted = re.search(r"<Encrypt><!\[CDATA\[(.*?)\]\]></Encrypt>", outer)[1]  # type: ignore[index]
        signature = re.search(r"<MsgSignature><!\[CDATA\[(.*?)\]\]></MsgSignature>", outer)[1]  # type: ignore[index]
        body = (
            f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<AgentID><![CDATA[{self.agent}]]></AgentID></xml>"
        )
        return {"msg_signature": signature, "timestamp": stamp, "nonce": nonce}, body.encode()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.calls.append(path)
        headers = {"Date": formatdate(self.clock() + self.skew, usegmt=True)}
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.status != 200:
            more = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.Response(status=self.status, text="<html>busy</html>", headers={**headers, **more})
        try:
            if path == "gettoken":
                told = self._gettoken(request.query)
            else:
                self._let_in(request.query.get("access_token", ""))
                if waiting := self.denied.get(path):
                    raise Answered(waiting.pop(0))
                if path == "media/get":
                    return self._media_get(request.query, headers)
                told = await self._does(path, request)
        except Answered as answered:
            told = {"errcode": answered.code, "errmsg": f"{answered.words}, hint: [1764], from ip: 203.0.113.9, more"}
        return web.json_response({"errcode": 0, "errmsg": "ok", **told}, headers=headers)

    def _gettoken(self, query: Mapping[str, str]) -> dict[str, Any]:
        if query.get("corpid") != CORP:
            raise Answered(40013, "invalid corpid")
        if query.get("corpsecret") != self.secret:
            raise Answered(40001, "invalid credential")
        alive = [token for token, until in self.tokens.items() if until > self.clock()]
        token = alive[0] if alive else uuid4().hex
        self.tokens[token] = self.tokens.get(token, self.clock() + self.lasts)
        return {"access_token": token, "expires_in": int(self.tokens[token] - self.clock())}

    def _let_in(self, token: str) -> None:
        if token not in self.tokens:
            raise Answered(40014, "invalid access_token")
        if self.tokens[token] <= self.clock():
            raise Answered(42001, "access_token expired")
        if not self.trusted:
            raise Answered(60020, "not allow to access from your ip")

    async def _does(self, path: str, request: web.Request) -> dict[str, Any]:
        if path == "media/upload":
            return await self._upload(request)
        if path == "agent/get":
            if request.query.get("agentid") != str(self.agent):
                raise Answered(301002, "not allow operate another agent with this accesstoken")
            allowed = {"user": [{"userid": user} for user in sorted(self.users)]}
            return {"agentid": self.agent, "name": "归档", "close": int(self.closed), "allow_userinfos": allowed}
        given = await request.json()
        if path == "message/send":
            return self._send(given)
        if path == "message/update_template_card":
            return self._update(given)
        raise Answered(40066, "invalid url")

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        kind, user = given.get("msgtype"), given.get("touser", "")
        if given.get("agentid") != self.agent:
            raise Answered(40056, "invalid agentid")
        if set(given) - _TOP - {str(kind)} or kind not in ("text", "template_card", "file", "image"):
            raise Answered(40058, "unknown field")
        content = given.get(str(kind)) or {}
        if user not in self.users:
            raise Answered(81013, "user & party & tag all invalid")
        stands = Stands(user, kind, content)
        self._content(stands)
        now, sent = self.clock(), self.sent.setdefault(user, [])
        if len([at for at in sent if at > now - 60]) >= self.most:
            self.dropped += 1
            return {"msgid": uuid4().hex}  # as WeCom does: no word of it
        sent.append(now)
        self.stood.append(stands)
        code = {"response_code": self.code_of(stands)} if stands.task else {}
        return {"msgid": uuid4().hex, **code}

    def _content(self, stands: Stands) -> None:
        content = stands.content
        if stands.kind == "text":
            if set(content) != {"content"} or not content["content"]:
                raise Answered(44004, "empty content")
            if len(content["content"].encode()) > 2048:
                raise Answered(45002, "content size out of limit")
        elif stands.kind == "template_card":
            if wrong := fault(content):
                raise Answered(40058, wrong)
            self._task(content)
            stands.task = content["task_id"] if content["card_type"] == "button_interaction" else ""
        elif self.media.get(content.get("media_id", ""), Media("", "", b"")).kind != stands.kind:
            raise Answered(40007, "invalid media_id")

    def _task(self, card: Mapping[str, Any]) -> None:
        if card["task_id"] in self.tasks:
            raise Answered(40058, "task_id was used")
        self.tasks.add(card["task_id"])

    def _update(self, given: dict[str, Any]) -> dict[str, Any]:
        if set(given) - _UPDATE or ("button" in given) == ("template_card" in given):
            raise Answered(40058, "unknown field")
        found = self.codes.pop(given.get("response_code", ""), None)
        if found is None or found[1] <= self.clock():
            raise Answered(40058, "invalid response_code")
        card, _ = found
        if given["userids"] != [card.user] or given.get("agentid") != self.agent:
            raise Answered(40058, "wrong receiver")
        if "button" in given:
            card.content = {**card.content, "button_list": [], "replaced": given["button"]["replace_name"]}
            return {"invaliduser": []}
        if wrong := fault(given["template_card"]):
            raise Answered(40058, wrong)
        self._task(given["template_card"])
        card.content = given["template_card"]
        card.task = card.content["task_id"]
        return {"invaliduser": []}

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        kind = request.query.get("type", "")
        part = await (await request.multipart()).next()
        if not isinstance(part, aiohttp.BodyPartReader) or part.name != "media":
            raise Answered(41005, "missing media")
        # the name as it stands in the header: WeCom decodes nothing
        stated = part.headers.get("Content-Disposition", "")
        name = re.search(r'filename="([^"]*)"', stated)
        data = bytes(await part.read())
        if name is None or "filename*" in stated:
            raise Answered(40058, "no filename")
        if len(data) <= 5:
            raise Answered(40006, "invalid media size")
        if len(data) > {"image": 10, "file": 20}.get(kind, 0) * MIB:
            raise Answered(45001, "media size out of limit")
        media = uuid4().hex
        self.media[media] = Media(kind, name[1], data)
        return {"type": kind, "media_id": media, "created_at": "1764000000"}

    def _media_get(self, query: Mapping[str, str], headers: Mapping[str, str]) -> web.Response:
        if self.login_page:
            return web.Response(text="<!DOCTYPE html><html><body>登录</body></html>", content_type="text/html")
        media = self.media.get(query.get("media_id", ""))
        if media is None:
            raise Answered(40007, "invalid media_id")
        more = {"Content-Disposition": f'attachment; filename="{media.name}"'} if media.disposition else {}
        return web.Response(body=media.data, headers={**headers, **more, "Content-Type": media.media_type})


def _cdata(value: str) -> str:
    return escape(value) if value.isdecimal() else "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def told(answer: bytes) -> Any:
    """JSON."""
    return json.loads(answer)
