from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import IndexBroken, IndexBusy
from archive.query import Query, Scope
from storage.index_tantivy import TantivyIndex
from tests.storage.items import an_item

ALL = Scope("C1", None)

WRITER = """
import asyncio, sys
from pathlib import Path
from storage.index_tantivy import TantivyIndex
from tests.storage.items import an_item

async def main():
    index = TantivyIndex(Path(sys.argv[1]))
    await index.put([an_item(7, "顺丰")])
    print("written", flush=True)
    sys.stdin.readline()
    if sys.argv[2] == "close":
        await index.close()
        print("closed", flush=True)
        sys.stdin.readline()

asyncio.run(main())
"""


def other_process(folder: Path, end: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), end],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


async def test_what_another_process_writes_is_seen_and_its_lock_respected(tmp_path: Path) -> None:
    mine = TantivyIndex(tmp_path, patience=0.0)
    assert await mine.count() == 0
    other = other_process(tmp_path, "close")
    assert (await mine.find(Query(words=("顺丰",)), ALL)).ids == ("G2610-0007",)
    with pytest.raises(IndexBusy):
        await mine.put([an_item(1)])
    with pytest.raises(IndexBusy):
        await mine.clear()
    assert await mine.count() == 1
    assert other.stdin is not None
    other.stdin.write("\n")
    other.stdin.flush()
    assert other.stdout is not None
    assert other.stdout.readline() == "closed\n"
    await mine.put([an_item(1)])
    assert await mine.count() == 2
    other.communicate("\n")
    await mine.close()


async def test_a_writer_killed_leaves_what_it_committed_and_no_lock(tmp_path: Path) -> None:
    other = other_process(tmp_path, "stay")
    other.kill()
    other.wait()
    mine = TantivyIndex(tmp_path)
    assert await mine.count() == 1
    await mine.put([an_item(1)])
    assert await mine.count() == 2
    await mine.close()


async def test_the_lock_is_given_back_when_idle(tmp_path: Path) -> None:
    first, second = TantivyIndex(tmp_path, idle=0.05), TantivyIndex(tmp_path, patience=20.0)
    await first.put([an_item(1)])
    await second.put([an_item(2)])
    assert await first.count() == 2
    await second.close()
    await first.put([an_item(3)])
    assert await second.count() == 3
    await first.close()


async def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    await asyncio.gather(*(index.put([an_item(n)]) for n in range(1, 31)))
    assert await index.count() == 30
    await index.close()
    again = TantivyIndex(tmp_path)
    assert await again.count() == 30
    await again.close()


def cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def one_byte_changed(data: bytes) -> bytes:
    return data[:20] + bytes([data[20] ^ 0xFF]) + data[21:]


def emptied(data: bytes) -> bytes:
    return b""


def damage(folder: Path, ending: str, harm: Callable[[bytes], bytes]) -> None:
    for file in folder.iterdir():
        if file.name.endswith(ending):
            file.write_bytes(harm(file.read_bytes()))


@pytest.mark.parametrize("ending", ["meta.json", ".store", ".term", ".idx", ".pos", ".fast", ".fieldnorm"])
@pytest.mark.parametrize("harm", [cut_short, one_byte_changed, emptied])
async def test_a_damaged_index_is_told_and_can_be_made_again(
    tmp_path: Path, ending: str, harm: Callable[[bytes], bytes]
) -> None:
    index = TantivyIndex(tmp_path)
    await index.put([an_item(1, "顺丰")])
    await index.close()
    damage(tmp_path, ending, harm)
    index = TantivyIndex(tmp_path)
    with pytest.raises(IndexBroken):
        await index.find(Query(words=("顺丰",)), ALL)
    with pytest.raises(IndexBroken):
        await index.put([an_item(1, "顺丰")])
    await index.clear()
    await index.put([an_item(2, "顺丰")])
    assert (await index.find(Query(words=("顺丰",)), ALL)).ids == ("G2610-0002",)
    await index.close()


async def test_a_folder_taken_away_while_running_is_told_and_healed(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "index")
    await index.put([an_item(1)])
    for file in (tmp_path / "index").iterdir():
        file.unlink()
    with pytest.raises(IndexBroken):
        await index.find(Query(), ALL)
    await index.clear()
    await index.put([an_item(1)])
    assert await index.count() == 1
    await index.close()


async def test_a_full_or_unwritable_disk_is_told(tmp_path: Path) -> None:
    place = tmp_path / "index"
    place.write_text("a file where the folder should be")
    index = TantivyIndex(place)
    with pytest.raises(IndexBroken):
        await index.put([an_item(1)])
    with pytest.raises(IndexBroken):
        await index.find(Query(), ALL)
    await index.close()


async def test_found_is_what_holds_the_words_and_nothing_else(tmp_path: Path) -> None:
    rnd = random.Random(7)
    names = ["".join(rnd.choices("星辰科技园区大有限", k=rnd.randint(3, 9))) for _ in range(300)]
    index = TantivyIndex(tmp_path)
    await index.put([an_item(n, name, day=None, total=None) for n, name in enumerate(names)])
    for _ in range(100):
        word = "".join(rnd.choices("星辰科技园区大有限", k=rnd.randint(1, 5)))
        expected = sorted((f"G2610-{n:04}" for n, name in enumerate(names) if word in name), reverse=True)
        hits = await index.find(Query(words=(word,), size=300), ALL)
        assert list(hits.ids) == expected, word
        assert hits.total == len(expected)
    await index.close()


async def test_what_an_unfinished_write_left_behind_does_no_harm(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path)
    await index.put([an_item(1, "顺丰")])
    await index.close()
    (tmp_path / f"{'ab' * 16}.store").write_bytes(b"half")
    index = TantivyIndex(tmp_path)
    assert (await index.find(Query(words=("顺丰",)), ALL)).total == 1
    await index.put([an_item(2, "顺丰")])
    assert await index.count() == 2
    await index.close()
