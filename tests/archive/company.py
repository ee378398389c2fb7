"""The demo company's books as each of its exports has them, beside the true statements."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from archive import sums
from archive.balance import Balance
from archive.bookkeeping import ledger_of
from archive.chart import chart_of
from archive.ledger import Ledger
from archive.sums import Sums
from archive.voucher import Voucher
from config.forms import forms
from intake.sheet.read import read_book

COMPANY = Path("../shared/samples/company")
needed = pytest.mark.skipif(not COMPANY.is_dir(), reason="the demo company's files are not here")
#: Carrier → its vouchers and its trial balances.
CARRIERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "U8": (("用友U8/*.xlsx", "用友U8/*.xls"), ("科目余额表/U8_*",)),
    "U8 csv": (("用友U8/*.csv",), ("科目余额表/U8_*",)),
    "金蝶 序时簿": (("金蝶/会计分录*",), ("科目余额表/金蝶_*",)),
    "金蝶 模板": (("金蝶/凭证*",), ("科目余额表/金蝶_*",)),
    "T+": (("T+/*.xls*",), ("科目余额表/U8_*",)),
    "T+ 方向式": (("T+/*2025*.xlsx", "T+/*2026*.csv"), ("科目余额表/方向式*",)),
    "余额表": ((), ("科目余额表/金蝶_*",)),
}


@cache
def books(carrier: str) -> Ledger:
    """The ledger of one carrier's files."""
    vouchers, tables = (_read(patterns) for patterns in CARRIERS[carrier])
    months: dict[str, list[Voucher]] = {}
    for v in vouchers:
        months.setdefault(v.period, []).append(v)
    made: dict[str, Sums] = {m: sums.of(m, vs) for m, vs in months.items()}
    names: dict[str, str] = {}
    for each in made.values():
        names |= each.names
    balances = [b for b in tables if isinstance(b, Balance)]
    names |= {b.account: b.name for b in balances if not b.party}
    return ledger_of(chart_of(names, forms().roles), made, balances)


def _read(patterns: tuple[str, ...]) -> list[Any]:
    paths = [p for pattern in patterns for p in sorted(COMPANY.glob(pattern)) if "未结转" not in p.name]
    return [record for p in paths for record in read_book(p.read_bytes(), p.name).records]


def truth(name: str) -> Any:
    """One truth file."""
    return json.loads((COMPANY / "truth" / f"{name}.json").read_text("utf-8"))


def inputs() -> dict[str, dict[str, Decimal]]:
    """The parts due within a year, month by month."""
    return {m: {k: Decimal(a) for k, a in given.items()} for m, given in truth("maturity_inputs").items()}
