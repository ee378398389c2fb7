"""The figure a question asks for, from documents or from books, and what it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archive import book_figures, item_figures
from archive.access import RIGHT_NAMES, Person, Right, may, may_see
from archive.account import Account
from archive.answer import Answer
from archive.balance import Balance
from archive.errors import NoFigures, NotAllowed
from archive.period import Period
from archive.question import ACCOUNT, Against, Question, What, before, ending_with, months, subject_name, year_before
from archive.vocabulary import BY_KEY
from archive.voucher import Voucher
from archive.words import Text, same
from handlers.context import Context
from handlers.waiting import moments
from reports import answers


async def figures(ctx: Context, asker: Person, question: Question) -> Answer:
    """The figure and what it is held against. Raises NotAllowed for the books, NoFigures where there are none."""
    answer = await _figure(ctx, asker, question)
    period, other = _against(question, answer.period)
    if period is None:
        return answer
    plain = replace(question, subject=other or question.subject, period=period, by=(), trend=0, top=0, share=False,
                    detail=False, against=Against.NOTHING, other="", other_period=None)  # fmt: skip
    label = answers.beside_name(
        question.against, subject_name(other) + same(" ") + period.label if other else period.label
    )
    try:
        beside = await _figure(ctx, asker, plain)
    except NoFigures as problem:
        why = Text(f"{label.zh}：{problem.facts['why'].zh}", f"{label.en}: {problem.facts['why'].en}")
        return replace(answer, beside=(label, None), basis=(*answer.basis, why))
    rests_on = tuple(Text(f"{label.zh}：{b.zh}", f"{label.en}: {b.en}") for b in beside.basis if b not in answer.basis)
    return replace(answer, beside=(label, beside.value), basis=(*answer.basis, *rests_on))


def _against(q: Question, period: Period) -> tuple[Period | None, str]:
    match q.against:
        case Against.PRIOR:
            return before(period), ""
        case Against.YEAR:
            return year_before(period), ""
    if q.other or q.other_period:
        return q.other_period or period, q.other
    return None, ""


async def _figure(ctx: Context, asker: Person, question: Question) -> Answer:
    books = question.subject.startswith(ACCOUNT) or BY_KEY[question.subject].source == "books"
    return await (_of_books if books else _of_items)(ctx, asker, question)


async def _of_items(ctx: Context, asker: Person, question: Question) -> Answer:
    """Of everything the asker may see, and nothing else."""
    today = ctx.now().astimezone(ctx.zone).date()
    period = question.period or Period.month(today.year, today.month)
    wide = _wide(question, period)
    first, last = moments(ctx, wide)
    person = None if may(asker, Right.SEE_ALL) else asker.id
    pairs = [p for p in await ctx.vault.span(asker.company, first, last, person) if may_see(asker, p[0])]
    names = {p.id: p.name for p in await ctx.people.all()}
    categories = {c.name.zh: c.name for c in ctx.categories} | {ctx.no_category.zh: ctx.no_category}
    return item_figures.answer(question, period, pairs, item_figures.Words(names, categories, ctx.zone))


def _wide(question: Question, period: Period) -> Period:
    first = min(period.first, ending_with(period.last, question.trend).first) if question.trend else period.first
    last = max(period.last, next(months(period.last, period.last)).last)
    return Period.days(first, last)


async def _of_books(ctx: Context, asker: Person, question: Question) -> Answer:
    """Of the whole company's accounts, for those who see all; without a period, the last month there are books."""
    if not may(asker, Right.SEE_ALL):
        raise NotAllowed(right=RIGHT_NAMES[Right.SEE_ALL])
    books = await books_of(ctx, asker.company, _months_of(question))
    period = question.period or book_figures.latest(books)
    if period is None:
        why = Text("还没有导入凭证或余额表", "no vouchers or trial balances were imported yet")
        raise _no_figures(question.subject, why)
    made = book_figures.answer(question, period, books)
    if isinstance(made, Text) and question.period:  # why not is said of all the books, not of these months
        made = book_figures.answer(question, period, await books_of(ctx, asker.company))
    if isinstance(made, Text):
        raise _no_figures(question.subject, made)
    return made


def _no_figures(subject: str, why: Text) -> NoFigures:
    name, reason, instead = book_figures.missing(subject, why)
    return NoFigures(subject=name, why=reason, instead=instead)


def _months_of(question: Question) -> Sequence[str]:
    """The months a turnover needs; () for all: a balance is carried on from whichever month has a table."""
    period = question.period
    how = BY_KEY[question.subject].how if question.subject in BY_KEY else "closing"
    if period is None or how == "closing":
        return ()
    wide = _wide(question, period)
    return [f"{month.first:%Y-%m}" for month in months(wide.first, wide.last)]


async def books_of(ctx: Context, company: str, wanted: Sequence[str] = ()) -> book_figures.Books:
    """What was imported for the company, of these months or of all."""
    vouchers: list[Voucher] = []
    balances: list[Balance] = []
    for month in wanted or ("",):
        vouchers += await ctx.books.records(company, "vouchers", Voucher, month)
        balances += await ctx.books.records(company, "balances", Balance, month)
    return book_figures.Books(vouchers, balances, await ctx.books.records(company, "accounts", Account))


def of_items(q: Question) -> bool:
    """Whether the question is after documents, not after the books."""
    return q.what is What.MEASURE and not q.subject.startswith(ACCOUNT) and BY_KEY[q.subject].source == "items"
