"""Originals come back as they came, lie there sealed, and go when nothing took them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.errors import KeyMissing, NoSpace, NotFound, Tampered
from storage import files, mongo
from tests.storage.kept import open_archive


@pytest.mark.parametrize("size", [0, 1, 300_000, 3_000_000])
async def test_what_was_held_comes_back_and_lies_sealed(db: mongo.Database, tmp_path: Path, size: int) -> None:
    vault = (await open_archive(db, tmp_path)).vault
    data = (b"PLAIN and readable " * (size // 19 + 1))[:size]
    file = await vault.hold(data, "发票.pdf", "application/pdf")
    assert (file.name, file.size, len(file.sha256), len(file.sm3)) == ("发票.pdf", size, 64, 64)
    assert await vault.original(file) == data
    for name in await db.list_collection_names():
        async for doc in db[name].find({}):
            assert b"PLAIN and" not in repr(doc).encode()


async def test_bytes_that_changed_are_not_given(db: mongo.Database, tmp_path: Path) -> None:
    vault = (await open_archive(db, tmp_path)).vault
    file = await vault.hold(b"x" * 1000, "a.pdf", "application/pdf")
    chunk = await db["files.chunks"].find_one({"files_id": file.id})
    assert chunk
    data = bytearray(chunk["data"])
    data[500] ^= 1
    await db["files.chunks"].update_one({"_id": chunk["_id"]}, {"$set": {"data": bytes(data)}})
    with pytest.raises(Tampered, match=r"a\.pdf"):
        await vault.original(file)
    await db["files.chunks"].delete_many({})
    with pytest.raises(Tampered):
        await vault.original(file)


async def test_a_record_that_says_otherwise_is_found(db: mongo.Database, tmp_path: Path) -> None:
    vault = (await open_archive(db, tmp_path)).vault
    file = await vault.hold(b"x", "a.pdf", "application/pdf")
    for wrong in (replace(file, sha256="0" * 64), replace(file, sm3="0" * 64), replace(file, size=2)):
        with pytest.raises(Tampered):
            await vault.original(wrong)


async def test_missing_bytes_and_a_destroyed_key_are_told_apart(db: mongo.Database, tmp_path: Path) -> None:
    vault = (await open_archive(db, tmp_path)).vault
    file = await vault.hold(b"x", "a.pdf", "application/pdf")
    await db["files.files"].delete_many({})
    with pytest.raises(NotFound):
        await vault.original(file)
    await db.keys.delete_one({"_id": file.id})
    with pytest.raises(KeyMissing):
        await vault.original(file)


async def test_what_somebody_goes_on_keeping_is_not_swept(
    db: mongo.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOOSE_FOR", timedelta(seconds=2))
    archive = await open_archive(db, tmp_path)
    async with archive.vault.keeping():
        kept = await archive.vault.hold(b"x", "a.pdf", "application/pdf")
        for _ in range(12):
            await asyncio.sleep(0.25)
            assert await archive.vault.sweep(datetime.now(UTC)) == 0
        await archive.put("3", file=kept)
        left = await archive.vault.hold(b"y", "b.zip", "application/zip")
    await asyncio.sleep(2.3)
    assert await archive.vault.sweep(datetime.now(UTC)) == 2  # and what `put` held for itself
    with pytest.raises(KeyMissing):
        await archive.vault.original(left)
    assert await archive.vault.original(kept) == b"x"


async def test_what_was_renewed_since_it_was_found_stays(
    db: mongo.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = await open_archive(db, tmp_path)
    file = await archive.vault.hold(b"x", "a.pdf", "application/pdf")
    later = datetime.now(UTC) + timedelta(hours=2)
    removed = files.Files._remove

    async def late(self: files.Files, file_id: str, old: mongo.Doc) -> int:
        await db.keys.update_one({"_id": file_id}, {"$set": {"loose": later}})
        return await removed(self, file_id, old)

    monkeypatch.setattr(files.Files, "_remove", late)
    assert await archive.vault.sweep(later) == 0
    assert await archive.vault.original(file) == b"x"


async def test_what_no_record_took_is_swept_after_an_hour(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    kept = await archive.put("1")
    loose = await archive.vault.hold(b"x", "a.pdf", "application/pdf")
    now = datetime.now(UTC)
    assert await archive.vault.sweep(now) == 0
    assert await archive.vault.sweep(now + timedelta(hours=2)) == 1
    with pytest.raises(KeyMissing):
        await archive.vault.original(loose)
    assert await db["files.chunks"].count_documents({"files_id": loose.id}) == 0
    assert await archive.vault.original(kept.file) == b"the bytes of 1"
    with pytest.raises(NotFound):  # a record that comes too late is refused, not kept without its original
        await archive.put("2", file=loose)


async def test_a_full_disk_takes_nothing(db: mongo.Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = await open_archive(db, tmp_path)
    watched = files.Files(db, archive.keys, tmp_path)
    monkeypatch.setattr(files, "SPARE", 10**18)
    with pytest.raises(NoSpace):
        await watched.hold(b"x", "a.pdf", "application/pdf")
    assert await db["files.files"].count_documents({}) == 0


async def test_what_was_just_held_is_read_from_memory_until_it_is_taken(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    kept = files.Files(archive.db, archive.keys, fresh=1000)
    small, big = await kept.hold(b"a" * 200, "a", "b"), await kept.hold(b"b" * 300, "a", "b")
    await archive.db["files.chunks"].delete_many({})
    assert await kept.original(small) == b"a" * 200
    with pytest.raises((NotFound, Tampered)):
        await kept.original(big)  # too big to be remembered
    later = [await kept.hold(bytes([n]) * 250, "a", "b") for n in range(4)]
    with pytest.raises((NotFound, Tampered)):
        await kept.original(small)  # the oldest makes room
    await archive.db["files.chunks"].delete_many({})
    assert await kept.original(later[3]) == bytes([3]) * 250
    async with archive.db.client.start_session() as session:
        await kept.take(later[3], session)
    with pytest.raises((NotFound, Tampered)):
        await kept.original(later[3])
