"""The command `import`, beside a service that cleans up meanwhile."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from archive.item import FileRef
from bot.commands.asking import import_paths
from handlers import upload
from handlers.context import Context
from intake.reading import Reading
from storage import files
from tests.house import drop, einvoice, settings_for, standing, zipped


async def test_parts_of_a_zip_outlive_the_sweep_however_long_reading_takes(
    mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(files, "LOOSE_FOR", timedelta(seconds=2.5))
    read = upload._read

    async def slowly(ctx: Context, file: FileRef) -> Reading:
        await asyncio.sleep(1.0)
        return await read(ctx, file)

    monkeypatch.setattr(upload, "_read", slowly)
    settings = settings_for(mongo_uri, tmp_path / "data", f"h_{uuid4().hex[:12]}")
    bundle = tmp_path / "一包.zip"
    bundle.write_bytes(zipped({f"{n}.xml": einvoice(f"{700 + n}.00") for n in range(4)}))
    try:
        async with standing(settings) as scene:

            async def sweeping() -> None:
                while True:
                    await scene.house.vault.sweep(datetime.now(UTC))
                    await asyncio.sleep(0.2)

            sweep = asyncio.create_task(sweeping())
            args = argparse.Namespace(paths=[bundle], person="li", json=True)
            code = await import_paths(args, settings)
            sweep.cancel()
            said = json.loads(capsys.readouterr().out)
            assert (code, said["status"], len(said["items"])) == (0, "taken", 4), said
            for item in await scene.house.vault.items(said["items"]):
                assert await scene.house.vault.original(item.file)
    finally:
        await drop(settings)
