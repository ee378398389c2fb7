"""Telling other systems: entries of the trail become deliveries, deliveries become signed requests, tried until taken.

Signed as https://www.standardwebhooks.com has it: HMAC-SHA256 over `id.timestamp.body`, the timestamp being the try's,
so that an old request can't be played again. The id stays the same through all tries: a receiver that knows it has it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from aiohttp import ClientError, ClientSession

from archive.access import may_see
from archive.apikey import ApiKey
from archive.errors import NotFound, UnsafeAddress
from archive.events import Event, events_of, told
from archive.item import Item
from archive.trail import Link
from archive.words import Text
from bot.outside import checked
from handlers.context import People, Post, Vault
from handlers.message import Reply
from storage.api_keys import ApiKeys
from storage.leases import Leases
from storage.trail import Trail
from storage.webhooks import Delivery, Webhook, Webhooks

log = logging.getLogger("guidang.telling")

LEASE = timedelta(seconds=30)
LOOK = 2  # s between two looks
AT_ONCE = 500  # entries of the trail looked through at a time
DEAD = Text(
    "回调 {url} 连续失败，第 {seq} 条（{event}）已停发（{code}）。查看和重发："
    "GET /api/v1/webhooks/{id}/deliveries?state=dead",
    "The webhook {url} keeps failing: {event} (entry {seq}) was given up ({code}). "
    "To see and resend it: GET /api/v1/webhooks/{id}/deliveries?state=dead",
)


class Teller:
    """One replica at a time does it for all."""

    def __init__(
        self, *, hooks: Webhooks, keys: ApiKeys, trail: Trail, vault: Vault, people: People, post: Post,
        leases: Leases, now: Callable[[], datetime], way_out: Callable[[], ClientSession], private: bool,
    ) -> None:  # fmt: skip
        """`private`: whether addresses inside may be called."""
        self._hooks, self._keys, self._trail, self._vault = hooks, keys, trail, vault
        self._people, self._post, self._leases, self._now = people, post, leases, now
        self._way_out, self._private = way_out, private

    async def tell(self) -> None:
        """Write down what has happened, and try what is due; for a clock to call."""
        hooks = await self._hooks.all()
        if hooks and await self._leases.take("webhooks", LEASE) is not None:
            await self.write_down(hooks)
            await self.send({hook.id: hook for hook in hooks})

    async def write_down(self, hooks: Sequence[Webhook]) -> None:
        """Every entry since the last look. Broken off anywhere, the same is done again and adds nothing."""
        place = max(await self._hooks.place(), min(hook.after for hook in hooks))
        while links := await self._trail.after(place, AT_ONCE):
            made = [each for link in links for each in await self._made(link, hooks)]
            place = links[-1].seq
            await self._hooks.write_down(made, place)

    async def send(self, hooks: dict[str, Webhook]) -> None:
        """What is due: the receivers side by side, each one's in order."""
        due = sorted(await self._hooks.due(), key=lambda d: (d.webhook, d.seq, d.id))
        if not due:
            return
        async with self._way_out() as session:
            lots = [list(lot) for _, lot in groupby(due, key=lambda d: d.webhook)]
            await asyncio.gather(*(self._lot(session, hooks.get(lot[0].webhook), lot) for lot in lots))

    async def _made(self, link: Link, hooks: Sequence[Webhook]) -> list[Delivery]:
        events = events_of(link.entry)
        wanted = [(hook, event) for hook in hooks if link.seq > hook.after for event in events if event in hook.events]
        if not wanted:
            return []
        try:
            item = await self._vault.item(link.entry.about)
        except NotFound:
            return []
        seeing = {hook.id for hook, _ in wanted if await self._sees(hook, item)}
        now = self._now()
        return [_delivery(link, hook, event, item, now) for hook, event in wanted if hook.id in seeing]

    async def _sees(self, hook: Webhook, item: Item) -> bool:
        """Asked for each entry: a key that ended, or a right that was taken away, ends it."""
        try:
            person, key = await self._people.get(hook.person), await self._key(hook)
        except NotFound:
            return False
        return key.in_force(self._now()) and may_see(person, item)

    async def _key(self, hook: Webhook) -> ApiKey:
        return await self._keys.get(hook.key)

    async def _lot(self, session: ClientSession, hook: Webhook | None, lot: Sequence[Delivery]) -> None:
        for delivery in lot:
            if not await self._hooks.claim(delivery):
                continue
            if hook is None or not await self._stands(hook):
                await self._hooks.failed(delivery, "ended", for_good=True)
                continue
            code = await self._tried(session, hook, delivery)
            if not code:
                await self._hooks.sent(delivery)
                continue
            log.warning("webhook %s: %s not taken: %s", hook.id, delivery.id, code)
            if await self._hooks.failed(delivery, code):
                await self._tell_owner(hook, delivery, code)
            if code in ("unreachable", "timeout"):  # the others would meet the same; they have their own turn later
                return

    async def _stands(self, hook: Webhook) -> bool:
        try:
            person, key = await self._people.get(hook.person), await self._key(hook)
        except NotFound:
            return False
        return key.in_force(self._now()) and not person.disabled

    async def _tried(self, session: ClientSession, hook: Webhook, delivery: Delivery) -> str:
        """What it ended with; "" when it was taken."""
        headers = signed(delivery.id, int(self._now().timestamp()), delivery.body, await self._hooks.secret(hook.id))
        headers |= {"Content-Type": "application/json", "User-Agent": "guidang-webhooks/1"}
        try:
            url = checked(hook.url, private=self._private)
            async with session.post(
                url, data=delivery.body.encode(), headers=headers, allow_redirects=False
            ) as response:
                return "" if 200 <= response.status < 300 else str(response.status)
        except TimeoutError:
            return "timeout"
        except UnsafeAddress as problem:
            return problem.code
        except (ClientError, OSError, ValueError) as error:
            log.info("webhook %s: %r", hook.id, error)
            return "unreachable"

    async def _tell_owner(self, hook: Webhook, delivery: Delivery, code: str) -> None:
        """Once a day for each webhook."""
        said = DEAD.filled(url=hook.url, seq=delivery.seq, event=delivery.event, code=code, id=hook.id)
        await self._post.tell(hook.person, Reply(said), f"webhook-dead:{hook.id}:{self._now().date()}")


def signed(delivery_id: str, at: int, body: str, secret: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks; `at` in seconds since 1970."""
    mac = hmac.digest(secret, f"{delivery_id}.{at}.{body}".encode(), hashlib.sha256)
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def _delivery(link: Link, hook: Webhook, event: Event, item: Item, now: datetime) -> Delivery:
    name = f"{hook.id}.{link.seq}.{event.value}"
    data = {**told(link.entry), "seq": link.seq, "company": item.company}
    if event is Event.ARCHIVED and item.filed:
        data["archive_no"] = item.filed.archive_no
    body = {"id": name, "type": event.value, "timestamp": link.entry.at.isoformat(), "data": data}
    text = json.dumps(body, ensure_ascii=False)
    return Delivery(name, hook.id, link.seq, event.value, text, now, due=now)
