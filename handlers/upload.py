"""Forwarded files: read, checked, refused when known, kept, and laid before those who decide."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archive import checks
from archive.access import Person
from archive.approval import Case, deciders, rule_for
from archive.authentic import STANDING_NAMES, Trust
from archive.document import Document
from archive.errors import DuplicateDocument, DuplicateFile, EmptyFile, Problem, ReadProblem
from archive.finding import Finding, Level, flagged
from archive.item import FileRef, Item, ItemState
from archive.renditions import Another
from archive.trail import Entry
from archive.words import Text, same
from handlers import sorting, submit, taxing
from handlers.cards import item_card, money
from handlers.context import Context
from handlers.message import PROGRAMS, Card, Message, Reply, told_of
from handlers.rendition import came_by, join, may_join
from intake.read import read
from intake.reading import Found, Reading
from intake.sniff import sniff
from intake.unpack import is_bundle, unpack

#: Cards in one answer; each takes 6 KB in the log, where a message may have 16 MB.
SHOWN = 40
#: Lines of refusals in one answer.
REFUSALS = 200


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of one file: its items, or why there is none."""

    items: tuple[Item, ...] = ()
    problems: tuple[Problem, ...] = ()
    joined: tuple[str, ...] = ()  # ids of items that stood before, of which this was another rendition


async def upload(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """Every file of the message, bundles unpacked; one card for each document, one line for each refusal."""
    files = await _unpacked(ctx, message.files)
    taken: list[Item] = []
    problems: list[Problem] = []
    joined: list[str] = []
    for number, file in enumerate(files):
        note = Text(
            f"正在读取 {number + 1}/{len(files)}：{file.name}", f"Reading {number + 1}/{len(files)}: {file.name}"
        )
        await ctx.post.progress(message.id, number / len(files), Reply(note))
        outcome = await _take_file(ctx, asker, message, file, {i.id for i in taken})
        taken = [item for item in taken if item.id not in {other.id for other in outcome.items}] + list(outcome.items)
        problems += outcome.problems
        joined += outcome.joined
    people = await ctx.people.all()
    cards = {item.id: await _card(ctx, item, asker, people, message) for item in taken}
    shown = taken if message.channel in PROGRAMS else _first(taken)
    text = _summary(taken, len(files), problems, joined)
    if len(shown) < len(taken):
        text += Text(
            f"\n以下是 {len(shown)} 张；全部请输入「查 我的」，要补充的请输入「待办」。",
            f"\n{len(shown)} of them follow; type “search mine” for all, “todo” for those to be completed.",
        )
    return Reply(
        text, tuple(cards[item.id] for item in shown), private=told_of(*problems),
        codes=tuple(problem.code for problem in problems),
    )  # fmt: skip


def _first(items: Sequence[Item]) -> list[Item]:
    """As many as one message can hold and a person looks through, those that need help first."""
    return sorted(items, key=lambda item: item.state is not ItemState.DOUBTFUL)[:SHOWN]


async def _unpacked(ctx: Context, files: Sequence[FileRef]) -> list[FileRef]:
    """The files themselves and, in place of each zip, 7z or mail, what is in it; one that won't open stays itself."""
    flat: list[FileRef] = []
    for file in files:
        data = await ctx.vault.original(file)
        if not is_bundle(data):
            flat.append(file)
            continue
        try:
            inner = await ctx.offload(unpack, data, file.name)
        except ReadProblem:
            flat.append(file)  # kept and asked about, with the reason, like anything that can't be read
            continue
        for name, part in inner:
            flat.append(await ctx.vault.hold(part, name, mimetypes.guess_type(name)[0] or "application/octet-stream"))
    return flat


async def _take_file(ctx: Context, asker: Person, message: Message, file: FileRef, mine: set[str]) -> _Taken:
    known = await ctx.vault.same_file(asker.company, file.sha256)
    if known and (known.origin != message.id or known.id in mine):
        await _refused(ctx, asker, message, known, DuplicateFile.code)
        return _Taken(problems=(await submit.refusal(ctx, asker, DuplicateFile, file.name, known),))
    if known:  # this very message, worked on again after a crash
        file, standing = known.file, await ctx.vault.parts(known.file)
        if standing[0].part == 0:
            return _Taken(tuple(standing))
    if file.size == 0:
        return _Taken(problems=(EmptyFile(name=file.name),))
    reading = await _read(ctx, file)
    parts = reading.found or (Found(Document()),)
    now = ctx.now()
    ids = [await ctx.vault.new_id(now) for _ in parts]
    items: list[Item] = []
    problems: list[Problem] = []
    joined: list[str] = []
    for part in reversed(range(len(parts))):  # the first part last: where it stands, all of them were taken
        try:
            items.append(await _take_part(ctx, asker, message, file, reading, part, ids[part], now))
        except (DuplicateDocument, DuplicateFile) as duplicate:
            other = await ctx.vault.item(duplicate.facts["item"])
            if came_by(message, other, file):  # this very message, worked on again after a crash
                items.append(other)
                joined.append(other.id)
            elif may_join(asker, other, file, reading.carrier):
                found = parts[part]
                another = Another(found.document, found.source, found.confidence, reading.carrier)
                items.append(await join(ctx, asker, message, other, file, part, another))
                joined.append(other.id)
            else:
                await _refused(ctx, asker, message, other, duplicate.code)
                problems.append(await submit.refusal(ctx, asker, type(duplicate), file.name, other))
    return _Taken(tuple(reversed(items)), tuple(reversed(problems)), tuple(joined))


async def _refused(ctx: Context, asker: Person, message: Message, standing: Item, code: str) -> None:
    """That a second copy was sent stands in the trail of the first: who, when, and how often in a month (绩效)."""
    await ctx.trail.add(Entry(asker.id, "refused", standing.id, ctx.now(), message.channel, {"code": code}))


async def _read(ctx: Context, file: FileRef) -> Reading:
    """What the file holds. A reader that died or got stuck over it is one more reason why nothing could be read."""
    data = await ctx.vault.original(file)
    try:
        reading: Reading = await ctx.offload(_opened, data, file.name, ctx.trust)
    except ReadProblem as problem:
        return Reading(file.name, sniff(data), error=problem)
    return reading


def _opened(data: bytes, name: str, trust: Trust) -> Reading:
    """Runs in a worker process. A bundle that comes here could not be unpacked; the reason is told again."""
    if not is_bundle(data):
        return read(data, name, trust)
    try:
        unpack(data, name)
    except ReadProblem as problem:
        return Reading(name, sniff(data), error=problem)
    return read(data, name, trust)


async def _take_part(
    ctx: Context,
    asker: Person,
    message: Message,
    file: FileRef,
    reading: Reading,
    part: int,
    item_id: str,
    now: datetime,
) -> Item:
    found = reading.found[part] if reading.found else Found(Document())
    document = found.document
    chosen = await sorting.sort(ctx, asker.company, document)
    findings = (*_unread(reading), *found.warnings, *(await submit.findings(ctx, asker.company, document)))
    sure = not reading.error and not checks.doubtful(document, found.confidence)
    item = Item(
        id=item_id,
        company=asker.company,
        owner=asker.id,
        department=asker.department,
        file=file,
        part=part,
        document=document,
        state=ItemState.PENDING if sure else ItemState.DOUBTFUL,
        received_at=now,
        origin=message.id,
        category=chosen.category,
        classified=chosen,
        source=dict(found.source),
        confidence=dict(found.confidence),
        places=dict(found.places),
        findings=_once(findings),
        authentic=reading.authentic,
        text=found.text,
        carrier=reading.carrier,
        seen_by=frozenset({asker.id}),
    )
    rule = rule_for(item, ctx.rules)
    case = Case(id=item.id, item=item.id, rule=rule.name, steps=rule.steps, opened_at=now)
    if sure:
        item = submit.laid_before(item, deciders(case, item, await ctx.people.all()))
    read_as = {"carrier": reading.carrier, "category": chosen.why.zh, **sorting.facts(chosen), **flagged(item.findings)}
    if reading.authentic:
        read_as["signature"] = STANDING_NAMES[reading.authentic.standing].zh
    came = min(message.at, now).isoformat(timespec="milliseconds")
    entries = [
        Entry(asker.id, "received", item.id, now, message.channel, {"file": file.id, "name": file.name, "came": came}),
        Entry("system", "read", item.id, now, message.channel, read_as),
    ]
    if sure:
        entries.append(Entry(asker.id, "submitted", item.id, now, message.channel, {"rule": rule.name}))
    return await ctx.vault.take(replace(item, case=case.id), case, entries)


def _unread(reading: Reading) -> tuple[Finding, ...]:
    if reading.error is None:
        return reading.warnings
    return (*reading.warnings, Finding(reading.error.code, Level.STOP, reading.error.text()))


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The reader and the checks may find the same thing; it is told once."""
    return tuple({(f.code, f.field, f.text.zh): f for f in reversed(findings)}.values())[::-1]


async def _card(ctx: Context, item: Item, asker: Person, people: Sequence[Person], message: Message) -> Card:
    await taxing.ask(ctx, item)
    case = await ctx.vault.case(item.id)
    if item.state is ItemState.PENDING:
        await submit.ask(ctx, item, case, people)
    return item_card(item, case, asker, people, ctx.zone, ctx.categories)


def _summary(items: Sequence[Item], files: int, problems: Sequence[Problem], joined: Sequence[str]) -> Text:
    """One sentence for the whole lot, then each refusal on its own line."""
    asked = sum(i.state is ItemState.DOUBTFUL for i in items)
    sent = len(items) - asked
    said: list[Text] = []
    if joined:
        ids = "、".join(dict.fromkeys(joined))
        said.append(
            Text(
                f"与 {ids} 是同一张票据，已作为另一种版式并入，不会重复报销",
                f"The same document as {ids}: kept with it as another rendition, not claimed again",
            )
        )
    if len(items) == 1 and joined and not problems:
        pass
    elif len(items) == 1 and not problems:
        said.append(_single(items[0]))
    elif items or files > 1:
        said.append(Text(f"{files} 个文件，读到 {len(items)} 张单据", f"{files} files, {len(items)} documents"))
        if sent:
            said.append(Text(f"{sent} 张已提交审批", f"{sent} sent for approval"))
        if asked:
            said.append(Text(f"{asked} 张需要补充", f"{asked} need your help"))
        if problems:
            said.append(Text(f"{len(problems)} 个没有收下", f"{len(problems)} not taken"))
    head = Text("；".join(t.zh for t in said), "; ".join(t.en for t in said))
    if head.zh:
        head += Text("。", ".")
    for problem in problems[:REFUSALS]:
        head += (same("\n") if head.zh else same("")) + problem.text()
    return head


def _single(item: Item) -> Text:
    seller = item.document.seller_name or ""
    if item.state is ItemState.DOUBTFUL:
        return Text(
            f"{item.id} 已保存，但还有内容要你补充，请看卡片", f"{item.id} is kept, but needs your help; see the card"
        )
    return Text(
        f"{item.id} 已读取并提交审批：{seller} {money(item)}",
        f"{item.id} was read and sent for approval: {seller} {money(item)}",
    )
