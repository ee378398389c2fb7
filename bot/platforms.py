"""The chat platforms that are set: each made, and given the same gate, door and way to hand out files."""

from __future__ import annotations

from datetime import timedelta

from bot.answers import MINUTES
from bot.app import House
from bot.channel import Door
from bot.gate import Gatehouse
from bot.handout import Handouts
from bot.links import Links
from handlers.message import Click
from storage.asked import Asked
from storage.openings import Openings


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

    def handout(channel: str) -> Handouts:
        return Handouts(door, links, house.people, openings, channel)

    return handout("link")
