"""guidang report of statements, books input, books map: as a person at a terminal uses them, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.handlers.test_statements import BALANCES, TABLE, journal_of
from tests.intake.books import text

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: object, ends: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        code = main([*map(str, words), "--company", "别的公司", "--json", "--data", str(tmp_path / "data")])
        out = capsys.readouterr()
        assert code == ends, out
        said: dict[str, Any] = json.loads(out.out.splitlines()[-1])
        return said

    return command


def test_statements_inputs_and_mappings_of_a_company_known_by_its_books_only(tmp_path: Path, run: Run) -> None:
    files = {"凭证.xlsx": journal_of("2026-04"), "科目余额表_2026-03.csv": text([BALANCES, *TABLE])}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        run("books", "import", tmp_path / name, "--yes")
    out = tmp_path / "made.json"

    def made(*words: str) -> dict[str, Any]:
        run("report", *words, "--format", "json", "-o", out)
        told: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return told

    sheet = made("资产负债表", "--period", "2026-04")
    assert sheet["lines"]["货币资金"] == {"期末余额": "5388.00", "上年年末余额": None}
    assert sheet["wanted"][0]["key"] == "long_term_loans_due_within_1y"
    assert all(check["ok"] for check in sheet["checks"])
    (tmp_path / "in.json").write_text('{"2026-04": {"一年内到期的长期借款": "1000.00"}}', "utf-8")
    told = run("books", "input", "--file", tmp_path / "in.json")
    assert told["inputs"] == {"2026-04": {"long_term_loans_due_within_1y": "1000.00"}}
    sheet = made("balance sheet", "--period", "2026Q2")
    assert sheet["lines"]["一年内到期的非流动负债"]["期末余额"] == "1000.00"
    assert any("账簿只有 2026-04 至 2026-04" in note["zh"] for note in sheet["notes"])
    mapped = run("books", "map", "660201=管理费用/研发")
    assert mapped["standard"] == "asbe"
    assert made("利润表", "--period", "2026-04")["lines"]["研发费用"]["本期金额"] == "742.00"
    run("books", "map", "660201=")
    assert made("income statement", "--period", "2026-04")["lines"]["管理费用"]["本期金额"] == "742.00"
    for ending, begins in (("docx", b"PK"), ("png", b"\x89PNG")):
        run("report", "现金流量表", "--period", "2026-04", "-o", tmp_path / f"a.{ending}")
        assert (tmp_path / f"a.{ending}").read_bytes().startswith(begins)
    (tmp_path / "bad.json").write_text("[1, 2", "utf-8")
    assert run("books", "input", "--file", tmp_path / "bad.json", ends=1)["error"]["code"] == "R50"
    assert run("books", "input", "--period", "2026-04", "没有的=1", ends=1)["error"]["code"] == "Q54"
    assert run("report", "资产负债表", "--period", "2031", "-o", out, ends=1)["error"]["code"] == "Q50"
