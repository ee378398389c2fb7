"""Figures that stand out: expenses far from what is usual, and first digits that don't come by nature."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from statistics import median

from archive.anomalies.payments import is_expense
from archive.finding import Level
from archive.money import thousands
from archive.remark import Remark
from archive.voucher import Voucher, VoucherKind
from archive.words import Text

KNOWN = 20  # sums an account must have seen before one can stand out
FAR = 6.0  # robust deviations of the logarithm
TIMES = 5  # and so many times the usual
ENOUGH = 1_000  # figures for a test of first digits
#: Mean absolute deviation of first digits above which Nigrini (Benford's Law, 2012) speaks of nonconformity.
NONCONFORMING = 0.015


def outliers(vouchers: Sequence[Voucher], period: frozenset[str]) -> Iterator[Remark]:
    """Sums of the period far above what the account saw, by the median and its spread, which no outlier moves."""
    seen: dict[str, list[tuple[float, Voucher, Decimal, str]]] = {}
    for v in vouchers:
        if v.kind is not VoucherKind.NORMAL:
            continue
        for line in v.lines:
            if is_expense(line) and line.amount > 0:
                sums = seen.setdefault(line.account or line.account_name, [])
                sums.append((math.log(line.amount), v, line.amount, line.account_name))
    for account, sums in seen.items():
        if len(sums) < KNOWN:
            continue
        middle = median(s for s, *_ in sums)
        spread = max(1.4826 * median(abs(s - middle) for s, *_ in sums), 0.1)
        for size, v, amount, name in sums:
            far = (size - middle) / spread
            if v.period in period and far > FAR and amount > TIMES * Decimal(math.exp(middle)):
                usual = thousands(Decimal(math.exp(middle)).quantize(Decimal("0.01")))
                why = Text(
                    f"{v.ref} {account} {name} {thousands(amount)}，远高于该科目通常的 {usual}（{len(sums)} 笔）",
                    f"{v.ref}: {thousands(amount)} on {account} {name} is far above its usual {usual} "
                    f"({len(sums)} entries)",
                )
                yield Remark("outlier", Level.WARN, (v.ref,), why, v.row)


def benford(vouchers: Iterable[Voucher]) -> Iterator[Remark]:
    """First digits of everything posted, once a voucher: small ones lead more often unless somebody chose them."""
    digits: Counter[int] = Counter()
    for v in vouchers:
        if v.kind is VoucherKind.NORMAL:
            digits.update(int(f"{abs(x):E}"[0]) for x in {line.amount for line in v.lines} if x)
    whole = sum(digits.values())
    if whole < ENOUGH:
        return
    off = {d: digits[d] / whole - math.log10(1 + 1 / d) for d in range(1, 10)}
    mad = sum(abs(x) for x in off.values()) / 9
    if mad > NONCONFORMING:
        worst = max(off, key=lambda d: abs(off[d]))
        expected = math.log10(1 + 1 / worst)
        why = Text(
            f"首位数字分布偏离本福特定律（{whole} 个金额，平均偏差 {mad:.3f}）："
            f"首位 {worst} 占 {digits[worst] / whole:.1%}，应约 {expected:.1%}",
            f"First digits don't follow Benford's law ({whole} figures, mean deviation {mad:.3f}): {worst} leads "
            f"{digits[worst] / whole:.1%}, about {expected:.1%} are expected",
        )
        yield Remark("benford", Level.NOTE, (), why)
