"""Statements as replies and files, whichever way they are asked for: by name, as a report, by a schedule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from archive.access import Person, Right, may
from archive.errors import NoForm, NothingInBooks
from archive.ledger import Ledger
from archive.money import thousands
from archive.period import Period
from archive.statements.make import KEYS, KINDS, Span, kind_in, make, span_in, span_of
from archive.statements.statement import Statement
from archive.trail import Entry
from archive.words import Lang, Text, same
from handlers.context import Context
from handlers.made import Made, archive_choice
from handlers.message import Card, Choice, Fact, Message, OutFile, Reply
from reports import financials as pages
from reports.page import YUAN, Page, Unit
from reports.render import Format, render
from reports.units import find_unit

MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: The lines shown on the card, by kind.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "balance": ("货币资金", "应收账款", "存货", "固定资产", "固定资产账面价值", "资产总计", "负债合计",
                "所有者权益（或股东权益）合计"),
    "income": ("营业收入", "经营收入", "营业成本", "营业利润", "利润总额", "所得税费用", "净利润"),
    "cash": ("经营活动产生的现金流量净额", "投资活动产生的现金流量净额", "筹资活动产生的现金流量净额",
             "现金及现金等价物净增加额", "现金净增加额", "期末现金及现金等价物余额", "期末现金余额"),
    "indirect": ("净利润", "存货的减少（增加以“-”号填列）", "经营活动产生的现金流量净额"),
    "equity": ("上年年末余额", "综合收益总额", "利润分配", "本年年末余额"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that was asked for, with the ledger it is of."""

    kind: str
    span: Span
    statement: Statement
    ledger: Ledger
    company: str
    unit: Unit | None = None

    @property
    def period(self) -> Period:
        """The days it covers."""
        first, last = self.span.months[0], self.span.months[-1]
        end = Period.month(int(last[:4]), int(last[5:])).last
        return Period(date(int(first[:4]), int(first[5:]), 1), end, pages.period_text(self.span.label))

    def page(self, ctx: Context, by: str, lang: Lang, at: datetime | None = None) -> Page:
        """As it is printed; `at`: as it was made then."""
        when = (at or ctx.now()).astimezone(ctx.zone)
        return pages.page(self.statement, self.company, when, by, lang, self.unit or YUAN)

    def made(self, ctx: Context, by: str, lang: Lang, at: datetime | None = None) -> Made:
        """As a report among others; its key is a word by which it is found again."""
        return Made(
            self.page(ctx, by, lang, at), KEYS[self.kind], self.period, len(self.statement.figures), self.json()
        )

    def json(self) -> bytes:
        """Lines, notes, checks and parts: a stable contract."""
        told: dict[str, Any] = {"company": self.company, **pages.as_json(self.statement)}
        return json.dumps(told, ensure_ascii=False, indent=1).encode()


def names_statement(words: str) -> bool:
    """Whether the words ask for a statement."""
    return kind_in(words) is not None


def names() -> Text:
    """All statements in one line."""
    return Text("、".join(n.zh for n, _ in KINDS.values()), ", ".join(n.en for n, _ in KINDS.values()))


async def asked(ctx: Context, company: str, words: str) -> Asked:
    """The statement the words name. Raises BadPeriod, NothingInBooks, NoForm."""
    unit, words = find_unit(words)
    named = kind_in(words)
    assert named is not None  # asked of such words only
    kind, rest = named
    ledger = await ctx.ledgers.open(company)
    span = span_in(rest or ledger.last, ctx.now().astimezone(ctx.zone).date())  # unsaid: as far as the books go
    return await _made(ctx, company, ledger, kind, span, unit)


async def page_of(ctx: Context, asker: Person, key: str, period: Period) -> Page | None:
    """A statement by its key in archive.vocabulary.STATEMENTS; None where the books or the standard have none."""
    ledger, span = await ctx.ledgers.open(asker.company), span_of(period)
    if span is None:
        return None
    try:
        got = await _made(ctx, asker.company, ledger, next(kind for kind, named in KEYS.items() if named == key), span)
    except (NothingInBooks, NoForm):
        return None
    return got.page(ctx, asker.name, asker.lang)


async def _made(ctx: Context, company: str, ledger: Ledger, kind: str, span: Span, unit: Unit | None = None) -> Asked:
    choices = await ctx.ledgers.choices(company)
    statement = make(ledger, ctx.forms, kind, span, choices.inputs, choices.early)
    name = next((c.name for c in ctx.companies if c.code == company), company)
    return Asked(kind, span, statement, ledger, name, unit)


async def reply(ctx: Context, asker: Person, message: Message, words: str) -> Reply:
    """The statement as PDF (Word and Excel one press away), its main lines as a card that drills down."""
    format, plain = _format_of(words)
    got = await asked(ctx, asker.company, plain)
    made_at = ctx.now()
    page = got.page(ctx, asker.name, asker.lang, made_at)
    data, picture = await ctx.offload(_drawn, page, format)
    facts = {"period": got.span.label, "as": format}
    await ctx.trail.add(Entry(asker.id, "exported", got.kind, ctx.now(), message.channel, facts))
    name = f"{page.title.to(asker.lang)}_{got.span.label}.{format}".replace(" ", "_")
    others = [f for f in ("pdf", "xlsx", "docx") if f != format]
    called = KINDS[got.kind][0]
    choices = [
        Choice(same(f.upper()), say=Text(f"{called.zh} {got.span.label} {f}", f"{called.en} {got.span.label} {f}"))
        for f in others
    ]
    if may(asker, Right.KEEP):
        choices.append(archive_choice(got.made(ctx, asker.name, asker.lang, made_at)))
    return Reply(
        called + same(" · ") + pages.period_text(got.span.label) + _verdict(got.statement),
        (card(got),),
        (
            OutFile(f"{got.kind}.png", "image/png", picture, preview=True),
            OutFile(name, MEDIA[format], data),
        ),
        tuple(choices),
    )


def _verdict(statement: Statement) -> Text:
    if statement.sound:
        return Text("：勾稽关系全部相符", ": every check holds")
    return Text("：账不全或勾稽不符，见表下说明", ": books not whole or checks that fail, see below the statement")


def card(got: Asked) -> Card:
    """Main lines; each button goes into what a line is made of."""
    statement = got.statement
    column = "所有者权益合计" if got.kind == "equity" else statement.form.columns[0]
    lines = [statement.form.line(name) for name in _SHOWN[got.kind]]
    shown = [line for line in lines if line is not None and line.name in statement.figures]
    facts = tuple(
        Fact(line.label, thousands(statement.figures[line.name][column] or Decimal(0)), private=True) for line in shown
    )
    bad = [
        Text(f"不符：{c.name.zh}，相差 {thousands(c.difference)}", f"off: {c.name.en}, by {thousands(c.difference)}")
        for c in statement.checks
        if not c.ok
    ]
    title, label = KINDS[got.kind][0], got.span.label
    drill = [
        Choice(
            Text(f"明细：{line.name}", f"Details: {line.label.en}"),
            say=Text(f"明细 {title.zh} {label} {line.name}", f"details {title.en} {label} {line.name}"),
        )
        for line in shown
        if statement.parts.get(line.name)
    ][:4]
    if statement.wanted:
        month = got.span.months[-1]
        drill.insert(0, Choice(Text("填数", "Give figures"), say=Text(f"报表填数 {month}", f"inputs {month}")))
    flags = (*bad, *statement.notes)[:8]
    status = Text("相符", "ties") if statement.sound else Text("不符", "does not tie")
    return Card(
        title + same(" ") + pages.period_text(label), facts, tuple(flags), tuple(drill), status,
        "good" if statement.sound else "bad",
    )  # fmt: skip


def _format_of(words: str) -> tuple[Format, str]:
    match = re.search(r"(?<![a-z])(pdf|word|docx|excel|xlsx)(?![a-z])", words, re.IGNORECASE)
    if not match:
        return "pdf", words
    kinds: Mapping[str, Format] = {"word": "docx", "docx": "docx", "excel": "xlsx", "xlsx": "xlsx", "pdf": "pdf"}
    return kinds[match[1].lower()], (words[: match.start()] + words[match.end() :]).strip()


def _drawn(page: Page, format: Format) -> tuple[bytes, bytes]:
    """Runs in a worker process: the file, and the picture of its first page."""
    return render(page, format), render(page, "png")
