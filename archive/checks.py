"""What can be checked on the face of a document: sums, capitals, tax ids, buyer, dates. Findings only, no verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from archive import taxid
from archive.document import FIELD_NAMES, KIND_NAMES, Document, Kind
from archive.finding import Finding, Level
from archive.money import from_capitals, parse_amount, thousands
from archive.words import Text

CENT = Decimal("0.01")

#: What a document of each kind can't do without; the sender is asked for what is missing.
REQUIRED: dict[Kind, tuple[str, ...]] = {
    Kind.QUOTA: ("total",),
    Kind.TAXI: ("date", "total"),
    Kind.RAIL: ("date", "total"),
    Kind.CONTRACT: (),
    Kind.STATEMENT: (),
    Kind.TRIP: ("total",),
    Kind.APPROVAL: (),
    Kind.OTHER: ("date", "total"),
}
_INVOICE = ("number", "date", "total")
#: Below this a read value is shown as doubtful and must be confirmed by the sender.
SURE = 0.8
OUTDATED = timedelta(days=365)
#: Papers that aren't claimed, and so may be from any year.
_LASTING = frozenset({Kind.CONTRACT, Kind.STATEMENT, Kind.APPROVAL})
_TAXED = frozenset({Kind.EINVOICE, Kind.VAT, Kind.TOLL})


def required(kind: Kind) -> tuple[str, ...]:
    """The fields a document of this kind must have before it can be laid before an approver."""
    return REQUIRED.get(kind, _INVOICE)


def run(
    document: Document, our_names: Collection[str], our_tax_ids: Collection[str], today: date
) -> tuple[Finding, ...]:
    """Every check that applies to the document; an empty result means nothing caught the eye."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _missing(document),
        lambda: _sum(document),
        lambda: _lines(document),
        lambda: _capitals(document),
        lambda: _tax_ids(document),
        lambda: _buyer(document, our_names, our_tax_ids),
        lambda: _date(document, today),
    )
    return tuple(finding for check in checks for finding in check())


def doubtful(document: Document, confidence: Mapping[str, float]) -> tuple[str, ...]:
    """The required fields that are missing or were read with low confidence."""
    return tuple(
        name for name in required(document.kind) if getattr(document, name) is None or confidence.get(name, 1.0) < SURE
    )


def _missing(d: Document) -> Iterator[Finding]:
    for name in required(d.kind):
        if getattr(d, name) is None:
            label = FIELD_NAMES[name]
            yield Finding(
                "missing", Level.STOP, Text(f"没有读到{label.zh}", f"{label.en} was not read"), name, {"field": name}
            )


def _sum(d: Document) -> Iterator[Finding]:
    """Air tickets add a fund to net + tax, so their sum isn't held against them (domain: 民航发展基金)."""
    if d.kind is Kind.AIR or d.total is None or d.amount_excl_tax is None:
        return
    made = d.amount_excl_tax + (d.tax or 0)
    if abs(made - d.total) >= CENT:
        a, b = thousands(made), thousands(d.total)
        yield Finding(
            "sum",
            Level.WARN,
            Text(f"不含税金额 + 税额 = {a}，与价税合计 {b} 不符", f"Net + tax = {a} is not the total {b}"),
            "total",
            {"made": a, "printed": b},
        )


def _lines(d: Document) -> Iterator[Finding]:
    """Each line may be off by a cent from rounding, so the tolerance grows with the lines."""
    if d.kind not in _TAXED or d.amount_excl_tax is None or not d.lines:
        return
    amounts = [parse_amount(line.amount) for line in d.lines]
    if any(amount is None for amount in amounts):
        return
    made = sum((amount for amount in amounts if amount is not None), Decimal(0))
    if abs(made - d.amount_excl_tax) > CENT * len(d.lines):
        a, b = thousands(made), thousands(d.amount_excl_tax)
        yield Finding(
            "lines",
            Level.WARN,
            Text(f"明细合计 {a}，与不含税金额 {b} 不符", f"The lines add up to {a}, not to the net amount {b}"),
            "amount_excl_tax",
            {"made": a, "printed": b},
        )


def _capitals(d: Document) -> Iterator[Finding]:
    if not d.capitals or d.total is None:
        return
    try:
        said = from_capitals(d.capitals)
    except ValueError:
        return
    if abs(said) != abs(d.total):
        a = thousands(said)
        yield Finding(
            "capitals",
            Level.WARN,
            Text(
                f"大写金额 {d.capitals}（{a}）与小写 {thousands(d.total)} 不符",
                f"The amount in words ({a}) is not the amount in digits ({thousands(d.total)})",
            ),
            "total",
            {"words": a, "digits": thousands(d.total)},
        )


def _tax_ids(d: Document) -> Iterator[Finding]:
    for name in ("seller_tax_id", "buyer_tax_id"):
        value: str | None = getattr(d, name)
        if value and taxid.verdict(value) in ("wrong check", "not one"):
            label = FIELD_NAMES[name]
            yield Finding(
                "tax_id",
                Level.WARN,
                Text(
                    f"{label.zh} {value} 的校验位不对",
                    f"The check character of the {label.en.lower()} {value} is wrong",
                ),
                name,
                {"value": value},
            )


def _buyer(d: Document, our_names: Collection[str], our_tax_ids: Collection[str]) -> Iterator[Finding]:
    if d.kind not in _TAXED or not (our_names or our_tax_ids):
        return
    if d.buyer_tax_id:
        fits = d.buyer_tax_id in our_tax_ids
    elif d.buyer_name:
        fits = _plain(d.buyer_name) in {_plain(name) for name in our_names}
    else:
        return
    if not fits:
        shown = d.buyer_name or d.buyer_tax_id
        yield Finding(
            "buyer",
            Level.WARN,
            Text(f"购买方「{shown}」不是本公司", f"The buyer “{shown}” is not one of our companies"),
            "buyer_name",
            {"buyer": str(shown)},
        )


def _date(d: Document, today: date) -> Iterator[Finding]:
    """A day's grace for clocks in other zones; a year back is the usual claim limit."""
    if d.date is None:
        return
    if d.date > today + timedelta(days=1):
        yield Finding(
            "future", Level.WARN, Text(f"开票日期 {d.date} 在将来", f"The date {d.date} lies in the future"), "date"
        )
    elif d.date < today - OUTDATED and d.kind not in _LASTING:
        yield Finding(
            "outdated",
            Level.WARN,
            Text(f"开票已超过一年（{d.date}）", f"Issued more than a year ago ({d.date})"),
            "date",
        )
    elif d.date.year < today.year and d.kind not in _LASTING:
        yield Finding(
            "cross_year",
            Level.NOTE,
            Text(f"跨年票据（{d.date.year} 年）", f"From another year ({d.date.year})"),
            "date",
        )


def _plain(name: str) -> str:
    return name.replace("（", "(").replace("）", ")").replace(" ", "")


def title_of(document: Document) -> Text:
    """What the document is called: its printed title, else its kind."""
    return Text(document.type, document.type) if document.type else KIND_NAMES[document.kind]
