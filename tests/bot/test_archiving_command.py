"""guidang arrange, volumes, due, hold, compliance, metadata, term, file: as a program calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from bot.cli import main
from tests.intake.books import COMPANY, journal, text

Run = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("MONGODB_URI", mongo_uri)
    monkeypatch.setenv("MONGODB_NAME", f"c_{tmp_path.name}")
    monkeypatch.setenv("GUIDANG_MASTER_KEY_FILE", str(tmp_path / "key"))

    def command(*words: object, ends: int = 0) -> list[dict[str, Any]]:
        capsys.readouterr()
        whose = [] if words == ("verify",) else ["--company", "GD01"]
        code = main([*map(str, words), *whose, "--json", "--data", str(tmp_path / "data")])
        out = capsys.readouterr()
        assert code == ends, out
        return [json.loads(line) for line in out.out.splitlines()]

    return command


def test_from_the_books_to_the_review(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "凭证.csv"
    path.write_bytes(text(journal(), "gb18030"))
    run("books", "import", path, "--yes")
    (trial,) = run("arrange", "2026-04", "--trial")
    assert (trial["trial"], trial["planned"], trial["filed"], trial["volumes"]) == (True, 3, 0, [])
    (done,) = run("arrange", "2026Q2")
    assert (done["filed"], done["without_documents"]) == (3, ["2026-04 记-1"])
    (again,) = run("arrange", "2026-04")
    assert (again["filed"], again["standing"]) == (0, 2)
    (nothing,) = run("arrange", "2026-07", ends=1)
    assert nothing["error"]["code"] == "Q80"
    volumes = {v["kind"]: v for v in run("volumes", "list", "--year", 2026)}
    assert set(volumes) == {"记账凭证", "其他辅助性账簿"}
    one = volumes["记账凭证"]
    assert (one["id"], one["count"], one["first_no"], one["last_no"], one["expires"]) == (
        "GD01-KJ·JZ·2026·D30-0001", 2, 1, 2, "2056-12-31",
    )  # fmt: skip
    run("volumes", "bind", one["id"], "-o", tmp_path / "v.pdf")
    assert len(pypdfium2.PdfDocument(tmp_path / "v.pdf")) == 4
    number = f"{one['id']}-0001"
    (unit,) = run("metadata", number, "--set", "M27=快递", "--reason", "补关键词")
    assert (unit["metadata"]["M27"]["value"], unit["edits"][0]["why"]) == ("快递", "补关键词")
    (refused,) = run("metadata", number, "--set", "M8=x", "--reason", "y", ends=1)
    assert refused["error"]["code"] == "S50"
    (longer,) = run("term", "记-2 2026-04", "40年", "--reason", "仍有价值")
    assert (longer["was"], longer["now"], longer["expires"]) == ("30年", "40年", "2066-12-31")
    (added,) = run("hold", "add", "快递", "--from", "2026-01", "--to", "2026-06", "--why", "debt", "--reason", "未付")
    assert (added["id"], added["open"], added["scope"]) == ("H1", True, "快递 2026-01–2026-06")
    (due,) = run("due", "2056")
    assert [(u["archive_no"], [b["ref"] for b in u["blocks"]]) for u in due["units"]] == [
        ("GD01-KJ·FZ·2026·D30-0001-0001", []), (number, ["H1"]),
    ]  # fmt: skip
    assert run("due", "2066")[0]["units"][-1]["expires"] == "2066-12-31"
    assert {d["what"] for d in due["deadlines"]} == {"reports", "other", "handover"}  # of what isn't done yet
    (ended,) = run("hold", "release", "H1", "--reason", "已付")
    assert (ended["open"], ended["release_reason"]) == (False, "已付")
    assert (run("hold", "list"), len(run("hold", "list", "--all"))) == ([], 1)
    report = tmp_path / "年报.pdf"
    report.write_bytes(b"%PDF-1.4 report")
    (filed,) = run("file", report, "--kind", "年度财务会计报告", "--period", "2025", "--title", "2025年度报告")
    assert (filed["archive_no"], filed["new"]) == ("GD01-KJ·NB·2025·Y-0001-0001", True)
    assert run("file", report, "--kind", "年度财务会计报告", "--period", "2025")[0]["new"] is False
    assert run("file", report, "--kind", "奏折", "--period", "2025", ends=1)[0]["error"]["code"] == "Q81"
    assert [p["archive_no"] for p in run("due", "2025")[0]["print"]] == ["GD01-KJ·NB·2025·Y-0001-0001"]
    run("compliance", "--record", "drill", "--on", "2026-11-01")
    (review,) = run("compliance", "-o", tmp_path / "review.pdf")
    points = {p["code"]: p for p in review["companies"][0]["points"]}
    assert (points["drill"]["result"], points["backup"]["result"]) == ("good", "unknown")
    assert points["holds"]["detail"] == "没有冻结"
    assert "DA/T 94" in points["arranging"]["rule"]
    assert pypdfium2.PdfDocument(tmp_path / "review.pdf")[0].get_textpage().get_text_bounded()
    assert run("verify")[0]["faults"] == []


@pytest.mark.skipif(not COMPANY.exists(), reason="the demo company's books are not here")
def test_a_month_of_the_demo_company(run: Run) -> None:
    run("books", "import", COMPANY / "用友U8" / "凭证列表_2025_gb18030.csv", "--yes")
    run("books", "import", COMPANY / "银行对账单" / "ICBC_7701_2025.xlsx", "--yes")
    (done,) = run("arrange", "2025-08")
    known = json.loads((COMPANY / "truth" / "vouchers.json").read_text())
    truth = [v for v in known if (v["year"], v["month"]) == (2025, 8)]
    assert done["filed"] == len({v["no"] for v in truth})
    assert done["missing"] == ["记-18"]
    (volume,) = done["volumes"]
    assert (volume["count"], volume["last_no"], volume["notes"]) == (
        len(truth), max(v["no"] for v in truth), ["缺号 记-18"],
    )  # fmt: skip
    (last,) = run("arrange", "2025-12", "--trial")
    assert last["earlier_months"][:2] == ["2025-01", "2025-02"]
    december = {v["no"] for v in known if (v["year"], v["month"]) == (2025, 12)}
    assert last["planned"] == len(december) + 2  # the bank's year and the journal end with it
