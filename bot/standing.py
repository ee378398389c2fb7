"""Looks at every part of the house for 状态, and lets what was given up be tried again."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from archive.authentic import Trust
from archive.standing import Channel, Failed, Key, Queue, Standing
from archive.trail import Entry
from archive.words import Text
from handlers.context import People
from handlers.message import Message, Reply
from storage.inbox import Inbox
from storage.mongo import Database
from storage.outbox import Outbox
from storage.replicas import Replicas
from storage.schedules import Schedules
from storage.tax_checks import TaxChecks
from storage.trail import Trail
from storage.vault import Vault
from storage.webhooks import Delivery, dead, revive, waiting

#: What trail entries about backups are about, whoever makes them.
BACKUP = "backup"
SHOWN = 20  # failures of each queue


class Watch:
    """See handlers.context.Watch."""

    def __init__(
        self, *, db: Database, inbox: Inbox[Message], outbox: Outbox[Reply], tax: TaxChecks, schedules: Schedules,
        vault: Vault, trail: Trail, people: People, replicas: Replicas, data: Path, key_place: Path, local: bool,
        trust: Trust,
    ) -> None:  # fmt: skip
        """`local`: whether the database lies below `data` on this machine."""
        self._db, self._inbox, self._outbox, self._tax, self._schedules = db, inbox, outbox, tax, schedules
        self._vault, self._trail, self._people, self._replicas = vault, trail, people, replicas
        self._data, self._key_place, self._local, self._trust = data, key_place, local, trust

    async def look(self, now: datetime) -> Standing:
        """All of it, as it stands."""
        failures = await self._failures()
        letters = await self._outbox.waiting_by_channel()
        disk = await asyncio.to_thread(shutil.disk_usage, self._data)
        backups = await self._trail.about(BACKUP, 10_000)
        return Standing(
            now,
            (
                Queue("inbox", Text("收到待办", "received"), await self._inbox.waiting(), _of("inbox", failures)),
                Queue("outbox", Text("待送出", "to be said"), await self._outbox.waiting(), _of("outbox", failures)),
                Queue("tax", Text("待查验", "tax checks"), await self._tax.waiting(), _of("tax", failures)),
                Queue("webhooks", Text("回调", "webhooks"), await waiting(self._db), _of("webhooks", failures)),
            ),
            failures,
            tuple(Channel(name, count, tries) for name, (count, tries) in sorted(letters.items())),
            await self._vault.how_many(),
            disk.free,
            disk.total,
            await asyncio.to_thread(_weight, self._data) if self._local else None,
            backups[-1].entry.at if backups else None,
            (*await asyncio.to_thread(_keys, self._key_place), *_certificates(self._trust)),
            tuple(await self._replicas.alive()),
            tuple(
                (s.id, s.words, s.last_run, self._schedules.next(s, now)) for s in (await self._schedules.all())[:SHOWN]
            ),
        )

    async def _failures(self) -> tuple[Failed, ...]:
        """What was given up, the newest first. Of a message its sender and kind are told, not its words."""
        names = {p.id: p.name for p in await self._people.all()}
        found = [
            Failed(f"inbox:{f.message.id}", _message(f.message, names), f.code, f.at)
            for f in await self._inbox.failures(SHOWN)
        ]
        for letter, at in await self._outbox.lost(SHOWN):
            name = names.get(letter.person, letter.person)
            found.append(
                Failed(
                    f"outbox:{letter.key}",
                    Text(f"给 {name}（{letter.channel}）的消息", f"a letter to {name} ({letter.channel})"),
                    "P02",
                    at,
                )
            )
        for job, at in await self._tax.lost(SHOWN):
            found.append(
                Failed(f"tax:{job.id}", Text(f"{job.item} 的查验", f"the tax check of {job.item}"), job.code, at)
            )
        found += [_told(delivery) for delivery in await dead(self._db, SHOWN)]
        return tuple(sorted(found, key=lambda f: f.at, reverse=True))

    async def again(self, failed_id: str, by: str, channel: str, now: datetime) -> bool:
        """Try what was given up afresh. False when it is no failure any more."""
        queue, _, name = failed_id.partition(":")
        done = False
        if queue == "inbox":
            done = await self._inbox.again(name)
        elif queue == "outbox":
            done = await self._outbox.again(name)
        elif queue == "tax":
            done = await self._tax.revive(name)
        elif queue == "webhooks":
            done = await revive(self._db, name, now)
        if done:
            await self._trail.add(Entry(by, "retried", queue, now, channel, {"id": name[:120]}))
        return done


def _of(queue: str, failures: tuple[Failed, ...]) -> int:
    return sum(f.id.startswith(f"{queue}:") for f in failures)


def _message(message: Message, names: dict[str, str]) -> Text:
    who = names.get(message.person, message.person)
    if message.files or message.remote:
        return Text(f"{who} 发来的文件", f"files from {who}")
    return Text(f"{who} 的消息", f"a message from {who}")


def _told(delivery: Delivery) -> Failed:
    what = Text(f"回调 {delivery.webhook} 第 {delivery.seq} 条", f"webhook {delivery.webhook}, entry {delivery.seq}")
    return Failed(f"webhooks:{delivery.id}", what, delivery.code, delivery.at)


def _weight(folder: Path) -> int:
    """Bytes below the folder; what goes away meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total


def _keys(place: Path) -> tuple[Key, ...]:
    name = Text("主密钥", "master key")
    try:
        return (Key(name, datetime.fromtimestamp(place.stat().st_mtime, UTC)),)
    except OSError:
        return (Key(name, None),)


def _certificates(trust: Trust) -> tuple[Key, ...]:
    """Those that signatures are checked against; what isn't X.509 as OpenSSL reads it (SM2 at times) is left out."""
    found: list[Key] = []
    for der in trust.certificates:
        with suppress(ValueError, UnsupportedAlgorithm):
            one = x509.load_der_x509_certificate(der)
            names = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            name = str(names[0].value) if names else one.subject.rfc4514_string()
            found.append(
                Key(Text(f"证书 {name}", f"certificate {name}"), one.not_valid_before_utc, one.not_valid_after_utc)
            )
    return tuple(found)
