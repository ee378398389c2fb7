"""报表填数: figures no account holds (parts of loans due within a year …), asked for with a form and remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from archive.access import Person
from archive.errors import BadPeriod, BadValue, UnknownInput
from archive.money import parse_amount, thousands
from archive.statements.choices import INPUT
from archive.statements.form import Forms, Wanted
from archive.words import Text
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Form, FormField, Input, Message, Reply

ACTION = "statement_inputs"
_HINT = Text("请写成 1234.56；留空为不填。", "Write it as 1234.56; leave it empty for none.")


def wanted(forms: Forms, standard: str = "") -> dict[str, Wanted]:
    """Everything that can be given, by key."""
    return {w.key: w for f in forms.forms if not standard or f.standard == standard for w in f.inputs}


def told(forms: Forms, month: str, values: Mapping[str, str]) -> dict[str, str]:
    """Choices of these values, by key or name. Raises BadPeriod, UnknownInput, BadValue; "" takes back."""
    if not re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", month):
        raise BadPeriod(words=month)
    known = wanted(forms)
    found: dict[str, str] = {}
    for name, value in values.items():
        w = known.get(name) or next((x for x in known.values() if name in (x.name.zh, x.name.en)), None)
        if w is None:
            raise UnknownInput(words=name, names="、".join(f"{x.name.zh}（{x.key}）" for x in known.values()))
        amount = parse_amount(value) if value.strip() else None
        if value.strip() and amount is None:
            raise BadValue(field=w.name, value=value[:20], hint=_HINT)
        found[f"{INPUT}{month}|{w.key}"] = "" if amount is None else str(amount)
    return found


async def inputs(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """报表填数 2026-09, with a form; 报表填数 2026-09 一年内到期的长期借款=2000000; or the form's values."""
    if message.click and message.click.action == ACTION:
        month = message.click.subject
        await _keep(
            ctx, asker, message, month, {k: v for k, v in message.click.values.items() if k in wanted(ctx.forms)}
        )
        return await _card(ctx, asker, month)
    match = re.search(r"20\d\d-\d\d", rest)
    ledger = await ctx.ledgers.open(asker.company)
    month = match[0] if match else ledger.last
    pairs = dict(p.split("=", 1) for p in re.findall(r"[^\s=]+=[^\s=]*", rest))
    if pairs:
        await _keep(ctx, asker, message, month, pairs)
    return await _card(ctx, asker, month)


async def _keep(ctx: Context, asker: Person, message: Message, month: str, values: Mapping[str, str]) -> None:
    await ctx.ledgers.choose(asker.company, asker.id, told(ctx.forms, month, values), message.channel)


async def _card(ctx: Context, asker: Person, month: str) -> Reply:
    """What stands for the month; the form begins with it, or with what was given last."""
    ledger = await ctx.ledgers.open(asker.company)
    choices = await ctx.ledgers.choices(asker.company)
    given = choices.inputs.get(month, {})
    earlier = [m for m in choices.inputs if m <= month]
    last: Mapping[str, Decimal] = choices.inputs[max(earlier)] if earlier else {}
    fields = tuple(
        FormField(w.key, w.name, Input.MONEY, str(given.get(w.key, last.get(w.key, ""))), hint=_HINT)
        for w in wanted(ctx.forms, ledger.chart.standard).values()
    )
    form = Form(Text(f"报表填数 {month}", f"Inputs {month}"), fields, Text("保存", "Save"))
    known = wanted(ctx.forms)
    facts = tuple(Fact(known[k].name, thousands(a), private=True) for k, a in given.items() if k in known)
    title = Text(f"报表填数 {month}：{len(facts)} 项", f"Inputs {month}: {len(facts)}")
    buttons = (
        Choice(Text("填写", "Fill in"), ACTION, month, style="primary", form=form),
        Choice(
            Text(f"资产负债表 {month}", f"Balance sheet {month}"),
            say=Text(f"资产负债表 {month}", f"balance sheet {month}"),
        ),
    )
    return Reply(cards=(Card(title, facts, choices=buttons),))
