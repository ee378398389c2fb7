"""问 …: a question in words, answered with a sentence, a small table, a picture, and what may be asked next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from archive import book_figures, grammar, item_figures
from archive.access import RIGHT_NAMES, Person, Right, may, may_see
from archive.account import Account
from archive.answer import Answer, Unit, shown
from archive.balance import Balance
from archive.errors import NoFigures, NoStatement, NotAllowed, NotAsked, Problem, UnknownCommand
from archive.grammar import Names
from archive.period import Period
from archive.question import (
    ACCOUNT,
    SIGNS,
    Against,
    Question,
    What,
    before,
    ending_with,
    months,
    said,
    subject_name,
    year_before,
)
from archive.trail import Entry
from archive.vocabulary import BY_KEY
from archive.voucher import Voucher
from archive.words import Lang, Text, same
from handlers.called import names_of
from handlers.cards import hit_card
from handlers.context import Context
from handlers.message import Card, Choice, Form, FormField, Message, OutFile, Reply
from handlers.waiting import listed, moments, own_only
from reports import answers
from reports.head import Head
from reports.page import Page
from reports.render import Format, card, render

ACTION = "ask"
LINES = 10  # of a split in the words of an answer
CARDS = 8
_FORMATS: Mapping[str, Format] = {"pdf": "pdf", "excel": "xlsx", "word": "docx"}
_MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_WHICH = Text("指的是哪一个？", "Which one is meant?")
_READ_AS = Text("理解为：{zh}\n", "Understood as: {en}\n")


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a question: the questions it may be, the words a helper made of it, and the answer to one."""

    questions: tuple[Question, ...]
    people: Mapping[str, str]
    reworded: bool = False

    def words(self, question: Question) -> Text:
        """The canonical words, as they would be typed."""
        return Text(said(question, "zh", self.people), said(question, "en", self.people))


async def ask(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The answer; two buttons where a word means one of two things. Raises what the grammar raises."""
    words = message.click.values.get("words", "") if message.click else rest
    found = await understand(ctx, asker, words)
    if len(found.questions) > 1:
        each = [(q, found.words(q)) for q in found.questions]
        return Reply(_WHICH, choices=tuple(Choice(w, say=_say(w)) for _, w in each))
    question = found.questions[0]
    reply = await _answered(ctx, asker, message, question, found)
    if not found.reworded:
        return reply
    meant = found.words(question)
    told = _READ_AS.filled(zh=meant.zh, en=meant.en)
    mend = Choice(Text("改正", "Correct"), ACTION, "words", form=correction(meant.to(asker.lang)))
    return replace(reply, text=told + (reply.text or same("")), choices=(mend, *reply.choices))


def correction(words: str = "") -> Form:
    """The question as it was understood, to be put right."""
    hint = Text("例：上季度 管理费用 趋势", "e.g. administrative expenses last quarter trend")
    field = FormField("words", Text("想问的是", "The question"), value=words, required=True, hint=hint)
    return Form(Text("改正问题", "Correct the question"), (field,), Text("再问", "Ask again"))


async def understand(ctx: Context, asker: Person, words: str) -> Found:
    """The question in the grammar; account names of the books, then a language model where one is set, may help."""
    today = ctx.now().astimezone(ctx.zone).date()
    names = await names_of(ctx, asker)
    people = {i: name for name, i in names.people.items()}
    refused: NotAsked | None = None
    async for known in _more_and_more(ctx, asker, names):
        try:
            return Found(grammar.read(words, today, known), people)
        except NotAsked as problem:
            refused = problem
    assert refused is not None
    if ctx.reword and (canonical := await ctx.reword(words, today)):
        with suppress(Problem):  # what the grammar can't read is no question, whoever wrote it
            return Found(grammar.read(canonical, today, names), people, reworded=True)
    if not refused.facts.get("instead") and not grammar.sounds(words):
        raise UnknownCommand(words=words.strip()[:40], nearest="帮助")
    raise refused


async def _more_and_more(ctx: Context, asker: Person, names: Names) -> AsyncIterator[Names]:
    """First without the books, which are read only when a question isn't understood without their account names."""
    yield names
    if may(asker, Right.SEE_ALL) and (accounts := book_figures.known_accounts(await _books(ctx, asker.company))):
        yield replace(names, accounts=accounts)


async def _answered(ctx: Context, asker: Person, message: Message, question: Question, found: Found) -> Reply:
    if question.what is What.LIST:
        reply, _ = await listed(ctx, asker, question)
        return reply
    if question.what is What.REPORT:
        return await _statement(ctx, asker, message, question)
    answer = await figures(ctx, asker, question)
    return await _told(ctx, asker, message, answer, found)


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
    return replace(answer, beside=(label, beside.value))


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
    books = await _books(ctx, asker.company)
    period = question.period or book_figures.latest(books)
    if period is None:
        why = Text("还没有导入凭证或余额表", "no vouchers or trial balances were imported yet")
        raise _no_figures(question.subject, why)
    made = book_figures.answer(question, period, books)
    if isinstance(made, Text):
        raise _no_figures(question.subject, made)
    return made


def _no_figures(subject: str, why: Text) -> NoFigures:
    name, reason, instead = book_figures.missing(subject, why)
    return NoFigures(subject=name, why=reason, instead=instead)


async def _books(ctx: Context, company: str) -> book_figures.Books:
    return book_figures.Books(
        await ctx.books.records(company, "vouchers", Voucher),
        await ctx.books.records(company, "balances", Balance),
        await ctx.books.records(company, "accounts", Account),
    )


async def _statement(ctx: Context, asker: Person, message: Message, question: Question) -> Reply:
    """A financial statement as a file, by whoever makes them."""
    page = await statement_page(ctx, asker, question)
    text = page.title + same(" · ") + page.period
    return await _file(ctx, asker, message, page, question.format or "pdf", text, question)


async def statement_page(ctx: Context, asker: Person, question: Question) -> Page:
    """Of the month before, unless a period is named. Raises NotAllowed, NoStatement."""
    if not may(asker, Right.SEE_ALL):
        raise NotAllowed(right=RIGHT_NAMES[Right.SEE_ALL])
    period = question.period or _month_before(ctx.now().astimezone(ctx.zone).date())
    page = await ctx.statements.page(asker, question.subject, period) if ctx.statements else None
    if page is None:
        raise NoStatement(name=subject_name(question.subject), period=period.label)
    return page


def _month_before(today: date) -> Period:
    return before(Period.month(today.year, today.month))


async def _told(ctx: Context, asker: Person, message: Message, answer: Answer, found: Found) -> Reply:
    q = answer.question
    text = (
        sentence(answer)
        + _lines(answer)
        + _basis(answer)
        + (own_only(asker) if answer.documents or _items(q) else same(""))
    )
    private = tuple(part.name.zh for part in answer.parts[:LINES] if part.private)
    page = page_of(ctx, asker, answer)
    if may(asker, Right.SEE_ALL):
        facts = {"question": said(q, "zh", found.people)[:200]}
        await ctx.trail.add(Entry(asker.id, "asked", q.subject, ctx.now(), message.channel, facts))
    if q.format:
        made = await _file(ctx, asker, message, page, q.format, text, q)
        return replace(made, choices=_next(answer, found), private=private)
    files: tuple[OutFile, ...] = ()
    if next(page.charts(), None) is not None:
        picture = await ctx.offload(card, page)
        files = (OutFile("answer.png", "image/png", picture, preview=True),)
    cards: tuple[Card, ...] = ()
    if q.detail and answer.documents:
        items = await ctx.vault.items(answer.documents[-CARDS:][::-1])
        names = {p.id: p.name for p in await ctx.people.all()}
        cards = tuple(hit_card(item, names) for item in items if may_see(asker, item))
        if len(answer.documents) > CARDS:
            text += Text(f"\n最近 {CARDS} 张：", f"\nthe latest {CARDS}:")
    return Reply(text, cards, files, _next(answer, found), private)


def _items(q: Question) -> bool:
    return q.what is What.MEASURE and not q.subject.startswith(ACCOUNT) and BY_KEY[q.subject].source == "items"


def page_of(ctx: Context, asker: Person, answer: Answer, lang: Lang | None = None) -> Page:
    """The answer as a report of the asker's company."""
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    head = Head(company, answer.period, ctx.now().astimezone(ctx.zone), asker.name, lang or asker.lang)
    return answers.page(answer, head)


async def _file(
    ctx: Context, asker: Person, message: Message, page: Page, format: str, text: Text, question: Question
) -> Reply:
    """The page as a file, with its picture; handing it out leaves a trail entry."""
    ending = _FORMATS[format]
    data, picture = await ctx.offload(_drawn, page, ending)
    facts = {"period": page.period.zh, "as": ending}
    await ctx.trail.add(Entry(asker.id, "exported", question.subject, ctx.now(), message.channel, facts))
    name = f"{page.title.to(asker.lang)}_{page.period.to(asker.lang)}.{ending}".replace("/", "-").replace(" ", "_")
    return Reply(
        text, files=(OutFile("answer.png", "image/png", picture, preview=True), OutFile(name, _MEDIA[ending], data))
    )


def _drawn(page: Page, ending: Format) -> tuple[bytes, bytes]:
    """Runs in a worker process: the file, and its picture for the conversation."""
    return render(page, ending), card(page)


def sentence(answer: Answer) -> Text:
    """2026年9月 管理费用：12,345.00 元，比去年同期多 12.3%."""
    q = answer.question
    value = shown(answer.value, answer.unit, wan=q.wan)
    name = subject_name(q.subject)
    by = _filters(q)
    text = Text(
        f"{answer.period.label.zh} {name.zh}{by.zh}：{value.zh}",
        f"{_capital(name.en)}{by.en}, {answer.period.label.en}: {value.en}",
    )
    if answer.unit == "money" and answer.documents:
        text += Text(f"（{answer.count} 张）", f" ({answer.count} documents)")
    if answer.beside:
        text += _beside(answer, answer.unit, q.wan)
    return text


def _beside(answer: Answer, unit: Unit, wan: bool) -> Text:
    assert answer.beside is not None
    label, value = answer.beside
    other = shown(value, unit, wan=wan)
    text = Text(f"；{label.zh} {other.zh}", f"; {label.en} {other.en}")
    if (change := answer.change) is not None:
        text += Text("，", ", ") + answers.percent(change)
    return text


def _filters(q: Question) -> Text:
    named = [value for value in (q.department, q.category, q.supplier) if value]
    if q.bounds:
        named += [f"{SIGNS[bound]}{figure}" for bound, figure in q.bounds]
    return Text(f"（{'，'.join(named)}）", f" ({', '.join(named)})") if named else same("")


def _lines(answer: Answer) -> Text:
    text = same("")
    for part in answer.parts[:LINES]:
        value = shown(part.value, answer.unit, wan=answer.question.wan)
        share = f"（{part.value / answer.whole:.1%}）" if answer.whole else ""
        share_en = f" ({part.value / answer.whole:.1%})" if answer.whole else ""
        text += Text(f"\n· {part.name.zh}：{value.zh}{share}", f"\n· {part.name.en}: {value.en}{share_en}")
    hidden = answer.others + max(len(answer.parts) - LINES, 0)
    if hidden:
        text += Text(f"\n· 其余 {hidden} 项", f"\n· {hidden} more")
    return text


def _basis(answer: Answer) -> Text:
    return Text(f"\n{'；'.join(b.zh for b in answer.basis)}。", f"\n{_capital('; '.join(b.en for b in answer.basis))}.")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _say(words: Text) -> Text:
    return Text(f"问 {words.zh}", f"ask {words.en}")


def _next(answer: Answer, found: Found) -> tuple[Choice, ...]:
    """Down to what is behind it, over time, against last year, and as a file."""
    q = replace(answer.question, period=answer.period)
    books = not _items(q)
    ways: list[tuple[Text, Question]] = []
    if not q.detail:
        detail = (
            replace(q, by=("account",), trend=0, top=0)
            if books
            else replace(q, detail=True, by=(), top=0, share=False, trend=0)
        )
        if not (books and q.by == ("account",)):
            ways.append((Text("明细", "Details"), detail))
    if not q.trend:
        ways.append((Text("趋势", "Trend"), replace(q, trend=12, by=(), top=0, share=False, detail=False)))
    if q.against is Against.NOTHING and not q.other and not q.other_period:
        ways.append((Text("同比", "Year on year"), replace(q, against=Against.YEAR)))
    ways += [(same("PDF"), replace(q, format="pdf")), (same("EXCEL"), replace(q, format="excel"))]
    return tuple(
        Choice(label, say=_say(found.words(way))) for label, way in ways if not (q.format and way.format == q.format)
    )
