"""录入: a document without a file, filled in by hand; a note with all that was entered is kept as its original."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from archive import checks
from archive.access import Person
from archive.approval import Case, deciders, rule_for
from archive.classify import by_hand
from archive.document import FIELD_NAMES, KIND_NAMES, Document, Kind
from archive.errors import BadValue, DuplicateDocument, DuplicateFile
from archive.finding import flagged
from archive.item import Item, ItemState
from archive.trail import Entry
from archive.words import Text
from handlers import sorting, submit
from handlers.cards import item_card, money
from handlers.context import Context
from handlers.filled import FIELDS, category_of, corrected
from handlers.message import Card, Choice, Form, FormField, Input, Message, Reply
from reports.slip import Slip, drawn

ACTION = "enter"
REMARK = "remark"
_LONGEST = 500  # characters of what it was for
_WHY = Text("事由", "What for")
_WHY_HINT = Text("做什么用，为什么没有文件", "and why there is no file")
_KIND = Text("票据种类", "Kind")
_FILE = "手工录入.pdf"
_ASK = Text(
    "没有发票文件的单据，在这里填写；提交后照常审批、归档。有文件的请直接发文件。",
    "For a document that has no file; it is approved and archived like any other. Where there is a file, send that.",
)


async def enter(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """录入: offers the form; with its values, takes the document."""
    if message.click is None:
        fill = Choice(Text("填写", "Fill in"), ACTION, "new", 0, "primary", form(ctx))
        return Reply(cards=(Card(Text("手工录入", "Manual entry"), flags=(_ASK,), choices=(fill,)),))
    item = await _taken(ctx, asker, message, message.click.values)
    people = await ctx.people.all()
    case = await ctx.vault.case(item.id)
    if item.state is ItemState.PENDING:
        await submit.ask(ctx, item, case, people)
        text = Text(f"{item.id} 已提交审批：{money(item)}", f"{item.id} was sent for approval: {money(item)}")
    else:
        text = Text(f"{item.id} 已保存，还要补充，请看卡片", f"{item.id} is kept, but needs more; see the card")
    return Reply(text, (item_card(item, case, asker, people, ctx.zone, ctx.categories),))


def form(ctx: Context) -> Form:
    """What is asked: what an approver needs, and nothing a paper slip wouldn't have."""

    def field(name: str, how: Input = Input.TEXT, required: bool = False, hint: Text | None = None) -> FormField:
        return FormField(name, FIELD_NAMES[name], how, required=required, hint=hint)

    kinds = tuple((kind.value, KIND_NAMES[kind]) for kind in Kind)
    options = tuple((name.zh, name) for name in (*(c.name for c in ctx.categories), ctx.no_category))
    return Form(
        Text("手工录入", "Manual entry"),
        (
            FormField("kind", _KIND, Input.CHOICE, Kind.OTHER.value, options=kinds),
            field("date", Input.DATE, True, Text("例：2026-10-05", "e.g. 2026-10-05")),
            field("seller_name", required=True, hint=Text("收款方", "who was paid")),
            field("total", Input.MONEY, True, Text("例：128.00", "e.g. 128.00")),
            field("tax", Input.MONEY),
            field("number", hint=Text("没有就不填", "leave it empty where there is none")),
            field("buyer_name"),
            FormField("category", FIELD_NAMES["category"], Input.CHOICE, options=options),
            FormField(REMARK, _WHY, Input.LINES, required=True, hint=_WHY_HINT),
        ),
        Text("提交", "Submit"),
    )


async def _taken(ctx: Context, asker: Person, message: Message, values: Mapping[str, str]) -> Item:
    """The item; the same message again, after a crash, gives what stands. Raises BadValue, DuplicateDocument."""
    document = _document(values)
    chosen = values.get("category", "").strip()
    if chosen:
        chosen = category_of(ctx, chosen, ctx.no_category.zh)
    sorted_ = by_hand(chosen, asker.id, None) if chosen else await sorting.sort(ctx, asker.company, document)
    data: bytes = await ctx.offload(drawn, _slip(ctx, asker, message, document, chosen))
    known = await ctx.vault.same_file(asker.company, hashlib.sha256(data).hexdigest())
    if known and known.origin == message.id:  # the same message makes the same bytes
        return known
    file, now = await ctx.vault.hold(data, _FILE, "application/pdf"), ctx.now()
    given = [name for name in sorted(FIELDS) if values.get(name, "").strip()]
    sure = dict.fromkeys(given, 1.0)
    pending = not checks.doubtful(document, sure)
    item = Item(
        id=await ctx.vault.new_id(now),
        company=asker.company,
        owner=asker.id,
        department=asker.department,
        file=file,
        part=0,
        document=document,
        state=ItemState.PENDING if pending else ItemState.DOUBTFUL,
        received_at=now,
        origin=message.id,
        category=sorted_.category,
        classified=sorted_,
        source=dict.fromkeys(given, "person"),
        confidence=sure,
        findings=await submit.findings(ctx, asker.company, document),
        text=" ".join(filter(None, (document.seller_name, document.buyer_name, document.remark))),
        seen_by=frozenset({asker.id}),
    )
    rule = rule_for(item, ctx.rules)
    case = Case(id=item.id, item=item.id, rule=rule.name, steps=rule.steps, opened_at=now)
    facts = {"file": file.id, "name": file.name, **flagged(item.findings)}
    entries = [Entry(asker.id, "entered", item.id, now, message.channel, facts)]
    if pending:
        item = submit.laid_before(item, deciders(case, item, await ctx.people.all()))
        entries.append(Entry(asker.id, "submitted", item.id, now, message.channel, {"rule": rule.name}))
    try:
        return await ctx.vault.take(replace(item, case=case.id), case, entries)
    except (DuplicateDocument, DuplicateFile) as duplicate:
        other = await ctx.vault.item(duplicate.facts["item"])
        raise await submit.refusal(ctx, asker, type(duplicate), file.name, other) from duplicate


def _document(values: Mapping[str, str]) -> Document:
    """Raises BadValue for what can't be taken, or is missing though it must be there."""
    for name in ("date", "seller_name", "total", REMARK):
        if not values.get(name, "").strip():
            label = _WHY if name == REMARK else FIELD_NAMES[name]
            raise BadValue(field=label, value="", hint=Text("请填写。", "Please give it."))
    remark = values[REMARK].strip()
    if len(remark) > _LONGEST:
        hint = Text(f"最多 {_LONGEST} 个字。", f"{_LONGEST} characters at most.")
        raise BadValue(field=_WHY, value=remark[:20] + "…", hint=hint)
    document = replace(corrected(Document(), values), remark=remark)
    if document.total is not None and document.tax is not None:
        document = replace(document, amount_excl_tax=document.total - document.tax)
    return document


def _slip(ctx: Context, asker: Person, message: Message, document: Document, chosen: str) -> Slip:
    company = next((c.name for c in ctx.companies if c.code == asker.company), asker.company)
    shown = [(_KIND, KIND_NAMES[document.kind].zh)]
    for name in ("date", "seller_name", "total", "amount_excl_tax", "tax", "number", "buyer_name"):
        value = getattr(document, name)
        if value is not None:
            shown.append((FIELD_NAMES[name], str(value)))
    if chosen:
        shown.append((FIELD_NAMES["category"], chosen))
    shown.append((_WHY, document.remark or ""))
    at = message.at.astimezone(ctx.zone)
    return Slip(company, asker.department, asker.name, at, message.id, tuple(shown))
