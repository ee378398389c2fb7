"""The master key is made once, known again, refused when wrong, and can be changed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from archive.errors import BadSettings, KeyMissing
from storage import mongo
from storage.keys import FileKey, make_key, master_key, rewrap, usual_place
from storage.trail import open_trail
from tests.storage.kept import open_archive


async def test_made_at_the_first_start_and_known_at_the_next(db: mongo.Database, tmp_path: Path) -> None:
    place = usual_place(tmp_path / "data")
    key, made = await master_key(db, "", place)
    assert made
    assert place == tmp_path / "keys" / "data.key"
    assert place.stat().st_mode & 0o777 == 0o600
    await open_trail(db, key)
    again, made = await master_key(db, "", place)
    assert (again.id, made) == (key.id, False)
    given, made = await master_key(db, place.read_text().strip(), tmp_path / "none")
    assert (given.id, made) == (key.id, False)


async def test_a_wrong_or_lost_key_is_found_at_the_start(db: mongo.Database, tmp_path: Path) -> None:
    key, _ = await master_key(db, "", tmp_path / "k")
    await open_trail(db, key)
    with pytest.raises(KeyMissing, match="none"):
        await master_key(db, "", tmp_path / "none")
    assert not (tmp_path / "none").exists()
    make_key(tmp_path / "other")
    with pytest.raises(KeyMissing, match="other"):
        await master_key(db, "", tmp_path / "other")


@pytest.mark.parametrize("words", ["short", base64.b64encode(b"x" * 16).decode(), "钥匙"])
async def test_a_key_that_cannot_be_read_is_a_setting_to_mend(db: mongo.Database, tmp_path: Path, words: str) -> None:
    with pytest.raises(BadSettings, match="GUIDANG_MASTER_KEY"):
        await master_key(db, words, tmp_path / "k")


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path / "k")
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "k")


async def test_a_lost_secret_is_not_made_anew_under_a_standing_trail(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    await archive.put("1")
    await db.keys.delete_one({"_id": "seal"})
    with pytest.raises(KeyMissing, match="封签"):
        await open_trail(db, archive.keys)


async def test_the_master_key_can_be_changed_even_when_broken_off(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    items = [await archive.put(str(n)) for n in range(4)]
    new = FileKey(b"n" * 32, "new")
    broken = await db.keys.find_one({"_id": items[0].file.id})
    assert broken
    await db.keys.update_one(
        {"_id": items[0].file.id},
        {"$set": {"wrapped": new.wrap(archive.keys.unwrap(broken["wrapped"])), "key": new.id}},
    )
    assert await rewrap(db, archive.keys, new) == 4  # three files and the trail's secret; the first was done before
    assert await rewrap(db, archive.keys, new) == 0
    with pytest.raises(KeyMissing):
        await archive.vault.original(items[1].file)
    base64_key = base64.b64encode(b"n" * 32).decode()
    (tmp_path / "keys" / "data.key").write_text(base64_key)
    later = await open_archive(db, tmp_path)
    assert later.secret == archive.secret
    assert await later.vault.original(items[0].file) == b"the bytes of 0"
    assert await later.vault.original(items[1].file) == b"the bytes of 1"
