"""`guidang audit package`: the period's units with what auditors ask for, all named by the signed manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from bot.cli import main
from tests.intake.books import journal, statement, text, workbook


def test_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*said: object, ends: int = 0) -> dict[str, object]:
        capsys.readouterr()
        code = main([*map(str, said), "--json", "--data", str(tmp_path / "data")])
        out = capsys.readouterr()
        assert code == ends, out
        told: dict[str, object] = json.loads(out.out.splitlines()[-1])
        return told

    (tmp_path / "a.xlsx").write_bytes(workbook(journal()))
    (tmp_path / "b.csv").write_bytes(text(statement()))
    run("books", "import", tmp_path / "a.xlsx", tmp_path / "b.csv", "--yes", "--company", "GD01")
    run("arrange", "2026-04", "--company", "GD01")
    drawn = run("audit", "sample", "--company", "GD01", "--period", "2026-04", "--random", 1, "--seed", 7)
    out = tmp_path / "包"
    told = run("audit", "package", "--company", "GD01", "--period", "2026-04", "-o", out, ends=1)
    assert told["units"] == 4  # what fails the checks is in it as well, and named
    failed = str(told["failed"])
    assert "a.xlsx" in failed
    assert "记-1" not in failed
    assert list(out.rglob("01_其他附件_a.xlsx"))
    lines = (out / "manifest.tsv").read_text("utf-8").splitlines()
    named = {line.split("\t")[0]: line.split("\t") for line in lines}
    papers = told["papers"]
    assert isinstance(papers, list)
    for path in papers:  # each is there, and the manifest has its digest
        assert hashlib.sha256((out / path).read_bytes()).hexdigest() in named[path]
    kinds = " ".join(papers)
    for part in ("异常与核对", "报表核对", "利用登记", "操作记录", "抽样/CY", "GB_T_24589", "报表/资产负债表"):
        assert part in kinds, (part, told["absent"])
    rows = list(csv.reader(io.StringIO((out / "审计/操作记录.csv").read_text("utf-8-sig"))))
    assert {row[3] for row in rows[1:]} == {"arranged"}
    assert {row[4] for row in rows[1:]} >= {"unit:GD01|2026-04|记-1", "unit:GD01|2026-04|记-2"}
    assert "相符" in (out / "审计/报表核对.csv").read_text("utf-8-sig")
    again = run("audit", "sample", "--company", "GD01", "--again", drawn["id"])
    assert again["same"] is True
