"""查验: asking the tax authority whether it issued an invoice like this. What is asked, and what an answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from archive.authentic import CHANGED
from archive.document import Document, Kind
from archive.finding import Finding, Level
from archive.item import Item, TaxCheck, TaxOutcome
from archive.money import parse_amount
from archive.words import Text

#: The finding a result becomes.
CODE = "tax_check"
OUTCOME_NAMES: Mapping[TaxOutcome, Text] = {
    TaxOutcome.GENUINE: Text("查验一致", "confirmed by the tax authority"),
    TaxOutcome.DIFFERENT: Text("与税务机关记录不符", "differs from the tax authority's record"),
    TaxOutcome.MISSING: Text("查无此票", "unknown to the tax authority"),
    TaxOutcome.VOID: Text("已作废或已红冲", "voided or reversed"),
}
_ASKED = frozenset({Kind.EINVOICE, Kind.VAT, Kind.TOLL, Kind.RAIL, Kind.AIR})
#: What may be asked of a provider, by these names.
FACTS = ("number", "code", "date", "date8", "amount", "net", "tax", "total", "check_code", "check6", "seller_tax_id",
         "buyer_tax_id", "title")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said. `told`: what it says of the invoice itself, by our names, to be compared."""

    outcome: TaxOutcome
    remark: str = ""
    told: Mapping[str, str] | None = None


def asked_of(document: Document) -> dict[str, str] | None:
    """What the authority is asked; None for a document it doesn't know or of which too little was read.

    The amount (domain 2.4): 专票 the net amount; 数电票, rail and air the total; 普票 the last six of the check code.
    """
    d = document
    if d.kind not in _ASKED or not d.number or d.date is None or d.total is None:
        return None
    special = d.code is not None and "专用" in (d.type or "")
    if d.code and not special and not d.check_code:
        return None
    amount = d.amount_excl_tax if special else d.total
    if amount is None:
        return None
    check = "".join((d.check_code or "").split())
    return {
        "number": d.number,
        "code": d.code or "",
        "date": d.date.isoformat(),
        "date8": d.date.strftime("%Y%m%d"),
        "amount": f"{amount:.2f}",
        "net": _money(d.amount_excl_tax),
        "tax": _money(d.tax),
        "total": _money(d.total),
        "check_code": check,
        "check6": check[-6:],
        "seller_tax_id": d.seller_tax_id or "",
        "buyer_tax_id": d.buyer_tax_id or "",
        "title": d.type or "",
    }


def _money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def print_of(document: Document) -> str:
    """A short digest of the facts a result is about, and no corrected ones. Empty: there is no number to ask for."""
    d = document
    if not d.number:
        return ""
    asked = asked_of(d) or {"number": d.number, "code": d.code or "", "date": str(d.date), "total": _money(d.total)}
    return hashlib.sha256("\n".join(f"{name}={value}" for name, value in sorted(asked.items())).encode()).hexdigest()[
        :16
    ]


def compared(answer: Answer, asked: Mapping[str, str]) -> Answer:
    """A confirmation whose own facts are other ones than ours is none."""
    if answer.outcome is not TaxOutcome.GENUINE:
        return answer
    for name, said in (answer.told or {}).items():
        ours = asked.get(name, "")
        if ours and said and not _same(ours, said):
            return Answer(TaxOutcome.DIFFERENT, f"{name}: {said} ≠ {ours}", answer.told)
    return answer


def _same(ours: str, said: str) -> bool:
    one, other = parse_amount(ours), parse_amount(said)
    if one is not None and other is not None:
        return one == other
    return _letters(ours) == _letters(said)


def _letters(words: str) -> str:
    return "".join(c for c in words.upper() if c.isalnum())


def finding(check: TaxCheck) -> Finding:
    """A confirmation is worth knowing; anything else can't go on like this."""
    said = OUTCOME_NAMES[check.outcome]
    more = f"（{check.remark}）" if check.remark else ""
    text = Text(f"查验 {check.day}：{said.zh}{more}", f"Tax check {check.day}: {said.en}{more}")
    level = Level.NOTE if check.outcome is TaxOutcome.GENUINE else Level.STOP
    return Finding(CODE, level, text, "number", {"outcome": check.outcome.value, "by": check.by})


def with_check(item: Item, check: TaxCheck) -> Item:
    """The item with the result in place of an earlier one."""
    others = tuple(f for f in item.findings if f.code != CODE)
    return replace(item, tax_check=check, findings=(*others, finding(check)))


def fresh(item: Item) -> Item:
    """Without a result that was about other facts than the item has now."""
    if item.tax_check is None or item.tax_check.asked == print_of(item.document):
        return item
    return replace(item, tax_check=None, findings=tuple(f for f in item.findings if f.code != CODE))


def bar(item: Item) -> Finding | None:
    """What keeps an item from being approved: a bad tax check; a broken seal, unless the authority confirmed it."""
    check = item.tax_check
    if check is not None:
        return None if check.outcome is TaxOutcome.GENUINE else finding(check)
    return next((f for f in item.findings if f.code == CHANGED and f.level is Level.STOP), None)


def manual(outcome: TaxOutcome, day: date, at: datetime, by: str, remark: str, document: Document) -> TaxCheck:
    """A result a person looked up (inv-veri.chinatax.gov.cn) and puts down."""
    return TaxCheck(outcome, day, at, by, "manual", " ".join(remark.split())[:200], print_of(document))


def plain(check: TaxCheck | None) -> dict[str, object] | None:
    """As plain values, for `--json`; None: not checked."""
    if check is None:
        return None
    name = OUTCOME_NAMES[check.outcome]
    return {
        "outcome": check.outcome.value, "zh": name.zh, "en": name.en, "day": check.day.isoformat(),
        "at": check.at.isoformat(), "by": check.by, "how": check.how, "remark": check.remark,
    }  # fmt: skip
