"""`guidang channels`: whether the chat platforms are set up right, what is said on them, the app package of Teams."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

import bot.slack.check
import bot.slack.samples
import bot.teams.check
import bot.teams.package
import bot.teams.samples
import bot.wecom.check
import bot.wecom.samples
from archive.errors import BadSettings, NoAnswer
from archive.words import Text
from bot.found import Found
from config.mail import Mail
from config.settings import Settings
from handlers.link import platform

SAMPLES = {"slack": bot.slack.samples.samples, "teams": bot.teams.samples.samples, "wecom": bot.wecom.samples.samples}


async def check(args: argparse.Namespace, settings: Settings) -> int:
    """Ask every platform that is set; 1 when anything is wrong, each with what to do."""
    found = {name: each async for name, each in _asked(settings)}
    if args.json:
        print(
            json.dumps(
                {name: [_plain(each) for each in several] for name, several in found.items()}, ensure_ascii=False
            )
        )
    else:
        for name, several in found.items():
            print(platform(name).zh)
            for each in several:
                _say(each)
        if not found:
            print("没有设置聊天平台，只有网页工作台。见 docs/slack.md、docs/teams.md、docs/wecom.md")
            print("No chat platform is set; there is the web desk. See docs/slack.md, docs/teams.md, docs/wecom.md")
    return 0 if all(each.ok for several in found.values() for each in several) else 1


async def _asked(settings: Settings) -> Any:
    channels, public = settings.channels, settings.public_url
    if channels.slack:
        yield "slack", await bot.slack.check.check(channels.slack, public)
    if channels.teams:
        yield "teams", await bot.teams.check.check(channels.teams, public)
    if channels.wecom:
        yield "wecom", await bot.wecom.check.check(channels.wecom, public)
    if channels.wecom_bot:
        yield "wecom_bot", await bot.wecom.check.check_bot(channels.wecom_bot)
    if settings.mail:
        yield "mail", await _mail(settings.mail)


async def _mail(settings: Mail) -> list[Found]:
    """Whether the mailbox lets us in, and how much lies in it."""
    from bot.mail.mailbox import Mailbox

    def look() -> int:
        with Mailbox.opened(settings) as box:
            return len(box.letters())

    where = f"{settings.user} @ {settings.host}"
    try:
        lying = await asyncio.to_thread(look)
    except NoAnswer as problem:
        then = Text(
            "请检查 [mail] 的 host、user 和密码，见 docs/mail.md", "Check host, user and password; docs/mail.md"
        )
        return [Found(False, Text(problem.say("zh"), problem.say("en")), then)]
    found = [Found(True, Text(f"{where} 可以登录，{lying} 封待取", f"{where}: signed in, {lying} letters wait"))]
    if settings.require == "none":
        said = Text("不验证发件人：任何人都能冒名寄来", "senders aren't verified: anybody can write any name")
        found.append(Found(False, said, Text('请设 require = "dmarc"', 'Set require = "dmarc"')))
    return found


async def cards(args: argparse.Namespace, settings: Settings) -> int:
    """Every message, card, window and update with sample data, a JSON file each in the platform's own payload."""
    written = 0
    for channel, samples in SAMPLES.items():
        folder = args.folder / channel
        folder.mkdir(parents=True, exist_ok=True)
        for name, payload in samples().items():
            (folder / f"{name}.json").write_text(_json(payload), encoding="utf-8")
            written += 1
    print(f"{written} → {args.folder}")
    return 0


async def package(args: argparse.Namespace, settings: Settings) -> int:
    """The app package of Teams: to be uploaded in its administration."""
    if settings.channels.teams is None:
        why = Text("没有设置 [teams]，见 docs/teams.md", "[teams] is not set; see docs/teams.md")
        raise BadSettings(mistakes=why)
    args.out.write_bytes(bot.teams.package.package(settings.channels.teams, settings.public_url))
    print(f"{args.out}  （Teams 管理中心 → 管理应用 → 上传 Teams admin center → Manage apps → Upload）")
    return 0


def _json(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, indent=1) + "\n"


def _plain(found: Found) -> dict[str, object]:
    then = found.then or Text("", "")
    return {"ok": found.ok, "zh": found.what.zh, "en": found.what.en, "then_zh": then.zh, "then_en": then.en}


def _say(found: Found) -> None:
    mark = "✓" if found.ok else "✗"
    print(f"  {mark} {found.what.zh}  {found.what.en}", file=sys.stdout)
    if found.then:
        print(f"      → {found.then.zh}\n      → {found.then.en}")
