"""guidang books import, match, reconcile: as a person at a terminal uses them, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.intake.books import COMPANY, COMPANY_NAME, journal, statement, text, workbook

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: object, ends: int = 0, company: str = "GD01") -> list[dict[str, Any]]:
        capsys.readouterr()
        code = main([*map(str, words), "--company", company, "--json", "--data", str(tmp_path / "data")])
        out = capsys.readouterr()
        assert code == ends, out
        return [json.loads(line) for line in out.out.splitlines()]

    return command


def _put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_preview_then_import_then_nothing_new(tmp_path: Path, run: Run) -> None:
    path = _put(tmp_path, "凭证.xlsx", workbook(journal()))
    (shown,) = run("books", "import", path)
    assert (shown["status"], shown["confirmed"], shown["kind"]) == ("preview", False, "vouchers")
    assert shown["mapping"]["凭证号"] == "number"
    assert [row["ref"] for row in shown["rows"]] == ["2026-04 记-1", "2026-04 记-2"]
    (done,) = run("books", "import", path, "--yes")
    assert (done["status"], done["counts"]["added"]) == ("imported", 2)
    (again,) = run("books", "import", path)
    assert again["status"] == "already"
    # the same books in another carrier: known form or not, nothing changes
    (same,) = run("books", "import", _put(tmp_path, "凭证.csv", text(journal(), "gb18030")))
    assert (same["status"], same["counts"]["added"], same["counts"]["same"]) == ("imported", 0, 2)


def test_what_contradicts_the_books_is_told_and_not_taken(tmp_path: Path, run: Run) -> None:
    run("books", "import", _put(tmp_path, "a.xlsx", workbook(journal())), "--yes")
    other = [row if n != 3 else [*row[:5], "660202", *row[6:]] for n, row in enumerate(journal())]
    path = _put(tmp_path, "b.xlsx", workbook(other))
    (told,) = run("books", "import", path)
    assert told["counts"] == {"added": 0, "same": 1, "filled": 0, "changed": 1}
    assert [f["kind"] for f in told["findings"]] == ["changed"]
    (taken,) = run("books", "import", path, "--replace")
    assert taken["counts"]["added"] == 1


def test_one_bad_file_stops_no_other(tmp_path: Path, run: Run) -> None:
    bad = [4, "2026-04-29", "记", "0003", 1, "1001", "库存现金", "x", "", "一百", "5"]
    said = run(
        "books", "import", tmp_path / "absent.csv", _put(tmp_path, "b.txt", b"no,book\n1,2\n"),
        _put(tmp_path, "c.xlsx", workbook(journal([bad]))), _put(tmp_path, "d.csv", text(statement())), "--yes", ends=1,
    )  # fmt: skip
    assert [each["status"] for each in said] == ["failed", "failed", "unreadable", "imported"]
    assert [each["error"]["code"] for each in said[:2]] == ["R22", "R18"]
    assert ("bad_amount", 8) in {(f["kind"], f["row"]) for f in said[2]["findings"]}


def test_match_and_reconcile(tmp_path: Path, run: Run) -> None:
    files = [_put(tmp_path, "a.xlsx", workbook(journal())), _put(tmp_path, "b.csv", text(statement()))]
    run("books", "import", *files, "--yes")
    assert run("match", "2026-04") == []
    (told,) = run("reconcile", "2026-04", "--account", "7701")
    assert (told["account"], told["balance_per_bank"], told["difference"]) == ("100201", "9000.00", "0.00")
    assert told["matched"][0]["vouchers"] == ["2026-04 记-1"]
    (error,) = run("reconcile", "2026-04", "--account", "9999", ends=1)
    assert error["error"]["code"] == "S03"
    (none,) = run("match", "2026-04", ends=1, company="GD02")
    assert none["error"]["code"] == "Q11"


def test_a_years_books_go_out_and_come_back_the_same(tmp_path: Path, run: Run) -> None:
    run("books", "import", _put(tmp_path, "a.xlsx", workbook(journal())), "--yes")
    (said,) = run("books", "export", "--format", "gbt24589", "--period", "2026", "-o", tmp_path / "out")
    assert (said["vouchers"], len(said["files"])) == (2, 2)
    ledger = tmp_path / "out" / "总账.xml"
    assert ledger.read_bytes().startswith(b"<?xml version='1.0' encoding='GB18030'?>")
    (again,) = run("books", "import", ledger, "--yes")
    assert (again["status"], again["counts"]["changed"]) == ("imported", 0)
    assert again["counts"]["same"] == 2  # the vouchers; the accounts in it are new
    (none,) = run("books", "export", "--period", "2019", "-o", tmp_path / "out", ends=1)
    assert none["error"]["code"] == "Q11"


@pytest.mark.skipif(not COMPANY.exists(), reason="the demo company's books are not here")
def test_the_demo_company(run: Run) -> None:
    """Its planted irregularities are found, each once, and nothing legitimate is; its reconciliations come out."""
    files = [*(COMPANY / "用友U8").glob("*.xls*"), *(COMPANY / "银行对账单").iterdir(), COMPANY / "会计科目_U8.xlsx"]
    files += (COMPANY / "科目余额表").glob("U8_发生额及余额表_202?-0[1369].*")
    said = run("books", "import", *files, "--yes", company=COMPANY_NAME)
    assert {each["status"] for each in said} == {"imported"}
    found = run("match", "2025", company=COMPANY_NAME) + run("match", "2026", company=COMPANY_NAME)
    true = json.loads((COMPANY / "truth" / "truth_problems.json").read_text())

    def ref(v: dict[str, Any]) -> str:
        return f"{v['year']}-{v['month']:02} {v['word']}-{v['no']}"

    def planted(kind: str) -> list[dict[str, Any]]:
        return [each for each in true if each["type"] == kind]

    def refs(kind: str) -> set[str]:
        return {f["refs"][0] for f in found if f["kind"] == kind}

    assert refs("attachment_missing") == {ref(v) for p in planted("no_attachment_but_required") for v in p["vouchers"]}
    assert refs("number_repeated") == {ref(p) for p in planted("voucher_number_repeated")}
    assert refs("number_gap") == {ref({**p, "no": p["missing_no"]}) for p in planted("voucher_number_gap")}
    twice = {tuple(f["refs"]) for f in found if f["kind"] == "invoice_twice"}
    assert twice == {(*map(ref, p["vouchers"]), p["invoice_no"]) for p in planted("invoice_booked_twice")}
    never = {f["refs"][0] for f in found if f["kind"].startswith("bank_paid") and f["severity"] == "warn"}
    assert never == {p["serial"] for p in planted("bank_fee_not_in_books")}
    assert refs("bank_line_twice") == {p["serial"] for p in planted("bank_statement_duplicate_line")}
    assert not refs("unbalanced")
    for form in json.loads((COMPANY / "truth" / "bank_reconciliation.json").read_text())[::17]:
        (told,) = run("reconcile", form["month"], "--account", form["account_no"], company=COMPANY_NAME)
        for name in ("balance_per_books", "balance_per_bank", "adjusted_balance"):
            assert told[name] == form[name], form["month"]
        assert Decimal(told["difference"]) == 0
        for name in ("企业已收银行未收", "企业已付银行未付", "银行已收企业未收", "银行已付企业未付"):
            assert sorted(x["amount"] for x in told[name]) == sorted(x["amount"] for x in form[name])
