"""科目映射: what each account was taken for and why; a person may say otherwise, or set the standard."""

from __future__ import annotations

import re

from archive.access import Person, Right, demand
from archive.chart import HOW, STANDARDS, Chart, Node
from archive.errors import UnknownLine, UnknownRole
from archive.statements.choices import EARLY, MAP, STANDARD
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply

#: Accounts in one answer.
SHOWN = 30
_BACK = ("自动", "恢复", "auto")


async def mapping(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """科目映射 | 科目映射 6602 | 科目映射 660208 研发费用 | 科目映射 准则 小企业 | 科目映射 提前执行 FORM."""
    words = rest.split()
    if len(words) >= 2 and not re.fullmatch(r"第?\d+页?", words[-1]):
        demand(asker, Right.BOOKS)
        return await _set(ctx, asker, message, words[0], words[1])
    page = int(re.sub(r"\D", "", words[-1]) or 1) if words and re.fullmatch(r"第\d+页", words[-1]) else 1
    part = words[0] if words and not re.fullmatch(r"第\d+页", words[0]) else ""
    return _shown((await ctx.ledgers.open(asker.company)).chart, part, page)


async def _set(ctx: Context, asker: Person, message: Message, what: str, value: str) -> Reply:
    ledger = await ctx.ledgers.open(asker.company)
    back = value.lower() in _BACK
    if what in ("准则", "standard"):
        standard = "" if back else _standard(value)
        await ctx.ledgers.choose(asker.company, asker.id, {STANDARD: standard}, message.channel)
        chart = (await ctx.ledgers.open(asker.company)).chart
        return Reply(Text(f"按{STANDARDS[chart.standard].zh}编制报表。", f"{STANDARDS[chart.standard].en} it is."))
    if what in ("提前执行", "early"):
        form = next((f for f in ctx.forms.forms if f.id == value and f.early), None)
        if form is None:
            names = "、".join(f.id for f in ctx.forms.forms if f.early)
            raise UnknownRole(words=value, names=names)
        await ctx.ledgers.choose(asker.company, asker.id, {f"{EARLY}{value}": "yes"}, message.channel)
        return Reply(Text(f"从 {form.early} 起采用 {form.source}。", f"{form.id} is used from {form.early}."))
    code = what.replace(".", "")
    if code not in ledger.chart.nodes:
        raise UnknownLine(
            words=what, names="、".join(a for a in sorted(ledger.chart.nodes) if a.startswith(code))[:200]
        )
    if not back and not _known(ctx, value):
        raise UnknownRole(words=value, names=role_names(ctx))
    await ctx.ledgers.choose(asker.company, asker.id, {f"{MAP}{code}": "" if back else value}, message.channel)
    node = (await ctx.ledgers.open(asker.company)).chart.nodes[code]
    return Reply(cards=(Card(Text("科目映射已改", "Mapping changed"), (_fact(node),), tone="good"),))


def _standard(words: str) -> str:
    """Raises UnknownRole."""
    if re.search(r"小企业|^se$|small", words, re.IGNORECASE):
        return "se"
    if re.search(r"企业会计|^asbe$|一般", words, re.IGNORECASE):
        return "asbe"
    raise UnknownRole(words=words, names="企业会计准则、小企业会计准则")


def _known(ctx: Context, value: str) -> bool:
    role, _, tag = value.partition("/")
    roles = ctx.forms.roles
    tags = {d.tag for d in roles.details if d.role == role}
    return any(r.name == role for r in roles.roles) and (not tag or tag in tags)


def role_names(ctx: Context) -> str:
    """What accounts can be mapped to, in one line."""
    return "、".join(r.name for r in ctx.forms.roles.roles)


def _shown(chart: Chart, part: str, page: int) -> Reply:
    named = not part.isdigit()  # a number means a code, also where a name holds it
    nodes = [n for n in chart.nodes.values() if n.code.startswith(part) or (named and part in n.name)]
    nodes.sort(key=lambda n: (bool(n.role), n.code))  # what nothing is known of first
    shown = nodes[(page - 1) * SHOWN : page * SHOWN]
    unknown = sum(not n.role for n in nodes)
    text = Text(
        f"{STANDARDS[chart.standard].zh}，依据：{'、'.join(chart.evidence[:4]) or '—'}。"
        f"{len(nodes)} 个科目，{unknown} 个没有对应。"
        "改一个：科目映射 660208 管理费用/研发；改回：科目映射 660208 自动。",
        f"{STANDARDS[chart.standard].en}, by: {', '.join(chart.evidence[:4]) or '—'}. {len(nodes)} accounts, "
        f"{unknown} not understood. To change one: mapping 660208 管理费用/研发; back: mapping 660208 auto.",
    )
    if chart.against:
        some = "、".join(chart.against[:6])
        text += Text(f" 与准则不符：{some}。", f" Against it: {some}.")
    choices = []
    if len(nodes) > page * SHOWN:
        words = f"{part} " if part else ""
        say = Text(f"科目映射 {words}第{page + 1}页", f"mapping {words}第{page + 1}页")
        choices.append(Choice(Text("下一页", "Next"), say=say))
    return Reply(text, (Card(Text("科目映射", "Mapping"), tuple(map(_fact, shown)), choices=tuple(choices)),))


def _fact(n: Node) -> Fact:
    role = f"{n.role}/{n.tag}" if n.tag else n.role
    how = HOW[n.how]
    return Fact(
        same(f"{n.code} {n.path[-1]}"), Text(f"{role or '—'}（{how.zh}）", f"{role or '—'} ({how.en})"), not n.role
    )
