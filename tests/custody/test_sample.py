"""Audit samples in chat and at the terminal: kept, performed again the same, and found out when the books changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from handlers.lending import lending_of
from storage.verify import Verification
from tests.house import Scene, button, facts, fresh, words
from tests.intake.books import journal, workbook

EXTRA = [
    row
    for n in range(30, 60)
    for row in (
        [4, "2026-04-11", "记", f"{n:04}", 1, "660201", "办公费", f"文具{n}", "", f"{n * 100}.00", ""],
        [4, "2026-04-11", "记", f"{n:04}", 1, "100201", "工商银行7701", f"文具{n}", "", "", f"{n * 100}.00"],
    )
]


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        shown = await made.send("zhao", files=[("凭证.xlsx", workbook(journal(EXTRA)))])
        await made.press("zhao", button(shown.cards[0], "book_import"))
        yield made


async def test_drawn_kept_and_drawn_again(scene: Scene) -> None:
    reply = await scene.send("zhou", "抽样 2026-04 金额≥3000 随机 5 种子 7 周末")
    assert "抽中 5 张" in words(reply), words(reply)
    assert reply.files[0].name.endswith(".xlsx")
    assert facts(reply).count("文具") == 5
    (kept,) = await lending_of(scene.house.ctx).samples.last("GD01")
    assert dict(kept.method) == {"period": "2026-04", "least": "3000", "weekend": "1", "number": "5", "seed": "7"}
    assert "结果一致" in words(await scene.send("zhou", f"抽样 {kept.id}"))
    assert kept.id in words(await scene.send("chen", "抽样"))
    assert "A01" in words(await scene.send("li", "抽样 2026-04"))
    assert "S03" in words(await scene.send("lu", f"抽样 {kept.id}"))  # another company's
    assert "S93" in words(await scene.send("zhou", "抽样 随便"))
    assert "Q11" in words(await scene.send("zhou", "抽样 2019"))

    db, ctx = scene.house.db, scene.house.ctx
    faults = [f.code async for f in Verification(db, scene.house.trail, scene.house.vault.original).faults()]
    assert faults == []
    assert [x.entry.action for x in await ctx.trail.about(f"sample:GD01|{kept.id}")] == [
        "sample_drawn",
        "sample_repeated",
    ]
    await db.samples.update_one({"_id": f"GD01|{kept.id}"}, {"$set": {"sample.digest": "0" * 64}})
    faults = [f.code async for f in Verification(db, scene.house.trail, scene.house.vault.original).faults()]
    assert faults == ["V77"]
    assert "结果不一致" in words(await scene.send("zhou", f"抽样 {kept.id}"))


def test_at_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*said: str, ends: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        assert main([*said, "--company", "GD01", "--json", "--data", str(tmp_path / "data")]) == ends
        told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return told

    (tmp_path / "凭证.xlsx").write_bytes(workbook(journal(EXTRA)))
    run("books", "import", str(tmp_path / "凭证.xlsx"), "--yes")
    first = run("audit", "sample", "--period", "2026", "--min-amount", "3,000", "--random", "4", "--seed", "7")
    assert (len(first["vouchers"]), first["method"]["seed"]) == (4, "7")
    again = run("audit", "sample", "--again", first["id"], "-o", str(tmp_path / "again.pdf"))
    assert (again["same"], again["population_same"]) == (True, True)
    assert again["vouchers"] == first["vouchers"]
    assert (tmp_path / "again.pdf").read_bytes()[:5] == b"%PDF-"
    EXTRA_LATER = [[4, "2026-04-12", "记", "0099", 1, a, b, "补", "", d, c] for a, b, d, c in
                   (("660201", "办公费", "9000.00", ""), ("100201", "工商银行7701", "", "9000.00"))]  # fmt: skip
    (tmp_path / "后补.xlsx").write_bytes(workbook(journal([*EXTRA, *EXTRA_LATER])))
    run("books", "import", str(tmp_path / "后补.xlsx"), "--yes")
    later = run("audit", "sample", "--again", first["id"], ends=0 if _still(first) else 1)
    assert later["population_same"] is False


def _still(first: dict[str, Any]) -> bool:
    """Whether the added voucher is ranked behind those that were drawn, as anybody can reckon."""
    import hashlib

    def rank(ref: str) -> str:
        return hashlib.sha256(f"7|{ref}".encode()).hexdigest()

    return rank("2026-04 记-99") > max(rank(v["ref"]) for v in first["vouchers"])
