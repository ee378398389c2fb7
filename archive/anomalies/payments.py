"""Payments that look made to fit: round ones, the same one twice, one split to stay under a limit, numbers in a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from archive.account import root_name, settles
from archive.anomalies.payee import payee
from archive.finding import Level
from archive.money import thousands
from archive.remark import Remark
from archive.voucher import ZERO, Line, Voucher, VoucherKind, booked
from archive.words import Text

ROUND = Decimal(10_000)  # 元: an expense that is a multiple of it
AGAIN = 10  # days within which the same sum to the same payee is looked at
SPLIT = 7  # days within which parts of one payment are looked for
CLOSE = Decimal("0.5")  # of the limit: smaller parts are ordinary payments
RUN = 3  # numbers in a row from one seller that deserve a look
_CASH = ("库存现金", "现金", "银行存款", "其他货币资金")
_CASH_CODES = ("1001", "1002", "1012")
_EXPENSES = ("销售费用", "管理费用", "研发费用", "研发支出", "制造费用", "财务费用", "其他业务成本", "劳务成本")
_EXPENSE_CODES = ("6601", "6602", "6603", "5101", "5601", "5602", "5603", "6402")
_INCOME = ("主营业务收入", "其他业务收入", "营业收入")
_INCOME_CODES = ("6001", "6051", "5001", "5051")


def is_cash(line: Line) -> bool:
    """Money in hand or at a bank."""
    return _of(line, _CASH, _CASH_CODES)


def is_expense(line: Line) -> bool:
    """An expense, or a cost booked like one; donations and fines are round by nature and left out."""
    return _of(line, _EXPENSES, _EXPENSE_CODES)


def is_income(line: Line) -> bool:
    """Revenue."""
    return _of(line, _INCOME, _INCOME_CODES)


def _of(line: Line, names: tuple[str, ...], codes: tuple[str, ...]) -> bool:
    """By name, or by code where the name is that of a detail; codes that differ between charts are not used."""
    return root_name(line.account_name).startswith(names) or line.account.startswith(codes)


@dataclass(frozen=True, slots=True)
class Payment:
    """What a voucher pays out of cash to somebody."""

    voucher: Voucher
    to: str
    amount: Decimal
    on: date


def payments(vouchers: Iterable[Voucher]) -> list[Payment]:
    """Vouchers that pay a named payee; transfers between own accounts and corrections are none."""
    found = []
    for v in vouchers:
        paid = -sum((line.amount for line in v.lines if is_cash(line)), ZERO)
        if paid > 0 and v.date and v.kind is VoucherKind.NORMAL and (to := payee(v)):
            found.append(Payment(v, to, paid, v.date))
    return sorted(found, key=lambda p: (p.on, p.voucher.key))


def round_expenses(vouchers: Iterable[Voucher]) -> Iterator[Remark]:
    """An expense of a round sum paid at once: business rarely comes to a multiple of ten thousand with its tax."""
    for v in vouchers:
        if v.kind is not VoucherKind.NORMAL or not any(is_cash(line) for line in v.lines):
            continue
        for line in v.lines:
            if is_expense(line) and line.amount >= ROUND and line.amount % ROUND == 0:
                sum_ = thousands(line.amount)
                why = Text(
                    f"{v.ref} 支付整数金额 {sum_}（{line.summary[:40]}）",
                    f"{v.ref} pays the round sum {sum_} ({line.summary[:40]})",
                )
                yield Remark("round_amount", Level.WARN, (v.ref,), why, v.row)
                break


def paid_twice(paid: Sequence[Payment], period: frozenset[str]) -> Iterator[Remark]:
    """One sum to one payee twice within days, unless it comes as regularly as a rent."""
    for same in _grouped(paid, lambda p: (p.to, p.amount)):
        if len(same) > 2 and all((b.on - a.on).days >= AGAIN for a, b in pairwise(same)):
            continue
        for a, b in pairwise(same):
            if (b.on - a.on).days <= AGAIN and {a.voucher.period, b.voucher.period} & period:
                sum_ = thousands(a.amount)
                why = Text(
                    f"{a.voucher.ref} 与 {b.voucher.ref} 在 {(b.on - a.on).days} 天内付给 {a.to} 同一金额 {sum_}",
                    f"{a.voucher.ref} and {b.voucher.ref} pay {a.to} the same {sum_} within {(b.on - a.on).days} days",
                )
                yield Remark("paid_twice", Level.WARN, (a.voucher.ref, b.voucher.ref), why, b.voucher.row)


def split(paid: Sequence[Payment], limits: Sequence[Decimal], period: frozenset[str]) -> Iterator[Remark]:
    """Parts of what needed a further approval: each below a limit, together at or above it, within a week."""
    for to_one in _grouped(paid, lambda p: (p.to,)):
        for limit in sorted(limits):
            near = [p for p in to_one if CLOSE * limit <= p.amount < limit]
            for parts in _within(near, SPLIT):
                whole = sum((p.amount for p in parts), ZERO)
                if len(parts) < 2 or whole < limit or not {p.voucher.period for p in parts} & period:
                    continue
                refs = tuple(p.voucher.ref for p in parts)
                sum_, most = thousands(whole), thousands(limit)
                why = Text(
                    f"{parts[0].to} {SPLIT} 天内 {len(parts)} 笔共 {sum_}，每笔低于审批限额 {most}：{'、'.join(refs)}",
                    f"{parts[0].to}: {len(parts)} payments within {SPLIT} days, {sum_} together, each below the "
                    f"approval limit {most}: {', '.join(refs)}",
                )
                yield Remark("split_under_limit", Level.WARN, refs, why, parts[0].voucher.row)


def in_a_row(vouchers: Iterable[Voucher], period: frozenset[str]) -> Iterator[Remark]:
    """Documents of one seller with numbers in a row: somebody had them issued together, or has the seller's only book.

    Sales are left out: a company's own invoices do run in a row.
    """
    by_seller: dict[str, dict[int, set[str]]] = {}
    for v in vouchers:
        if v.kind is not VoucherKind.NORMAL or any(is_income(line) for line in v.lines) or not (seller := payee(v)):
            continue
        if all(settles(line.account, line.account_name) for line in v.lines):
            continue
        for number in booked(v):
            by_seller.setdefault(seller, {}).setdefault(int(number[-8:]), set()).add(v.ref)
    for seller, numbers in by_seller.items():
        for run in _runs(sorted(numbers)):
            refs = tuple(sorted({ref for n in run for ref in numbers[n]}, key=_by_place))
            if len(run) < RUN or len(refs) < RUN or not {ref.split(" ")[0] for ref in refs} & period:
                continue
            span = f"{run[0]:08}–{run[-1]:08}"
            why = Text(
                f"{seller} 的 {len(run)} 张发票连号（尾号 {span}），分在 {len(refs)} 张凭证：{'、'.join(refs)}",
                f"{len(run)} invoices of {seller} have numbers in a row (ending {span}) in {len(refs)} vouchers: "
                + ", ".join(refs),
            )
            yield Remark("consecutive_numbers", Level.WARN, refs, why)


def _by_place(ref: str) -> tuple[str, str, int]:
    period, _, named = ref.partition(" ")
    word, _, number = named.rpartition("-")
    return period, word, int(number)


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for n in numbers:
        if run and n != run[-1] + 1:
            yield run
            run = []
        run.append(n)
    if run:
        yield run


def _grouped(paid: Sequence[Payment], key: Callable[[Payment], tuple[object, ...]]) -> Iterable[list[Payment]]:
    groups: dict[tuple[object, ...], list[Payment]] = {}
    for p in paid:
        groups.setdefault(key(p), []).append(p)
    return groups.values()


def _within(paid: Sequence[Payment], days: int) -> Iterator[list[Payment]]:
    """Stretches of payments, each starting where the one before has ended."""
    part: list[Payment] = []
    for p in paid:
        if part and (p.on - part[0].on).days > days:
            yield part
            part = []
        part.append(p)
    if part:
        yield part
