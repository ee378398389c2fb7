"""A package made and taken: the same bytes twice, readable by itself; a tampered one refused with what is wrong."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from archive.access import Person, Role
from archive.errors import FolderNotEmpty, NothingSelected, PackageRefused, PackageUnreadable
from archive.item import Item
from archive.package import names
from archive.package.card import document_of
from archive.selection import Selection
from bot.signing import Signer
from handlers.custodian import custody_of
from handlers.packing import Made, pack
from handlers.receiving import Verified, take, verify
from intake.package_seal import manifest_of
from intake.package_tree import tree_of
from intake.package_xml import card_of
from storage.package_folder import PackageFolder
from storage.verify import Verification
from tests.custody.filing import filed, mend, spoil
from tests.house import Scene, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEEPER = Person("chen", "陈静", frozenset({Role.ARCHIVIST}), company="GD01")
TAKER = Person("lu", "陆远", frozenset({Role.ARCHIVIST}), company="GD02")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def items(scene: Scene) -> AsyncIterator[list[Item]]:
    yield await filed(scene, 4) + await filed(scene, 3, date(2026, 5, 3))


async def made(scene: Scene, place: Path, what: Selection | None = None) -> Made:
    signer = Signer(scene.house.key)
    folder = PackageFolder(place, signer.sign)
    what = what or Selection("GD01", 2026)
    ctx = scene.house.ctx
    return await pack(ctx, custody_of(ctx), KEEPER, what, folder, carrier="GP-01", key=signer.fingerprint)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def package(scene: Scene, items: list[Item], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    place = tmp_path_factory.mktemp("packages") / "2026年会计档案"
    done = await made(scene, place)
    assert (done.units, done.left_out) == (7, ())
    yield place


async def looked(scene: Scene, place: Path, company: str = "GD02", signer: str = "") -> Verified:
    return await verify(scene.house.ctx, custody_of(scene.house.ctx), tree_of(place), company, signer)


async def test_it_is_laid_out_and_read_without_us(scene: Scene, items: list[Item], package: Path) -> None:
    months = sorted(p.name for p in (package / "会计档案/凭证类").iterdir())
    assert months == ["04月", "05月"]
    folders = sorted((package / "会计档案/凭证类/04月").iterdir())
    assert [f.name[:7] for f in folders] == ["000001_", "000002_", "000003_", "000004_"]
    original = next(p for p in folders[0].iterdir() if p.name.startswith("01_原始凭证_"))
    assert original.read_bytes() == await scene.house.vault.original(items[0].file)
    card = card_of((folders[0] / "元数据.xml").read_bytes())
    assert (card.unit.archive_no, card.unit.metadata["M22"]) == (items[0].filed.archive_no, card.unit.title)  # type: ignore[union-attr]
    assert document_of(card.documents[0].fields) == items[0].document
    assert card.checks["1-1"][0] == "pass"
    assert card.checks["4-1"][0] == "not_run"
    said = (package / "说明文件.txt").read_text("utf-8-sig")
    for line in (
        "载体编号：GP-01",
        "归档文件数量：7",
        "原文数量：7",
        "移交单位：杭州云岫样例软件有限公司",
        "年度：2026",
    ):
        assert line in said
    page = (package / "index.html").read_text()
    assert page.count("<tr>") == 8
    assert "<script>" in page
    assert "://" not in page, "nothing is fetched"
    listed = manifest_of((package / "manifest.tsv").read_bytes())
    there = {p.relative_to(package).as_posix() for p in plain_files(package)}
    assert listed.keys() == there - {"manifest.tsv", "manifest.json"}
    assert all(listed[p].size == (package / p).stat().st_size for p in listed)
    assert (package / names.REPORT).read_bytes().startswith(b"%PDF")


async def test_the_same_selection_gives_the_same_files(scene: Scene, package: Path, tmp_path: Path) -> None:
    await made(scene, tmp_path / "again")
    first, second = (manifest_of((p / "manifest.tsv").read_bytes()) for p in (package, tmp_path / "again"))
    assert list(first) == list(second)
    differing = {p for p in first if first[p] != second[p]}
    metadata = {p for p in first if p.endswith("元数据.xml")}  # each names the run of its checks
    told = {names.README_TXT, names.README_XML, names.INDEX, names.REPORT, names.REGISTER_XLSX}  # each names its time
    assert differing <= metadata | told
    with pytest.raises(FolderNotEmpty):
        PackageFolder(package, Signer(scene.house.key).sign)
    with pytest.raises(NothingSelected):
        await made(scene, tmp_path / "none", Selection("GD01", 2019))
    assert not (tmp_path / "none").exists()


async def test_what_fails_the_check_stays_out(scene: Scene, items: list[Item], tmp_path: Path) -> None:
    await spoil(scene, items[1])
    try:
        done = await made(scene, tmp_path / "p", Selection("GD01", 2026, 4))
    finally:
        await mend(scene, items[1])
    assert done.units == 3
    assert [unit.split()[0] for unit, _ in done.left_out] == [items[1].id]
    assert "1-1" in done.left_out[0][1].zh
    assert "未移交（检测不通过）：1" in (tmp_path / "p/说明文件.txt").read_text("utf-8-sig")


def change(package: Path, path: str, old: bytes, new: bytes) -> None:
    file = package / path
    data = file.read_bytes()
    assert old in data
    file.write_bytes(data.replace(old, new, 1))


def plain_files(package: Path) -> list[Path]:
    return sorted(p for p in package.rglob("*") if p.is_file())


def first_file(package: Path, begins: str) -> str:
    found = next(p for p in sorted(package.rglob("*")) if p.name.startswith(begins))
    return found.relative_to(package).as_posix()


async def test_each_way_of_tampering_is_found_exactly(scene: Scene, package: Path, tmp_path: Path) -> None:
    """One copy, one change at a time."""
    invoice, card = first_file(package, "01_原始凭证"), first_file(package, "元数据.xml")

    async def findings(signer: str = "") -> set[tuple[str, str]]:
        v = await looked(scene, tmp_path / "c", signer=signer)
        with pytest.raises(PackageRefused):
            await take(scene.house.ctx, custody_of(scene.house.ctx), tree_of(tmp_path / "c"), v, TAKER, "GD02")
        return {(f.kind, f.where) for f in v.findings}

    def fresh_copy() -> Path:
        shutil.rmtree(tmp_path / "c", ignore_errors=True)
        shutil.copytree(package, tmp_path / "c")
        return tmp_path / "c"

    c = fresh_copy()
    change(c, invoice, b"100.00", b"900.00")
    found = await findings()
    assert {("sha256", invoice), ("sm3", invoice)} <= found
    assert not {f for f in found if f[0] not in ("sha256", "sm3", "check_failed")}
    c = fresh_copy()
    (c / invoice).unlink()
    assert ("missing", invoice) in await findings()
    c = fresh_copy()
    (c / "会计档案/多余.pdf").write_bytes(b"%PDF-1.7")
    assert await findings() == {("extra", "会计档案/多余.pdf")}
    c = fresh_copy()
    change(c, card, b"30\xe5\xb9\xb4", b"10\xe5\xb9\xb4")
    assert {("sha256", card)} <= await findings()
    c = fresh_copy()
    (c / invoice).unlink()
    (c / invoice).symlink_to("/etc/passwd")
    assert {("symlink", invoice), ("missing", invoice)} <= await findings()
    c = fresh_copy()
    change(c, "manifest.tsv", b"\n", b"\n\n")
    assert ("manifest_changed", "manifest.tsv") in await findings()
    c = fresh_copy()
    change(c, "manifest.json", b'"value": "', b'"value": "00')
    assert await findings() == {("bad_signature", "manifest.json")}
    c = fresh_copy()
    assert await findings("0000-0000-0000-0000") == {("other_signer", "manifest.json")}
    (c / "manifest.tsv").unlink()
    with pytest.raises(PackageUnreadable):
        await findings()


async def test_a_forged_manifest_with_its_own_key_is_told_by_the_agreed_one(
    scene: Scene, package: Path, tmp_path: Path
) -> None:
    """Who rewrites everything and signs anew can't sign with the sender's key; the register still tells of metadata."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from archive.package.papers import MANIFEST_HEAD, manifest_line, signed_words
    from intake.package_seal import digests_of

    copy = shutil.copytree(package, tmp_path / "c")
    card = first_file(copy, "元数据.xml")
    change(copy, card, 'retention="30年"'.encode(), 'retention="10年"'.encode())
    listed = manifest_of((copy / "manifest.tsv").read_bytes())
    lines = [(p, (copy / p).read_bytes()) for p in listed]
    manifest = MANIFEST_HEAD.encode() + b"".join(manifest_line(p, len(d), *digests_of(d)) for p, d in lines)
    (copy / "manifest.tsv").write_bytes(manifest)
    key = Ed25519PrivateKey.generate()
    sha256, sm3 = digests_of(manifest)
    seal = json.loads((copy / "manifest.json").read_text())
    seal["manifest"] |= {"size": len(manifest), "sha256": sha256, "sm3": sm3}
    seal["signature"] |= {
        "publicKey": key.public_key().public_bytes_raw().hex(),
        "value": key.sign(signed_words(len(manifest), sha256, sm3)).hex(),
    }
    (copy / "manifest.json").write_text(json.dumps(seal))
    v = await looked(scene, copy, signer=Signer(scene.house.key).fingerprint)
    kinds = {f.kind for f in v.findings}
    assert kinds == {"other_signer", "register_mismatch"}
    assert "保管期限：30年 ≠ 10年" in next(f.text.zh for f in v.findings if f.kind == "register_mismatch")
    change(copy, card, 'retention="10年"'.encode(), 'retention="10年" x="1"'.encode())
    v = await looked(scene, copy)
    assert {"bad_metadata", "sha256"} <= {f.kind for f in v.findings}


async def test_hostile_zips(scene: Scene, package: Path, tmp_path: Path) -> None:
    place = tmp_path / "p.zip"

    def zipped(extra: dict[str, bytes], mode: int = 0) -> None:
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as out:
            for file in plain_files(package):
                out.write(file, "around/" + file.relative_to(package).as_posix())
            for name, data in extra.items():
                entry = zipfile.ZipInfo(name)
                entry.external_attr = mode << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                out.writestr(entry, data)

    async def kinds() -> set[str]:
        return {f.kind for f in (await looked(scene, place)).findings}

    zipped({})
    assert await kinds() == set(), "a sound zip passes"
    zipped({"around/../../etc/x": b"x"})
    assert await kinds() == {"unsafe_path"}
    zipped({"around/c.x": b"x"})
    assert await kinds() == {"extra"}
    zipped({"around/c:x": b"x"})
    assert await kinds() == {"unsafe_path"}
    zipped({"around/bomb": b"\0" * 50_000_000})
    assert await kinds() == {"bomb"}
    zipped({"around/link": b"/etc/passwd"}, stat.S_IFLNK | 0o777)
    assert await kinds() == {"symlink"}
    place.write_bytes(place.read_bytes()[:-40])
    with pytest.raises(PackageUnreadable):
        await kinds()


async def test_it_is_taken_once_unit_by_unit_and_verified_like_our_own(
    scene: Scene, items: list[Item], package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, custody = scene.house.ctx, custody_of(scene.house.ctx)
    v = await looked(scene, package, signer=Signer(scene.house.key).fingerprint)
    assert not v.findings
    assert v.not_run["4-1"] == 7, "no scanner is set: 未检"
    real, calls = custody.receiving.take, 0

    class Crash(Exception):
        pass

    async def dies(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise Crash
        return await real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(custody.receiving, "take", dies)
    with pytest.raises(Crash):
        await take(ctx, custody, tree_of(package), v, TAKER, "GD02")
    monkeypatch.setattr(custody.receiving, "take", real)
    again = await looked(scene, package)
    assert not again.findings, "what was taken of this very package does not stand in its way"
    taken = await take(ctx, custody, tree_of(package), again, TAKER, "GD02")
    assert (taken.arrival.done, len(taken.items)) == (7, 4)
    units, _ = await custody.units.page(Selection("GD02"), "", 50)
    assert len(units) == 7
    mine = units[0]
    origin = items[0].filed
    assert origin is not None
    assert mine.metadata["M82"] == f"原全宗 GD01，原档号 {origin.archive_no}"
    assert mine.metadata["M5"] == "杭州云岫样例软件有限公司", "as it came"
    assert (mine.year, mine.month, mine.retention, mine.expires) == (2026, 4, "30年", origin.expires)
    got = await scene.house.vault.item(mine.id)
    assert got.document == items[0].document
    assert got.file.id != items[0].file.id, "sealed anew"
    assert await scene.house.vault.original(got.file) == await scene.house.vault.original(items[0].file)
    assert "lu received_in" in await scene.history(got.id)
    third = await looked(scene, package)
    assert third.known is not None
    assert third.known.whole
    await take(ctx, custody, tree_of(package), third, TAKER, "GD02")
    assert await custody.units.count(Selection("GD02")) == 7, "the same package again changes nothing"
    await scene.house.vault.index_rest()
    assert "找到 1 张" in words(await scene.send("lu", f"查 {got.document.number}"))
    faults = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    assert [f async for f in faults.faults()] == []
    await scene.house.db.received.update_one({"_id": got.id}, {"$set": {"title": "别的"}})
    assert [(f.code, f.where) async for f in faults.faults()] == [("V62", got.id)]
    await scene.house.db.received.update_one({"_id": got.id}, {"$set": {"title": mine.title}})
    into = await looked(scene, package, "GD01")
    assert {f.kind for f in into.findings} == {"already_here"}
