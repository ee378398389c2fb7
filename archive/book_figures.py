"""Figures of the books: turnover and balances of accounts found by name, from imported vouchers and balances. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.account import Account, root_name
from archive.answer import Answer, Part
from archive.balance import Balance
from archive.money import thousands
from archive.period import Period
from archive.question import ACCOUNT, Question, ending_with, months, subject_name
from archive.vocabulary import BY_KEY, MEASURES, How
from archive.voucher import Line, Voucher, VoucherKind
from archive.words import Text, same

ZERO = Decimal(0)
_LEVELS = re.compile(r"[_\\/|>—-]")
#: Balances shown with the sign of the credit side.
_OWED = frozenset({"payables", "other_payables", "advances", "tax_due", "loans", "capital"})


#: First-level codes, for exports that name only the lowest level (财会〔2006〕18号; 小企业会计准则 附录).
_BOTH = {
    "1001": "库存现金", "1002": "银行存款", "1012": "其他货币资金", "1122": "应收账款", "1123": "预付账款",
    "1221": "其他应收款",
    "1403": "原材料", "1405": "库存商品", "1601": "固定资产", "2001": "短期借款", "2202": "应付账款",
    "2203": "预收账款",
    "2211": "应付职工薪酬", "2221": "应交税费", "2241": "其他应付款", "2501": "长期借款",
}  # fmt: skip
_ENTERPRISE = _BOTH | {
    "4001": "实收资本", "5001": "生产成本", "5301": "研发支出", "6001": "主营业务收入", "6051": "其他业务收入",
    "6301": "营业外收入", "6401": "主营业务成本", "6402": "其他业务成本", "6403": "税金及附加", "6601": "销售费用",
    "6602": "管理费用", "6603": "财务费用", "6711": "营业外支出", "6801": "所得税费用",
}  # fmt: skip
_SMALL = _BOTH | {
    "3001": "实收资本", "4001": "生产成本", "4301": "研发支出", "5001": "主营业务收入", "5051": "其他业务收入",
    "5301": "营业外收入", "5401": "主营业务成本", "5402": "其他业务成本", "5403": "税金及附加", "5601": "销售费用",
    "5602": "管理费用", "5603": "财务费用", "5711": "营业外支出", "5801": "所得税费用",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Books:
    """What was imported for one company."""

    vouchers: Sequence[Voucher]
    balances: Sequence[Balance]
    accounts: Sequence[Account]

    @property
    def months(self) -> list[str]:
        """Months of which there is anything, as 2026-09, in order."""
        return sorted({v.period for v in self.vouchers} | {b.period for b in self.balances})

    def names(self) -> dict[str, str]:
        """Account names by code; the chart's before the balances' before the vouchers'."""
        found = {line.account: line.account_name for v in self.vouchers for line in v.lines if line.account_name}
        found |= {b.account: b.name for b in self.balances if b.name and not b.party}
        found |= {a.code: a.name for a in self.accounts if a.name}
        codes = {*found, *(line.account for v in self.vouchers for line in v.lines)}
        standard = _ENTERPRISE if any(code.startswith("6") for code in codes) else _SMALL
        first = {code[:4] for code in codes}
        return {code: name for code, name in standard.items() if code in first} | found


def known_accounts(books: Books) -> set[str]:
    """Every name an account can be asked for by: whole, its first level, its last."""
    names = set(books.names().values())
    firsts = {root_name(name) for name in names}
    return {name for name in names | firsts | {_LEVELS.split(name)[-1] for name in names} if len(name) > 1}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The accounts a question is after: uppermost codes, and names for exports without codes."""

    codes: tuple[str, ...]
    names: frozenset[str]
    how: How
    owed: bool

    def holds(self, code: str, name: str) -> bool:
        if code:
            return code.startswith(self.codes) if self.codes else False
        return bool(name) and (root_name(name) in self.names or name in self.names)


def answer(question: Question, period: Period, books: Books) -> Answer | Text:
    """What the books say, or why they don't: no such account, or nothing of these months."""
    names = books.names()
    chosen = _chosen(question.subject, names)
    lone = frozenset(line.account_name for v in books.vouchers for line in v.lines if not line.account)
    if not chosen.codes and not any(chosen.holds("", name) for name in lone):
        wanted = "、".join(sorted(chosen.names))
        return Text(f"导入的账簿里没有科目 {wanted}", f"the imported books have no account {wanted}")
    found = _figure(books, chosen, period)
    if found.value is None:
        why, have = Text(f"{period.label.zh}没有账簿数据", f"there are no books of {period.label.en}"), books.months
        there = Text(f"，已有 {have[0]} 至 {have[-1]}", f"; there are {have[0]} to {have[-1]}") if have else same("")
        return why + there
    stretch = ending_with(period.last, question.trend) if question.trend else None
    course = tuple((m, _figure(books, chosen, m).value) for m in months(stretch.first, stretch.last)) if stretch else ()
    parts = _parts(question, books, chosen, period, names)
    limit = question.top or len(parts)
    which = sorted({f"{code} {names[code]}" for code in chosen.codes} or chosen.names)
    listed = "、".join(which[:6]) + ("…" if len(which) > 6 else "")
    basis = (Text(f"依据科目 {listed}", f"accounts {listed}"), *found.basis, *_research(question, books, period, names))
    return Answer(question, period, "money", found.value, found.count, parts[:limit], found.value,
                  len(parts) - len(parts[:limit]), course, basis=basis)  # fmt: skip


def _research(question: Question, books: Books, period: Period, names: dict[str, str]) -> tuple[Text, ...]:
    """The income statement shows 研发费用 by itself, books keep it below 管理费用 (财会〔2019〕6号): both are told."""
    if question.subject != "admin":
        return ()
    below = _chosen("research", names)
    if not below.codes or any(len(code) <= 4 for code in below.codes):
        return ()
    value = _figure(books, below, period).value
    if not value:
        return ()
    return (
        Text(
            f"其中研发费用 {thousands(value)} 元，利润表单列",
            f"of this research CNY {thousands(value)}, shown apart in the income statement",
        ),
    )


def _chosen(subject: str, names: dict[str, str]) -> _Chosen:
    if subject.startswith(ACCOUNT):
        wanted = subject.removeprefix(ACCOUNT)
        codes = _uppermost(c for c, n in names.items() if wanted in (n, root_name(n), _LEVELS.split(n)[-1]))
        how, owed = _nature(wanted, codes, names)
        return _Chosen(codes, frozenset({wanted}), how, owed)
    measure = BY_KEY[subject]
    wanted_names = frozenset(measure.accounts)
    named = {code for code, name in names.items() if root_name(name) in wanted_names}
    first = {code for code in named if root_name(names.get(code[:4], names[code])) in wanted_names}
    codes = _uppermost(first or named)  # 研发费用 may be an account below 管理费用
    return _Chosen(codes, wanted_names, measure.how, subject in _OWED)


def _uppermost(codes: Iterable[str]) -> tuple[str, ...]:
    """Those not below another."""
    found: list[str] = []
    for code in sorted(set(codes)):
        if code and not any(code.startswith(above) for above in found):
            found.append(code)
    return tuple(found)


def _nature(name: str, codes: Sequence[str], names: dict[str, str]) -> tuple[How, bool]:
    """How an account asked for by name is measured: as its first level is, else by its class."""
    first = root_name(names.get(codes[0][:4], name)) if codes else name
    for measure in MEASURES:
        if first in measure.accounts and measure.source == "books":
            return measure.how, measure.key in _OWED
    if codes and codes[0][0] in "56":
        return "debit", False
    return "closing", bool(codes) and codes[0][0] in "234"


@dataclass(frozen=True, slots=True)
class _Found:
    value: Decimal | None
    count: int
    basis: tuple[Text, ...]


def _figure(books: Books, chosen: _Chosen, period: Period) -> _Found:
    return _closing(books, chosen, period) if chosen.how == "closing" else _turnover(books, chosen, period)


def _turnover(books: Books, chosen: _Chosen, period: Period) -> _Found:
    """Vouchers of each month, the closing ones (结转损益) left out; a month's balances where there are no vouchers."""
    wanted = [f"{m.first:%Y-%m}" for m in months(period.first, period.last)]
    vouched, balanced = {v.period for v in books.vouchers}, {b.period for b in books.balances}
    from_vouchers = [m for m in wanted if m in vouched]
    from_balances = [m for m in wanted if m not in vouched and m in balanced]
    missing = [m for m in wanted if m not in vouched and m not in balanced]
    if not from_vouchers and not from_balances:
        return _Found(None, 0, ())
    sign = 1 if chosen.how == "debit" else -1
    lines = list(_lines(books, chosen, period))
    value = sum((sign * line.amount for line in lines), ZERO)
    rows = _rows(books, chosen, frozenset(from_balances))
    value += sum((row.debit if chosen.how == "debit" else row.credit for row in rows), ZERO)
    basis = []
    if from_vouchers:
        which, count = _range(from_vouchers), len(lines)
        basis.append(
            Text(
                f"凭证 {which} 共 {count} 条分录（不含结转）",
                f"{count} entries of vouchers {which}, closing entries left out",
            )
        )
    if from_balances:
        basis.append(
            Text(f"余额表发生额 {_range(from_balances)}", f"turnover of trial balances {_range(from_balances)}")
        )
    if missing:
        basis.append(Text(f"缺 {_range(missing)} 的账簿", f"no books of {_range(missing)}"))
    return _Found(value, len(lines) + len(rows), tuple(basis))


def _closing(books: Books, chosen: _Chosen, period: Period) -> _Found:
    """The last trial balance up to the end of the period, carried on by vouchers where each month has them."""
    end = f"{period.last:%Y-%m}"
    known = [m for m in sorted({b.period for b in books.balances}) if m <= end]
    if not known:
        return _Found(None, 0, ())
    start, sign = known[-1], -1 if chosen.owed else 1
    rows = _rows(books, chosen, frozenset({start}))
    value = sum((row.closing for row in rows), ZERO)
    basis = [Text(f"{start} 余额表期末余额", f"closing balances of {start}")]
    between = [f"{m.first:%Y-%m}" for m in months(Period.month(int(start[:4]), int(start[5:])).last, period.last)][1:]
    vouched = {v.period for v in books.vouchers}
    carried: list[str] = []
    for month in between:
        if month not in vouched:
            break
        carried.append(month)
    if carried:
        moved = [line for v in books.vouchers if v.period in carried for line in v.lines]
        value += sum((x.amount for x in moved if chosen.holds(x.account, x.account_name)), ZERO)
        basis.append(Text(f"加凭证 {_range(carried)}", f"carried on by vouchers {_range(carried)}"))
    if rest := between[len(carried) :]:
        at = (carried or [start])[-1]
        basis.append(
            Text(
                f"缺 {_range(rest)} 的账簿，余额截至 {at}",
                f"no books of {_range(rest)}: the balance is that of {at}",
            )
        )
    return _Found(sign * value, len(rows), tuple(basis))


def _lines(books: Books, chosen: _Chosen, period: Period) -> Iterable[Line]:
    for v in books.vouchers:
        if f"{period.first:%Y-%m}" <= v.period <= f"{period.last:%Y-%m}" and v.kind is not VoucherKind.CLOSING:
            if v.date is not None and not period.first <= v.date <= period.last:
                continue
            yield from (line for line in v.lines if chosen.holds(line.account, line.account_name))


def _rows(books: Books, chosen: _Chosen, when: frozenset[str]) -> list[Balance]:
    """The uppermost rows of the accounts in these months, without those of single customers and suppliers."""
    fit = [b for b in books.balances if b.period in when and not b.party and chosen.holds(b.account, b.name)]
    top = {(m, code) for m in when for code in _uppermost(b.account for b in fit if b.period == m)}
    return [b for b in fit if (b.period, b.account) in top or not b.account]


def _parts(q: Question, books: Books, chosen: _Chosen, period: Period, names: dict[str, str]) -> tuple[Part, ...]:
    by = q.by or (("account",) if q.share or q.top or q.detail else ())
    if not by:
        return ()
    if by[0] in ("month", "quarter"):
        return _by_time(by[0], books, chosen, period)
    if chosen.how == "closing":
        rows = _below(books, chosen, period)
        sums = [(name, -value if chosen.owed else value, 1) for name, value in rows]
    else:
        sums = _by_account(books, chosen, period, names)
    return tuple(Part(same(name), value, n) for name, value, n in sorted(sums, key=lambda s: (-s[1], s[0])) if value)


def _by_account(books: Books, chosen: _Chosen, period: Period, names: dict[str, str]) -> list[tuple[str, Decimal, int]]:
    sign = 1 if chosen.how == "debit" else -1
    groups: dict[str, list[Decimal]] = {}
    for line in _lines(books, chosen, period):
        name = names.get(line.account) or line.account_name or line.account
        groups.setdefault(name, []).append(sign * line.amount)
    if not groups:
        wanted = frozenset(f"{m.first:%Y-%m}" for m in months(period.first, period.last))
        for row in _leaves(
            [b for b in books.balances if b.period in wanted and not b.party and chosen.holds(b.account, b.name)]
        ):
            groups.setdefault(row.name or row.account, []).append(row.debit if chosen.how == "debit" else row.credit)
    return [(name, sum(values, ZERO), len(values)) for name, values in groups.items()]


def _below(books: Books, chosen: _Chosen, period: Period) -> list[tuple[str, Decimal]]:
    known = [b.period for b in books.balances if b.period <= f"{period.last:%Y-%m}"]
    last = max(known, default="")
    rows = [b for b in books.balances if b.period == last and not b.party and chosen.holds(b.account, b.name)]
    return [(row.name or row.account, row.closing) for row in _leaves(rows)]


def _leaves(rows: Sequence[Balance]) -> list[Balance]:
    codes = [(r.period, r.account) for r in rows]
    return [r for r in rows if not any(p == r.period and c != r.account and c.startswith(r.account) for p, c in codes)]


def _by_time(size: str, books: Books, chosen: _Chosen, period: Period) -> tuple[Part, ...]:
    stretches: list[Period] = []
    for month in months(period.first, period.last):
        at = month if size == "month" else Period.quarter(month.first.year, (month.first.month + 2) // 3)
        if at not in stretches:
            stretches.append(at)
    label: Callable[[Period], str] = (
        (lambda p: f"{p.first:%Y-%m}") if size == "month" else (lambda p: f"{p.first.year}Q{(p.first.month + 2) // 3}")
    )
    found = [(at, _figure(books, chosen, at)) for at in stretches]
    return tuple(Part(same(label(at)), f.value, f.count) for at, f in found if f.value is not None)


def _range(wanted: Sequence[str]) -> str:
    return wanted[0] if len(wanted) == 1 else f"{wanted[0]}–{wanted[-1]}"


def latest(books: Books) -> Period | None:
    """The last month there are books of."""
    found = books.months
    return Period.month(int(found[-1][:4]), int(found[-1][5:])) if found else None


def missing(subject: str, why: Text) -> tuple[Text, Text, Text]:
    """(subject, why, what to ask instead) for a figure the books can't give."""
    instead = Text("请导入这几个月的凭证或余额表，或换一个期间再问。",
                   "Import the vouchers or balances of these months, or ask for another period.")  # fmt: skip
    return subject_name(subject), why, instead
