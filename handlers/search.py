"""查 …: words, numbers, periods, amounts, people and states, answered as a page of cards."""

from __future__ import annotations

from dataclasses import replace

from archive.access import Person, Right, may, may_see
from archive.asking import ask
from archive.item import Item
from archive.query import Query, Scope
from archive.words import Text
from handlers.cards import hit_card
from handlers.context import Context
from handlers.message import Choice, Message, Reply

PAGE = 8


async def search(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """One page of what was found; the next page is a button that carries the words and the page."""
    words, page = (message.click.subject, message.click.version) if message.click else (rest, 0)
    items, total = await find(ctx, asker, words, page)
    names = {p.id: p.name for p in await ctx.people.all()}
    if not items:
        hint = Text(
            f"没有找到「{words}」。可以少写几个条件，或换个期间，例：查 顺丰 2026-10 >500",
            f"Nothing found for “{words}”. Try fewer conditions or another period, e.g. search sf 2026-10 >500",
        )
        return Reply(hint)
    first = page * PAGE + 1
    text = Text(
        f"找到 {total} 张，第 {first}–{first + len(items) - 1} 张：",
        f"{total} found, showing {first}–{first + len(items) - 1}:",
    )
    return Reply(text, tuple(hit_card(item, names) for item in items), choices=_pages(words, page, total))


async def find(ctx: Context, asker: Person, words: str, page: int = 0, size: int = PAGE) -> tuple[list[Item], int]:
    """The items of one page and how many there are; each is checked again at the record itself."""
    query = await read_query(ctx, asker, words)
    scope = Scope(asker.company, None if may(asker, Right.SEE_ALL) else asker.id)
    hits = await ctx.search.find(replace(query, page=page, size=size), scope)
    items = await ctx.vault.items(hits.ids)
    return [item for item in items if may_see(asker, item)], hits.total


async def read_query(ctx: Context, asker: Person, words: str) -> Query:
    """The words as a query, with the names of the people and departments of the asker's company."""
    people = [p for p in await ctx.people.all() if p.company == asker.company]
    today = ctx.now().astimezone(ctx.zone).date()
    departments = {p.department for p in people if p.department}
    return ask(words, today, {p.name: p.id for p in people}, departments, asker.id)


def _pages(words: str, page: int, total: int) -> tuple[Choice, ...]:
    choices: list[Choice] = []
    if page:
        choices.append(Choice(Text("上一页", "Previous"), action="page", subject=words, version=page - 1))
    if (page + 1) * PAGE < total:
        choices.append(Choice(Text("下一页", "Next"), action="page", subject=words, version=page + 1))
    return tuple(choices)
