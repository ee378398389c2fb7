"""The chat platforms that are set: each made, and given the same gate, door and way to hand out files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from archive.access import Person
from bot.answers import MINUTES
from bot.app import House
from bot.channel import Channel, Door
from bot.gate import Gatehouse
from bot.handout import Handouts
from bot.links import Links
from bot.slack.channel import Slack
from bot.teams.channel import Teams
from bot.wecom.app import Wecom
from bot.wecom.bot import WecomBot
from handlers.message import Choice, Click, Message, Reply
from handlers.table import offered
from handlers.todo import todo
from storage.asked import Asked
from storage.openings import Openings
from storage.said import LettersSaid
from storage.teams import TeamsNotes
from storage.wecom import WecomNotes
from storage.wecom_calls import WecomCalls


def connect(house: House, door: Door) -> Handouts:
    """Put every platform of the settings among the house's channels; returns what answers the links they hand out."""
    links = Links(house.key.derived("links"), house.settings.address, house.ctx.now)
    openings = Openings(house.db)
    given = house.settings.channels
    settings = {"slack": given.slack, "teams": given.teams, "wecom": given.wecom, "wecom_bot": given.wecom_bot}
    by_email = frozenset(name for name, each in settings.items() if each and each.leaving.link_by_email)
    asked = Asked(house.db, Click, timedelta(minutes=MINUTES), house.ctx.now)
    gate = Gatehouse(
        ctx=house.ctx, door=door, identities=house.identities, asked=asked, channels=house.channels, by_email=by_email
    )
    who, said, cap = house.identities.of, LettersSaid(house.db), house.settings.big_file

    def handout(channel: str) -> Handouts:
        return Handouts(door, links, house.people, openings, channel)

    async def home(person: Person) -> Reply:
        """Slack's home tab: what waits for them, and what they may ask."""
        asked_for = Message("", "slack", "", person.id, house.ctx.now())
        reply = await todo(house.ctx, person, asked_for, "")
        return replace(reply, choices=(*reply.choices, *(Choice(c.example, say=c.example) for c in offered(person))))

    made: list[Channel] = []
    if given.slack:
        made.append(
            Slack(
                settings=given.slack, gate=gate, door=door, handout=handout("slack"), who=who, said=said, home=home,
                file_cap=cap,
            )
        )  # fmt: skip
    if given.teams:
        made.append(
            Teams(
                settings=given.teams, gate=gate, door=door, handout=handout("teams"), who=who, said=said,
                notes=TeamsNotes(house.db), file_cap=cap,
            )
        )  # fmt: skip
    notes, public = WecomNotes(house.db, house.ctx.now), house.settings.public_url
    if given.wecom:
        made.append(
            Wecom(
                settings=given.wecom, gate=gate, door=door, handout=handout("wecom"), who=who, said=said, notes=notes,
                address=public, file_cap=cap,
            )
        )  # fmt: skip
    if given.wecom_bot:
        made.append(
            WecomBot(
                settings=given.wecom_bot, gate=gate, door=door, handout=handout("wecom_bot"), who=who, said=said,
                turns=notes, calls=WecomCalls(house.db), lease=house.leases, address=public, file_cap=cap,
            )
        )  # fmt: skip
    house.channels.update({channel.name: channel for channel in made})
    return handout("link")
