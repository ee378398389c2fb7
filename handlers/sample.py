"""抽样 2025 金额≥10万 随机 25 种子 7: the sample with its working paper; 抽样 CY26-0001 performs it again."""

from __future__ import annotations

import re

from archive.access import Person
from archive.money import thousands
from archive.sampling import Drawn, Sample, debit, from_plain, method_in
from archive.words import Text, same
from handlers.context import Context
from handlers.lending import lending_of
from handlers.message import Card, Choice, Fact, Message, OutFile, Reply
from handlers.sampling import drawn_again, drawn_now, new_seed, page_of
from reports.render import render

#: Vouchers on the card; all of them are in the file.
SHOWN = 15
_ID = re.compile(r"CY\d{2}-\d{4,}", re.IGNORECASE)


async def sample(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """抽样 WORDS · 抽样 CY26-0001 · 抽样. Raises BadSample, NoBooks, NotFound."""
    if match := _ID.search(rest):
        return await _again(ctx, asker, message, match[0].upper())
    if not rest.strip():
        return await _last(ctx, asker)
    made, drawn = await drawn_now(ctx, asker, method_in(rest, new_seed()), message.channel)
    text = Text(
        f"{made.id}：总体 {made.population} 张，符合 {made.fitting} 张，抽中 {len(made.refs)} 张，"
        f"金额 {thousands(drawn.total)}。重做：抽样 {made.id}",
        f"{made.id}: {len(made.refs)} of {made.fitting} fitting vouchers of {made.population}, "
        f"{thousands(drawn.total)} in all. Again: sample {made.id}",
    )
    return Reply(text, (_card(made, drawn),), await _file(ctx, asker, made, drawn), private=(thousands(drawn.total),))


async def _again(ctx: Context, asker: Person, message: Message, sample_id: str) -> Reply:
    again = await drawn_again(ctx, asker, sample_id, message.channel)
    if again.same:
        text = Text(f"{sample_id} 重做：结果一致", f"{sample_id} again: the same vouchers")
        if not again.books_same:
            text += Text("（总体已有变动）", " (the population has changed)")
    else:
        text = Text(
            f"{sample_id} 重做：结果不一致，抽样后账簿有变动",
            f"{sample_id} again: not the same; the books have changed",
        )
    return Reply(text, (_card(again.sample, again.drawn),), await _file(ctx, asker, again.sample, again.drawn))


async def _last(ctx: Context, asker: Person) -> Reply:
    found = await lending_of(ctx).samples.last(asker.company)
    if not found:
        hint = Text("还没有抽样。例：抽样 2025 金额≥10万 随机 25 种子 7",
                    "No samples yet. Example: sample 2025 amount ≥ 100000 random 25 seed 7")  # fmt: skip
        return Reply(hint)
    text = Text(f"最近 {len(found)} 次抽样：", f"The last {len(found)} samples:")
    for each in found:
        text += same(f"\n· {each.id} ") + from_plain(each.method).text + same(f" → {len(each.refs)}")
    says = tuple(Choice(same(x.id), say=Text(f"抽样 {x.id}", f"sample {x.id}")) for x in found[:4])
    return Reply(text, choices=says)


def _card(made: Sample, drawn: Drawn) -> Card:
    facts = [Fact(Text("方法", "Method"), from_plain(made.method).text)]
    for v in drawn.vouchers[:SHOWN]:
        summary = next((x.summary for x in v.lines if x.summary), "")
        facts.append(Fact(same(f"{v.date or ''} {v.word}-{v.number}"), f"{thousands(debit(v))}  {summary[:40]}",
                          private=True))  # fmt: skip
    facts.append(Fact(Text("总体摘要", "Digest of the population"), made.population_digest[:16] + "…"))
    flags: tuple[Text, ...] = ()
    if (more := len(drawn.vouchers) - SHOWN) > 0:
        flags = (Text(f"另有 {more} 张，见清单", f"{more} more in the list"),)
    says = tuple(
        Choice(same(v.ref), say=Text(f"联查 {v.word}-{v.number} {v.period}", f"trace {v.word}-{v.number} {v.period}"))
        for v in drawn.vouchers[:3]
    )
    return Card(Text(f"抽样 {made.id}", f"Sample {made.id}"), tuple(facts), flags, says)


async def _file(ctx: Context, asker: Person, made: Sample, drawn: Drawn) -> tuple[OutFile, ...]:
    page = page_of(ctx, asker, made, drawn, ctx.now().astimezone(ctx.zone))
    data: bytes = await ctx.offload(render, page, "xlsx")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return (OutFile(f"{page.title.to(asker.lang)}_{made.id}.xlsx", kind, data),)
