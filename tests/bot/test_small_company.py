"""A company of 小企业会计准则 with another system's columns: imported, matched, reconciled, after a run was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.intake.books import text, workbook
from tests.intake.small_company import NAME, SmallCompany


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    company = SmallCompany()
    made = {
        "序时簿.csv": text([[str(cell) for cell in row] for row in company.journal], "gb18030"),
        "流水.xlsx": workbook([[str(cell) for cell in row] for row in company.statement], "流水"),
    }
    for month in company.closing:
        rows = [[str(cell) for cell in row] for row in company.balances(month)]
        made[f"余额表{month}.csv"] = text(rows, "utf-16", "\t")
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in made]


def test_killed_midway_it_goes_on_and_all_comes_out(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--company", NAME, "--json", "--data", str(tmp_path / "data")]
    command = [sys.executable, "-m", "bot.cli", "books", "import", *map(str, files), "--yes", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as running:
        assert running.stdout
        assert json.loads(running.stdout.readline())["status"] == "imported"
        os.killpg(running.pid, signal.SIGKILL)

    def run(*asked: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert main([*asked, *words]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    said = run("books", "import", *map(str, files), "--yes")
    assert said[0]["status"] == "already"
    assert {each["status"] for each in said[1:]} <= {"already", "imported"}
    assert not [f for each in said for f in each["findings"]]
    assert said[0]["vouchers"] == 60
    company = SmallCompany()
    found = run("match", "2026Q1")
    never = [f for f in found if f["severity"] != "note"]
    told = [(f["kind"], f["refs"][0]) for f in never]  # at the end of February, and still of March
    assert told == [("bank_paid_unmatched", company.unbooked[0])] * 2
    for month, accounts in company.closing.items():
        (form,) = run("reconcile", month, "--account", "5566")
        assert (form["difference"], form["balance_per_books"]) == ("0.00", f"{accounts['1002001']:.2f}")
        assert not form["books_derived"]
    assert any(len(pair["serials"]) == 2 for pair in run("reconcile", "2026-01", "--account", "5566")[0]["matched"])
