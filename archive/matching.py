"""核对: vouchers against their source documents, and what a month leaves open. Findings only, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from archive.bank_line import BankLine, repeated
from archive.finding import Level
from archive.hand_link import HandLink
from archive.item import Item, ItemState
from archive.linking import Link, full_numbers, link
from archive.money import thousands
from archive.reconcile import Outstanding, Reconciliation, listed
from archive.remark import Remark
from archive.voucher import Voucher, VoucherKind, booked, check
from archive.words import Text

_GONE = (ItemState.REJECTED, ItemState.WITHDRAWN)


def findings(
    period: str,
    vouchers: Sequence[Voucher],
    items: Iterable[Item],
    reconciled: Sequence[Reconciliation] = (),
    statements: Iterable[BankLine] = (),
    hand: Sequence[HandLink] = (),
) -> tuple[tuple[Remark, ...], tuple[Link, ...]]:
    """What a month leaves open, and which documents were found for its vouchers.

    `vouchers` and `items`: all of the company's, since one invoice may stand in two months. `reconciled`: the month's
    bank accounts; `statements`: lines of the bank; `hand`: what people said of vouchers and documents. The links come
    back for all months: those of this one are the month's.
    """
    known = [item for item in items if item.state not in _GONE]
    mine = [v for v in vouchers if v.period == period]
    links = link(vouchers, known, hand)
    here = tuple(each for each in links if each.voucher.startswith(period))
    found = [
        *check(mine),
        *numbers(mine),
        *attachments(mine, here),
        *twice(period, vouchers, known),
        *unbooked(period, known, links),
    ]
    for each in reconciled:
        found += bank(each)
    found += [repeated(line) for line in statements if line.repeats and line.period == period]
    return tuple(found), links


def numbers(vouchers: Sequence[Voucher]) -> Iterator[Remark]:
    """Numbers of each word run from 1 without gaps (会计基础工作规范 Art 51); none is given twice."""
    for period, word in sorted({(v.period, v.word) for v in vouchers}):
        mine = [v for v in vouchers if (v.period, v.word) == (period, word)]
        given = Counter(v.number for v in mine)
        for first, last in _gaps(given.keys()):
            named = f"{word}-{first}" if first == last else f"{word}-{first} 至 {word}-{last}"
            refs = tuple(f"{period} {word}-{n}" for n in range(first, min(last, first + 99) + 1))
            why = Text(f"{period} 缺凭证号 {named}", f"{period}: number {named.replace(' 至 ', ' to ')} is missing")
            yield Remark("number_gap", Level.WARN, refs, why)
        for number in sorted(n for n, times in given.items() if times > 1):
            same = [v for v in mine if v.number == number]
            dates = ", ".join(str(v.date) for v in same if v.date)
            why = Text(
                f"{same[0].ref} 重号：有 {len(same)} 张不同的凭证（{dates}）",
                f"{same[0].ref} was given to {len(same)} different vouchers ({dates})",
            )
            yield Remark("number_repeated", Level.STOP, (same[0].ref,), why, same[1].row)


def _gaps(given: Collection[int]) -> Iterator[tuple[int, int]]:
    last = 0
    for number in sorted(given):
        if number > last + 1:
            yield last + 1, number - 1
        last = max(last, number)


def attachments(vouchers: Sequence[Voucher], links: Sequence[Link]) -> Iterator[Remark]:
    """Every voucher has source documents except closing and correction entries (Art 51(4)); their count is right."""
    untold = [v for v in vouchers if v.attachments is None]
    if untold:
        why = Text(
            f"{untold[0].period} 有 {len(untold)} 张凭证的导出文件没有附件张数，没有核对附件",
            f"{untold[0].period}: the export tells no number of attachments for {len(untold)} vouchers; not checked",
        )
        yield Remark("attachments_unknown", Level.NOTE, (), why)
    for v in vouchers:
        archived = [each for each in links if each.voucher == v.ref]
        if v.attachments == 0 and v.kind is VoucherKind.NORMAL:
            has = f"；档案中有 {len(archived)} 件" if archived else ""
            has_en = f"; {len(archived)} are in the archive" if archived else ""
            why = Text(f"{v.ref} 没有附件（{_summary(v)}）{has}", f"{v.ref} has no attachment ({_summary(v)}){has_en}")
            yield Remark("attachment_missing", Level.WARN, (v.ref,), why, v.row)
        elif v.attachments and archived and len(archived) > v.attachments:
            why = Text(
                f"{v.ref} 写附件 {v.attachments} 张，档案中有 {len(archived)} 件",
                f"{v.ref} says {v.attachments} attachments, {len(archived)} documents are in the archive",
            )
            refs = (v.ref, *(each.item for each in archived))
            yield Remark("attachment_count", Level.WARN, refs, why, v.row)
        elif v.attachments and archived and len(archived) < v.attachments:
            why = Text(
                f"{v.ref} 写附件 {v.attachments} 张，档案中只有 {len(archived)} 件",
                f"{v.ref} says {v.attachments} attachments, only {len(archived)} are in the archive",
            )
            refs = (v.ref, *(each.item for each in archived))
            yield Remark("attachment_count", Level.NOTE, refs, why, v.row)


def _summary(v: Voucher) -> str:
    return next((line.summary for line in v.lines if line.summary), "")[:40]


def twice(period: str, vouchers: Sequence[Voucher], items: Sequence[Item]) -> Iterator[Remark]:
    """One document recognised by two vouchers, one of them of this month. Corrections and red entries are no second."""
    full = full_numbers(vouchers, items)
    users: dict[str, list[Voucher]] = {}
    for v in vouchers:
        if v.kind is not VoucherKind.NORMAL:
            continue
        for number in {full.get(n, n) for n in booked(v)}:
            users.setdefault(number, []).append(v)
    for number, group in sorted(users.items()):
        group = _standing(group)
        if len(group) < 2 or not any(v.period == period for v in group):
            continue
        refs = tuple(v.ref for v in group)
        why = Text(
            f"发票 {number} 在 {len(group)} 张凭证中入账：{'、'.join(refs)}",
            f"Invoice {number} is booked by {len(group)} vouchers: {', '.join(refs)}",
        )
        yield Remark("invoice_twice", Level.STOP, (*refs, number), why, group[-1].row)


def _standing(group: Sequence[Voucher]) -> list[Voucher]:
    """Without vouchers that another one takes back: the same lines with the opposite sign."""
    left = list(group)
    for v in group:
        back = {(x.account, -x.amount) for x in v.lines}
        other = next((o for o in left if o is not v and {(x.account, x.amount) for x in o.lines} == back), None)
        if other is not None and any(v is each for each in left):
            left = [each for each in left if each is not v and each is not other]
    return left


def unbooked(period: str, items: Iterable[Item], links: Iterable[Link]) -> Iterator[Remark]:
    """Documents of this month in the archive that no voucher books."""
    done = {each.item for each in links}
    for item in items:
        d = item.document
        if item.state is not ItemState.ARCHIVED or d.date is None or f"{d.date:%Y-%m}" != period or item.id in done:
            continue
        total = thousands(d.total) if d.total is not None else "—"
        why = Text(
            f"{item.id} {d.seller_name or ''} {total} 已归档，没有找到入账凭证",
            f"{item.id} {d.seller_name or ''} {total} is archived, but no voucher books it",
        )
        yield Remark("document_unbooked", Level.WARN, tuple(filter(None, (item.id, d.number))), why)


def bank(r: Reconciliation) -> Iterator[Remark]:
    """Lines of this month that one side has and the other has not, and a reconciliation that doesn't come out."""
    kinds = ("bank_received_unmatched", "bank_paid_unmatched")
    for (name, lines), kind in zip(listed(r), ("book_received_unmatched", "book_paid_unmatched", *kinds), strict=True):
        for line in lines:
            if line.later is None or f"{line.date:%Y-%m}" == r.period:
                yield _open(r, name, line, kind)
    if r.difference:
        d = thousands(r.difference)
        why = Text(
            f"{r.account} {r.period} 余额调节后仍相差 {d}",
            f"{r.account} {r.period} still differs by {d} when reconciled",
        )
        yield Remark("bank_difference", Level.STOP, (r.account,), why)


def _open(r: Reconciliation, name: Text, line: Outstanding, kind: str) -> Remark:
    later = f"，{line.later} 才有（{line.later_ref}）" if line.later else "，一直没有对上"
    later_en = f"; there on {line.later} ({line.later_ref})" if line.later else "; never met"
    amount = thousands(line.amount)
    why = Text(
        f"{r.account} {name.zh}：{line.date} {line.ref} {amount} {line.words[:40]}{later}",
        f"{r.account} {name.en}: {line.date} {line.ref} {amount} {line.words[:40]}{later_en}",
    )
    return Remark(kind, Level.NOTE if line.later else Level.WARN, (line.ref, r.account), why)
