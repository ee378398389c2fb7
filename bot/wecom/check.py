"""Whether WeCom is set up so that it will work: secrets, the app, trusted IP, clock, the callback; the bot."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from archive.errors import Later, NoAnswer, NoScope, Problem
from archive.words import Text
from bot.found import Found
from bot.wecom.api import Api
from bot.wecom.crypto import BadEnvelope, aes_key, sealed, signature
from bot.wecom.listening import PATH
from bot.wecom.meaning import NOT_TRUSTED, address_in
from bot.wecom.verify import AGE
from config.channels import Wecom, WecomBot

_SKEW = 60  # s; beyond AGE every event is refused


class _NoTokens:
    """The check asks for a token of its own, and leaves that of the service alone: WeCom gives both the same."""

    async def token(self, name: str) -> tuple[bytes, datetime] | None:
        return None

    async def keep_token(self, name: str, sealed: bytes, until: datetime) -> None:
        return None


def _now() -> datetime:
    return datetime.now(UTC)


async def check(
    settings: Wecom, public_url: str = "", now: Callable[[], datetime] = _now, limit: float = 10.0
) -> Sequence[Found]:
    """The 自建应用, in the order to mend it. `public_url`: our address as WeCom reaches it, without a path."""
    api = Api(settings, _NoTokens(), now, limit=limit)
    try:
        return [found async for found in _all(api, settings, public_url, now)]
    finally:
        await api.close()


async def check_bot(settings: WecomBot, *, sign_in: bool = False, limit: float = 10.0) -> Sequence[Found]:
    """The 智能机器人. With `sign_in` its secret is tried too: that breaks the connection of a running service once."""
    try:
        async with (
            asyncio.timeout(limit),
            aiohttp.ClientSession(trust_env=True) as session,
            session.ws_connect(settings.url) as socket,
        ):
            reached = Found(True, Text(f"连得上 {settings.url}", f"{settings.url} can be reached"))
            return [reached, await _signed_in(settings, socket)] if sign_in else [reached]
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, TypeError) as error:
        why = type(error).__name__
        return [
            Found(
                False,
                Text(f"连不上 {settings.url}：{why}", f"{settings.url} can't be reached: {why}"),
                Text(
                    "请放行出网 openws.work.weixin.qq.com:443（websocket）；需要代理时设 HTTPS_PROXY。",
                    "Let openws.work.weixin.qq.com:443 (websocket) through; set HTTPS_PROXY where a proxy is needed.",
                ),
            )
        ]


async def _signed_in(settings: WecomBot, socket: aiohttp.ClientWebSocketResponse) -> Found:
    body = {"bot_id": settings.bot_id, "secret": settings.secret}
    await socket.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": secrets.token_hex(8)}, "body": body})
    told = json.loads(await socket.receive_str())
    if told.get("errcode", 0) == 0:
        return Found(True, Text("机器人的 ID 和 Secret 正确", "the bot's id and secret are right"))
    return Found(
        False,
        Text(
            f"机器人的 ID 或 Secret 不对（{told['errcode']}）", f"the bot's id or secret is wrong ({told['errcode']})"
        ),
        Text(
            "在机器人的「API 模式 → 使用长连接」里复制 Bot ID 和 Secret。",
            "Copy Bot ID and Secret from the bot's “API mode → long connection”.",
        ),
    )


async def _all(api: Api, settings: Wecom, public_url: str, now: Callable[[], datetime]) -> AsyncIterator[Found]:
    try:
        told, date = await api.greet()
    except (Problem, TimeoutError) as error:
        yield _unheard(error)
    else:
        yield _secrets(told)
        yield _clock(date, now())
        if not told.get("errcode"):
            yield await _agent(api, settings)
    yield await _address(api, settings, public_url, now())


def _unheard(error: Exception) -> Found:
    why = _why(error)
    return Found(
        False, Text(f"连不上企业微信：{why}", f"WeCom can't be reached: {why}"),
        Text(
            "请检查出网：qyapi.weixin.qq.com:443；需要代理时设 HTTPS_PROXY。",
            "Check the way out to qyapi.weixin.qq.com:443; set HTTPS_PROXY where a proxy is needed.",
        ),
    )  # fmt: skip


def _secrets(told: Mapping[str, Any]) -> Found:
    code = told.get("errcode", 0)
    if not code:
        return Found(True, Text("企业 ID 和 Secret 正确", "the corp id and the secret are right"))
    if code == NOT_TRUSTED:
        return _trusted(told)
    what = {
        40013: Text("WECOM_CORP_ID 不对", "WECOM_CORP_ID is wrong"),
        40001: Text("WECOM_SECRET 不对", "WECOM_SECRET is wrong"),
    }.get(code, Text(f"取不到 access_token：{code}", f"no access token is to be had: {code}"))
    return Found(
        False, what,
        Text(
            "企业 ID 在「我的企业 → 企业信息」；Secret 在应用页面，要用这个应用自己的。",
            "The corp id is under 我的企业 → 企业信息; the secret on the app's page, and it must be this app's own.",
        ),
    )  # fmt: skip


def _trusted(told: Mapping[str, Any]) -> Found:
    ip = address_in(told) or "?"
    return Found(
        False, Text(f"企业微信不信任我们的出口 IP {ip}", f"WeCom does not trust our address {ip}"),
        Text(
            f"在应用页面「企业可信IP」里加上 {ip}；之前要先设好可信域名或接收消息的 URL。出口 IP 会变时请固定它。",
            f"Add {ip} under 企业可信IP on the app's page; a trusted domain or the callback URL must be set first. "
            "Where the address changes, get a fixed one.",
        ),
    )  # fmt: skip


async def _agent(api: Api, settings: Wecom) -> Found:
    try:
        told = await api.agent()
    except (Problem, TimeoutError) as error:
        why = _why(error)
        if str(NOT_TRUSTED) in why:
            return _trusted({"errmsg": why.replace("企业可信IP ", "from ip: ").replace(")", "")})
        wrong = isinstance(error, NoScope)
        return Found(
            False,
            Text(
                f"AgentId {settings.agent_id} 不是这个 Secret 的应用",
                f"AgentId {settings.agent_id} isn't this secret's",
            )
            if wrong
            else Text(f"读不到应用：{why}", f"the app can't be read: {why}"),
            Text("AgentId 和 Secret 要来自同一个应用页面。", "AgentId and secret must be of the same app's page."),
        )
    name = str(told.get("name", ""))
    if told.get("close"):
        return Found(
            False, Text(f"应用「{name}」已停用", f"the app “{name}” is switched off"),
            Text("在应用页面启用它。", "Switch it on on its page."),
        )  # fmt: skip
    return Found(True, Text(f"应用「{name}」({settings.agent_id})", f"the app “{name}” ({settings.agent_id})"))


def _clock(date: str, now: datetime) -> Found:
    try:
        off = round((now - parsedate_to_datetime(date)).total_seconds())
    except (ValueError, TypeError):
        return Found(True, Text("企业微信没有给出时间", "WeCom told no time"))
    if abs(off) <= _SKEW:
        return Found(True, Text(f"时钟相差 {off} 秒", f"the clock is {off} s off"))
    return Found(
        False,
        Text(
            f"时钟相差 {off} 秒；超过 {AGE} 秒就收不到消息",
            f"the clock is {off} s off; past {AGE} s everything is refused",
        ),
        Text("请开启时间同步（NTP / chrony）。", "Switch on time synchronisation (NTP, chrony)."),
    )  # fmt: skip


async def _address(api: Api, settings: Wecom, public_url: str, now: datetime) -> Found:
    """Ask it what WeCom asks when the address is saved: sealed with our key, it must answer the words inside."""
    if not public_url:
        return Found(
            False, Text("没有设置对外地址，企业微信无法回调", "no public address is set, so WeCom can't call"),
            Text("请设置，或改用智能机器人（长连接）。", "Set one, or use the 智能机器人, which needs none."),
        )  # fmt: skip
    url, words = public_url.rstrip("/") + PATH, secrets.token_hex(16)
    try:
        echo = sealed(aes_key(settings.aes_key), words.encode(), settings.corp_id)
    except BadEnvelope:
        return Found(
            False, Text("WECOM_AES_KEY 不是 EncodingAESKey", "WECOM_AES_KEY is no EncodingAESKey"),
            Text("它有 43 个字母和数字。", "It has 43 letters and digits."),
        )  # fmt: skip
    stamp, nonce = str(int(now.timestamp())), secrets.token_hex(5)
    signed = signature(settings.token, stamp, nonce, echo)
    query = {"msg_signature": signed, "timestamp": stamp, "nonce": nonce, "echostr": echo}
    try:
        limit = aiohttp.ClientTimeout(total=10)
        async with api.session().get(url, params=query, timeout=limit, allow_redirects=False) as answer:
            well = answer.status == 200 and await answer.content.read(4096) == words.encode()
            why = "" if well else f"HTTP {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        why = type(error).__name__
    if not why:
        return Found(True, Text(f"{url} 应答正确", f"{url} answers as it should"))
    return Found(
        False, Text(f"{url} 没有正确应答：{why}", f"{url} does not answer as it should: {why}"),
        Text(
            "403：服务的 Token、EncodingAESKey 或企业 ID 不同，或时钟不准；404：反向代理没转发这个路径；"
            "其他：服务没启动或证书不对。",
            "403: the service has another Token, EncodingAESKey or corp id, or its clock is off; 404: the reverse "
            "proxy doesn't pass this path on; else the service isn't running or its certificate is wrong.",
        ),
    )  # fmt: skip


def _why(error: Exception) -> str:
    if isinstance(error, NoAnswer | Later):
        return str(error.facts.get("detail", "45009"))
    return error.code if isinstance(error, Problem) else type(error).__name__
