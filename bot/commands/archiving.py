"""`guidang arrange | volumes | due | hold | compliance | metadata | term | file`: the archive's life after approval."""

from __future__ import annotations

import argparse
import asyncio
import json
import mimetypes
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from archive.access import Person, Right, Role, demand
from archive.errors import BadPeriod, NotFound, NothingToArrange
from archive.holds import Hold, Why, checked
from archive.metadata import Edit
from archive.period import Period, parse
from archive.review import Mark, Point
from archive.review import worst as worst_of
from archive.shelving import Volume
from archive.trail import Entry
from archive.unit import Unit
from archive.words import Text
from bot.app import House, opened
from bot.companies import company_code
from config.settings import Settings
from handlers import arrange as arranging
from handlers import describe, due, filing, hold, kept, record, review
from handlers import month as month_filing
from handlers import volumes as binding
from handlers.year_books import carried_out_year, planned_year
from intake.names import safe_name
from reports.head import Head
from reports.render import render
from reports.review import page


async def arrange(args: argparse.Namespace, settings: Settings) -> int:
    """A month or the months of a longer period: one object each; `--trial` changes nothing."""
    async with opened(settings) as house, house.vault.keeping():
        company, person = await _whose(house, args, Right.ARRANGE)
        done = 0
        for period in _months(house, args.period):
            try:
                month = await month_filing.planned(house.ctx, company, period)
            except NothingToArrange:
                if args.period.strip() == period:
                    raise
                continue
            outcome = None
            if not args.trial:
                outcome = await month_filing.carried_out(house.ctx, company, person.id, month, "cli", _step(args))
            _say(args, _plain_month(company, month, outcome), _line(month, outcome))
            done += 1
        if not done:
            raise NothingToArrange(period=args.period, company=company)
        if year := arranging.year_of(args.period):
            await _books_of(house, company, person.id, year, args)
    return 0


async def _books_of(house: House, company: str, who: str, year: int, args: argparse.Namespace) -> None:
    """A whole year: its books too, when all its months are filed."""
    plan = await planned_year(house.ctx, company, year)
    filed = 0 if args.trial else await carried_out_year(house.ctx, company, who, plan, "cli")
    said = {
        "company": company, "period": str(year), "trial": args.trial, "planned": len(plan.books), "filed": filed,
        "standing": plan.standing, "books": [book.title for book in plan.books],
        "open_months": list(plan.open_months), "over": plan.over,
    }  # fmt: skip
    waits = f"，先归档 first file {'、'.join(plan.open_months)}" if plan.open_months else ""
    waits += "" if plan.over else "，年度未结束 the year has not ended"
    _say(args, said, f"{year} 账簿 books: 归档 filed {filed} / {len(plan.books)}，已有 standing {plan.standing}{waits}")


def _months(house: House, words: str) -> list[str]:
    period = parse(words, house.ctx.now().astimezone(house.settings.zone).date())
    if period is None:
        raise BadPeriod(words=words)
    first, last = period.first, period.last
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    start = first.year * 12 + first.month - 1
    return [f"{(start + n) // 12:04}-{(start + n) % 12 + 1:02}" for n in range(count)]


def _step(args: argparse.Namespace) -> month_filing.Step | None:
    if args.json or not sys.stderr.isatty():
        return None

    async def step(done: int, of: int) -> None:
        print(f"\r{done}/{of} ", end="", file=sys.stderr)

    return step


def _plain_month(company: str, month: month_filing.Month, outcome: month_filing.Outcome | None) -> dict[str, Any]:
    made = month.plan
    return {
        "company": company,
        "period": made.period,
        "trial": outcome is None,
        "planned": len(made.drafts) + len(month.files),
        "filed": outcome.units if outcome else 0,
        "added": outcome.added if outcome else len(made.additions),
        "standing": made.standing,
        "missing": [f"{word}-{n}" for word, a, b in made.missing for n in range(a, b + 1)],
        "repeated": list(made.twice),
        "without_documents": list(made.bare),
        "left_over": list(made.left_over),
        "waiting": list(made.waiting),
        "changed": list(made.changed),
        "earlier_months": list(month.before),
        "volumes": [plain_volume(v) for v in outcome.volumes] if outcome else [],
    }


def _line(month: month_filing.Month, outcome: month_filing.Outcome | None) -> str:
    made = month.plan
    new = len(made.drafts) + len(month.files)
    what = f"归档 filed {outcome.units}，补入 added {outcome.added}" if outcome else f"可归档 to be filed {new}"
    return "\n  ".join(
        (f"{made.period}: {what}，已有 standing {made.standing}", *(text.zh for text in arranging.left_open(month)))
    )


async def volumes(args: argparse.Namespace, settings: Settings) -> int:
    """list: one object a volume; bind: cover, list, 备考表 and spine as PDF."""
    async with opened(settings) as house:
        company, person = await _whose(house, args, Right.SEE_ALL)
        found = await house.ctx.units.volumes(company, args.year if args.action == "list" else None)
        if args.action == "list":
            for volume in found:
                line = f"{volume.id}  {volume.title.zh}  {volume.count} 件  {volume.retention}"
                _say(args, plain_volume(volume), line)
            return 0
        one = next((v for v in found if v.id == args.id), None)
        if one is None:
            raise NotFound(item=args.id)
        data = await binding.binding(house.ctx, person, one)
        await house.trail.add(Entry(person.id, "exported", f"volume:{one.id}", house.ctx.now(), "cli", {"as": "pdf"}))
        await asyncio.to_thread(args.out.write_bytes, data)
    return 0


def plain_volume(v: Volume) -> dict[str, Any]:
    """A volume as plain values."""
    return {
        "id": v.id, "company": v.company, "kind": v.kind, "title": v.title.zh, "title_en": v.title.en, "year": v.year,
        "month": v.month, "word": v.word, "nth": v.nth, "count": v.count, "retention": v.retention,
        "expires": _day(v.expires), "first": _day(v.first), "last": _day(v.last), "first_no": v.first_no,
        "last_no": v.last_no, "notes": list(v.notes),
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


async def list_due(args: argparse.Namespace, settings: Settings) -> int:
    """One object: what falls due by the day, with its blocks, the open deadlines, and what is to be printed."""
    async with opened(settings) as house:
        today = house.ctx.now().astimezone(settings.zone).date()
        until = kept.last_day(args.until or "", today)
        said: dict[str, Any] = {"until": until.isoformat(), "units": [], "deadlines": [], "print": []}
        for company in await _companies(house, args):
            for each in await kept.due(house.ctx, company, until):
                blocks = [{"kind": b.kind, "ref": b.ref, "why": b.why.zh, "why_en": b.why.en} for b in each.blocked]
                said["units"].append(plain_unit(each.unit) | {"blocked": bool(blocks), "blocks": blocks})
            for one in await kept.dates(house.ctx, company, today):
                said["deadlines"].append({
                    "company": company, "what": one.what, "year": one.year, "due": one.due.isoformat(),
                    "stage": one.stage.value, "latest": _day(one.latest), "zh": one.text.zh, "en": one.text.en,
                })  # fmt: skip
            printed = due.permanent(house.ctx, company, until.year)
            said["print"] += [{"company": company, "archive_no": u.archive_no, "title": u.title} async for u in printed]
        lines = [f"到 {until} 到期 {len(said['units'])} 件"]
        for said_of in said["units"]:
            why = "；".join(block["why"] for block in said_of["blocks"])
            line = f"  {said_of['archive_no']} {said_of['title']} {said_of['expires']}"
            lines.append(line + (f"  ✗ {why}" if why else ""))
        lines += [f"  {each['zh']}" for each in said["deadlines"]]
        _say(args, said, "\n".join(lines))
    return 0


def plain_unit(unit: Unit) -> dict[str, Any]:
    """A 件 as plain values."""
    return {
        "id": unit.id, "company": unit.company, "kind": unit.kind, "archive_no": unit.archive_no, "title": unit.title,
        "file_no": unit.file_no, "year": unit.year, "month": unit.month, "retention": unit.retention,
        "expires": _day(unit.expires), "formed": _day(unit.formed),
    }  # fmt: skip


async def holds(args: argparse.Namespace, settings: Settings) -> int:
    """add, release, list: one object each."""
    async with opened(settings) as house:
        right = Right.SEE_ALL if args.action == "list" else Right.RETAIN
        company, person = await _whose(house, args, right)
        if args.action == "list":
            for each in await house.ctx.holds.of(company, ended=args.all):
                _say_hold(args, each)
            return 0
        if args.action == "release":
            _say_hold(args, await hold.end(house.ctx, person, company, args.id, args.reason or "", "cli"))
            return 0
        today = house.ctx.now().astimezone(settings.zone).date()
        given = args.unit or args.volume or args.first
        words = " ".join(args.words)
        if given:
            made = checked(Hold("", company, Why(args.why or "open"), args.reason or "", person.id, house.ctx.now(),
                                args.unit, args.volume, words, args.first, args.last or args.first))  # fmt: skip
        else:
            made = hold.scoped(words, company, person.id, args.reason or "", today, house.ctx)
            made = replace(made, why=Why(args.why)) if args.why else made
        _say_hold(args, await hold.put(house.ctx, made, "cli"))
    return 0


def _say_hold(args: argparse.Namespace, h: Hold) -> None:
    said = {
        "id": h.id, "company": h.company, "why": h.why.value, "reason": h.reason, "scope": h.scope, "unit": h.unit,
        "volume": h.volume, "words": h.words, "first": h.first, "last": h.last, "by": h.by, "at": h.at.isoformat(),
        "open": h.open, "released_by": h.released_by, "release_reason": h.release_reason,
        "released_at": h.released_at.isoformat() if h.released_at else None,
    }  # fmt: skip
    ended = "" if h.open else f"（已解除：{h.release_reason}）"
    _say(args, said, f"{h.id} {h.why.value} {h.scope}: {h.reason}{ended}")


async def compliance(args: argparse.Namespace, settings: Settings) -> int:
    """The review of each company as one object. `--record` notes what was done outside."""
    async with opened(settings) as house:
        now = house.ctx.now().astimezone(settings.zone)
        if args.record:
            company, person = await _whose(house, args, Right.RETAIN)
            code, on, words = review.noting(f"{args.record} {args.on or ''} {args.words}", now.date())
            await review.keep_note(house.ctx, person.id, company, code, on, words, "cli")
            _say(args, {"company": company, "what": code, "on": on.isoformat()}, f"{company} {code} {on}")
            return 0
        said: dict[str, Any] = {"at": now.isoformat(), "companies": []}
        worst = Mark.GOOD
        for company in await _companies(house, args):
            found = await review.points(house.ctx, company, now.date())
            mark = worst_of(found)
            said["companies"].append({"company": company, "result": mark.value, "points": [_plain(p) for p in found]})
            worst = Mark.BAD if Mark.BAD in (mark, worst) else mark if mark is not Mark.GOOD else worst
            if args.out:
                await _written(house, company, found, args)
        said["result"] = worst.value
        lines = [
            f"{c['company']} {p['result']:8} {p['name']}：{p['detail']}" for c in said["companies"] for p in c["points"]
        ]
        _say(args, said, "\n".join(lines))
    return 0


async def _written(house: House, company: str, found: Sequence[Point], args: argparse.Namespace) -> None:
    now = house.ctx.now().astimezone(house.settings.zone)
    name = next((c.name for c in house.settings.companies if c.code == company), company)
    data = render(page(found, Head(name, Period.day(now.date()), now, "guidang")), "pdf")
    await asyncio.to_thread(args.out.write_bytes, data)


def _plain(p: Point) -> dict[str, Any]:
    return {"code": p.code, "name": p.name.zh, "name_en": p.name.en, "result": p.mark.value, "detail": p.detail.zh,
            "detail_en": p.detail.en, "rule": p.rule, "refs": list(p.refs)}  # fmt: skip


async def metadata(args: argparse.Namespace, settings: Settings) -> int:
    """A 件 with its M-values, papers and history; --set M27=… --reason … changes one."""
    async with opened(settings) as house:
        company, person = await _whose(house, args, Right.ARRANGE if args.set else Right.SEE_ALL)
        unit = await house.ctx.units.find(company, args.id)
        if args.set:
            element, _, value = args.set.partition("=")
            await describe.change(house.ctx, person, unit, element.strip().upper(), value, args.reason or "", "cli")
            unit = await house.ctx.units.unit(unit.id)
        await house.trail.add(Entry(person.id, "viewed", f"unit:{unit.id}", house.ctx.now(), "cli"))
        state = await house.ctx.standings.of(unit.id)
        said = plain_unit(unit) | {
            "metadata": {e.number: {"name": e.name.zh, "value": value, "source": e.source, "required": e.required,
                                    "editable": e.free} for e, value in describe.rows(unit)},
            "papers": [{"nth": p.nth, "part": p.part.value, "title": p.title, "item": p.item or None,
                        "file": p.file.name, "size": p.file.size, "sha256": p.file.sha256} for p in unit.papers],
            "edits": [_edit(each) for each in (state.edits if state else ())],
            "terms": [{"was": r.was, "now": r.retention, "expires": _day(r.expires), "who": r.who,
                       "at": r.at.isoformat(), "why": r.why} for r in (state.resets if state else ())],
        }  # fmt: skip
        lines = [f"{e.number:4} {e.name.zh}（{e.source}） {value}" for e, value in describe.rows(unit)]
        _say(args, said, "\n".join(lines))
    return 0


def _edit(each: Edit) -> dict[str, str]:
    return {"element": each.element, "was": each.was, "now": each.value, "who": each.who, "at": each.at.isoformat(),
            "why": each.why}  # fmt: skip


async def term(args: argparse.Namespace, settings: Settings) -> int:
    """A longer term after appraisal."""
    async with opened(settings) as house:
        company, person = await _whose(house, args, Right.RETAIN)
        unit = await house.ctx.units.find(company, args.id)
        state = await due.set_term(house.ctx, person, unit, args.term, args.reason or "", "cli")
        last = state.resets[-1]
        said = {"archive_no": unit.archive_no, "was": last.was, "now": last.retention, "expires": _day(last.expires)}
        _say(args, said, f"{unit.archive_no}: {last.was} → {last.retention}")
    return 0


async def file(args: argparse.Namespace, settings: Settings) -> int:
    """A record of another kind of the table, as it is."""
    async with opened(settings) as house, house.vault.keeping():
        company, person = await _whose(house, args, Right.ARRANGE)
        kind = record.kind_of(args.kind)
        period = parse(args.period, house.ctx.now().astimezone(settings.zone).date())
        if period is None:
            raise BadPeriod(words=args.period)
        month = period.first.month if (period.last - period.first).days < 31 else 0
        data = await asyncio.to_thread(args.file.read_bytes)
        media = mimetypes.guess_type(args.file.name)[0] or "application/octet-stream"
        held = await house.vault.hold(data, safe_name(args.file.name), media)
        title = args.title or f"{args.period} {kind}"
        formed = min(period.last, house.ctx.now().astimezone(settings.zone).date())
        done = await filing.file_record(
            house.ctx, person, company, kind, title, period.first.year, month, held, formed, "cli"
        )
        unit = await house.ctx.units.unit(f"{company}|{kind}|{held.sha256[:16]}")
        _say(args, plain_unit(unit) | {"new": bool(done.units)}, f"{unit.archive_no} {unit.title}")
    return 0


async def _whose(house: House, args: argparse.Namespace, right: Right) -> tuple[str, Person]:
    """The company meant, and whose rights apply: without --as, who holds the data folder acts as the archivist."""
    if args.person:
        person = await house.people.get(args.person)
        demand(person, right)
        return company_code(house, args.company or person.company), person
    company = company_code(house, args.company or house.settings.companies[0].code)
    return company, Person("local", "本机 local", frozenset({Role.ARCHIVIST}), company=company)


async def _companies(house: House, args: argparse.Namespace) -> list[str]:
    """The one that is named, that of the person, or all."""
    if args.company or args.person:
        return [(await _whose(house, args, Right.SEE_ALL))[0]]
    return [company.code for company in house.settings.companies]


def _say(args: argparse.Namespace, said: dict[str, Any], words: str | Text) -> None:
    if args.json:
        print(json.dumps(said, ensure_ascii=False), flush=True)
    else:
        print(words.zh if isinstance(words, Text) else words, flush=True)
