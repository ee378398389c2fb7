"""查验 beside the commands: putting an item into the queue, and putting a result down for all to see."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from archive.access import Right, Role, may
from archive.approval import Case
from archive.errors import ChangedMeanwhile, NotFound
from archive.item import Item, ItemState, TaxCheck, TaxOutcome
from archive.taxcheck import OUTCOME_NAMES, asked_of, print_of, with_check
from archive.trail import Entry
from archive.words import Text
from handlers.cards import item_card, money, once_more
from handlers.context import Change, Context
from handlers.message import Reply


async def ask(ctx: Context, item: Item) -> None:
    """Have the authority asked about the item as it stands, once for the same facts; nothing where nobody is asked.

    What the sender has still to confirm isn't asked: a misread number would come back as one that doesn't exist.
    """
    sure = item.state is not ItemState.DOUBTFUL and item.tax_check is None
    if ctx.tax_checks is not None and sure and asked_of(item.document) is not None:
        await ctx.tax_checks.ask(item.id, print_of(item.document))


async def put_down(ctx: Context, item_id: str, check: TaxCheck, channel: str) -> Item | None:
    """The result with its finding and its trail entry in one transaction; cards renewed, the sender told of a bad one.

    None when the facts were corrected meanwhile, or a person's result stands against the provider's. The same result
    again (after a crash) changes nothing and tells nobody twice.
    """

    def step(item: Item, case: Case) -> Change:
        standing = item.tax_check
        if print_of(item.document) != check.asked or (standing is not None and _goes_before(standing, check)):
            raise ChangedMeanwhile(item=item.id)
        facts = {"outcome": check.outcome.value, "how": check.how, "day": check.day.isoformat()}
        facts |= {"reason": check.remark} if check.remark else {}
        entry = Entry(check.by, "tax_checked", item.id, check.at, channel, facts)
        return Change(replace(with_check(item, check), version=item.version + 1), case, (entry,))

    try:
        item = (await ctx.vault.change(item_id, step)).item
    except ChangedMeanwhile:
        item = await ctx.vault.item(item_id)
        if item.tax_check is None or not _same(item.tax_check, check):
            return None
    await ctx.post.renew(item.id)
    if check.outcome is not TaxOutcome.GENUINE:
        await _tell(ctx, item, check)
    return item


def _same(standing: TaxCheck, check: TaxCheck) -> bool:
    return replace(standing, at=check.at) == check


def _goes_before(standing: TaxCheck, check: TaxCheck) -> bool:
    """A person's word stands against the provider's; the same result is put down once."""
    return (standing.how == "manual" and check.how != "manual") or _same(standing, check)


async def _tell(ctx: Context, item: Item, check: TaxCheck) -> None:
    """The sender, and finance, hear of a result that isn't a confirmation."""
    said = OUTCOME_NAMES[check.outcome]
    text = Text(f"{item.id}（{money(item)}）查验：{said.zh}", f"{item.id} ({money(item)}) tax check: {said.en}")
    await _spread(ctx, item, text, f"tax:{item.id}:{check.asked}:{check.outcome}")


async def not_checked(ctx: Context, item_id: str, key: str, code: str) -> None:
    """The provider was asked often enough: the sender and finance hear that there is no result."""
    try:
        item = await ctx.vault.item(item_id)
    except NotFound:
        return
    text = Text(
        f"{item.id}（{money(item)}）没有查验成功 [{code}]：请财务或档案员在税务局网站查验后点「查验」登记，"
        f"或输入「查验 {item.id}」再试",
        f"{item.id} ({money(item)}) could not be checked with the tax authority [{code}]: finance or the archivist may "
        f"look it up and press “Tax check”, or type “tax check {item.id}” to try again",
    )
    await _spread(ctx, item, text, key, again=True)


async def _spread(ctx: Context, item: Item, text: Text, key: str, *, again: bool = False) -> None:
    """`again`: those who may have it asked once more get a button for it."""
    people = await ctx.people.all()
    case = await ctx.vault.case(item.id)
    told = {item.owner, *(p.id for p in await ctx.people.having(Role.FINANCE, item.company))}
    await asyncio.gather(
        *(
            ctx.post.tell(
                person.id,
                Reply(
                    text,
                    (item_card(item, case, person, people, ctx.zone, ctx.categories),),
                    choices=(once_more(item),) if again and may(person, Right.CHECK) else (),
                ),
                f"{key}:{person.id}",
            )
            for person in people
            if person.id in told and not person.disabled
        )
    )
