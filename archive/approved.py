"""Vouchers against approvals: what was booked was approved, and with the amount that was approved.

会计基础工作规范 Art 38, 73: what isn't lawful or complete is not booked; money goes out after approval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from archive.approval import Case, Verdict
from archive.finding import Level
from archive.item import STATE_NAMES, Item, ItemState
from archive.linking import Link
from archive.money import thousands
from archive.remark import Remark
from archive.voucher import ZERO, Voucher, documents
from archive.words import Text

_GONE = (ItemState.REJECTED, ItemState.WITHDRAWN)
_HOME = ("", "CNY", "RMB", "人民币")


def approvals(
    vouchers: Sequence[Voucher], links: Sequence[Link], matters: Mapping[str, tuple[Item, Case]]
) -> Iterator[Remark]:
    """What is wrong with the approval of the documents these vouchers book. `links`: of all vouchers and documents;
    `matters`: item id → the item with its case.
    """
    mine = {v.ref: v for v in vouchers}
    bookings = Counter(each.item for each in links)
    together: dict[str, list[str]] = {}
    for each in links:
        together.setdefault(each.voucher, []).append(each.item)
    for each in links:
        if each.voucher not in mine or each.item not in matters:
            continue
        item, case = matters[each.item]
        found = _approval(mine[each.voucher], item, case)
        if found:
            yield found
        elif bookings[each.item] == 1:  # of a document booked in parts no single voucher has the whole
            yield from _amount(mine[each.voucher], item, together[each.voucher], matters)


def gone(vouchers: Sequence[Voucher], items: Sequence[Item]) -> Iterator[Link]:
    """Vouchers that name a document which was rejected or withdrawn, where no live one bears its number."""
    live = {item.document.number for item in items if item.state not in _GONE}
    dead = {i.document.number: i for i in items if i.state in _GONE and i.document.number not in (*live, None)}
    for v in vouchers if dead else ():
        for number in documents(v):
            item = dead.get(number)
            if item is not None:
                why = Text(f"凭证写有发票号 {number}", f"the voucher names the number {number}")
                yield Link(v.ref, item.id, number, why)


def _approval(v: Voucher, item: Item, case: Case) -> Remark | None:
    refs = (v.ref, item.id)
    named = f"{item.id} {item.document.seller_name or ''}".strip()
    if item.state in _GONE:
        state = STATE_NAMES[item.state]
        said = next((d.reason for d in reversed(case.decisions) if d.reason), "")
        why = Text(
            f"{v.ref} 入账的 {named} {state.zh}{'：' + said if said else ''}",
            f"{v.ref} books {named}, which was {state.en}{': ' + said if said else ''}",
        )
        return Remark("approval_rejected", Level.STOP, refs, why, v.row)
    if item.state is ItemState.PENDING:
        why = Text(
            f"{v.ref} 入账的 {named} 还在审批（第 {case.step + 1} 步，共 {len(case.steps)} 步）",
            f"{v.ref} books {named}, whose approval is still open (step {case.step + 1} of {len(case.steps)})",
        )
        return Remark("approval_open", Level.WARN, refs, why, v.row)
    if item.state is ItemState.DOUBTFUL or not any(d.verdict is Verdict.APPROVE for d in case.decisions):
        why = Text(
            f"{v.ref} 入账的 {named} 没有经过审批", f"{v.ref} books {named}, which was never approved by anybody"
        )
        return Remark("approval_missing", Level.WARN, refs, why, v.row)
    return None


def _amount(
    v: Voucher, item: Item, together: Sequence[str], matters: Mapping[str, tuple[Item, Case]]
) -> Iterator[Remark]:
    """The approved total is a line of the voucher, the sum of the lines that name it, or with the others the whole."""
    d = item.document
    if d.total is None or (d.currency or "").upper() not in _HOME:
        return
    totals = [matters[each][0].document.total for each in together if each in matters]
    whole = sum((abs(t) for t in totals if t is not None), ZERO)
    booked = _booked(v, d.number or "")
    if abs(d.total) in booked or whole in booked or None in totals:
        return
    about = min(booked, key=lambda amount: abs(amount - whole), default=ZERO)
    approved, entered = thousands(abs(d.total)), thousands(about)
    why = Text(
        f"{v.ref} 入账 {entered}，{item.id} 审批通过的是 {approved}",
        f"{v.ref} books {entered}, but {approved} was approved for {item.id}",
    )
    yield Remark("approved_amount_differs", Level.WARN, (v.ref, item.id), why, v.row)


def _booked(v: Voucher, number: str) -> set[Decimal]:
    """Amounts this voucher may book a document with: each line, a side as a whole, the lines that name it, the lines
    of one account.
    """
    found = {abs(x.amount) for x in v.lines if x.amount} | {sum((x.debit for x in v.lines), ZERO)}
    named = [x for x in v.lines if number and number[-8:] in f"{x.document} {x.summary}"]
    by_account: dict[tuple[str, bool], Decimal] = {}
    for x in v.lines:
        key = (x.account, x.amount > 0)
        by_account[key] = by_account.get(key, ZERO) + abs(x.amount)
    for side in (True, False):
        found.add(abs(sum((x.amount for x in named if (x.amount > 0) is side), ZERO)))
    return (found | set(by_account.values())) - {ZERO}
