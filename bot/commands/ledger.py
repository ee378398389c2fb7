"""`guidang books input | map`: figures no account holds, and what accounts stand for, as a person says."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.access import Right, demand
from archive.chart import HOW, STANDARDS
from archive.errors import BadInputs, UnknownLine, UnknownRole
from archive.statements.choices import EARLY, MAP, STANDARD
from bot.app import House, opened
from bot.companies import company_code
from config.settings import Settings
from handlers.inputs import told
from handlers.mapping import role_names


async def give(args: argparse.Namespace, settings: Settings) -> int:
    """NAME=AMOUNT for a month, or a JSON file month → name → amount; shows what stands. 0, also when nothing is new."""
    async with opened(settings) as house:
        company = company_code(house, args.company)
        person = await _person(house, args.person, company)
        months = _file(args.file) if args.file else {}
        if args.values:
            months = {**months, args.period: dict(v.partition("=")[::2] for v in args.values)}
        new: dict[str, str] = {}
        for month, values in months.items():
            new |= told(house.ctx.forms, month, values)
        await house.ctx.ledgers.choose(company, person, new, "cli")
        stands = (await house.ctx.ledgers.choices(company)).inputs
    plain = {month: {k: str(a) for k, a in sorted(values.items())} for month, values in sorted(stands.items())}
    if args.json:
        print(json.dumps({"company": company, "inputs": plain}, ensure_ascii=False))
    else:
        for month, values in plain.items():
            print(month, "  ".join(f"{k}={a}" for k, a in values.items()))
    return 0


async def map_accounts(args: argparse.Namespace, settings: Settings) -> int:
    """ACCOUNT=ROLE[/TAG] (empty: back to what the names say), --standard, --early; then every account and its role."""
    async with opened(settings) as house:
        company = company_code(house, args.company)
        person = await _person(house, args.person, company)
        ledger = await house.ctx.ledgers.open(company)
        new: dict[str, str] = {}
        for each in args.values:
            account, _, role = each.partition("=")
            account = account.replace(".", "") if account.replace(".", "").isdigit() else account
            if account not in ledger.chart.nodes:
                raise UnknownLine(words=account, names="—")
            if role and not any(r.name == role.partition("/")[0] for r in house.ctx.forms.roles.roles):
                raise UnknownRole(words=role, names=role_names(house.ctx))
            new[f"{MAP}{account}"] = role
        if args.standard:
            new[STANDARD] = "" if args.standard == "auto" else args.standard
        for form in args.early:
            if not any(f.id == form and f.early for f in house.ctx.forms.forms):
                raise UnknownRole(words=form, names="、".join(f.id for f in house.ctx.forms.forms if f.early))
            new[f"{EARLY}{form}"] = "yes"
        if new:
            await house.ctx.ledgers.choose(company, person, new, "cli")
            ledger = await house.ctx.ledgers.open(company)
    chart = ledger.chart
    if args.json:
        said: dict[str, Any] = {
            "company": company, "standard": chart.standard, "evidence": list(chart.evidence),
            "against": list(chart.against),
            "accounts": [
                {"account": n.code, "name": n.name, "role": n.role, "tag": n.tag, "how": n.how}
                for n in sorted(chart.nodes.values(), key=lambda n: n.code)
            ],
        }  # fmt: skip
        print(json.dumps(said, ensure_ascii=False))
        return 0
    print(f"{STANDARDS[chart.standard].zh}  {STANDARDS[chart.standard].en}")
    for n in sorted(chart.nodes.values(), key=lambda n: n.code):
        print(f"  {n.code:12} {n.name:30} {n.role or '—'}{'/' + n.tag if n.tag else ''}  {HOW[n.how].zh}")
    return 0


def _file(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Raises BadInputs."""
    try:
        read = json.loads(path.read_text("utf-8"))
        return {str(m): {str(k): str(v) for k, v in values.items()} for m, values in read.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise BadInputs(name=path.name) from error


async def _person(house: House, wanted: str | None, company: str) -> str:
    """Whose word it is; who holds the data folder speaks as the archivist."""
    if not wanted:
        return "local"
    person = await house.people.get(wanted)
    demand(person, Right.BOOKS)
    return person.id
