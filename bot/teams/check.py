"""Whether Teams is set up so that it will work: the registration, our clock, the keys, the address Teams calls."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from archive.errors import NoAnswer
from archive.words import Text, same
from bot.found import Found
from bot.teams.channel import PATH
from bot.teams.tokens import Tokens
from bot.teams.verify import ENDORSED
from config.channels import Teams

_SKEW = 120  # s; beyond 300 tokens are refused
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: What an administrator does about Entra's own codes.
ENTRA = {
    "AADSTS7000215": Text(
        "客户端密码不对：在应用注册里新建一个，填它的「值」而不是 ID",
        "wrong secret: make a new one, and use its value, not its id",
    ),
    "AADSTS7000222": Text("客户端密码已过期，请新建一个", "the secret has expired: make a new one"),
    "AADSTS700016": Text(
        "租户里没有这个应用：核对 app_id，并把应用所在的租户放在 tenants 第一个",
        "no such application in the tenant: check app_id, and put the application's own tenant first in tenants",
    ),
    "AADSTS90002": Text("没有这个租户：核对 tenants 和 authority", "no such tenant: check tenants and authority"),
}  # fmt: skip


async def check(
    settings: Teams, public_url: str = "", now: Callable[[], float] = time.time, limit: float = 10.0
) -> Sequence[Found]:
    """Everything, in the order to mend it. `public_url`: our address as Teams reaches it, without a path."""
    async with ClientSession(timeout=ClientTimeout(total=limit)) as session:
        return [found async for found in _all(session, settings, public_url, now)]


async def _all(
    session: ClientSession, settings: Teams, public_url: str, now: Callable[[], float]
) -> AsyncIterator[Found]:
    for found in ids(settings):
        yield found
    yield await _token(settings)
    async for found in _keys(session, settings, now):
        yield found
    yield await _callback(session, public_url)


def ids(settings: Teams) -> Sequence[Found]:
    """What can be told from the settings alone."""
    bad = [name for name in (settings.app_id, *settings.tenants) if not _GUID.fullmatch(name)]
    then = Text("请从 Entra 的「概述」页复制应用程序 ID 和目录 ID", "Copy the ids from the Overview page in Entra")
    found = [Found(not bad, Text("应用和租户的 ID", "Ids of the application and the tenants"), then if bad else None)]
    home = {_at_home(settings.authority), _at_home(settings.issuer), _at_home(settings.keys_url)}
    if len(home) > 1 and "127.0.0.1" not in settings.keys_url:
        found.append(
            Found(
                False,
                Text("世纪互联与国际版的地址混用", "Addresses of 21Vianet and of the worldwide cloud are mixed"),
                Text(
                    "authority、issuer、keys_url 要么都用默认，要么都改成世纪互联的，见 docs/teams.md",
                    "Leave authority, issuer and keys_url as they are, or set all three; see docs/teams.md",
                ),
            )
        )
    return found


async def _token(settings: Teams) -> Found:
    what = Text("从 Entra 取得令牌", "A token from Entra")
    try:
        await Tokens(settings).token()
    except NoAnswer as error:
        code = str(error.facts["detail"]).removeprefix("Entra: ")
        usual = Text("检查到 authority 的网络和代理", "Check the network and the proxy to authority")
        return Found(False, what + same(f" ({code})"), ENTRA.get(code, usual))
    return Found(True, what)


async def _keys(session: ClientSession, settings: Teams, now: Callable[[], float]) -> AsyncIterator[Found]:
    what = Text("Bot Connector 的公钥", "Public keys of the Bot Connector")
    began = now()
    try:
        async with session.get(settings.keys_url) as answer:
            date = answer.headers.get("Date", "")
            keys = json.loads(await answer.read())["keys"] if answer.status == 200 else []
    except (ClientError, TimeoutError, OSError, ValueError, KeyError) as error:
        then = Text(f"检查到 {settings.keys_url} 的网络", f"Check the network to {settings.keys_url}")
        yield Found(False, what + same(f" ({type(error).__name__})"), then)
        return
    good = [key for key in keys if key.get("kty") == "RSA" and ENDORSED in (key.get("endorsements") or [ENDORSED])]
    yield Found(bool(good), what, None if good else Text("检查 keys_url", "Check keys_url"))
    try:
        skew = abs(parsedate_to_datetime(date).timestamp() - (began + now()) / 2)
    except (ValueError, TypeError):
        return
    then = Text(
        "请开启 NTP 对时；差五分钟以上所有消息都会被拒", "Use NTP; beyond five minutes every message is refused"
    )
    clock = Text(f"本机时钟（差 {skew:.0f} 秒）", f"Our clock ({skew:.0f} s off)")
    yield Found(skew < _SKEW, clock, None if skew < _SKEW else then)


async def _callback(session: ClientSession, public_url: str) -> Found:
    """Called from outside as Teams would, but without a token: to be refused by us is what is hoped for."""
    url = public_url.rstrip("/") + PATH
    what = Text(f"消息终结点 {url}", f"Messaging endpoint {url}")
    if urlsplit(url).scheme != "https":
        then = Text(
            "Teams 只调用公网 HTTPS 地址：设好 server.public_url 和反向代理",
            "Teams calls public HTTPS addresses only: set server.public_url and a reverse proxy",
        )
        if not urlsplit(url).hostname or urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
            return Found(False, what, then)
    try:
        async with session.post(url, json={}, allow_redirects=False) as answer:
            refused = answer.status == 401 and json.loads(await answer.read()) == {"error": "refused"}
            told = str(answer.status)
    except (ClientError, TimeoutError, OSError, ValueError) as error:
        refused, told = False, type(error).__name__
    then = Text(
        f"请让反向代理把 POST {PATH} 原样转给归档（得到的是 {told}），再把这个地址填进 Azure Bot 的「配置」",
        f"Have the proxy hand POST {PATH} to Guidang (got {told}); enter this address in the Azure Bot's settings",
    )
    return Found(refused, what, None if refused else then)


def _at_home(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(".cn")
