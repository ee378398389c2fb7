"""The forms behind buttons, for channels that open them by themselves: what is in them, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from archive.access import Person, may, may_see
from archive.approval import deciders
from archive.errors import NotFound
from archive.words import Text
from handlers import appraise, ask, book_mapping, borrow, destroy_cards, enter, hand_over, hold, link, rule_cards
from handlers.cards import item_card
from handlers.context import Context
from handlers.filled import mistakes_in
from handlers.handing import REFUSE, SIGN
from handlers.lending import REFUSE as LOAN_REFUSE
from handlers.lending import REVOKE as LOAN_REVOKE
from handlers.message import Click, Form, Input
from handlers.table import ACTIONS


async def form_of(ctx: Context, asker: Person, click: Click) -> Form | None:
    """The form of a button as it stands on the person's card now; None when they have no such button any more."""
    needed = ACTIONS.get(click.action)
    if needed is None or not may(asker, needed[0]):
        return None
    if click.action == link.ACTION:
        return await link.form(ctx, asker, click.subject)
    if click.action == book_mapping.ACTION:
        return await book_mapping.form(ctx, asker, click)
    if click.action == enter.ACTION:
        return enter.form(ctx)
    if click.action == hold.RELEASE:
        return await hold.form(ctx, asker, click.subject)
    if click.action in (SIGN, REFUSE):
        return await hand_over.form(ctx, asker, click.action, click.subject)
    if click.action in (LOAN_REFUSE, LOAN_REVOKE):
        return await borrow.form(ctx, asker, click.action, click.subject)
    if click.action in destroy_cards.BUTTONS:
        return await appraise.form(ctx, asker, click.action, click.subject)
    if click.action == ask.ACTION:
        return ask.form_of(click.subject)
    if click.action in (rule_cards.APPROVE, rule_cards.REJECT):
        return await rule_cards.form(ctx, asker, click)
    try:
        item, case = await ctx.vault.both(click.subject)
    except NotFound:
        return None
    people = await ctx.people.all()
    if case.version != click.version or not (may_see(asker, item) or asker in deciders(case, item, people)):
        return None
    choices = item_card(item, case, asker, people, ctx.zone, ctx.categories).choices
    return next((choice.form for choice in choices if choice.action == click.action), None)


async def mistakes(ctx: Context, asker: Person, click: Click) -> Mapping[str, Text]:
    """What is wrong with the values of a form, by field; nothing where there is no such form (any more)."""
    form = await form_of(ctx, asker, click)
    if form is None:
        return {}
    wrong: dict[str, Text] = {}
    for field in form.fields:
        value = click.values.get(field.name, "").strip()
        if field.required and not value:
            wrong[field.name] = Text(f"请填写{field.label.zh}", f"Please give the {field.label.en.lower()}")
        elif field.input is Input.CHOICE and value and value not in {known for known, _ in field.options}:
            wrong[field.name] = Text("请从列表中选择", "Please choose one of the list")
    return {**mistakes_in(click.values), **wrong} if click.action in ("correct", enter.ACTION) else wrong
