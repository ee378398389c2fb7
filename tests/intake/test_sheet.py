"""Spreadsheets of an ERP and a bank, read by their headings: the demo company's against its truth, and hostile ones."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.balance import Balance
from archive.bank_line import BankLine
from archive.voucher import Voucher
from intake.sheet import values
from intake.sheet.book import Book
from intake.sheet.columns import BookKind
from intake.sheet.read import could_be_book, read_book
from tests.intake.books import COMPANY, COMPANY_NAME, journal, statement, text, workbook

needs_company = pytest.mark.skipif(not COMPANY.exists(), reason="the demo company's books are not here")
JOURNALS = sorted(p for folder in ("用友U8", "T+", "金蝶") for p in (COMPANY / folder).glob("*"))


def _read(path: Path) -> Book:
    return read_book(path.read_bytes(), path.name)


def _true(name: str) -> Any:
    return json.loads((COMPANY / "truth" / name).read_text())


@needs_company
@pytest.mark.parametrize("path", JOURNALS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_journal_is_read_as_it_was_booked(path: Path) -> None:
    book = _read(path)
    year = 2025 if "2025" in path.name else 2026
    true = [v for v in _true("vouchers.json") if v["year"] == year]
    assert not book.error
    assert not book.remarks
    assert [(v.year, v.month, v.word, v.number, v.attachments, str(v.date)) for v in _vouchers(book)] == [
        (v["year"], v["month"], v["word"], v["no"], v["att"], v["date"]) for v in true
    ]
    assert [_lines(v) for v in _vouchers(book)] == [
        [(x["a"], Decimal(x.get("dr", 0)), Decimal(x.get("cr", 0)), x["s"]) for x in v["lines"]] for v in true
    ]
    assert [v.kind.value for v in _vouchers(book)] == [v["kind"] for v in true]


def _vouchers(book: Book) -> list[Voucher]:
    assert all(isinstance(r, Voucher) for r in book.records)
    return [r for r in book.records if isinstance(r, Voucher)]


def _lines(v: Voucher) -> list[tuple[str, Decimal, Decimal, str]]:
    return [(x.account, x.debit, x.credit, x.summary) for x in v.lines]


@needs_company
def test_balances_of_every_form_say_the_same() -> None:
    u8, kingdee, sided = (
        {
            b.account: (b.opening, b.debit, b.credit, b.closing)
            for b in book.records
            if isinstance(b, Balance) and not b.party
        }
        for book in (
            _read(COMPANY / "科目余额表" / "U8_发生额及余额表_2026-03.xls"),
            _read(COMPANY / "科目余额表" / "金蝶_科目余额表_2026-03.xls"),
            _read(COMPANY / "科目余额表" / "方向式余额表_2026-03.csv"),
        )
    )
    assert u8 == kingdee
    assert {k: v for k, v in sided.items() if any(v)} == {k: v for k, v in u8.items() if any(v)}
    assert u8["1002"][3] > 0 > u8["2202"][3]


@needs_company
def test_every_balance_table_is_sound() -> None:
    for path in sorted((COMPANY / "科目余额表").iterdir()):
        book = _read(path)
        assert (book.kind, book.error, book.remarks) == (BookKind.BALANCES, None, ()), path.name
        assert book.periods == (path.stem.replace("_未结转损益", "")[-7:],)


@needs_company
def test_bank_statements_are_signed_from_our_side() -> None:
    for path in sorted((COMPANY / "银行对账单").iterdir()):
        book = _read(path)
        assert book.kind is BookKind.BANK
        lines = [r for r in book.records if isinstance(r, BankLine)]
        assert len({line.account for line in lines}) == 1
        assert lines[0].account.endswith(path.stem.split("_")[1])
        for before, line in itertools.pairwise(lines):
            assert before.balance is not None
            assert before.balance + line.amount == line.balance
    twice = _read(COMPANY / "银行对账单" / "CCB_3308_2026.xlsx")
    assert [(r.kind, r.refs) for r in twice.remarks] == [("bank_line_twice", ("26052501342747",))]


@needs_company
def test_the_planted_unbalanced_voucher_is_told_with_its_row() -> None:
    book = _read(next((COMPANY / "异常导出").iterdir()))
    (remark,) = book.remarks
    assert (remark.kind, remark.refs, remark.row) == ("unbalanced", ("2026-06 记-7",), 15)
    assert "-9,000.00" in remark.why.zh


@pytest.mark.parametrize(
    "data",
    [
        workbook(journal()),
        text(journal(), "utf-8"),
        text(journal(), "gb18030"),
        text(journal(), "utf-16", "\t"),
        text(journal(), "utf-16-le"),
    ],
    ids=["xlsx", "utf-8", "gb18030", "utf-16 tabs", "utf-16 no mark"],
)
def test_one_journal_in_every_carrier(data: bytes) -> None:
    assert could_be_book(data)
    book = read_book(data, "凭证.xlsx")
    assert book.company == COMPANY_NAME
    first, second = _vouchers(book)
    assert (first.ref, first.attachments, str(first.date)) == ("2026-04 记-1", 1, "2026-04-03")
    assert [x.amount for x in first.lines] == [Decimal("1000.00"), Decimal("-1000.00")]
    assert (second.ref, second.kind.value) == ("2026-04 记-2", "closing")


def test_columns_are_found_by_their_words_in_any_order() -> None:
    rows = journal()
    turned = [list(reversed(row)) if len(row) > 3 else row for row in rows]
    straight, reversed_ = (read_book(workbook(each), "a.xlsx") for each in (rows, turned))
    assert straight.records == reversed_.records
    assert straight.source != reversed_.source  # another form: its mapping is confirmed anew


def test_what_is_wrong_is_told_row_by_row() -> None:
    extra = [
        [4, "2026-04-31", "记", "0003", 1, "1001", "库存现金", "x", "", "5", ""],
        [4, "2026-04-29", "记", "0003", 1, "1001", "库存现金", "x", "", "一百", "5"],
        ["合计", "", "", "", "", "", "", "", "", "9,999.00", "2,010.00"],
    ]
    book = read_book(workbook(journal(extra, debit="900.00")), "a.xlsx")
    told = {(r.kind, r.row) for r in book.remarks}
    assert {("bad_date", 8), ("bad_amount", 9), ("total", 10), ("unbalanced", 4)} <= told


def test_a_number_given_twice_stays_two_vouchers() -> None:
    rows = journal()
    again = [[*rows[3][:1], "2026-04-05", *rows[3][2:]], [*rows[4][:1], "2026-04-05", *rows[4][2:]]]
    book = read_book(workbook([*rows[:5], *again, *rows[5:]]), "a.xlsx")
    assert [v.number for v in _vouchers(book)] == [1, 1, 2]


def test_an_unknown_form_is_read_as_a_person_says() -> None:
    rows = [["Buchungstag", "Betrag", "Saldo", "Wer"], ["2026-04-04", "-5.00", "95.00", "SF"]]
    unknown = read_book(text(rows), "konto.csv")
    assert unknown.error
    assert unknown.error.code == "R18"
    given_ = {"Buchungstag": "date", "Betrag": "amount", "Saldo": "balance", "Wer": "party"}
    (line,) = read_book(text(rows), "konto.csv", "bank", given_).records
    assert isinstance(line, BankLine)
    assert (str(line.date), line.amount, line.balance, line.party) == (
        "2026-04-04",
        Decimal("-5.00"),
        Decimal(95),
        "SF",
    )


def test_a_statement_from_new_to_old_is_turned_round() -> None:
    later = ["6222000011117701", "20260405", "", "50.00", "9,050.00", "张三", "", "26040500000002"]
    head, first = statement()
    lines = read_book(text([head, later, first]), "a.csv").records
    assert [line.balance for line in lines if isinstance(line, BankLine)] == [Decimal("9000.00"), Decimal("9050.00")]


def test_gbt_24589() -> None:
    def voucher(number: int, account: str, debit: str, credit: str) -> str:
        return (
            f"<记账凭证><记账凭证日期>20260403</记账凭证日期><会计年度>2026</会计年度><会计期间号>4</会计期间号>"
            f"<记账凭证类型编号>记</记账凭证类型编号><记账凭证编号>{number}</记账凭证编号><记账凭证摘要>办公费</记账凭证摘要>"
            f"<科目编号>{account}</科目编号><借方本币金额>{debit}</借方本币金额><贷方本币金额>{credit}</贷方本币金额>"
            f"<附件数>1</附件数></记账凭证>"
        )

    body = voucher(1, "660201", "1000.00", "0") + voucher(1, "100201", "0", "1000.00")
    balance = (
        "<科目余额及发生额><科目编号>100201</科目编号><会计年度>2026</会计年度><会计期间号>4</会计期间号><期初余额方向>借</期初余额方向>"
        "<期初本币余额>10000</期初本币余额><借方本币发生额>0</借方本币发生额><贷方本币发生额>1000</贷方本币发生额>"
        "<期末余额方向>借</期末余额方向><期末本币余额>9000</期末本币余额></科目余额及发生额>"
    )
    xml = f'<?xml version="1.0" encoding="GB18030"?><总账>{balance}{body}</总账>'.encode("gb18030")
    assert could_be_book(xml)
    book = read_book(xml, "总账.xml")
    assert not book.error
    (v,) = [r for r in book.records if isinstance(r, Voucher)]
    (b,) = [r for r in book.records if isinstance(r, Balance)]
    assert (v.ref, v.difference, v.attachments) == ("2026-04 记-1", 0, 1)
    assert (b.period, b.opening, b.closing) == ("2026-04", Decimal(10000), Decimal(9000))
    assert not book.remarks


def test_gbt_24589_entries_apart_from_their_heads_in_xml_and_json() -> None:
    head = {"会计年度": 2026, "会计期间号": 4, "记账凭证类型编号": "记", "记账凭证编号": "7", "附件数": 2,
            "记账凭证日期": "20260403", "制单人": "钱会计"}  # fmt: skip
    place = {"会计年度": 2026, "会计期间号": 4, "记账凭证编号": "7", "记账凭证摘要": "办公费"}
    entries = [
        {**place, "科目编号": "660201", "借方本币金额": "1000.00", "贷方本币金额": "0.00"},
        {**place, "科目编号": "100201", "借方本币金额": "0.00", "贷方本币金额": "1000.00"},
    ]
    tables = {"电子账簿": [{"会计核算单位": "某某公司"}], "记账凭证": [head], "记账凭证分录": entries}
    told = {
        name: {"code": "06", "fields": [{"code": "1", "name": "x"}], "records": rows} for name, rows in tables.items()
    }
    as_json = json.dumps({"standard": "GB/T 24589.1-2024", "tables": told}, ensure_ascii=False).encode()

    def xml(rows: list[dict[str, object]]) -> str:
        return "".join("<记录>" + "".join(f"<{k}>{v}</{k}>" for k, v in row.items()) + "</记录>" for row in rows)

    as_xml = "".join(f"<{name}>{xml(rows)}</{name}>" for name, rows in tables.items())  # type: ignore[arg-type]
    for data in (as_json, f"<账>{as_xml}</账>".encode()):
        assert could_be_book(data)
        book = read_book(data, "账")
        assert not book.error
        (v,) = [r for r in book.records if isinstance(r, Voucher)]
        assert (v.ref, v.attachments, v.maker, len(v.lines), v.difference) == ("2026-04 记-7", 2, "钱会计", 2, 0)


def test_every_one_of_ten_thousand_rows_is_read() -> None:
    rows = journal()[:3]
    for n in range(5_000):
        on, amount = f"2026-04-{1 + n % 28:02}", f"{n + 1}.00"
        rows.append([4, on, "记", n + 1, 1, "660201", "办公费", f"摘要{n}", "", amount, ""])
        rows.append([4, on, "记", n + 1, 1, "100201", "银行", f"摘要{n}", "", "", amount])
    data = workbook(rows)
    assert len(read_book(data, "a.xlsx").records) == 5_000


# hostile files


def test_hostile_files_end_in_named_errors() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 1024 * 1024))
    whole = workbook(journal())
    for data, code in (
        (b"", "R01"),
        (bomb.getvalue(), "R07"),
        (whole[: len(whole) // 2], "R12"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "R03"),
        (text([["姓名", "电话", "住址"], ["张三", "1", "x"]]), "R18"),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><总账><会计科目/></总账>'.encode(),
            "R08",
        ),
    ):
        error = read_book(data, "a.xlsx").error
        assert error
        assert error.code == code, error


@needs_company
def test_a_download_cut_anywhere_is_a_named_error() -> None:
    """Cut at 8392 bytes the native reader panics, which is no Exception."""
    whole = (COMPANY / "银行对账单" / "BOC_6602_2025.xls").read_bytes()
    for length in (8392, *range(9, len(whole) - 1500, 997)):
        error = read_book(whole[:length], "a.xls").error
        assert error
        assert error.code in ("R03", "R12"), length


@given(st.binary(max_size=400))
def test_any_bytes_give_a_book_or_an_error(data: bytes) -> None:
    book = read_book(data, "a.csv")
    assert book.error or book.kind


@given(st.lists(st.lists(st.text(max_size=12), min_size=11, max_size=11), max_size=8))
def test_any_cells_below_known_headings_are_read_or_told(cells: list[list[str]]) -> None:
    book = read_book(workbook([*journal()[:3], *cells]), "a.xlsx")
    assert not book.error or book.error.code != "R12"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(["{:,.2f}", "{:.2f}", "¥{:,.2f}"]))
def test_money_is_read_as_it_is_written(amount: Decimal, form: str) -> None:
    assert values.money(form.format(amount)) == amount
    assert values.money(float(amount)) == amount
    if amount < 0:
        assert values.money(f"({-amount:,.2f})") == amount


@given(st.dates(min_value=values.date(1950, 1, 1), max_value=values.date(2099, 12, 31)))
def test_days_are_read_as_they_are_written(on: values.date) -> None:
    for form in ("%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y%m%d 12:30:01"):
        assert values.day(on.strftime(form)) == on
    assert values.day(f"{on.year}/{on.month}/{on.day}") == on
