"""客户排名, 供应商排名: who revenue comes from and who is bought from, by the vouchers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from archive.analysis.parties import names
from archive.anomalies.payee import named
from archive.ledger import Ledger
from archive.sums import is_transfer, key_of
from archive.voucher import ZERO, Line, Voucher

#: Revenue as 营业收入 of the income statement has it.
_REVENUE = ("主营业务收入", "其他业务收入", "营业收入", "经营收入")
#: Through which purchases are settled.
_SETTLED = ("应付账款", "应付票据", "预付账款", "库存现金", "银行存款", "其他货币资金")
#: Assets that are no purchase: money, claims, what is between banks.
_CLAIMS = (
    *("库存现金", "银行存款", "其他货币资金", "应收票据", "应收账款", "预付账款", "其他应收款", "应收股利", "应收利息"),
    *("坏账准备", "合同资产", "交易性金融资产", "债权投资", "长期应收款"),
)


@dataclass(slots=True)
class Rank:
    """One customer or supplier; "" is what names nobody."""

    name: str
    amount: Decimal = ZERO
    vouchers: int = 0
    last: date | None = None
    earlier: Decimal | None = None  # the same months of the year before; None where the books don't reach


@dataclass(slots=True)
class Ranking:
    """Everybody, the largest first, with the whole."""

    ranks: list[Rank] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Of all of them."""
        return sum((r.amount for r in self.ranks), ZERO)


def customers(ledger: Ledger, vouchers: Sequence[Voucher], months: Sequence[str], earlier: Sequence[str]) -> Ranking:
    """Revenue (net of tax) by the party of its voucher. Adds up to 营业收入 where every month has its vouchers."""
    roles = _accounts(ledger, _REVENUE)

    def sold(v: Voucher) -> Decimal:
        return -sum((line.amount for line in v.lines if key_of(line) in roles), ZERO)

    return _ranked(ledger, vouchers, months, earlier, sold)


def suppliers(ledger: Ledger, vouchers: Sequence[Voucher], months: Sequence[str], earlier: Sequence[str]) -> Ranking:
    """What was bought (with its input tax) by the party of its voucher: goods, assets and expenses that are settled
    through 应付账款, 应付票据, 预付账款 or money; what names nobody isn't a purchase.
    """
    settled = _accounts(ledger, _SETTLED)
    goods = {
        a for a, n in ledger.chart.nodes.items()
        if n.group in ("asset", "cost", "expense") and n.role not in _CLAIMS and n.role not in ("所得税费用",)
    }  # fmt: skip
    tax = _accounts(ledger, ("应交税费",))

    def bought(v: Voucher) -> Decimal:
        if not any(key_of(x) in settled and x.amount < 0 for x in v.lines) and not _red(v, settled):
            return ZERO
        mine = sum((x.amount for x in v.lines if key_of(x) in goods), ZERO)
        return mine + sum((x.debit for x in v.lines if key_of(x) in tax), ZERO) if mine else ZERO

    ranking = _ranked(ledger, vouchers, months, earlier, bought)
    ranking.ranks = [r for r in ranking.ranks if r.name]
    return ranking


def _red(v: Voucher, settled: set[str]) -> bool:
    """A purchase taken back in red: negative credits."""
    return any(key_of(x) in settled and x.credit < 0 for x in v.lines)


def _accounts(ledger: Ledger, roles: Sequence[str]) -> set[str]:
    return {a for a, node in ledger.chart.nodes.items() if node.role in roles}


def _ranked(
    ledger: Ledger,
    vouchers: Sequence[Voucher],
    months: Sequence[str],
    earlier: Sequence[str],
    amount: Callable[[Voucher], Decimal],
) -> Ranking:
    now, then = set(months), set(earlier)
    known = bool(earlier) and all(m in ledger.months for m in earlier)
    called = names(ledger, vouchers)
    ranks: dict[str, Rank] = {}
    for v in vouchers:
        if v.period not in now and v.period not in then:
            continue
        if is_transfer(v.lines) or not (of_it := amount(v)):
            continue
        name = party(v.lines, called)
        rank = ranks.setdefault(name, Rank(name, earlier=ZERO if known else None))
        if v.period in now:
            rank.amount += of_it
            rank.vouchers += 1
            rank.last = max(filter(None, (rank.last, v.date)), default=None)
        if v.period in then and rank.earlier is not None:
            rank.earlier += of_it
    return Ranking(sorted((r for r in ranks.values() if r.amount or r.earlier), key=lambda r: (-r.amount, r.name)))


def party(lines: Sequence[Line], called: Mapping[str, str]) -> str:
    """The party of the voucher's entries as the books have it, else the organisation its words name."""
    told = next((line.party for line in lines if line.party), "")
    return called.get(told, told) or next((name for line in lines if (name := named(line))), "")
