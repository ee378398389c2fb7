"""Another company for tests: 小企业会计准则 (5xxx revenue and cost, 3xxx equity), another system's columns and naming.

One quarter is booked by rules from a seed; the bank has what the books have some days later, a fee nobody booked, and a
customer who pays in two parts.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

NUMBER = "4500012233445566"
NAME = "湖州小满食品有限公司"
Row = list[object]
VOUCHER_HEAD: Row = [
    *("单据日期", "期", "字", "号", "附件张数", "摘要", "会计科目代码", "会计科目名称", "借方", "贷方", "往来单位名称")
]
BANK_HEAD: Row = ["序号", "记账日期", "对方户名", "支出金额", "收入金额", "账户余额", "摘要说明", "流水号"]


class SmallCompany:
    """Its journal, trial balance and statement as rows; what is to be found in them."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)
        self.journal: list[Row] = [[f"核算单位：{NAME}", *[""] * 10], VOUCHER_HEAD]
        self.statement: list[Row] = [[f"账号：{NUMBER}", *[""] * 7], BANK_HEAD]
        self.closing: dict[str, dict[str, Decimal]] = {}  # month → account → balance
        self.unbooked: list[str] = []  # serial numbers of what only the bank has
        self._moves: list[tuple[date, Decimal, str, str]] = []
        balance = {"1002001": Decimal("200000.00"), "3001": Decimal("-200000.00")}
        for month in (1, 2, 3):
            self._month(month, balance)
            self.closing[f"2026-{month:02}"] = dict(balance)
        self._bank()

    def _month(self, month: int, balance: dict[str, Decimal]) -> None:
        for number in range(1, 21):
            on = date(2026, month, min(28, number + 1))
            amount = Decimal(self._random.randrange(10_000, 900_000)) / 100
            party = self._random.choice(["湖州甲超市", "德清乙食堂", "安吉丙酒店"])
            if number % 2:
                lines = [("1002001", "银行存款-工行5566", amount, party), ("5001", "主营业务收入", -amount, party)]
                self._moves.append((on + timedelta(days=self._random.randrange(0, 4)), amount, party, "货款"))
            else:
                lines = [("5602003", "管理费用-办公费", amount, ""), ("1002001", "银行存款-工行5566", -amount, "")]
                self._moves.append((on + timedelta(days=self._random.randrange(0, 4)), -amount, "", "费用"))
            for n, (account, name, signed, who) in enumerate(lines):
                balance[account] = balance.get(account, Decimal(0)) + signed
                debit, credit = (signed, "-") if signed > 0 else ("-", -signed)
                head: Row = [f"2026/{month}/{on.day}", month, "记", number, 1] if n == 0 else [""] * 5
                self.journal.append([*head, "收货款" if number % 2 else "付费用", account, name, debit, credit, who])

    def _bank(self) -> None:
        first = next(move for move in self._moves if move[1] > 0)
        self._moves.remove(first)  # this customer paid in two parts
        half = (first[1] / 2).quantize(Decimal("0.01"))
        self._moves += [(first[0], half, first[2], "货款一"), (first[0], first[1] - half, first[2], "货款二")]
        self._moves.append((date(2026, 2, 20), Decimal("-15.00"), "", "账户维护费"))
        balance = Decimal("200000.00")
        for n, (on, amount, party, why) in enumerate(sorted(self._moves, key=lambda move: move[0]), 1):
            balance += amount
            serial = f"SN2026{n:010}"
            if why == "账户维护费":
                self.unbooked.append(f"2026{n:010}")
            out, into = (f"{-amount:,.2f}", "") if amount < 0 else ("", f"{amount:,.2f}")
            self.statement.append([n, f"{on:%Y%m%d}", party, out, into, f"{balance:,.2f}", why, serial])

    def balances(self, month: str) -> list[Row]:
        """A trial balance with sides (方向)."""
        head: Row = ["科目编码", "科目名称", "方向", "期初余额", "本期借方", "本期贷方", "方向", "期末余额"]
        before = f"2026-{int(month[5:]) - 1:02}"
        rows: list[Row] = [[f"期间：{month}", *[""] * 7], head]
        for account, amount in sorted(self.closing[month].items()):
            opening = self.closing.get(before, {"1002001": Decimal(200000), "3001": Decimal(-200000)}).get(
                account, Decimal(0)
            )
            moved = [(row[8], row[9]) for row in self.journal[2:] if row[6] == account and self._in(row, month)]
            debit = sum((d for d, _ in moved if isinstance(d, Decimal)), Decimal(0))
            credit = sum((c for _, c in moved if isinstance(c, Decimal)), Decimal(0))
            rows.append([account, account, _side(opening), abs(opening), debit, credit, _side(amount), abs(amount)])
        return rows

    def _in(self, row: Row, month: str) -> bool:
        at = self.journal.index(row)
        head = next(r for r in reversed(self.journal[: at + 1]) if r[0])
        return head[1] == int(month[5:])


def _side(amount: Decimal) -> str:
    return "借" if amount > 0 else "贷" if amount < 0 else "平"
