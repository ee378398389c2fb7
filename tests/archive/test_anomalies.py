"""What is unusual in books: found where it was planted, not where business is ordinary."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.anomalies.all import anomalies
from archive.anomalies.payee import payee
from archive.posting import Posting
from archive.remark import Remark
from archive.voucher import Line, Voucher
from intake.sheet.read import read_book

COMPANY = Path("../shared/samples/company")
LIMIT = Decimal(5_000)


def workday(day: date) -> bool:
    return day.weekday() < 5


def found(vouchers: Sequence[Voucher], postings: Sequence[Posting] = ()) -> tuple[Remark, ...]:
    months = {v.period for v in vouchers}
    return anomalies(months, vouchers, postings, workday=workday, limits=[LIMIT])


def kinds(vouchers: Sequence[Voucher], postings: Sequence[Posting] = ()) -> list[str]:
    return [remark.kind for remark in found(vouchers, postings)]


def paid(number: int, on: date, amount: str, to: str = "苏州样例咨询有限公司", document: str = "") -> Voucher:
    sum_ = Decimal(amount)
    summary = f"支付咨询费 {to}"
    return Voucher(
        on.year, on.month, "记", number,
        (
            Line("660210", "管理费用_咨询费", summary, debit=sum_, document=document),
            Line("100201", "银行存款_工行", summary, credit=sum_),
        ),
        on, 1, "甲", "乙",
    )  # fmt: skip


MONDAY = date(2026, 4, 6)


def test_ordinary_books_have_nothing() -> None:
    rent = [paid(n, date(2026, n, 6), "8123.40") for n in range(1, 7)]  # the same every month
    assert kinds([replace(v, number=1) for v in rent if v.date and workday(v.date)]) == []


def test_one_hand_by_the_voucher_and_by_the_log() -> None:
    v = replace(paid(1, MONDAY, "12.30"), checker="甲")
    assert kinds([v]) == ["maker_is_checker"]
    bare = replace(v, maker="", checker="")
    at = datetime(2026, 4, 6, 10)
    log = [Posting.told(at, "丙", "制单", v.ref), Posting.told(at, "丙", "审核", v.ref)]
    (remark,) = found([bare], log)
    assert remark.kind == "maker_is_checker"
    assert "丙" in remark.why.zh


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-04-06 20:59:59", []),
        ("2026-04-06 21:00:00", ["夜间"]),
        ("2026-04-07 05:59:00", ["夜间"]),
        ("2026-04-07 06:00:00", []),
        ("2026-04-11 10:00:00", ["休息日"]),
        ("2026-04-12 23:00:00", ["休息日", "夜间"]),
    ],
)
def test_off_hours(at: str, expected: list[str]) -> None:
    v = paid(1, MONDAY, "12.30")
    remarks = found([v], [Posting.told(datetime.fromisoformat(at), "甲", "制单", v.ref)])
    assert [word for r in remarks for word in ("休息日", "夜间") if word in r.why.zh] == expected
    assert all(r.refs == ("2026-04 记-1",) and "甲" in r.why.en for r in remarks)


@pytest.mark.parametrize(("day", "expected"), [("2026-05-15", []), ("2026-05-18", ["posted_late"])])
def test_made_long_after_its_month(day: str, expected: list[str]) -> None:
    v = paid(1, MONDAY, "12.30")
    log = [Posting.told(datetime.fromisoformat(f"{at} 10:00:00"), "甲", "制单", v.ref) for at in (day, "2026-06-01")]
    assert kinds([v], log) == expected


def test_without_a_log_the_voucher_s_own_date_is_looked_at() -> None:
    assert kinds([paid(1, date(2026, 4, 11), "12.30")]) == ["dated_off_day"]
    assert kinds([paid(1, date(2026, 4, 25), "12.30")]) == []  # the month's end


def test_round_expenses_but_no_round_transfers_and_donations() -> None:
    v = paid(1, MONDAY, "20000.00")
    assert "round_amount" in kinds([v])
    transfer = replace(v, lines=(Line("100202", "银行存款_建行", "调拨", debit=Decimal(20_000)), v.lines[1]))
    gift = replace(v, lines=(Line("671101", "营业外支出_捐赠", "捐赠", debit=Decimal(20_000)), v.lines[1]))
    assert "round_amount" not in kinds([transfer]) + kinds([gift])


def test_the_same_sum_twice_within_days() -> None:
    (remark,) = found([paid(1, MONDAY, "731.20"), paid(2, MONDAY + timedelta(days=3), "731.20")])
    assert (remark.kind, remark.refs) == ("paid_twice", ("2026-04 记-1", "2026-04 记-2"))
    assert kinds([paid(1, MONDAY, "731.20"), paid(2, MONDAY + timedelta(days=11), "731.20")]) == []
    assert kinds([paid(1, MONDAY, "731.20"), paid(2, MONDAY, "731.20", to="上海另一家有限公司")]) == []


def test_a_payment_split_to_stay_under_the_limit() -> None:
    parts = [paid(1, MONDAY, "4800.10"), paid(2, MONDAY + timedelta(days=1), "4700.20")]
    (remark,) = found(parts)
    assert remark.kind == "split_under_limit"
    assert "9,500.30" in remark.why.zh
    assert kinds([parts[0], replace(parts[1], date=MONDAY + timedelta(days=9))]) == []
    assert kinds([paid(1, MONDAY, "2600.10"), paid(2, MONDAY, "2300.20")]) == []  # together below it


def test_numbers_in_a_row_from_one_seller() -> None:
    run = [paid(n, MONDAY + timedelta(days=n), f"{70 + n}.30", document=f"2630000000001234567{n}") for n in range(1, 4)]
    (remark,) = found(run)
    assert remark.kind == "consecutive_numbers"
    assert len(remark.refs) == 3
    assert kinds(run[:2]) == []
    other = [replace(v, lines=tuple(replace(x, summary=f"咨询 北京{'甲乙丙'[n]}记有限公司") for x in v.lines))
             for n, v in enumerate(run)]  # fmt: skip
    assert kinds(other) == []


def test_an_expense_far_from_what_is_usual() -> None:
    rng = random.Random(4)
    days = [MONDAY + timedelta(days=7 * n) for n in range(30)]
    usual = [paid(n, day, f"{rng.uniform(80, 160):.2f}") for n, day in enumerate(days, 1)]
    assert "outlier" not in kinds(usual)
    (remark,) = [r for r in found([*usual, paid(99, MONDAY, "9876.54")]) if r.kind == "outlier"]
    assert remark.refs == ("2026-04 记-99",)
    assert "9,876.54" in remark.why.en


def test_chosen_figures_break_benford_and_grown_ones_do_not() -> None:
    rng = random.Random(4)
    grown = [paid(n, MONDAY, f"{10 ** rng.uniform(1, 5):.2f}", to=f"第{n}家有限公司") for n in range(1, 1_100)]
    assert "benford" not in kinds(grown)
    chosen = [paid(n, MONDAY, f"{rng.uniform(500, 999):.2f}", to=f"第{n}家有限公司") for n in range(1, 1_100)]
    assert "benford" in kinds(chosen)


@pytest.mark.parametrize(
    ("summary", "name"),
    [
        ("支付广告宣传费 苏州璟秀文化传播有限公司 票号23878742", "苏州璟秀文化传播有限公司"),
        ("付 上海样例(集团)有限公司 货款", "上海样例(集团)有限公司"),
        ("付上海样例（集团）有限公司货款", "上海样例(集团)有限公司"),
        ("计提折旧", ""),
    ],
)
def test_the_payee_a_summary_names(summary: str, name: str) -> None:
    v = Voucher(2026, 4, "记", 1, (Line("660210", "", summary, debit=Decimal(1)),))
    assert payee(v) == name


LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["100201", "660210", "5001", "2202", ""]),
        st.sampled_from(["", "银行存款", "管理费用", "主营业务收入"]),
        st.text(max_size=12),
        st.decimals("-1e9", "1e9", places=2),
        st.decimals("-1e9", "1e9", places=2),
        st.text(max_size=4),
        st.from_regex(r"\d{8,20}|", fullmatch=True),
    ),
    max_size=4,
)
VOUCHERS = st.lists(
    st.builds(
        Voucher,
        st.integers(2024, 2026),
        st.integers(1, 12),
        st.sampled_from("记收付"),
        st.integers(1, 99),
        LINES.map(tuple),
        st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2026, 12, 31))),
    ),
    max_size=8,
)


@given(VOUCHERS)
def test_any_books_are_looked_at_and_only_their_vouchers_named(vouchers: list[Voucher]) -> None:
    refs = {v.ref for v in vouchers}
    assert all(set(remark.refs) <= refs and remark.why.zh and remark.why.en for remark in found(vouchers))


@pytest.mark.skipif(not COMPANY.exists(), reason="the demo company's books are not here")
def test_every_planted_one_is_found_and_no_clean_one() -> None:
    vouchers: list[Voucher] = []
    for name in ("用友U8/凭证列表_2025.xlsx", "用友U8/凭证列表_2026.xls"):
        vouchers += read_book((COMPANY / name).read_bytes(), name).records
    with open(COMPANY / "操作日志.csv", encoding="utf-8-sig") as lines:
        log = [
            Posting.told(datetime.fromisoformat(at), who, what, ref) for at, who, what, ref in [*csv.reader(lines)][1:]
        ]
    planted = json.loads((COMPANY / "truth/truth_problems.json").read_text())
    kind_of = {
        "weekend_night_posting": "posted_off_hours", "maker_equals_checker": "maker_is_checker",
        "round_amount": "round_amount", "consecutive_invoice_numbers": "consecutive_numbers",
    }  # fmt: skip
    wanted = {
        (kind_of[p["type"]], f"{v['year']}-{v['month']:02} {v['word']}-{v['no']}")
        for p in planted if p["type"] in kind_of for v in p["vouchers"]
    }  # fmt: skip
    assert {(r.kind, ref) for r in found(vouchers, log) for ref in r.refs} == wanted
