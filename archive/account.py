"""Accounts of the books (会计科目): their codes in one form whatever system wrote them, and what family they are of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archive.finding import Level
from archive.remark import Remark
from archive.words import Text

_BETWEEN = re.compile(r"[\s.\-/_·]+")
#: Accounts through which business is settled, by their first name: naming a document there books it no second time.
SETTLING = (
    *("库存现金", "现金", "银行存款", "其他货币资金", "应收票据", "应收账款", "预付账款", "其他应收款", "应付票据"),
    *("应付账款", "预收账款", "合同负债", "其他应付款", "应付职工薪酬"),
)
#: The same by number, for exports that name no accounts (财会〔2006〕18号 and 小企业会计准则 agree on these).
SETTLING_CODES = (
    "1001",
    "1002",
    "1012",
    "1121",
    "1122",
    "1123",
    "1221",
    "2201",
    "2202",
    "2203",
    "2204",
    "2205",
    "2241",
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the chart."""

    code: str  # digits only, as `plain_code` makes it
    name: str
    level: int = 0  # 科目级次; 0 where the file doesn't say
    direction: str = ""  # 借 or 贷
    category: str = ""  # 资产, 负债, 权益, 成本, 损益 …
    auxiliary: str = ""  # 辅助核算, as printed
    leaf: bool | None = None  # 是否末级
    row: int = 0


def plain_code(written: str, *, padded: bool = False) -> str:
    """`1002.01`, `1002-01`, `100201` are all 100201. With `padded`, a level of one digit lost a zero: 6602.1 is 660210.

    (Spreadsheets keep 6602.10 as a number; every level below the first has at least two digits.)
    """
    first, *levels = [part for part in _BETWEEN.split(written.strip()) if part] or [""]
    return first + "".join(part.ljust(2, "0") if padded else part for part in levels)


def root_name(name: str) -> str:
    """The first level's name: of 应交税费_应交增值税_销项税额 it is 应交税费."""
    return re.split(r"[_\\/|>—-]", name.strip(), maxsplit=1)[0].strip()


def settles(code: str, name: str) -> bool:
    """Whether the account only settles what other accounts recognise."""
    return code.startswith(SETTLING_CODES) if code else root_name(name).startswith(SETTLING)


def check(accounts: Iterable[Account]) -> tuple[Remark, ...]:
    """Codes that occur twice with different names, and accounts whose parent is missing."""
    known: dict[str, Account] = {}
    found: list[Remark] = []
    for account in accounts:
        other = known.setdefault(account.code, account)
        if other is not account and other.name != account.name:
            why = Text(
                f"科目 {account.code} 有两个名称：{other.name}、{account.name}",
                f"Account {account.code} has two names: {other.name}, {account.name}",
            )
            found.append(Remark("account_twice", Level.WARN, (account.code,), why, account.row))
    for account in known.values():
        if account.level > 1 and not any(account.code[:n] in known for n in range(len(account.code) - 1, 2, -1)):
            why = Text(
                f"科目 {account.code} {account.name} 没有上级科目",
                f"Account {account.code} {account.name} has no account above it",
            )
            found.append(Remark("account_orphan", Level.WARN, (account.code,), why, account.row))
    return tuple(found)
