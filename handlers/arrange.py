"""整理 2026-09: what the month's vouchers and documents would become; 归档 gives them their numbers, at a press."""

from __future__ import annotations

import re
from datetime import date

from archive.access import Person
from archive.arranging import told
from archive.errors import OneMonth
from archive.period import Period, parse
from archive.words import Text, same
from handlers.context import Context
from handlers.message import Card, Choice, Fact, Message, Reply
from handlers.month import Month, carried_out, planned
from handlers.year_books import Year, carried_out_year, planned_year

#: The button under a plan.
FILE = "arrange_file"


def month_of(words: str, today: date) -> str:
    """2026-09, from the words. Raises OneMonth for anything that isn't one month."""
    period = parse(words or "上月", today)
    if period is None or period != Period.month(period.first.year, period.first.month):
        raise OneMonth(words=words)
    return f"{period.first:%Y-%m}"


async def arrange(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """整理 2026-09: the plan as a card, with the button that carries it out; 整理 2025: the books of the year."""
    if year := year_of(rest):
        return Reply(cards=(year_card(await planned_year(ctx, asker.company, year)),))
    period = month_of(rest, message.at.astimezone(ctx.zone).date())
    return Reply(cards=(plan_card(await planned(ctx, asker.company, period)),))


async def file_month(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """归档: the month as it stands now; pressed again, nothing changes."""
    assert message.click is not None  # the table sends only clicks here
    if year := year_of(message.click.subject):
        return await _file_year(ctx, asker, message, year)
    period = month_of(message.click.subject, message.at.astimezone(ctx.zone).date())

    async def step(done: int, of: int) -> None:
        note = Text(f"已归档 {done}/{of} 件", f"{done} of {of} filed")
        await ctx.post.progress(message.id, done / max(of, 1), Reply(note))

    month = await planned(ctx, asker.company, period)
    outcome = await carried_out(ctx, asker.company, asker.id, month, message.channel, step)
    if not outcome.units and not outcome.added:
        text = Text(f"{period} 已经归档，没有变化。", f"{period} is filed already; nothing changed.")
    else:
        text = Text(
            f"{period} 归档完成：{outcome.units} 件，补入单据 {outcome.added} 份。",
            f"{period} is filed: {outcome.units} units, {outcome.added} late documents added.",
        )
    for volume in outcome.volumes:
        numbers = f"{volume.word}-{volume.first_no}~{volume.last_no}"
        count = Text(f"，{volume.count} 件，{numbers}", f", {volume.count}, {numbers}")
        text += same(f"\n· {volume.id} ") + volume.title + count
    say = Text(f"案卷 {period[:4]}", f"volumes {period[:4]}")
    return Reply(text, choices=(Choice(Text("看案卷", "See the volumes"), say=say),))


def year_of(words: str) -> int:
    """2025 or 2025年; 0 for anything else."""
    found = re.fullmatch(r"\s*(20\d\d)\s*年?\s*", words)
    return int(found[1]) if found else 0


async def _file_year(ctx: Context, asker: Person, message: Message, year: int) -> Reply:
    plan = await planned_year(ctx, asker.company, year)
    done = await carried_out_year(ctx, asker.company, asker.id, plan, message.channel)
    if not done:
        return Reply(cards=(year_card(plan),))
    return Reply(Text(f"{year} 年账簿归档完成：{done} 件。", f"The books of {year} are filed: {done} units."))


def year_card(year: Year) -> Card:
    """The books of a year: what would be filed, and the months that come first."""
    kinds: dict[str, int] = {}
    for book in year.books:
        kinds[book.kind] = kinds.get(book.kind, 0) + 1
    facts = [Fact(same(kind), Text(f"{count} 件", f"{count} units")) for kind, count in kinds.items()]
    facts.append(Fact(Text("已归档", "Filed already"), Text(f"{year.standing} 件", f"{year.standing} units")))
    flags: list[Text] = []
    if year.open_months:
        named = "、".join(year.open_months)
        flags.append(Text(f"这些月的凭证还没有归档：{named}", f"vouchers of these months are not filed yet: {named}"))
    if "总账" not in kinds and year.books:
        flags.append(Text("没有导入科目余额表，不做总账", "no trial balances were imported: no general ledger is made"))
    choices: tuple[Choice, ...] = ()
    status = Text("没有要归档的", "nothing to file")
    if year.ready:
        choices = (Choice(Text("归档", "File"), FILE, str(year.year), 0, "primary"),)
        status = Text("试运行，还没有归档", "a trial: nothing is filed yet")
    elif year.open_months:
        status = Text("先归档各月凭证", "file the months first")
    elif not year.over:
        status = Text("年度还没有结束", "the year has not ended yet")
    title = Text(f"整理 {year.year} 年账簿", f"Arranging the books of {year.year}")
    return Card(title, tuple(facts), tuple(flags), choices, status, "wait" if year.books else "good")


def left_open(month: Month) -> tuple[Text, ...]:
    """What the plan leaves open, for people."""
    if not month.before:
        return tuple(told(month.plan))
    named = "、".join(month.before)
    early = Text(
        f"{named} 还没有整理：案卷号按归档先后给出，请先整理前月",
        f"{named} not arranged yet: volumes are numbered as they are filed, so please begin with the earlier months",
    )
    return (early, *told(month.plan))


def plan_card(month: Month) -> Card:
    """The plan: how many 件, which volumes, what is open."""
    made = month.plan
    words: dict[str, list[int]] = {}
    for draft in made.drafts:
        words.setdefault(draft.word, []).append(draft.number)
    documents = sum(len(draft.items) for draft in made.drafts) + len(made.additions)
    facts = [
        Fact(Text("新归档", "To be filed"), Text(f"{len(made.drafts)} 件", f"{len(made.drafts)} units")),
        Fact(Text("已归档", "Filed already"), Text(f"{made.standing} 件", f"{made.standing} units")),
        Fact(Text("归入的单据", "Documents taken in"), str(documents)),
    ]
    for word, numbers in sorted(words.items()):
        value = f"{word}-{min(numbers)}~{max(numbers)}（{len(numbers)}）"
        facts.append(Fact(Text(f"案卷「{word}」", f"Volume “{word}”"), value))
    if month.files:
        value = "、".join(each.unit.title for each in month.files)
        facts.append(Fact(Text("账簿、对账单", "Books, statements"), value[:300]))
    choices: tuple[Choice, ...] = ()
    if not month.empty:
        choices = (Choice(Text("归档", "File"), FILE, made.period, 0, "primary"),)
    status = Text("没有要归档的", "nothing to file")
    if choices:
        status = Text("试运行，还没有归档", "a trial: nothing is filed yet")
    title = Text(f"整理 {made.period}", f"Arranging {made.period}")
    return Card(title, tuple(facts), left_open(month), choices, status, "wait" if choices else "good")
