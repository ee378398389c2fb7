"""The card of an item, as one person may see it: facts, flags, and the buttons that person has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from archive import authentic, grounds
from archive.access import ROLE_NAMES, Person, Right, may
from archive.approval import VERDICT_NAMES, Case, Verdict, deciders
from archive.category import Category
from archive.checks import doubtful, required, title_of
from archive.document import FIELD_NAMES, KIND_NAMES, Kind
from archive.finding import Level
from archive.item import STATE_NAMES, Item, ItemState, TaxOutcome
from archive.money import thousands
from archive.renditions import carriers
from archive.taxcheck import OUTCOME_NAMES, asked_of, print_of
from archive.words import Text, same
from handlers.message import Card, Choice, Fact, Form, FormField, Input, Style, Tone

_TONES: Mapping[ItemState, Tone] = {
    ItemState.DOUBTFUL: "wait",
    ItemState.PENDING: "wait",
    ItemState.REJECTED: "bad",
    ItemState.WITHDRAWN: "plain",
    ItemState.ARCHIVED: "good",
}
#: Who trades with whom, by which document: masked on servers abroad. What must be decided on (sum, date) is not.
_PRIVATE = frozenset({"seller_name", "buyer_name", "number"})
_MONEY = ("amount_excl_tax", "tax", "total")
_FORM_FIELDS = (
    "number", "code", "date", "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id", *_MONEY,
)  # fmt: skip


def money(item: Item) -> str:
    """The total with its currency, for a line of text; a dash when it wasn't read."""
    d = item.document
    if d.total is None:
        return "—"
    return ("¥" if d.currency == "CNY" else d.currency + " ") + thousands(d.total)


def item_card(
    item: Item, case: Case, person: Person, people: Sequence[Person], zone: ZoneInfo, categories: Sequence[Category]
) -> Card:
    """What `person` sees of the item now. The same function makes the first copy and every renewal."""
    names = {p.id: p.name for p in people}
    return Card(
        title=title_of(item.document) + same(" · " + money(item)),
        facts=tuple(_facts(item, case, names, zone)),
        flags=tuple(f.text for f in item.findings if f.level is not Level.NOTE),
        choices=tuple(_choices(item, case, person, people, categories)),
        status=status(item, case, people),
        tone=_TONES[item.state],
        about=item.id,
        picture=True,
    )


def hit_card(item: Item, names: Mapping[str, str]) -> Card:
    """One line of a search: enough to recognise it, and a way in."""
    d = item.document
    facts = [
        Fact(Text("日期", "Date"), d.date.isoformat() if d.date else "—"),
        Fact(FIELD_NAMES["seller_name"], d.seller_name or "—", private=True),
        Fact(FIELD_NAMES["number"], d.number or "—", private=True),
        Fact(Text("提交人", "Sent by"), names.get(item.owner, item.owner)),
    ]
    if item.filed:
        facts.append(Fact(Text("档号", "Archive no."), item.filed.archive_no))
    return Card(
        title=same(f"{item.id} · ") + title_of(d) + same(" · " + money(item)),
        facts=tuple(facts),
        choices=(Choice(Text("打开", "Open"), action="open", subject=item.id),),
        status=STATE_NAMES[item.state],
        tone=_TONES[item.state],
        about="",
    )


def status(item: Item, case: Case, people: Sequence[Person]) -> Text:
    """Where it stands, with the names of those it waits for."""
    if item.state is ItemState.PENDING:
        waiting = "、".join(p.name for p in deciders(case, item, people)) or "—"
        step = f"（{case.step + 1}/{len(case.steps)}）" if len(case.steps) > 1 else ""
        return Text(f"待 {waiting} 审批{step}", f"awaiting {waiting} {step}".strip())
    if item.state is ItemState.REJECTED and case.decisions:
        return Text(f"{case.decisions[-1].name} 已驳回", f"rejected by {case.decisions[-1].name}")
    return STATE_NAMES[item.state]


def correction(item: Item, categories: Sequence[Category]) -> Form:
    """The form that fills in or corrects what was read; doubtful fields are marked."""
    unsure = set(doubtful(item.document, item.confidence))
    needed = set(required(item.document.kind))
    fields = [
        FormField(
            "kind",
            Text("票据种类", "Kind"),
            Input.CHOICE,
            item.document.kind.value,
            options=tuple((kind.value, KIND_NAMES[kind]) for kind in Kind),
        )
    ]
    for name in _FORM_FIELDS:
        value = getattr(item.document, name)
        how = Input.MONEY if name in _MONEY else Input.DATE if name == "date" else Input.TEXT
        shown = "" if value is None else f"{value:.2f}" if how is Input.MONEY else str(value)
        fields.append(FormField(name, FIELD_NAMES[name], how, shown, name in needed, name in unsure))
    options = dict.fromkeys([c.name.zh for c in categories] + ([item.category] if item.category else []))
    english = {c.name.zh: c.name.en for c in categories}
    fields.append(
        FormField(
            "category",
            FIELD_NAMES["category"],
            Input.CHOICE,
            item.category,
            options=tuple((zh, Text(zh, english.get(zh, zh))) for zh in options),
        )
    )
    title = Text("补录", "Fill in") if item.document.number is None else Text("更正", "Correct")
    return Form(title + same(f" {item.id}"), tuple(fields), Text("提交", "Submit"))


def _facts(item: Item, case: Case, names: Mapping[str, str], zone: ZoneInfo) -> Iterable[Fact]:
    d = item.document
    unsure = set(doubtful(d, item.confidence))

    def fact(name: str, value: str | None) -> Iterable[Fact]:
        if value or name in unsure:
            private = bool(value) and name in _PRIVATE
            yield Fact(FIELD_NAMES[name], value or Text("未读到", "not read"), name in unsure, private)

    yield Fact(Text("编号", "Id"), item.id)
    yield from fact("total", None if d.total is None else money(item))
    if d.amount_excl_tax is not None:
        tax = "" if d.tax is None else f" + {thousands(d.tax)}"
        yield Fact(Text("不含税 + 税额", "Net + tax"), thousands(d.amount_excl_tax) + tax)
    yield from fact("date", d.date.isoformat() if d.date else None)
    yield from fact("seller_name", d.seller_name)
    yield from fact("buyer_name", d.buyer_name)
    yield from fact("number", " ".join(x for x in (d.code, d.number) if x) or None)
    if d.lines:
        more = f" 等 {len(d.lines)} 项" if len(d.lines) > 1 else ""
        more_en = f" and {len(d.lines) - 1} more" if len(d.lines) > 1 else ""
        yield Fact(Text("内容", "Content"), Text(d.lines[0].name + more, d.lines[0].name + more_en))
    if item.authentic and item.authentic.signed:
        broken = item.authentic.standing is authentic.Standing.BROKEN
        yield Fact(Text("验签", "Signature"), authentic.STANDING_NAMES[item.authentic.standing], broken)
    if check := item.tax_check:
        bad = check.outcome is not TaxOutcome.GENUINE
        yield Fact(Text("查验", "Tax check"), OUTCOME_NAMES[check.outcome] + same(f" · {check.day}"), bad)
    if item.category:
        yield Fact(FIELD_NAMES["category"], item.category)
    if item.classified:
        yield Fact(Text("归类依据", "Sorted by"), grounds.category(item).why)
    if item.renditions:
        yield Fact(Text("版式", "Renditions"), "、".join(carriers(item)))
    who = names.get(item.owner, item.owner) + (f" · {item.department}" if item.department else "")
    yield Fact(Text("提交", "Sent"), f"{who} · {_clock(item.received_at, zone)}")
    for decision in case.decisions:
        verdict = VERDICT_NAMES[decision.verdict]
        yield Fact(
            same(decision.name),
            Text(f"{verdict.zh} · {_clock(decision.at, zone)}", f"{verdict.en} · {_clock(decision.at, zone)}")
            + same(f" · {decision.reason}" if decision.reason else ""),
            decision.verdict is Verdict.REJECT,
        )
    if item.filed:
        yield Fact(Text("档号", "Archive no."), item.filed.archive_no)
        until = item.filed.expires.isoformat() if item.filed.expires else "∞"
        yield Fact(Text("保管期限", "Retention"), f"{item.filed.retention}（{until}）")


def _choices(
    item: Item, case: Case, person: Person, people: Sequence[Person], categories: Sequence[Category]
) -> Iterable[Choice]:
    def button(label: Text, action: str, style: Style = "plain", form: Form | None = None) -> Choice:
        return Choice(label, action, item.id, case.version, style, form)

    if item.state is ItemState.PENDING and person.id in {p.id for p in deciders(case, item, people)}:
        yield button(Text("通过", "Approve"), "approve", "primary")
        yield button(Text("驳回", "Reject"), "reject", "danger", rejection(item))
    if person.id == item.owner and may(person, Right.FORWARD):
        if item.state is ItemState.DOUBTFUL:
            label = Text("补录", "Fill in") if item.document.number is None else Text("更正", "Correct")
            yield button(label, "correct", "primary", correction(item, categories))
        elif item.state is ItemState.REJECTED or (item.state is ItemState.PENDING and not case.decisions):
            yield button(Text("更正", "Correct"), "correct", "plain", correction(item, categories))
        if item.state in (ItemState.DOUBTFUL, ItemState.PENDING, ItemState.REJECTED):
            yield button(Text("撤回", "Withdraw"), "withdraw")
        if item.state is ItemState.WITHDRAWN:
            yield button(Text("恢复", "Restore"), "restore")
    if may(person, Right.CHECK) and print_of(item.document) and item.state is not ItemState.WITHDRAWN:
        yield button(Text("查验", "Tax check"), "check", "plain", tax_check(item))
        if item.tax_check and item.tax_check.how != "manual" and asked_of(item.document):  # a provider is asked
            yield once_more(item)
    yield button(Text("原件与经过", "Original and history"), "open")


def once_more(item: Item) -> Choice:
    """Has the tax authority asked once more."""
    return Choice(Text("再查一次", "Check again"), say=Text(f"查验 {item.id}", f"tax check {item.id}"))


def rejection(item: Item) -> Form:
    """Asks for the reason, which the sender will read."""
    reason = FormField(
        "reason",
        Text("驳回原因", "Reason"),
        Input.LINES,
        required=True,
        hint=Text("提交人会看到，例：发票抬头不对", "The sender will read it, e.g.: wrong buyer name"),
    )
    return Form(Text(f"驳回 {item.id}", f"Reject {item.id}"), (reason,), Text("驳回", "Reject"))


def tax_check(item: Item) -> Form:
    """Asks for what the tax authority said."""
    fields = (
        FormField("outcome", Text("结果", "Result"), Input.CHOICE, TaxOutcome.GENUINE.value, required=True,
                  options=tuple((outcome.value, name) for outcome, name in OUTCOME_NAMES.items())),
        FormField("day", Text("查验日期", "Day of the check"), Input.DATE,
                  hint=Text("不填为今天", "today, if left empty")),
        FormField("remark", Text("备注", "Remark")),
    )  # fmt: skip
    return Form(Text(f"登记查验结果 {item.id}", f"Tax check of {item.id}"), fields, Text("登记", "Put down"))


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def roles(person: Person) -> Text:
    """The roles of a person in words."""
    held = [ROLE_NAMES[r] for r in sorted(person.roles)]
    return Text("、".join(r.zh for r in held), ", ".join(r.en for r in held))
