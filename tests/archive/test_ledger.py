"""The ledger and its statements on books that are whole, broken, mixed, or made by chance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import sums
from archive.balance import Balance
from archive.chart import chart_of
from archive.errors import BadPeriod, NothingInBooks
from archive.statements.choices import choices_of
from archive.statements.make import make, span_in
from archive.statements.statement import Statement
from archive.voucher import Line, Voucher
from config.forms import forms
from tests.archive.books_of import ledger, opening, voucher

TODAY = date(2026, 10, 15)
NAMES = {
    "1001": "库存现金", "1002": "银行存款", "1012": "其他货币资金", "1122": "应收账款", "1123": "预付账款",
    "1405": "库存商品", "1601": "固定资产", "1602": "累计折旧", "1801": "长期待摊费用", "2001": "短期借款",
    "2202": "应付账款", "220202": "应付账款_应付设备款", "2211": "应付职工薪酬",
    "222101": "应交税费_应交增值税", "222102": "应交税费_未交增值税", "2401": "递延收益", "4001": "实收资本",
    "4002": "资本公积", "4101": "盈余公积", "4103": "本年利润", "4104": "利润分配", "6001": "主营业务收入",
    "6111": "投资收益", "6401": "主营业务成本", "6602": "管理费用", "660301": "财务费用_利息支出",
    "6711": "营业外支出", "6801": "所得税费用",
}  # fmt: skip
ACCOUNTS = [a for a in NAMES if a not in ("4103",)]


def _of(book: object, kind: str, words: str = "2026-01") -> Statement:
    return make(book, forms(), kind, span_in(words, TODAY), {})  # type: ignore[arg-type]


def _said(s: Statement) -> str:
    return "\n".join(note.zh for note in s.notes)


cents = st.integers(1, 10**9).map(lambda n: Decimal(n) / 100)


@st.composite
def journals(draw: st.DrawFn) -> list[Voucher]:
    """Balanced vouchers of up to three months over any accounts, some red."""
    made = []
    for number in range(draw(st.integers(1, 12))):
        month = f"2026-{draw(st.integers(1, 3)):02}"
        lines = []
        total = Decimal(0)
        for _ in range(draw(st.integers(1, 3))):
            amount = draw(cents) * draw(st.sampled_from((1, 1, 1, -1)))
            account = draw(st.sampled_from(ACCOUNTS))
            party = draw(st.sampled_from(("甲", "乙", "丙"))) if account in ("1122", "1123", "2202") else ""
            if draw(st.booleans()):
                lines.append(Line(account, "", "x", debit=amount, party=party))
                total += amount
            else:
                lines.append(Line(account, "", "x", credit=amount, party=party))
                total -= amount
        if total:
            last = draw(st.sampled_from(ACCOUNTS))
            lines.append(Line(last, "", "x", credit=total, party="丁" if last in ("1122", "1123", "2202") else ""))
        made.append(Voucher(2026, int(month[5:]), "记", number + 1, tuple(lines)))
    return made


@settings(max_examples=60, deadline=None)
@given(journals(), st.integers(0, 3))
def test_whatever_balanced_books_say_the_statements_tie(vouchers: list[Voucher], closes: int) -> None:
    for month in sorted({v.month for v in vouchers})[:closes]:  # some months carried over to 本年利润, some not
        moved: dict[str, Decimal] = {}
        for v in vouchers:
            for line in v.lines if v.month == month else ():
                if line.account.startswith("6"):
                    moved[line.account] = moved.get(line.account, Decimal(0)) + line.amount
        lines = [Line(a, "", "结转损益", credit=x) for a, x in moved.items() if x]
        if lines:
            whole = sum((x.credit for x in lines), Decimal(0))
            lines.append(Line("4103", "", "结转损益", debit=whole))
            vouchers.append(Voucher(2026, month, "转", 900 + month, tuple(lines)))
    book = ledger(NAMES, vouchers, opening("2025-12", {"1002": "5000", "4001": "-5000"}))
    last = max(v.period for v in vouchers)
    sheet = _of(book, "balance", last)
    assert sheet.sound
    assert sheet.figures["资产总计"] == sheet.figures["负债和所有者权益（或股东权益）总计"]
    result = _of(book, "income", f"{last}累计")
    assert result.sound
    profit = -sum(
        (x.amount for v in vouchers if v.word == "记" for x in v.lines if x.account.startswith("6")), Decimal(0)
    )
    assert result.figures["净利润"]["本期金额"] == profit
    flow = _of(book, "cash", f"{last}累计")
    assert [c for c in flow.checks if not c.ok and "直接法" not in c.name.zh] == []
    assert _of(book, "equity", last).sound
    for made in (sheet, result, flow):  # every line is the sum of its parts
        for name, parts in made.parts.items():
            line = made.form.line(name)
            if line is not None and not line.plus:
                column = made.form.columns[0]
                assert sum((p.amount for p in parts), Decimal(0)) == made.figures[name][column]


_BUSINESS = (  # what companies do, with amounts a, b; each way of counting operating cash must see the same
    lambda a, b: [("1122", a + b, "甲"), ("6001", -a, ""), ("222101", -b, "")],
    lambda a, b: [("1002", a, ""), ("1122", -a, "甲")],
    lambda a, b: [("1405", a, ""), ("222101", b, ""), ("2202", -a - b, "乙")],
    lambda a, b: [("2202", a, "乙"), ("1002", -a, "")],
    lambda a, b: [("6602", a, ""), ("222101", b, ""), ("1002", -a - b, "")],
    lambda a, b: [("6602", a, ""), ("1602", -a, "")],
    lambda a, b: [("1601", a, ""), ("222101", b, ""), ("1002", -a - b, "")],
    lambda a, b: [("1601", a, ""), ("222101", b, ""), ("220202", -a - b, "丙")],
    lambda a, b: [("220202", a, "丙"), ("1002", -a, "")],
    lambda a, b: [("1002", a, ""), ("2001", -a, "")],
    lambda a, b: [("2001", a, ""), ("660301", b, ""), ("1002", -a - b, "")],
    lambda a, b: [("1002", a, ""), ("6111", -a, "")],
    lambda a, b: [("1002", a, ""), ("4001", -a, "")],
    lambda a, b: [("1002", a, ""), ("2401", -a, "")],
    lambda a, b: [("1012", a, ""), ("1002", -a, "")],
    lambda a, b: [("6602", a, ""), ("2211", -a, "")],
    lambda a, b: [("2211", a, ""), ("1002", -a, "")],
    lambda a, b: [("6711", a, ""), ("1001", -a, "")],
    lambda a, b: [("222102", a, ""), ("1002", -a, "")],
    lambda a, b: [("1001", a, ""), ("1002", -a, "")],
    lambda a, b: [("6401", a, ""), ("1405", -a, "")],
    lambda a, b: [("1601", a, ""), ("2202", -a, "乙")],
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_BUSINESS) - 1), cents, cents, st.booleans()), min_size=1, max_size=25))
def test_direct_and_indirect_operating_cash_agree(deeds: list[tuple[int, Decimal, Decimal, bool]]) -> None:
    vouchers = []
    for number, (which, a, b, red) in enumerate(deeds, 1):
        lines = []
        for account, amount, party in _BUSINESS[which](a, b):
            side = {"debit": amount} if amount > 0 else {"credit": -amount}
            if red:  # a correction: the same sides, negative
                side = {name: -x for name, x in side.items()}
            lines.append(Line(account, "", "业务", party=party, **side))
        vouchers.append(Voucher(2026, 1, "记", number, tuple(lines)))
    flow = _of(ledger(NAMES | {"1012": "其他货币资金_保证金"}, vouchers), "cash")
    assert [f"{c.name.zh} {c.left} {c.right}" for c in flow.checks if not c.ok] == []


def test_unbalanced_books_are_shown_with_their_rows() -> None:
    vouchers = [
        voucher("2026-01", 1, [("1002", "100", ""), ("6001", "", "100")]),
        voucher("2026-01", 7, [("1002", "100", ""), ("6001", "", "90")]),
    ]
    s = _of(ledger(NAMES, vouchers, opening("2025-12", {})), "balance")
    assert not s.sound
    assert "2026-01 借贷不平的凭证：2026-01 记-7（第0行 10）" in _said(s)
    assert next(c.difference for c in s.checks if not c.ok) == Decimal(10)


def test_missing_openings_are_said() -> None:
    s = _of(ledger(NAMES, [voucher("2026-01", 1, [("1002", "100", ""), ("6001", "", "100")])]), "balance")
    assert "没有余额表，期初余额按零计算" in _said(s)
    assert not s.sound


def _table(month: str, *rows: tuple[str, str, str, str, str]) -> list[Balance]:
    return [Balance(month, a, NAMES[a], *map(Decimal, (o, d, c, e))) for a, o, d, c, e in rows]


def test_a_missing_voucher_is_filled_from_the_trial_balance_and_told() -> None:
    """Two sales of 100; the second's voucher isn't in the export, its turnover is in the table."""
    vouchers = [voucher("2026-01", 1, [("1002", "100", ""), ("6001", "", "100")])]
    table = _table("2026-01", ("1002", "0", "200", "0", "200"), ("6001", "0", "0", "200", "-200"))
    book = ledger(NAMES, vouchers, table)
    income = _of(book, "income")
    assert income.figures["营业收入"]["本期金额"] == Decimal(200)
    assert "2026-01 凭证不全，按余额表补足：1002 借100.00 贷0.00；6001 借0.00 贷100.00" in _said(income)
    assert _of(book, "cash").figures["销售商品、提供劳务收到的现金"]["本期金额"] == Decimal(200)


def test_a_table_exported_too_early_does_not_undo_vouchers() -> None:
    vouchers = [
        voucher("2026-01", 1, [("1002", "100", ""), ("6001", "", "100")]),
        voucher("2026-01", 2, [("6001", "100", ""), ("4103", "", "100")], "结转损益"),
    ]
    table = _table("2026-01", ("1002", "0", "100", "0", "100"), ("6001", "0", "0", "100", "-100"))
    book = ledger(NAMES, vouchers, table)
    assert _of(book, "balance").figures["未分配利润"]["期末余额"] == Decimal(100)
    assert "以凭证为准" in _said(_of(book, "balance"))


def test_a_table_that_opens_otherwise_counts_and_is_told() -> None:
    vouchers = [voucher("2026-01", 1, [("1002", "100", ""), ("4001", "", "100")])]
    tables = [
        *_table("2026-01", ("1002", "0", "100", "0", "100"), ("4001", "0", "0", "100", "-100")),
        *_table("2026-02", ("1002", "150", "0", "0", "150"), ("4001", "-150", "0", "0", "-150")),
    ]
    s = _of(ledger(NAMES, vouchers, tables), "balance", "2026-02")
    assert s.figures["货币资金"]["期末余额"] == Decimal(150)
    assert "2026-02 余额表的期初与上期期末不符，以余额表为准。差异：1002 50.00；4001 -50.00" in _said(s)


def test_a_month_nobody_knows_is_told() -> None:
    vouchers = [
        voucher("2026-01", 1, [("1002", "100", ""), ("4001", "", "100")]),
        voucher("2026-03", 1, [("1002", "100", ""), ("4001", "", "100")]),
    ]
    assert "2026-02 没有凭证，也没有余额表" in _said(_of(ledger(NAMES, vouchers), "balance", "2026-03"))
    with pytest.raises(NothingInBooks):
        _of(ledger(NAMES, vouchers), "balance", "2026-05")
    with pytest.raises(BadPeriod):
        span_in("2026-01-15", TODAY)


def test_a_chart_with_marks_of_both_standards_is_told() -> None:
    names = {"1002": "银行存款", "4001": "实收资本", "5001": "主营业务收入", "1101": "短期投资", "2204": "合同负债"}
    book = ledger(names, [voucher("2026-01", 1, [("1002", "1", ""), ("5001", "", "1")])])
    said = _said(_of(book, "income"))
    assert "两种准则的特征" in said
    assert "5001 主营业务收入" in said
    assert _of(book, "income").figures["营业收入"]["本期金额"] == Decimal(1)  # by name, whatever the code


def test_codes_decide_only_where_names_say_nothing() -> None:
    roles = forms().roles
    chart = chart_of({"1504": "债权投资", "4001": "", "6001": "", "1122.x": "应收帐款（外币）", "9": "谜"}, roles)
    assert [(n.role, n.how) for n in chart.nodes.values()] == [
        ("债权投资", "name"), ("实收资本", "code"), ("主营业务收入", "code"), ("应收账款", "name"), ("", "none"),
    ]  # fmt: skip
    low = chart_of(
        {"660209": "开办费", "6001": "主营业务收入", "1231": "坏账准备", "123102": "其他应收款坏账准备"}, roles
    )
    assert (low.nodes["660209"].role, low.nodes["123102"].tag) == ("管理费用", "其他应收款")
    assert chart_of({"9": "应收账款坏账准备"}, roles).nodes["9"].role == "坏账准备"
    small = chart_of({"4001": "生产成本", "3001": "实收资本", "5001": ""}, roles)
    assert (small.standard, small.nodes["5001"].role) == ("se", "主营业务收入")
    given = chart_of({"6602": "管理费用", "660208": "技术中心费用"}, roles, {"660208": "管理费用/研发"})
    assert (given.nodes["660208"].tag, given.nodes["660208"].how) == ("研发", "given")


def test_details_with_the_opposite_sign_stand_on_the_other_side() -> None:
    table = [
        Balance("2025-12", "1122", "应收账款", Decimal(0), Decimal(0), Decimal(0), Decimal(700)),
        Balance("2025-12", "1122", "", Decimal(0), Decimal(0), Decimal(0), Decimal(1000), party="C1", party_name="甲"),
        Balance("2025-12", "1122", "", Decimal(0), Decimal(0), Decimal(0), Decimal(-300), party="C2", party_name="乙"),
        Balance("2025-12", "4001", "实收资本", Decimal(0), Decimal(0), Decimal(0), Decimal(-700)),
    ]
    for n, b in enumerate(table):
        table[n] = Balance(b.period, b.account, b.name, b.closing, Decimal(0), Decimal(0), b.closing, party=b.party,
                           party_name=b.party_name)  # fmt: skip
    vouchers = [voucher("2026-01", 1, [("1002", "400", ""), ("1122", "", "400", "甲")])]
    s = _of(ledger(NAMES, vouchers, table), "balance")
    assert (s.figures["应收账款"]["期末余额"], s.figures["预收款项"]["期末余额"]) == (Decimal(600), Decimal(300))
    bare = _of(ledger(NAMES, vouchers, [b for b in table if not b.party]), "balance")
    assert bare.figures["应收账款"]["期末余额"] == Decimal(300)
    assert "按科目净额计算（未按明细重分类）：1122 应收账款" in _said(bare)


def test_an_amount_that_may_be_a_foreign_one_is_told() -> None:
    lines = (
        Line("1002", "", "x", debit=Decimal(100), currency="USD", row=9),
        Line("6001", "", "x", credit=Decimal(100)),
    )
    s = _of(ledger(NAMES, [Voucher(2026, 1, "记", 1, lines)]), "income")
    assert "可能是外币的分录：2026-01 记-1（第9行 1002 USD 100）" in _said(s)


def test_ten_thousand_accounts() -> None:
    names = NAMES | {f"1122{n:05}": f"应收账款_客户{n}" for n in range(10_000)}
    entries = [(f"1122{n:05}", "1", "") for n in range(10_000)]
    book = ledger(names, [voucher("2026-01", 1, [*entries, ("6001", "", "10000")])], opening("2025-12", {}))
    assert _of(book, "balance").figures["应收账款"]["期末余额"] == Decimal(10_000)


def test_sums_read_back_are_the_same() -> None:
    made = sums.of("2026-01", [voucher("2026-01", 1, [("1122", "1.10", "", "甲"), ("6001", "", "1.10")])])
    assert sums.unpacked(sums.packed(made)) == made


def test_the_form_of_2026_is_used_early_by_choice_and_by_all_from_2030() -> None:
    at = date(2027, 3, 1)
    assert forms().find("income", "asbe", at).id == "asbe-income-2019"  # type: ignore[union-attr]
    early = choices_of({"early|asbe-income-2026": "yes"}).early
    assert forms().find("income", "asbe", at, early).id == "asbe-income-2026"  # type: ignore[union-attr]
    assert forms().find("income", "asbe", date(2026, 12, 31), early).id == "asbe-income-2019"  # type: ignore[union-attr]
    assert forms().find("income", "asbe", date(2030, 1, 1)).id == "asbe-income-2026"  # type: ignore[union-attr]


def test_periods_before_the_first_form_use_it_and_say_so() -> None:
    s = _of(ledger(NAMES, [voucher("2018-05", 1, [("1002", "1", ""), ("4001", "", "1")])]), "balance", "2018-05")
    assert "表式自 2019-01-01 施行" in _said(s)
