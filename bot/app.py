"""The only place that wires: settings → clients → vault → context → channels; and takes it all apart again."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.classify import built_in
from archive.item import Item
from archive.keeping import longer
from archive.retention import SOURCE_DOCUMENT
from bot import custody
from bot.channel import Channel
from bot.post import Post
from bot.rewording import Reworder
from bot.standing import Watch
from bot.tax_checking import TaxChecking
from bot.tax_provider import HttpProvider
from bot.workers import Workers
from config.forms import forms
from config.legal import laws, retention
from config.settings import MB, Settings, categories
from handlers.context import Archiving, Context
from handlers.loans import Lending
from handlers.message import Message, Reply
from storage import (
    accounts,
    api_answers,
    api_keys,
    asked,
    books,
    destructions,
    digests,
    files,
    hand_links,
    handovers,
    holds,
    identities,
    inbox,
    inspections,
    items,
    leases,
    ledgers,
    lessons,
    loans,
    mongo,
    notes,
    openings,
    outbox,
    people,
    receiving,
    replicas,
    rulebook,
    said,
    samples,
    schedules,
    shelf,
    standings,
    talk,
    tax_checks,
    teams,
    trail,
    units,
    webhooks,
    wecom,
    wecom_calls,
)
from storage.embedded import Embedded
from storage.index import Index
from storage.index_tantivy import TantivyIndex
from storage.keys import FileKey, master_key, usual_place
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class House:
    """Everything that stands once the settings are read; one for the life of the process."""

    settings: Settings
    name: str  # of this process among the replicas
    ctx: Context
    db: mongo.Database
    vault: Vault
    trail: trail.Trail
    index: Index
    people: people.People
    accounts: accounts.Accounts
    inbox: inbox.Inbox[Message]
    outbox: outbox.Outbox[Reply]
    schedules: schedules.Schedules
    leases: leases.Leases
    identities: identities.Identities
    post: Post
    channels: dict[str, Channel]  # filled by the service; a command has none
    embedded: Embedded | None
    key: FileKey
    key_place: Path
    key_is_new: bool
    replicas: replicas.Replicas
    tax: TaxChecking | None = None  # where a provider of 查验 is set


#: Bytes of forwarded files kept in memory between their acknowledgement and their reading.
FRESH = 16 * MB
#: Processes that look at what is kept, made when a check begins.
CHECKERS = 2
ROOMS = (
    accounts, api_answers, api_keys, asked, books, destructions, digests, files, handovers, holds, identities, inbox,
    inspections, items, leases, ledgers, lessons, notes, openings, outbox, people, receiving, replicas,
    rulebook, said, schedules, shelf, standings, talk, tax_checks, teams, trail, units, webhooks, wecom,
    wecom_calls,
)  # fmt: skip


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    """The house on these settings. Raises BadSettings, DatabaseDown, KeyMissing; leaves nothing running."""
    async with AsyncExitStack() as stack:
        db, embedded = await stack.enter_async_context(database(settings))
        place = key_place(settings)
        key, new = await master_key(db, os.environ.get("GUIDANG_MASTER_KEY", ""), place)
        chain = await trail.open_trail(db, key, place.with_suffix(".witness"))
        index = await stack.enter_async_context(_index(settings))
        workers = Workers(settings.readers)
        stack.callback(workers.close)
        await shelf.reshelve(db)
        checkers = Workers(CHECKERS)
        stack.callback(checkers.close)
        house = _furnished(settings, db, chain, key, place, new, index, workers, embedded)
        kept = custody.furnished(settings, db, key, chain, workers, checkers, index, house.vault)
        house = replace(house, ctx=replace(house.ctx, custody=kept))
        if settings.tax_check:
            provider = HttpProvider(settings.tax_check)
            stack.push_async_callback(provider.close)
            queue = tax_checks.TaxChecks(db)
            house = replace(house, tax=TaxChecking(house.ctx, queue, provider, house.name))
        yield house


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[tuple[mongo.Database, Embedded | None]]:
    """The database with all its indexes, and the embedded process if that is what it is."""
    async with AsyncExitStack() as stack:
        embedded = None if settings.mongodb_uri else await stack.enter_async_context(Embedded(settings.data / "db"))
        db = mongo.connect(settings.mongodb_uri or _uri(embedded), settings.mongodb_name)
        stack.push_async_callback(db.client.close)
        await mongo.check(db)
        await mongo.ensure_indexes(db, *(room.INDEXES for room in ROOMS))
        yield db, embedded


def key_place(settings: Settings) -> Path:
    """Where the master key lies."""
    return settings.master_key_file or usual_place(settings.data)


def _furnished(
    settings: Settings,
    db: mongo.Database,
    chain: trail.Trail,
    key: FileKey,
    place: Path,
    new: bool,
    index: Index,
    workers: Workers,
    embedded: Embedded | None,
) -> House:
    async def to_index(kept: Sequence[Item]) -> None:
        await index.put(kept)

    ways = settings.archiving
    table = longer(retention(), ways.terms)
    vault = Vault(
        db, key, chain, term=table[SOURCE_DOCUMENT], zone=settings.zone, on_kept=to_index,
        disk=settings.data if embedded else None, fresh=FRESH, scheme=ways.scheme, office=ways.office, terms=table,
    )  # fmt: skip
    everyone = people.People(db, chain)
    letters, received = outbox.Outbox(db, Reply), inbox.Inbox(db, Message)
    channels: dict[str, Channel] = {}
    known, fallback = categories()
    post = Post(letters, vault, everyone, channels, settings.zone, known)
    plans = schedules.Schedules(db, settings.zone, calendar=settings.workdays)
    queue = tax_checks.TaxChecks(db)
    known_as = identities.Identities(db, chain)
    ctx = Context(
        vault=vault,
        trail=chain,
        search=index,
        people=everyone,
        post=post,
        schedules=plans,
        notes=notes.Notes(db),
        identities=known_as,
        books=books.Books(db, chain),
        units=units.Units(db, chain, custody.fonds(settings)),
        standings=standings.Standings(db, chain),
        holds=holds.Holds(db, chain),
        archiving=Archiving(table, retention(), ways.scheme, ways.office, ways.paper, laws()),
        ledgers=ledgers.Ledgers(db, chain, forms().roles),
        forms=forms(),
        digests=digests.Digests(db),
        hand_links=hand_links.HandLinks(db, chain),
        offload=workers.run,
        now=_now,
        zone=settings.zone,
        companies=settings.companies,
        rules=settings.rules,
        categories=known,
        no_category=fallback,
        remind_after=timedelta(hours=settings.remind_hours),
        rulebooks=rulebook.Rulebooks(db, chain),
        lessons=lessons.Lessons(db, chain),
        built_in=built_in(known),
        tax_checks=queue if settings.tax_check else None,
        trust=settings.trust,
        workdays=settings.workdays,
        groups=settings.groups,
        lending=Lending(loans.Loans(db, chain), samples.Samples(db, chain)),
        reword=Reworder(settings.model) if settings.model else None,
    )
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
    alive = replicas.Replicas(db, name)
    watch = Watch(
        db=db, inbox=received, outbox=letters, tax=queue, schedules=plans, vault=vault, trail=chain, people=everyone,
        replicas=alive, data=settings.data, key_place=place, local=embedded is not None,
        trust=settings.trust,
    )  # fmt: skip
    ctx = replace(ctx, watch=watch)
    return House(
        settings, name, ctx, db, vault, chain, index, everyone, accounts.Accounts(db, everyone),
        received, letters, plans, leases.Leases(db, name), known_as, post, channels,
        embedded, key, place, new, alive,
    )  # fmt: skip


@asynccontextmanager
async def _index(settings: Settings) -> AsyncIterator[Index]:
    """Meilisearch where its address is set; else the folder beside the database."""
    if settings.meili_url:
        from storage.index_meili import MeiliIndex

        meili = MeiliIndex(settings.meili_url, settings.meili_key)
        try:
            yield meili
        finally:
            await meili.close()
        return
    embedded = TantivyIndex(settings.data / "index")
    try:
        yield embedded
    finally:
        await embedded.close()


def _uri(embedded: Embedded | None) -> str:
    assert embedded is not None
    return embedded.uri


def _now() -> datetime:
    """UTC to the millisecond, as the database keeps it."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
