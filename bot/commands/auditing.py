"""`guidang audit sample | package`: a sample as in chat, kept and performed again; one folder with all of a period."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from archive.access import Person, Right, Role, demand
from archive.errors import BadSample, BadSelection, NoBooks
from archive.sampling import Drawn, Method, Sample, checked, debit, from_plain
from archive.selection import selection
from archive.trail import Entry
from bot.app import House, opened
from bot.commands.asking import _write as write
from bot.commands.book_export import _books as books_of
from bot.companies import company_code
from bot.signing import Signer
from config.settings import Settings
from handlers.audit_papers import FOLDER, WithPapers, papers
from handlers.custodian import custody_of
from handlers.packing import pack
from handlers.sampling import drawn_again, drawn_now, new_seed, page_of
from reports import gbt24589
from reports.render import render
from storage.package_folder import PackageFolder


async def sample(args: argparse.Namespace, settings: Settings) -> int:
    """The sample, kept; 1 when a repeated one is not the same. Raises BadSample, NoBooks, NotFound."""
    async with opened(settings) as house:
        person = await _auditor(house, args)
        said: dict[str, Any] = {}
        if args.again:
            again = await drawn_again(house.ctx, person, args.again, "cli")
            made, drawn = again.sample, again.drawn
            said = {"same": again.same, "population_same": again.books_same}
        else:
            made, drawn = await drawn_now(house.ctx, person, _method(args), "cli")
        if args.out:
            page = page_of(house.ctx, person, made, drawn, house.ctx.now().astimezone(house.ctx.zone))
            write(args.out, await house.ctx.offload(render, page, args.out.suffix.lstrip(".") or "xlsx"))
    if args.json:
        print(json.dumps(_plain(made, drawn) | said, ensure_ascii=False))
    else:
        for v in drawn.vouchers:
            print(f"{v.ref}\t{v.date or ''}\t{debit(v)}\t{next((x.summary for x in v.lines if x.summary), '')}")
        told = "" if not said else "  一致 same" if said["same"] else "  不一致 NOT the same"
        print(f"{made.id} {from_plain(made.method).text.zh}：{len(drawn.vouchers)}/{drawn.population}{told}")
    return 0 if said.get("same", True) else 1


def _method(args: argparse.Namespace) -> Method:
    try:
        least = Decimal(args.min_amount.replace(",", "")) if args.min_amount else None
    except InvalidOperation as error:
        raise BadSample(words=args.min_amount) from error
    seed = (args.seed or new_seed()) if args.random else ""
    return checked(
        Method(args.period or "", least, args.account, args.word, args.maker, args.weekend, args.late, args.round,
               args.random, seed)
    )  # fmt: skip


def _plain(made: Sample, drawn: Drawn) -> dict[str, Any]:
    """Figures as strings, so that no fen is lost."""
    return {
        "id": made.id, "company": made.company, "by": made.by, "at": made.at, "method": dict(made.method),
        "population": drawn.population, "population_amount": str(drawn.population_sum),
        "population_sha256": drawn.population_digest, "fitting": drawn.fitting, "sha256": drawn.digest,
        "amount": str(drawn.total),
        "vouchers": [
            {"ref": v.ref, "date": v.date.isoformat() if v.date else None, "amount": str(debit(v)),
             "summary": next((x.summary for x in v.lines if x.summary), ""), "attachments": v.attachments}
            for v in drawn.vouchers
        ],
    }  # fmt: skip


async def package(args: argparse.Namespace, settings: Settings) -> int:
    """The archive of a period with everything an auditor asks for, in one signed folder; 1 when units fail the checks:
    they are in it, and named.

    Raises BadSelection, NothingSelected, FolderNotEmpty.
    """
    async with opened(settings) as house:
        person = await _auditor(house, args)
        what = selection(args.period or "", person.company)
        if what is None or not what.year:
            raise BadSelection(words=args.period or "—")
        signer = Signer(house.key)
        folder = PackageFolder(args.out, signer.sign)
        try:
            extra = await papers(house.ctx, person, what)
            files, absent = dict(extra.files), list(extra.absent)
            try:
                exported = gbt24589.files, await books_of(house, person.company, what.year)
                made_books = await house.ctx.offload(*exported)
                files |= {f"{FOLDER}/GB_T_24589/{name}": data for name, data in made_books.items()}
            except NoBooks as problem:
                absent.append(("GB/T 24589", problem.text()))
            sink = WithPapers(folder, list(files.items()))
            made = await pack(house.ctx, custody_of(house.ctx), person, what, sink, key=signer.fingerprint, whole=True)
        except BaseException:
            await folder.drop()
            raise
        facts = {"kind": "audit", "period": args.period, "manifest": made.written.sha256}
        about = f"books:{person.company}"
        await house.trail.add(Entry(person.id, "exported", about, house.ctx.now(), "cli", facts))
    summary = {
        "package": str(args.out), "company": person.company, "period": args.period, "units": made.units,
        "failed": [{"unit": unit, "zh": why.zh} for unit, why in made.left_out], "files": made.written.files,
        "papers": sorted(files), "absent": [{"name": name, "zh": why.zh, "en": why.en} for name, why in absent],
        "manifest": {"sha256": made.written.sha256, "sm3": made.written.sm3}, "signer": signer.fingerprint,
    }  # fmt: skip
    if args.json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        for name, why in absent:
            print(f"未附 absent: {name}  {why.zh}")
        print(f"{args.out}：{made.units} 件 units，{made.written.files} 文件 files，SHA-256 {made.written.sha256}")
    return 1 if made.left_out else 0


async def _auditor(house: House, args: argparse.Namespace) -> Person:
    """The account whose rights apply; without one, who holds the data folder and its key reads as an auditor."""
    if args.person:
        person = await house.people.get(args.person)
        demand(person, Right.SEE_ALL)
        return person
    code = company_code(house, args.company or house.settings.companies[0].code)
    return Person("local", "本机 local", frozenset({Role.AUDITOR}), company=code)
