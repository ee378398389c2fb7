"""Calls to WeCom for the 自建应用: with time limits; its errors become ours here, and its secrets stay here."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp

from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NoScope, NotWhatItSays, Problem, Unreachable
from bot.capped import OverCap, capped
from bot.chat import asked_for
from bot.wecom.crypto import BadEnvelope, Seal
from bot.wecom.meaning import CAP, MIB, OLD_TOKEN, PLATFORM, code_of, declined, is_page, problem
from config.channels import Wecom
from handlers.message import RemoteFile

log = logging.getLogger("guidang.wecom")

_SPARE = 300  # s a token is not used any more before it ends


class Tokens(Protocol):
    """Where the replicas keep the access token; see storage/wecom.py."""

    async def token(self, name: str) -> tuple[bytes, datetime] | None:
        """Sealed, and until when it is good."""

    async def keep_token(self, name: str, sealed: bytes, until: datetime) -> None:
        """Instead of the one before."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back: of a file its bytes, else the JSON."""

    told: Mapping[str, Any]
    data: bytes = b""


class Api:
    """One app's WeCom, by its secret."""

    def __init__(
        self,
        settings: Wecom,
        tokens: Tokens,
        now: Callable[[], datetime],
        *,
        limit: float = 10.0,
        long: float = 120.0,
        cap: int = CAP,
    ) -> None:
        """`limit`, `long`: seconds for a call, and for a file on its way; `cap` of that in bytes."""
        self._settings, self._tokens, self._now = settings, tokens, now
        self._limit, self._long, self._cap = limit, long, cap
        self._seal = Seal(settings.secret, "access token")
        self._name = f"{settings.corp_id}:{settings.agent_id}"
        self._asking = asyncio.Lock()
        self._token, self._until = "", now()
        self._held: aiohttp.ClientSession | None = None

    async def send(self, user: str, kind: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """Say something to one member. Raises Unreachable where WeCom reaches nobody by it."""
        body = {"touser": user, "msgtype": kind, "agentid": self._settings.agent_id, kind: content}
        told = await self._told("POST", "message/send", body=body)
        if user.lower() in str(told.get("invaliduser", "")).lower().split("|"):
            raise Unreachable(platform=PLATFORM, detail="invaliduser: not in the app's 可见范围")
        if user.lower() in str(told.get("unlicenseduser", "")).lower().split("|"):
            raise Unreachable(platform=PLATFORM, detail="unlicenseduser: no 基础接口许可")
        return told

    async def update(self, user: str, code: str, change: Mapping[str, Any]) -> None:
        """Replace a card, or its buttons."""
        body = {"userids": [user], "agentid": self._settings.agent_id, "response_code": code, **change}
        await self._told("POST", "message/update_template_card", body=body)

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """Its media id, good for three days."""

        def form() -> aiohttp.FormData:
            # without this a Chinese name is percent-encoded, and stands so in the chat
            made = aiohttp.FormData(quote_fields=False)
            made.add_field("media", data, filename=_header_safe(name), content_type="application/octet-stream")
            return made

        told = await self._told("POST", "media/upload", {"type": kind}, form=form, long=True)
        return str(told.get("media_id", ""))

    async def media(self, file: RemoteFile) -> bytes:
        """The bytes of what a member sent. Raises FileGone, FileTooBig, NoScope, NotWhatItSays."""
        try:
            answer = await self._call("GET", "media/get", {"media_id": file.place}, file=file, long=True)
        except Problem as problem:
            raise _about_file(problem, file) from None
        if not answer.data:
            raise FileGone(platform=PLATFORM, name=file.name)
        return answer.data

    async def agent(self) -> Mapping[str, Any]:
        """What WeCom knows of the app."""
        return await self._told("GET", "agent/get", {"agentid": str(self._settings.agent_id)})

    async def greet(self) -> tuple[Mapping[str, Any], str]:
        """What gettoken answers, and the time WeCom says it is; for the check."""
        told, headers = await self._fetch_token()
        return told, headers.get("Date", "")

    def session(self) -> aiohttp.ClientSession:
        """A proxy comes from the environment, with its exceptions."""
        if self._held is None or self._held.closed:
            self._held = aiohttp.ClientSession(trust_env=True)
        return self._held

    async def close(self) -> None:
        """Let go of the connections."""
        if self._held is not None:
            await self._held.close()

    async def _told(
        self, method: str, path: str, params: Mapping[str, str] | None = None, *, body: Mapping[str, Any] | None = None,
        form: Callable[[], aiohttp.FormData] | None = None, long: bool = False,
    ) -> Mapping[str, Any]:  # fmt: skip
        return (await self._call(method, path, params or {}, body=body, form=form, long=long)).told

    async def _call(
        self, method: str, path: str, params: Mapping[str, str], *, body: Mapping[str, Any] | None = None,
        form: Callable[[], aiohttp.FormData] | None = None, file: RemoteFile | None = None, long: bool = False,
    ) -> _Answer:  # fmt: skip
        """With a fresh token where the one in use was taken back."""
        token = await self._fresh()
        for last in (False, True):
            answer = await self._once(
                method, path, {**params, "access_token": token}, file, long, json=body, data=form() if form else None
            )
            code = code_of(answer.told)
            if code == 0:
                return answer
            if code not in OLD_TOKEN or last:
                raise problem(path, answer.told)
            token = await self._fresh(bad=token)
        raise AssertionError

    async def _fresh(self, bad: str = "") -> str:
        """A token that isn't `bad`: ours, another replica's, or a new one. One at a time asks."""
        async with self._asking:
            if self._token and self._token != bad and self._now() < self._until:
                return self._token
            shared = await self._shared()
            if shared and shared[0] != bad:
                self._token, self._until = shared
                return self._token
            told, _ = await self._fetch_token()
            if code_of(told):
                raise problem("gettoken", told)
            self._token = str(told["access_token"])
            lasts = max(60, int(told.get("expires_in", 7200)) - _SPARE)
            self._until = self._now() + timedelta(seconds=lasts)
            await self._tokens.keep_token(self._name, self._seal.shut(self._token), self._until)
            return self._token

    async def _shared(self) -> tuple[str, datetime] | None:
        kept = await self._tokens.token(self._name)
        if kept is None:
            return None
        try:
            return str(self._seal.open(kept[0])), kept[1]
        except BadEnvelope:  # of another secret, before it was changed
            return None

    async def _fetch_token(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        params = {"corpid": self._settings.corp_id, "corpsecret": self._settings.secret}
        headers: dict[str, str] = {}
        answer = await self._once("GET", "gettoken", params, None, False, headers=headers)
        return answer.told, headers

    async def _once(
        self, method: str, path: str, params: Mapping[str, str], file: RemoteFile | None, long: bool, *,
        headers: dict[str, str] | None = None, **more: Any,
    ) -> _Answer:  # fmt: skip
        limit = aiohttp.ClientTimeout(total=self._long if long else self._limit, sock_connect=self._limit)
        url = f"{self._settings.api_url.rstrip('/')}/cgi-bin/{path}"
        try:
            async with self.session().request(
                method, url, params=dict(params), timeout=limit, allow_redirects=False,
                **{name: value for name, value in more.items() if value is not None},
            ) as answer:  # fmt: skip
                if headers is not None:
                    headers.update(answer.headers)
                if answer.status == 429:
                    raise Later(platform=PLATFORM, seconds=asked_for(answer.headers, 60))
                if answer.status != 200:
                    raise NoAnswer(platform=PLATFORM, detail=f"{path}: HTTP {answer.status}")
                return _read(path, await capped(answer.content, self._cap), answer, file)
        except OverCap:
            mib = self._cap / MIB
            raise FileTooBig(name=file.name if file else path, size=f"> {mib:.0f}", limit=f"{mib:.0f}") from None
        except aiohttp.ClientError as error:  # its words hold the address, with our secrets
            raise NoAnswer(platform=PLATFORM, detail=f"{path}: {type(error).__name__}") from None


def _read(path: str, data: bytes, answer: aiohttp.ClientResponse, file: RemoteFile | None) -> _Answer:
    """JSON, or a file: which of the two it is isn't to be seen from the status."""
    if file is not None and "attachment" in answer.headers.get("Content-Disposition", ""):
        return _Answer({}, data)
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and (file is None or "errcode" in told):
        return _Answer(told)
    if file is None:
        raise NoAnswer(platform=PLATFORM, detail=f"{path}: not JSON")
    if is_page(data):
        raise NotWhatItSays(name=file.name, says="—", found="HTML")
    return _Answer({}, data)


def _about_file(found: Problem, file: RemoteFile) -> Problem:
    """The same with the file's own name."""
    if declined(found) or isinstance(found, FileGone):
        return FileGone(platform=PLATFORM, name=file.name)
    if isinstance(found, NoScope):
        return NoScope(platform=PLATFORM, name=file.name, scope=str(found.facts["scope"]))
    return found


def _header_safe(name: str) -> str:
    """A name that can't end the header it stands in."""
    return "".join("_" if char in '"\\/\r\n' or ord(char) < 32 else char for char in name)[:100] or "file"
