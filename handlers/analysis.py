"""异常, 趋势, 比率 …: analyses of the imported books as replies and files, by their own names or as reports."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from archive.access import Person, Right, may
from archive.analysis.figures import Figures
from archive.period import Period
from archive.statements.make import Span, span_in
from archive.trail import Entry
from archive.words import Lang, Text, same
from handlers.anomalies import unusual
from handlers.context import Context
from handlers.made import Made, archive_choice
from handlers.message import Card, Choice, Fact, Message, OutFile, Reply
from handlers.studies import (
    Study,
    ages,
    budgets,
    customers,
    figures,
    forecasts,
    ratio_tables,
    structures,
    trends,
    vendors,
)
from reports import anomalies as anomalies_page
from reports.financials import period_text
from reports.head import Head
from reports.page import YUAN, Page
from reports.render import Format, render
from reports.units import find_unit

#: Findings told on the card; vouchers, and kinds by themselves, one press away.
FLAGS, VOUCHERS, ONLY = 8, 6, 5


@dataclass(frozen=True, slots=True)
class Analysed:
    """A finished analysis: its page, its JSON (empty: that of the page), what its card tells and offers."""

    key: str
    span: Span
    page: Page
    rows: int
    figures: bytes = b""
    facts: tuple[Fact, ...] = ()
    flags: tuple[Text, ...] = ()
    choices: tuple[Choice, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        """The days it covers."""
        return stretch(self.span)

    def made(self) -> Made:
        """As a report among others."""
        return Made(self.page, self.key, self.period, self.rows, self.figures)


Maker = Callable[[Context, str, Span, Head, str], Awaitable[Analysed]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One analysis: its name, other words for it, what the help says, an example period, and how it is made."""

    name: Text
    words: tuple[str, ...]
    help: Text
    example: str
    make: Maker


async def _anomalies(ctx: Context, company: str, span: Span, head: Head, only: str) -> Analysed:
    """`only`: one kind of finding by its name, all of its vouchers; else everything."""
    found = await unusual(ctx, company, span.months)
    remarks = [r for r in found.remarks if not only or only in anomalies_page.called(r.kind)]
    told = (remarks, found.unchecked, found.vouchers, head)
    kinds = anomalies_page.grouped(remarks)
    ordered = [remark for _, group in kinds for remark in group]
    refs = dict.fromkeys(ref for r in ordered for ref in r.refs if re.fullmatch(r"20\d\d-\d\d \S+-\d+", ref))
    choices = [
        Choice(same(ref), say=Text(f"凭证 {ref}", f"voucher {ref}"))
        for ref in list(refs)[: 2 * VOUCHERS if only else VOUCHERS]
    ]
    for kind, group in kinds[:ONLY] if len(kinds) > 1 else ():
        name = anomalies_page.name(kind)
        say = Text(f"异常 {span.label} {name.zh}", f"anomalies {span.label} {name.en}")
        choices.append(Choice(Text(f"{name.zh}（{len(group)}）", f"{name.en} ({len(group)})"), say=say))
    return Analysed(
        "anomalies", span, anomalies_page.page(*told), len(ordered),
        json.dumps(anomalies_page.as_json(*told), ensure_ascii=False, indent=1).encode(),
        tuple(Fact(anomalies_page.name(kind), f"{len(group)}") for kind, group in kinds),
        tuple(r.why for r in ordered[:FLAGS]), tuple(choices),
        tuple(dict.fromkeys(ref for r in ordered[:FLAGS] for ref in r.refs if ref.isdigit() and len(ref) >= 8)),
    )  # fmt: skip


Student = Callable[[Context, str, Figures, Span, Head], Awaitable[Study]]


def _study(key: str, make: Student, *, ahead: bool = False) -> Maker:
    """`ahead`: it may be asked for months the books don't have yet."""

    async def made(ctx: Context, company: str, span: Span, head: Head, only: str) -> Analysed:
        books = await figures(ctx, company)
        mine = span if ahead and books.ledger.months else books.within(span)
        study = await make(ctx, company, books, mine, replace(head, period=stretch(mine)))
        return Analysed(key, mine, study.page, study.rows, facts=study.facts, flags=study.flags)

    return made


KINDS: Mapping[str, Kind] = {
    "anomalies": Kind(
        Text("异常", "anomalies"), ("账簿异常", "异常凭证", "anomaly"),
        Text("看账里的异常", "see what looks unusual in the books"), "2026-09", _anomalies,
    ),
    "trend": Kind(
        Text("趋势", "trends"), ("经营趋势", "趋势分析", "trend"),
        Text("看经营趋势", "see trends"), "2026-09", _study("trend", trends),
    ),
    "structure": Kind(
        Text("结构", "structure"), ("结构分析", "构成"),
        Text("看收入、费用、资产的结构", "see what figures are made of"), "2026-09", _study("structure", structures),
    ),
    "ratios": Kind(
        Text("比率", "ratios"), ("财务比率", "财务指标", "杜邦", "ratio", "dupont"),
        Text("看财务比率", "see financial ratios"), "2026Q3", _study("ratios", ratio_tables),
    ),
    "ageing": Kind(
        Text("账龄", "ageing"), ("账龄分析", "应收账龄", "应付账龄", "aging"),
        Text("看应收应付账龄", "see how old debts are"), "2026-09", _study("ageing", ages),
    ),
    "customers": Kind(
        Text("客户排名", "customers"), ("客户排行", "客户统计", "customer ranking", "top customers"),
        Text("看客户排名", "see customers by revenue"), "2026", _study("customers", customers),
    ),
    "purchases": Kind(
        Text("供应商排名", "purchases"),
        ("供应商排行", "采购排名", "supplier ranking", "vendor ranking", "top suppliers"),
        Text("看供应商排名", "see suppliers by purchases"), "2026", _study("purchases", vendors),
    ),
    "forecast": Kind(
        Text("现金预测", "cash forecast"), ("资金预测", "现金流预测", "现金流量预测"),
        Text("预测未来三个月的现金", "foretell cash three months ahead"), "2026-09", _study("forecast", forecasts),
    ),
    "budget": Kind(
        Text("预算", "budget"), ("预算执行", "预算执行情况", "预算差异"),
        Text("看预算执行情况", "see actual against budget"), "2026Q3", _study("budget", budgets, ahead=True),
    ),
}  # fmt: skip


def kind_in(words: str) -> tuple[str, str] | None:
    """The analysis the words name, and the words without its name; the longest name counts."""
    said = words.lower()
    named = [(w.lower(), key) for key, kind in KINDS.items() for w in (key, kind.name.zh, kind.name.en, *kind.words)]
    for word, key in sorted(named, key=lambda pair: -len(pair[0])):
        edge = r"(?<![a-z])" if word.isascii() else ""
        if match := re.search(edge + re.escape(word) + (r"(?![a-z])" if word.isascii() else ""), said):
            return key, f"{words[: match.start()]} {words[match.end() :]}".strip()
    return None


def names_analysis(words: str) -> bool:
    """Whether the words ask for an analysis of the books."""
    return kind_in(words) is not None


def names() -> Text:
    """All of them in one line, to follow the names of other reports."""
    every = [kind.name for kind in KINDS.values()]
    return Text("".join(f"、{n.zh}" for n in every), "".join(f", {n.en}" for n in every))


async def asked(
    ctx: Context, asker: Person, words: str, lang: Lang | None = None, moment: datetime | None = None
) -> Analysed:
    """The analysis the words name, made at this moment or now. Raises BadPeriod, NoBooks, NothingInBooks."""
    unit, words = find_unit(words)
    named = kind_in(words)
    assert named is not None  # asked of such words only
    key, rest = named
    rest, only = anomalies_page.kind_in(rest) if key == "anomalies" else (rest, "")
    at = (moment or ctx.now()).astimezone(ctx.zone)
    span = span_in(rest or await _latest(ctx, asker.company), at.date())
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    head = Head(company, stretch(span), at, asker.name, lang or asker.lang, unit or YUAN)
    return await KINDS[key].make(ctx, asker.company, span, head, only)


async def _latest(ctx: Context, company: str) -> str:
    """The last month of the books: what is meant where no period is said."""
    return (await ctx.ledgers.open(company)).last


def stretch(span: Span) -> Period:
    """The days of a span of months."""
    first, last = span.months[0], span.months[-1]
    end = Period.month(int(last[:4]), int(last[5:])).last
    return Period(date(int(first[:4]), int(first[5:]), 1), end, period_text(span.label))


def command(key: str) -> Callable[[Context, Person, Message, str], Awaitable[Reply]]:
    """The handler of one analysis by its own name."""

    async def said(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
        return await reply(ctx, asker, message, f"{KINDS[key].name.zh} {rest}")

    said.__name__ = key
    return said


async def reply(ctx: Context, asker: Person, message: Message, words: str) -> Reply:
    """The analysis as PDF with a preview and a card; Word and Excel are one press away."""
    format, plain = _format_of(words)
    got = await asked(ctx, asker, plain)
    data, picture = await ctx.offload(_drawn, got.page, format)
    facts = {"period": got.span.label, "as": format}
    await ctx.trail.add(Entry(asker.id, "exported", got.key, ctx.now(), message.channel, facts))
    called = KINDS[got.key].name
    name = f"{got.page.title.to(asker.lang)}_{got.span.label}.{format}".replace(" ", "_").replace("/", "-")
    others = [f for f in ("pdf", "xlsx", "docx") if f != format]
    again = [
        Choice(same(f.upper()), say=Text(f"{called.zh} {got.span.label} {f}", f"{called.en} {got.span.label} {f}"))
        for f in others
    ]
    if may(asker, Right.KEEP):
        again.append(archive_choice(got.made()))
    title = got.page.title + same(" · ") + period_text(got.span.label)
    card = Card(title, got.facts, got.flags, got.choices)
    return Reply(
        title,
        (card,) if got.facts or got.flags else (),
        (OutFile(f"{got.key}.png", "image/png", picture, preview=True), OutFile(name, _MEDIA[format], data)),
        tuple(again),
        got.private,
    )


_MEDIA: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMATS: Mapping[str, Format] = {"pdf": "pdf", "word": "docx", "docx": "docx", "excel": "xlsx", "xlsx": "xlsx"}


def _format_of(words: str) -> tuple[Format, str]:
    match = re.search(rf"(?<![a-z])({'|'.join(_FORMATS)})(?![a-z])", words, re.IGNORECASE)
    if not match:
        return "pdf", words
    return _FORMATS[match[1].lower()], (words[: match.start()] + words[match.end() :]).strip()


def _drawn(page: Page, format: Format) -> tuple[bytes, bytes]:
    """Runs in a worker process: the file, and the picture of its first page."""
    return render(page, format), render(page, "png")
