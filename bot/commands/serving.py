"""`guidang serve`: the service on one port, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from archive.access import Person, Role
from archive.errors import BadSettings, DatabaseProblem
from archive.words import Text
from bot.api.wiring import api_for, teller_for
from bot.app import House, opened
from bot.body import Limits
from bot.desk.channel import Desk
from bot.handout import Handouts
from bot.inbox import Reception
from bot.keeping import Keeper
from bot.platforms import connect
from bot.schedule import Clock
from bot.telling import LOOK
from config.settings import DEFAULT_COMPANIES, Settings
from handlers.table import offered
from storage.people import SYSTEM
from storage.talk import Talk

log = logging.getLogger("guidang")

#: Seconds for the head of a request to come, counted from the connection or the answer before. Longer than the 60 for
#: which nginx keeps a connection open: a proxy must never use one that is just being closed.
IDLE = 75.0
#: Seconds in which the rest of a body that was refused is taken in, so that the browser reads the answer.
LINGER = 10.0
#: Made on an empty archive that only this machine can reach, to try everything at once.
DEMO = (
    ("li.ming", "李明", {Role.EMPLOYEE}, "销售部"),
    ("wang.fang", "王芳", {Role.APPROVER}, "销售部"),
    ("zhao.lei", "赵磊", {Role.FINANCE}, "财务部"),
    ("chen.jing", "陈静", {Role.ARCHIVIST, Role.ADMIN}, "档案室"),
    ("zhou.yan", "周岩", {Role.AUDITOR}, "审计部"),
)


async def serve(args: argparse.Namespace, settings: Settings) -> int:
    """Runs until SIGTERM or SIGINT; then lets answers under way out and stops what it started."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with opened(settings) as house:
        reception = Reception(house.ctx, house.inbox, house.post, house.channels, settings.big_file, house.name)
        desk = desk_for(house, reception)
        api = api_for(house, reception)
        house.channels.update({desk.name: desk, api.name: api})
        runner = runner_for(_application(house, connect(house, reception)))
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.host, settings.port)
            await _bind(site, settings)
            _welcome(house, await _demo_people(house))
            if house.embedded and house.embedded.owner:  # alone: nobody else can be at work on what was left
                await house.inbox.resume()
                await house.outbox.resume()
            reception.start()
            for channel in house.channels.values():
                await channel.start()
            clock = Clock(
                house, reception, [(teller_for(house).tell, LOOK), *_mail(house, reception), *Keeper(house).jobs()]
            )
            clock.start()
            await stop.wait()
            await clock.stop()
            await reception.stop()
            await house.post.close()
        finally:
            await runner.cleanup()
    return 0


def runner_for(app: web.Application, idle: float = IDLE, linger: float = LINGER) -> web.AppRunner:
    """The server of the application.

    aiohttp has no deadline of its own for the head of a request; but what waits for one, half sent or not begun, is
    idle to it, and is closed after this long. (Its default is an hour.)
    """
    return web.AppRunner(app, access_log=None, keepalive_timeout=idle, lingering_time=linger)


def _mail(house: House, reception: Reception) -> Sequence[tuple[Callable[[], Awaitable[object]], int]]:
    """The mailbox among the channels, and the job that looks into it; nothing where none is set."""
    settings = house.settings.mail
    if settings is None:
        return ()
    from bot.mail.channel import MailChannel

    mail = MailChannel(
        settings=settings, ctx=house.ctx, door=reception, inbox=house.inbox, leases=house.leases,
        file_cap=house.settings.big_file,
    )  # fmt: skip
    house.channels[mail.name] = mail
    return ((mail.look, settings.poll),)


async def _bind(site: web.TCPSite, settings: Settings) -> None:
    try:
        await site.start()
    except OSError as error:
        raise BadSettings(
            mistakes=Text(
                f"{settings.host}:{settings.port} 不能监听（{error.strerror}），请换 --port",
                f"can't listen on {settings.host}:{settings.port} ({error.strerror}); choose another --port",
            )
        ) from error


def _application(house: House, handouts: Handouts) -> web.Application:
    app = web.Application(client_max_size=house.settings.big_file * 4)
    for channel in house.channels.values():
        app.add_routes(channel.routes())
    app.add_routes(handouts.routes())

    async def close(app: web.Application) -> None:
        """Before the answers still under way are waited for: open streams and long connections end."""
        await asyncio.gather(*(channel.close() for channel in house.channels.values()))

    app.on_shutdown.append(close)

    async def health(request: web.Request) -> web.Response:
        """Whether the database answers and how much waits; says nothing about content."""
        try:
            waiting, letters = await house.inbox.waiting(), await house.outbox.waiting()
        except DatabaseProblem as problem:
            return web.json_response({"ok": False, "code": problem.code}, status=503)
        return web.json_response({"ok": True, "waiting": waiting, "letters": letters})

    app.router.add_get("/health", health)
    return app


def desk_for(house: House, reception: Reception) -> Desk:
    def commands(person: Person) -> Sequence[tuple[Text, Text]]:
        return [(c.example, c.help) for c in offered(person)]

    big = house.settings.big_file
    limits = Limits(file_bytes=big, message_bytes=big * 4, together=big * 8)
    return Desk(
        door=reception,
        talk=Talk(house.db),
        accounts=house.accounts,
        hold=house.vault.hold,
        now=house.ctx.now,
        commands=commands,
        limits=limits,
        public_url=house.settings.public_url,
        proxies=house.settings.proxies,
        names={each.name.zh: each.name for each in house.ctx.categories}
        | {house.ctx.no_category.zh: house.ctx.no_category},
    )


async def _demo_people(house: House) -> list[tuple[Person, str]]:
    """(person, sign-in link secret) of the five, on an archive without people; none where others could reach it."""
    settings = house.settings
    loopback = settings.host == "localhost" or ipaddress.ip_address(settings.host).is_loopback
    if not loopback or settings.companies != DEFAULT_COMPANIES or await house.people.all():
        return []
    made = []
    for id_, name, roles, department in DEMO:
        person = await house.people.add(
            name, roles, company=settings.companies[0].code, department=department, id=id_, by=SYSTEM
        )
        made.append((person, await house.accounts.link(person.id)))
    return made


def _welcome(house: House, made: Sequence[tuple[Person, str]]) -> None:
    settings = house.settings
    base = settings.address
    say = print
    say(f"归档 Guidang  {base}", flush=True)
    if house.embedded:
        say("  内置数据库 SecantusDB（试用版）供试用和小团队；正式使用请设置 MONGODB_URI。")
        say("  Embedded database (beta engine) for trial and small teams; set MONGODB_URI for production.")
    if house.key_is_new:
        say(f"  ! 新的主密钥 {house.key_place} ：请立即备份到别处。没有它，任何原件都无法解密。")
        say(f"  ! New master key {house.key_place}: back it up elsewhere now. Without it no original can be read.")
    if settings.companies == DEFAULT_COMPANIES:
        say("  使用样例公司；在设置文件写 [[companies]] 换成你的公司。Sample companies; set [[companies]] to your own.")
    for person, secret in made:
        from handlers.cards import roles

        held = roles(person)
        say(f"  {person.name} {held.zh} ({person.id})  {base}/link/{secret}")
    if made:
        say("  以上登录链接各用一次，24 小时内有效。Each link signs in once, within 24 hours.")
        say("  再要链接 another link: guidang people add ID --link")
    sys.stdout.flush()
