"""月结包 2026-09: statements, analyses, registers and what is still open, bound as one PDF."""

from __future__ import annotations

from collections.abc import Sequence

from archive import period as periods
from archive.access import Person, Right, demand
from archive.approval import deciders
from archive.digest import waits_since as since
from archive.errors import BadPeriod, NoBooks, NothingInBooks, NothingToReport, TooFewMonths
from archive.item import Item, ItemState
from archive.item_figures import day_of
from archive.period import Period
from archive.question import before, period_words
from archive.reconcile import Reconciliation
from archive.remark import Remark
from archive.trail import Entry
from archive.vocabulary import STATEMENTS
from archive.words import Text, same
from handlers import analysis, financials
from handlers.compared import ledger, matched, months
from handlers.context import Context
from handlers.message import Choice, Message, OutFile, Reply
from handlers.report import build
from handlers.waiting import moments
from reports.catalogue import REPORTS
from reports.head import Head
from reports.open_items import TITLE, Open, open_items
from reports.pack import Section, bound, contents, note
from reports.page import Page
from reports.render import card

NAME = Text("月结包", "Month-end pack")
_NO_BOOKS = Text("没有导入账簿，未核对凭证和银行", "no books were imported: vouchers and bank were not checked")
_NO_LEDGER = Text(
    "没有可用的总账数据（导入本期凭证、余额表后可出）", "no ledger: import this period's vouchers and balances"
)
#: Analyses of the books that go into the pack, of those there are.
_ANALYSES = ("trend", "structure", "ratios", "ageing", "anomalies")
#: And registers of documents.
_REGISTERS = ("expenses", "travel", "suppliers", "approvals")


async def month_end(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The pack of the month before, unless a period is named. What can't be made is named in its contents."""
    demand(asker, Right.SEE_ALL)
    today = ctx.now().astimezone(ctx.zone).date()
    period = periods.parse(rest, today) if rest.strip() else before(Period.month(today.year, today.month))
    if period is None:
        raise BadPeriod(words=rest)
    sections = await gathered(ctx, asker, message, period)
    head = _head(ctx, asker, period)
    missing = [s.name for s in sections if s.page is None]
    said = Text(f"共 {len(sections) - len(missing)} 部分", f"{len(sections) - len(missing)} sections")
    cover = head.page(
        NAME,
        period.label,
        (note(Text("页脚中间是全册页码。", "The number in the middle of each foot runs through the pack.")),),
    )
    await _progress(ctx, message, 0.8, Text("正在装订", "binding"))
    data, picture = await ctx.offload(_drawn, cover, sections)
    facts = {"period": period.label.zh, "as": "pdf", "sections": str(len(sections) - len(missing))}
    await ctx.trail.add(Entry(asker.id, "exported", "month_end", ctx.now(), message.channel, facts))
    text = NAME + same(" · ") + period.label + Text("：", ": ") + said
    if missing:
        text += Text(
            "；未附：" + "、".join(m.zh for m in missing), "; not included: " + ", ".join(m.en for m in missing)
        )
    name = f"{NAME.to(asker.lang)}_{period_words(period, 'en')}.pdf".replace(" ", "_")
    words = period_words(period, "en")
    return Reply(
        text,
        files=(
            OutFile("month_end.png", "image/png", picture, preview=True),
            OutFile(name, "application/pdf", data),
        ),
        choices=(
            Choice(Text("看未结事项", "See what is open"), say=Text("谁还没批", "who has not approved")),
            Choice(Text("核对", "Match"), say=Text(f"核对 {words}", f"match {words}")),
        ),
    )  # fmt: skip


async def gathered(ctx: Context, asker: Person, message: Message, period: Period) -> list[Section]:
    """Every section in order, made or with the reason why not."""
    sections: list[Section] = []
    steps = len(STATEMENTS) + len(_ANALYSES) + len(_REGISTERS) + 1
    for term in STATEMENTS:
        page = await financials.page_of(ctx, asker, term.key, period)
        sections.append(Section(term.name, page, same("") if page else _NO_LEDGER))
    await _progress(ctx, message, 0.2, Text("财务报表", "statements"))
    for kind in (analysis.KINDS[key] for key in _ANALYSES):
        try:
            found = await analysis.asked(
                ctx, asker, f"{kind.name.zh} {period_words(period, 'zh')}", asker.lang, ctx.now()
            )
            sections.append(Section(kind.name, found.page))
        except (NoBooks, NothingInBooks):
            sections.append(Section(kind.name, None, _NO_LEDGER))
        except TooFewMonths as error:
            sections.append(Section(kind.name, None, error.why.filled(**error.facts)))
        await _progress(ctx, message, 0.2 + 0.5 * len(sections) / steps, kind.name)
    for entry in (e for e in REPORTS if e.key in _REGISTERS):
        try:
            made = await build(ctx, asker, f"{entry.name.zh} {period_words(period, 'zh')}")
            sections.append(Section(entry.name, made.page))
        except NothingToReport:
            why = Text("这个期间没有单据", "there are no documents in this period")
            sections.append(Section(entry.name, None, why))
        await _progress(ctx, message, 0.2 + 0.5 * len(sections) / steps, entry.name)
    sections.append(Section(TITLE, await _open(ctx, asker, period)))
    return sections


async def _open(ctx: Context, asker: Person, period: Period) -> Page:
    """What is open as of now among what is dated up to the period's end, and what its books leave open."""
    people = await ctx.people.all()
    names = {p.id: p.name for p in people}
    now = ctx.now()
    _, end = moments(ctx, period)
    pending = [
        _line(item, names, " / ".join(p.name for p in deciders(case, item, people)) or "—", (now - since(case)).days)
        for item, case in await ctx.vault.open_cases(asker.company)
        if day_of(item, ctx.zone) <= period.last
    ]
    first, _ = moments(ctx, Period.days(period.first.replace(year=period.first.year - 1, day=1), period.last))
    incomplete = [
        _line(item, names, names.get(item.owner, item.owner), (now - item.received_at).days)
        for item, _ in await ctx.vault.span(asker.company, first, end, None)
        if item.state is ItemState.DOUBTFUL
    ]
    why: Text | None = None
    remarks: list[Remark] = []
    reconciled: list[Reconciliation] = []
    try:
        books = await ledger(ctx, asker.company)
        for month in months(period_words(period, "zh"), period.last):
            found = await matched(ctx, asker.company, month, books)
            remarks += found.remarks
            reconciled = list(found.reconciled)
    except NoBooks:
        why = _NO_BOOKS
    return open_items(pending, incomplete, remarks, reconciled, why, _head(ctx, asker, period))


def _line(item: Item, names: dict[str, str], waits_for: str, days: int) -> Open:
    d = item.document
    return Open(
        item.id, d.date, d.seller_name or "", d.total, d.currency, names.get(item.owner, item.owner), waits_for, days
    )


def _head(ctx: Context, asker: Person, period: Period) -> Head:
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    return Head(company, period, ctx.now().astimezone(ctx.zone), asker.name, asker.lang)


def _drawn(cover: Page, sections: Sequence[Section]) -> tuple[bytes, bytes]:
    """Runs in a worker process: the pack, and the picture of what is open for the conversation."""
    shown = next((s.page for s in reversed(sections) if s.page), contents(cover, sections, [None] * len(sections)))
    return bound(cover, sections), card(shown)


async def _progress(ctx: Context, message: Message, share: float, note: Text) -> None:
    await ctx.post.progress(message.id, share, Reply(note))
