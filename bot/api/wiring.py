"""The API put together from its rooms."""

from __future__ import annotations

from bot.api.books import BookRoom
from bot.api.channel import Api
from bot.api.documents import Documents
from bot.api.guard import Guard
from bot.api.items import Items
from bot.api.matching import Matching
from bot.api.pace import Pace
from bot.api.reports import Reports
from bot.api.voucher_links import VoucherLinks
from bot.api.webhooks import Hooks
from bot.app import House
from bot.body import Limits
from bot.channel import Door
from bot.outside import session
from bot.telling import Teller
from storage.api_answers import ApiAnswers
from storage.api_keys import ApiKeys
from storage.webhooks import Webhooks


def api_for(house: House, door: Door) -> Api:
    """The API of a house."""
    big = house.settings.big_file
    limits = Limits(file_bytes=big, message_bytes=big * 4, together=big * 8)
    answers = ApiAnswers(house.db, house.ctx.now)
    guard = Guard(ApiKeys(house.db, house.trail, house.ctx.now), house.people, Pace())
    rooms = (
        Documents(door, house.inbox, answers, house.vault, limits),
        Items(house.ctx, door, house.vault),
        BookRoom(house.ctx, limits),
        VoucherLinks(house.ctx, limits),
        Matching(house.ctx),
        Reports(house.ctx),
        Hooks(webhooks_of(house), house.ctx.now, limits, private=house.settings.webhooks_private),
    )
    return Api(guard, answers, [op for room in rooms for op in room.operations()], house.settings.address)


def webhooks_of(house: House) -> Webhooks:
    """The house's webhooks."""
    return Webhooks(house.db, house.trail, house.key, house.ctx.now)


def teller_for(house: House) -> Teller:
    """What tells other systems."""
    private = house.settings.webhooks_private
    return Teller(
        hooks=webhooks_of(house), keys=ApiKeys(house.db, house.trail, house.ctx.now), trail=house.trail,
        vault=house.vault, people=house.people, post=house.post, leases=house.leases, now=house.ctx.now,
        way_out=lambda: session(private=private), private=private,
    )  # fmt: skip
