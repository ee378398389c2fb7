"""`guidang audit sample`: an audit sample as in chat; `--again ID` performs a kept one again and compares."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from archive.access import Person, Right, Role, demand
from archive.errors import BadSample
from archive.sampling import Drawn, Method, Sample, checked, debit, from_plain
from bot.app import opened
from bot.commands.asking import _write as write
from bot.companies import company_code
from config.settings import Settings
from handlers.sampling import drawn_again, drawn_now, new_seed, page_of
from reports.render import render


async def sample(args: argparse.Namespace, settings: Settings) -> int:
    """The sample, kept; 1 when a repeated one is not the same. Raises BadSample, NoBooks, NotFound."""
    async with opened(settings) as house:
        if args.person:
            person = await house.people.get(args.person)
            demand(person, Right.SEE_ALL)
        else:
            code = company_code(house, args.company or house.settings.companies[0].code)
            person = Person("local", "本机 local", frozenset({Role.AUDITOR}), company=code)
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
