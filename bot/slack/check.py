"""Whether Slack is set up so that it will work: token, scopes, clock, Socket Mode, the address Slack calls."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from email.utils import parsedate_to_datetime

import aiohttp

from archive.errors import NoAnswer, Problem
from archive.words import Text
from bot.capped import OverCap, capped
from bot.found import Found
from bot.slack.api import Api, refused
from bot.slack.listening import PATH
from bot.slack.verify import PATIENCE, signature
from config.channels import Slack

_BAD_TOKEN = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_SKEW = 60  # s; beyond PATIENCE every event is refused

#: scope → what it is for
SCOPES = {
    "chat:write": Text("发消息和卡片", "to say things and show cards"),
    "im:history": Text("读私信", "to read direct messages"),
    "im:write": Text("主动发私信", "to write to people first"),
    "mpim:history": Text("读多人私信", "to read group messages"),
    "app_mentions:read": Text("频道里被 @ 时收到", "to hear when it is mentioned in a channel"),
    "channels:history": Text(
        "收频道里 @ 它并附文件的消息", "to hear mentions that come with a file, which Slack sends as messages only"
    ),
    "groups:history": Text("同上，私密频道", "the same in private channels"),
    "commands": Text("/归档 命令", "the command /guidang"),
    "files:read": Text("取文件", "to fetch files"),
    "users:read": Text("让管理员看到陌生人的名字", "to show administrators a stranger's name"),
}
_UPLOAD = {"files:write": Text("直接发文件（files_out = direct）", "to hand files out (files_out = direct)")}
_EMAIL = {"users:read.email": Text("按邮箱绑定（link_by_email）", "to link people by e-mail (link_by_email)")}


async def check(
    settings: Slack, public_url: str = "", now: Callable[[], float] = time.time, limit: float = 10.0
) -> Sequence[Found]:
    """Everything, in the order to mend it. `public_url`: our address as Slack reaches it, without a path."""
    api = Api(settings, limit=limit)
    try:
        return [found async for found in _all(api, settings, public_url, now)]
    finally:
        await api.close()


async def _all(api: Api, settings: Slack, public_url: str, now: Callable[[], float]) -> AsyncIterator[Found]:
    try:
        told, headers = await api.greet()
    except (Problem, TimeoutError) as error:
        yield _unheard(error)
    else:
        name = f"{told.get('team', '')} ({told.get('team_id', '')})"
        yield Found(
            True, Text(f"工作区 {name}，机器人 {told.get('user_id')}", f"workspace {name}, bot {told.get('user_id')}")
        )
        for found in _scopes(settings, headers.get("x-oauth-scopes")):
            yield found
        yield _clock(headers.get("date", ""), now())
    if settings.app_token:
        yield await _socket(api)
    if settings.signing_secret:
        yield await _address(api, settings.signing_secret, public_url, now())


def _unheard(error: Exception) -> Found:
    if isinstance(error, NoAnswer) and refused(error, _BAD_TOKEN):
        return Found(
            False, Text("SLACK_BOT_TOKEN 不对或已作废", "SLACK_BOT_TOKEN is wrong or was revoked"),
            Text(
                "到 api.slack.com/apps → OAuth & Permissions 复制 Bot User OAuth Token（xoxb- 开头）。",
                "Copy the Bot User OAuth Token (xoxb-…) from api.slack.com/apps → OAuth & Permissions.",
            ),
        )  # fmt: skip
    return Found(
        False, Text(f"连不上 Slack：{_why(error)}", f"Slack can't be reached: {_why(error)}"),
        Text(
            "请检查出网：slack.com:443；需要代理时设 HTTPS_PROXY。",
            "Check the way out to slack.com:443; set HTTPS_PROXY where a proxy is needed.",
        ),
    )  # fmt: skip


def _scopes(settings: Slack, told: str | None) -> Iterator[Found]:
    if told is None:
        return
    has = set(told.replace(" ", "").split(","))
    needed = {
        **SCOPES,
        **(_UPLOAD if settings.leaving.files_out == "direct" else {}),
        **(_EMAIL if settings.leaving.link_by_email else {}),
    }
    missing = [scope for scope in needed if scope not in has]
    if not missing:
        yield Found(True, Text("权限齐全", "all permissions are there"))
    for scope in missing:
        yield Found(
            False, Text("缺少权限 {s}：{w}", "the permission {s} is missing: {w}").filled(s=scope, w=needed[scope]),
            Text(
                "在 OAuth & Permissions → Bot Token Scopes 添加，然后重新安装（Reinstall to Workspace）。",
                "Add it under OAuth & Permissions → Bot Token Scopes, then “Reinstall to Workspace”.",
            ),
        )  # fmt: skip


def _clock(date: str, now: float) -> Found:
    try:
        off = round(now - parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError):
        return Found(True, Text("Slack 没有给出时间", "Slack told no time"))
    if abs(off) <= _SKEW:
        return Found(True, Text(f"时钟相差 {off} 秒", f"the clock is {off} s off"))
    return Found(
        False,
        Text(
            f"时钟相差 {off} 秒；超过 {PATIENCE} 秒就收不到消息",
            f"the clock is {off} s off; past {PATIENCE} s everything is refused",
        ),
        Text("请开启时间同步（NTP / chrony）。", "Switch on time synchronisation (NTP, chrony)."),
    )  # fmt: skip


async def _socket(api: Api) -> Found:
    try:
        await api.link()
    except (Problem, TimeoutError) as error:
        return Found(
            False, Text(f"Socket Mode 不可用：{_why(error)}", f"Socket Mode is not available: {_why(error)}"),
            Text(
                "在 Socket Mode 页打开开关，并用带 connections:write 的 App-Level Token（xapp- 开头）。",
                "Switch Socket Mode on and use an App-Level Token (xapp-…) with connections:write.",
            ),
        )  # fmt: skip
    return Found(True, Text("Socket Mode 可用", "Socket Mode is available"))


async def _address(api: Api, secret: str, public_url: str, now: float) -> Found:
    """Ask it what Slack asks when the address is entered: signed with our secret, it must answer the challenge."""
    if not public_url:
        return Found(
            False, Text("没有设置对外地址，Slack 无法回调", "no public address is set, so Slack can't call"),
            Text("请设置，或改用 Socket Mode（SLACK_APP_TOKEN）。", "Set one, or use Socket Mode (SLACK_APP_TOKEN)."),
        )  # fmt: skip
    url, challenge, stamp = public_url.rstrip("/") + PATH, secrets.token_hex(16), str(int(now))
    body = json.dumps({"type": "url_verification", "challenge": challenge}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(secret, stamp, body),
    }
    try:
        async with api.session().post(url, data=body, headers=headers, allow_redirects=False) as answer:
            well = answer.status == 200 and challenge in (await capped(answer.content, 4096)).decode("utf-8", "replace")
            why = "" if well else f"HTTP {answer.status}"
    except (aiohttp.ClientError, TimeoutError, OverCap) as error:
        why = type(error).__name__
    if not why:
        return Found(True, Text(f"{url} 应答正确", f"{url} answers as it should"))
    return Found(
        False, Text(f"{url} 没有正确应答：{why}", f"{url} does not answer as it should: {why}"),
        Text(
            "401：服务的 SLACK_SIGNING_SECRET 不同或时钟不准；404：反向代理没转发这个路径；其他：服务没启动或证书不对",
            "401: the service has another SLACK_SIGNING_SECRET, or its clock is off; 404: the reverse proxy doesn't "
            "pass this path on; else the service isn't running or its certificate is wrong.",
        ),
    )  # fmt: skip


def _why(error: Exception) -> str:
    return str(error.facts.get("detail", type(error).__name__)) if isinstance(error, Problem) else type(error).__name__
