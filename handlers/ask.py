"""问 …: a question in words, answered with a sentence, a small table, a picture, and what may be asked next."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from archive import book_figures, grammar
from archive.access import RIGHT_NAMES, Person, Right, may, may_see
from archive.answer import Answer
from archive.errors import NoStatement, NotAllowed, NotAsked, Problem, UnknownCommand
from archive.grammar import Names
from archive.period import Period
from archive.question import (
    Question,
    What,
    before,
    said,
    subject_name,
)
from archive.trail import Entry
from archive.words import Lang, Text, same
from handlers import financials
from handlers.answered import LINES, in_words, next_steps, say, words_of
from handlers.called import names_of
from handlers.cards import hit_card
from handlers.context import Context
from handlers.figures import books_of, figures, of_items
from handlers.message import Card, Choice, Form, FormField, Message, OutFile, Reply
from handlers.waiting import listed, own_only
from reports import answers
from reports.head import Head
from reports.page import Page
from reports.render import Format, card, render

ACTION = "ask"
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
        return words_of(question, self.people)


async def ask(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """The answer; two buttons where a word means one of two things. Raises what the grammar raises."""
    words = message.click.values.get("words", "") if message.click else rest
    found = await understand(ctx, asker, words)
    if len(found.questions) > 1:
        each = [(q, found.words(q)) for q in found.questions]
        return Reply(_WHICH, choices=tuple(Choice(w, say=say(w)) for _, w in each))
    question = found.questions[0]
    reply = await _answered(ctx, asker, message, question, found)
    if not found.reworded:
        return reply
    meant = found.words(question)
    told = _READ_AS.filled(zh=meant.zh, en=meant.en)
    mend = Choice(Text("改正", "Correct"), ACTION, _packed(meant.to(asker.lang)), form=correction(meant.to(asker.lang)))
    return replace(reply, text=told + (reply.text or same("")), choices=(mend, *reply.choices))


def _packed(words: str) -> str:
    """The words as a button may carry them on every platform: letters, digits, - and _, 200 at most."""
    packed = base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")
    return packed if len(packed) <= 200 else ""


def form_of(subject: str) -> Form:
    """The form of a button, with the words it carries; empty where it carries none that can be read."""
    try:
        words = base64.urlsafe_b64decode(subject + "=" * (-len(subject) % 4)).decode()
    except ValueError:
        words = ""
    return correction(words[: grammar.LONGEST])


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
    if may(asker, Right.SEE_ALL) and (accounts := book_figures.known_accounts(await books_of(ctx, asker.company))):
        yield replace(names, accounts=accounts)


async def _answered(ctx: Context, asker: Person, message: Message, question: Question, found: Found) -> Reply:
    if question.what is What.LIST:
        reply, _ = await listed(ctx, asker, question)
        return reply
    if question.what is What.REPORT:
        return await _statement(ctx, asker, message, question)
    answer = await figures(ctx, asker, question)
    return await _told(ctx, asker, message, answer, found)


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
    page = await financials.page_of(ctx, asker, question.subject, period)
    if page is None:
        raise NoStatement(name=subject_name(question.subject), period=period.label)
    return page


def _month_before(today: date) -> Period:
    return before(Period.month(today.year, today.month))


async def _told(ctx: Context, asker: Person, message: Message, answer: Answer, found: Found) -> Reply:
    q = answer.question
    text = in_words(answer) + (own_only(asker) if answer.documents or of_items(q) else same(""))
    private = tuple(part.name.zh for part in answer.parts[:LINES] if part.private)
    page = page_of(ctx, asker, answer)
    if may(asker, Right.SEE_ALL):
        facts = {"question": said(q, "zh", found.people)[:200]}
        await ctx.trail.add(Entry(asker.id, "asked", q.subject, ctx.now(), message.channel, facts))
    if q.format:
        made = await _file(ctx, asker, message, page, q.format, text, q)
        return replace(made, choices=next_steps(answer, found.people), private=private)
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
    return Reply(text, cards, files, next_steps(answer, found.people), private)


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
