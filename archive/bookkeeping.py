"""Bookkeeping: the ledger made of sums of vouchers and of trial balances, with a remark for whatever doesn't tie.

Vouchers are the facts; a trial balance gives the openings, fills what a month lacks and is compared with the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from archive.balance import Balance
from archive.chart import Chart
from archive.finding import Level
from archive.ledger import Ledger, Month, months_between
from archive.money import thousands
from archive.remark import Remark
from archive.sums import Leg, Pattern, Sums
from archive.voucher import ZERO
from archive.words import Text

#: Rows named one by one in a remark.
NAMED = 20


def ledger_of(chart: Chart, sums: Mapping[str, Sums], balances: Sequence[Balance]) -> Ledger:
    """The ledger of a company's months. Never raises for books that don't tie: `remarks` tells of them."""
    tables, parties = _tables(balances)
    known = sorted({*sums, *tables})
    if not known:
        return Ledger(chart, {}, {}, sums)
    remarks: list[Remark] = []
    months = {
        month: _month(month, sums.get(month), tables.get(month), chart, remarks)
        for month in months_between(known[0], known[-1])
    }
    openings = _carried(months, tables, remarks)
    for month in months:
        _odd(sums.get(month), remarks)
    names = {b.party: b.party_name for b in balances if b.party and b.party_name}
    rows: dict[str, dict[str, dict[str, tuple[Decimal, Decimal]]]] = defaultdict(dict)
    for (account, month), mine in parties.items():
        rows[account][month] = {}
        for b in mine:
            name = names.get(b.party, b.party)
            o, c = rows[account][month].get(name, (ZERO, ZERO))
            rows[account][month][name] = (o + b.opening, c + b.closing)
    ledger = Ledger(chart, months, openings, sums, remarks, dict(rows), names)
    _year_opening(ledger, tables)
    return ledger


def _tables(
    balances: Sequence[Balance],
) -> tuple[dict[str, dict[str, Balance]], dict[tuple[str, str], list[Balance]]]:
    """The lowest accounts of each month's table, and the rows of parties by account and month."""
    by_month: dict[str, dict[str, Balance]] = defaultdict(dict)
    parties: dict[tuple[str, str], list[Balance]] = defaultdict(list)
    for b in balances:
        if b.party:
            parties[b.account, b.period].append(b)
        else:
            by_month[b.period][b.account] = b
    lowest: dict[str, dict[str, Balance]] = {}
    for month, rows in by_month.items():
        parents = {code[:n] for code in rows for n in range(3, len(code)) if code[:n] in rows}
        lowest[month] = {code: b for code, b in rows.items() if code not in parents}
    return lowest, parties


def _month(
    period: str, sums: Sums | None, table: Mapping[str, Balance] | None, chart: Chart, remarks: list[Remark]
) -> Month:
    patterns = sums.patterns if sums else ()
    vouchers = sums.vouchers if sums else 0
    filled = _missing(period, patterns, vouchers, table, chart, remarks) if table else ()
    if not vouchers and not table:
        why = Text(f"{period} 没有凭证，也没有余额表", f"{period} has neither vouchers nor a trial balance")
        remarks.append(Remark("month_missing", Level.WARN, (period,), why))
    patterns = (*patterns, *filled)
    moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
    debits: dict[str, Decimal] = defaultdict(lambda: ZERO)
    credits_: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for p in patterns:
        for leg, amount in zip(p.legs, p.amounts, strict=True):
            moved[leg.account] += amount if leg.debit else -amount
            if not p.transfer:
                (debits if leg.debit else credits_)[leg.account] += amount
    turnover = {a: (debits.get(a, ZERO), credits_.get(a, ZERO)) for a in {*debits, *credits_}}
    return Month(period, patterns, dict(moved), turnover, vouchers, bool(filled), not vouchers and not table)


def _missing(
    period: str,
    patterns: Sequence[Pattern],
    vouchers: int,
    table: Mapping[str, Balance],
    chart: Chart,
    remarks: list[Remark],
) -> tuple[Pattern, ...]:
    """What the month's table has beyond its vouchers, as one voucher; where it has less, only a remark."""
    debit: dict[str, Decimal] = defaultdict(lambda: ZERO)
    credit: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for p in patterns:
        for leg, amount in zip(p.legs, p.amounts, strict=True):
            row = next((leg.account[:n] for n in range(len(leg.account), 2, -1) if leg.account[:n] in table), None)
            (debit if leg.debit else credit)[row or leg.account] += amount
    legs: list[tuple[Leg, Decimal]] = []
    rows: list[str] = []
    for code in sorted({*table, *debit, *credit}):
        b = table.get(code)
        d = (b.debit if b else ZERO) - debit.get(code, ZERO)
        c = (b.credit if b else ZERO) - credit.get(code, ZERO)
        if d or c:
            rows.append(f"{code} 借{thousands(d)} 贷{thousands(c)}")
            legs += [(Leg(code, side), a) for side, a in ((True, d), (False, c)) if a]
    if not legs:
        return ()
    more = sum((a for leg, a in legs if leg.debit), ZERO)
    named = "；".join(rows[:NAMED]) + (f" … 共 {len(rows)} 个科目" if len(rows) > NAMED else "")
    if vouchers and more <= 0:
        why = Text(
            f"{period} 余额表的发生额少于凭证（余额表可能在记账前导出），以凭证为准。差异：{named}",
            f"{period}: the trial balance moves less than the vouchers (exported before posting?); the vouchers count. "
            f"Differences: {named}",
        )
        remarks.append(Remark("table_behind", Level.WARN, (period,), why))
        return ()
    if vouchers:
        why = Text(
            f"{period} 凭证不全，按余额表补足：{named}",
            f"{period}: vouchers are missing; what the trial balance has beyond them was added: {named}",
        )
        remarks.append(Remark("vouchers_missing", Level.STOP, (period,), why))
    else:
        why = Text(
            f"{period} 没有凭证，金额取自余额表，现金流量无法按凭证编制",
            f"{period} has no vouchers: figures are those of the trial balance, cash flows can't be told",
        )
        remarks.append(Remark("table_only", Level.WARN, (period,), why))
    return _split(legs, chart)


def _split(legs: Sequence[tuple[Leg, Decimal]], chart: Chart) -> tuple[Pattern, ...]:
    """The fill as business and, where 本年利润 moves, the transfer of the result: each account's other side."""
    business: list[tuple[Leg, Decimal]] = []
    transfer: list[tuple[Leg, Decimal]] = []
    closes = any((n := chart.nodes.get(leg.account)) and n.role == "本年利润" for leg, _ in legs)
    for leg, amount in legs:
        node = chart.nodes.get(leg.account)
        if not closes or node is None or node.group not in ("income", "expense"):
            mine = transfer if closes and node and node.role == "本年利润" else business
        else:
            natural = (node.group == "expense") == (node.tag != "利息收入")
            mine = business if leg.debit == natural else transfer
        mine.append((leg, amount))
    return tuple(
        Pattern(tuple(x for x, _ in part), tuple(a for _, a in part), (ZERO,) * len(part), number == 1, 1, True)
        for number, part in enumerate((business, transfer))
        if part
    )


def _carried(
    months: Mapping[str, Month], tables: Mapping[str, Mapping[str, Balance]], remarks: list[Remark]
) -> dict[str, dict[str, Decimal]]:
    """The balances at the beginning of each month: the first table's, rolled back and carried on."""
    order = sorted(months)
    start: dict[str, Decimal] = defaultdict(lambda: ZERO)
    anchor = next((m for m in order if m in tables), None)
    if anchor is None:
        why = Text(
            "没有余额表，期初余额按零计算，余额不可靠",
            "There is no trial balance: openings count as nothing, balances can't be relied upon",
        )
        remarks.append(Remark("no_opening", Level.STOP, (order[0],), why))
    else:
        moved: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for m in order[: order.index(anchor)]:
            for account, amount in months[m].moved.items():
                moved[account] += amount
        for code, diff in _against(tables[anchor], moved).items():
            start[code] += diff
    openings: dict[str, dict[str, Decimal]] = {}
    now: dict[str, Decimal] = dict(start)
    for m in order:
        if m in tables and (wrong := _against(tables[m], now)):
            rows = "；".join(f"{code} {thousands(d)}" for code, d in sorted(wrong.items())[:NAMED])
            why = Text(
                f"{m} 余额表的期初与上期期末不符，以余额表为准。差异：{rows}",
                f"{m}: the trial balance opens otherwise than the month before closed; it counts. Differences: {rows}",
            )
            remarks.append(Remark("opening_differs", Level.STOP, (m,), why))
            for code, d in wrong.items():
                now[code] = now.get(code, ZERO) + d
        openings[m] = dict(now)
        for account, amount in months[m].moved.items():
            now[account] = now.get(account, ZERO) + amount
    return openings


def _against(table: Mapping[str, Balance], carried: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The table's openings less what is carried, for the accounts where they differ."""
    mine: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for code, amount in carried.items():
        row = next((code[:n] for n in range(len(code), 2, -1) if code[:n] in table), code)
        mine[row] += amount
    found: dict[str, Decimal] = {}
    for code in {*table, *mine}:
        b = table.get(code)
        if diff := (b.opening if b else ZERO) - mine.get(code, ZERO):
            found[code] = diff
    return found


def _odd(sums: Sums | None, remarks: list[Remark]) -> None:
    if sums is None or not sums.odd:
        return
    for kind, zh, en in (
        ("unbalanced", "借贷不平的凭证", "vouchers that don't balance"),
        ("currency", "本位币金额可能是外币的分录", "entries whose amount may be in a foreign currency"),
    ):
        mine = [each for each in sums.odd if each[0] == kind]
        if mine:
            rows = "；".join(f"{ref}（第{row}行 {what}）" for _, ref, row, what in mine[:NAMED])
            why = Text(f"{sums.period} {zh}：{rows}", f"{sums.period}, {en}: {rows}")
            level = Level.STOP if kind == "unbalanced" else Level.WARN
            remarks.append(Remark(kind, level, tuple(ref for _, ref, _, _ in mine), why))


def _year_opening(ledger: Ledger, tables: Mapping[str, Mapping[str, Balance]]) -> None:
    """Of books that begin inside a year: the year's opening by the 本年累计 columns of the first table."""
    first = ledger.first
    table = tables.get(first)
    if first.endswith("-01") or not table:
        return
    if all(b.year_debit is None and b.year_credit is None for b in table.values()):
        return
    ledger.year_openings[first] = {
        code: b.closing - (b.year_debit or ZERO) + (b.year_credit or ZERO) for code, b in table.items()
    }
