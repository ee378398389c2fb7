"""guidang check | package | receive as programs, and a check that is killed with -9 in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import pytest
import pytest_asyncio

from archive.item import Item
from bench.custody import filled
from bot.cli import main
from bot.keeping import Keeper
from handlers.custodian import custody_of
from tests.custody.filing import filed, mend, spoil
from tests.house import Scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def items(scene: Scene) -> AsyncIterator[list[Item]]:
    yield await filed(scene, 3)


async def begun(scene: Scene, *args: str) -> asyncio.subprocess.Process:
    settings = scene.house.settings
    env = {**os.environ, "MONGODB_URI": settings.mongodb_uri, "MONGODB_NAME": settings.mongodb_name}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *args, "--data", str(settings.data), env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def said(scene: Scene, *args: str) -> tuple[int, list[dict[str, object]]]:
    """Exit code and lines; in this process, since starting one takes longer than what it does."""
    settings, out = scene.house.settings, io.StringIO()
    argv = [*args, "--data", str(settings.data), "--json"]
    where = {"MONGODB_URI": settings.mongodb_uri, "MONGODB_NAME": settings.mongodb_name}
    with mock.patch.dict(os.environ, where), contextlib.redirect_stdout(out):
        code = await asyncio.to_thread(main, argv)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


async def test_check_package_receive(scene: Scene, items: list[Item], tmp_path: Path) -> None:
    code, (summary,) = await said(scene, "check", "--stage", "归档", "2026", "-o", str(tmp_path / "r.pdf"))
    assert (code, summary["checked"], summary["failed"], summary["stage"]) == (0, 3, 0, "归档")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    code, (made,) = await said(scene, "package", "2026", "凭证", "-o", str(tmp_path / "p"))
    assert (code, made["units"], made["left_out"]) == (0, 3, 0)
    signer = str(made["signer"])
    code, (taken,) = await said(scene, "receive", str(tmp_path / "p"), "--company", "GD02", "--signer", signer)
    assert (code, taken["units"], taken["findings"], taken["already"]) == (0, 3, 0, False)
    assert len(taken["taken"]) == 3  # type: ignore[arg-type]
    assert taken["signer_agreed"] is True
    assert taken["manifest"] == made["manifest"]
    code, (again,) = await said(scene, "receive", str(tmp_path / "p"), "--company", "GD02")
    assert (code, again["already"], again["taken"]) == (0, True, [])
    invoice = next((tmp_path / "p" / "会计档案").rglob("01_*"))
    invoice.write_bytes(invoice.read_bytes() + b" ")
    code, lines = await said(scene, "receive", str(tmp_path / "p"), "--company", "GD03")
    assert code == 1
    assert {"size", "check_failed"} <= {str(line.get("finding")) for line in lines}
    await spoil(scene, items[0])
    code, lines = await said(scene, "check", "--stage", "长期保存", items[0].id)
    await mend(scene, items[0])
    assert code == 1
    assert lines[0]["unit"] == items[0].id
    _, (shown,) = await said(scene, "show", items[0].id)
    assert shown["keeper"] == "accounting"
    assert shown["inspection"]["verdicts"]["1-1"]["outcome"] == "fail"  # type: ignore[index]
    code, (problem,) = await said(scene, "check", "2019")
    assert (code, problem["error"]["code"]) == (1, "S60")  # type: ignore[index]


async def test_a_check_killed_in_the_middle_goes_on_where_it_was(scene: Scene, items: list[Item]) -> None:
    await filled(scene.house, 70, 3_000)
    process = await begun(scene, "check", "2026")
    custody = custody_of(scene.house.ctx)
    async with asyncio.timeout(60):
        while not (runs := await custody.inspections.running()) or not runs[0].place:
            assert process.returncode is None, await process.communicate()
            await asyncio.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    (left,) = await custody.inspections.running()
    assert 0 < left.place < 73
    await scene.house.db.leases.delete_one({"_id": "inspections"})  # as if its time had passed
    await Keeper(scene.house).inspect()
    run = await custody.inspections.run(left.id)
    assert (run.checked, run.failed) == (73, 0)
    units = [r.unit async for r in custody.inspections.all_results(run.id)]
    assert len(units) == len(set(units)) == 73
