"""Taking a package from another archive: everything is verified before anything is taken, then unit by unit.

Nothing of it is believed: names, sizes, digests, schema and register are compared with each other, each file is
looked at like an original of ours, and read once more against the manifest when it is taken.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from archive.access import Person
from archive.errors import PackageRefused, PackageUnreadable
from archive.four_properties.evidence import Carried, Carrier, Evidence
from archive.four_properties.scheme import judge
from archive.four_properties.verdict import Stage
from archive.item import FileRef, Item
from archive.package import names
from archive.package.arrival import Arrival
from archive.package.card import UnitCard
from archive.package.findings import PackageFinding, finding
from archive.package.papers import REGISTER, csv_line, register_row
from archive.unit import Paper
from archive.words import Text
from handlers.context import Context
from handlers.custody import Custody
from handlers.inspecting import reason
from intake.package_seal import Listed, Seal, digests_of, manifest_of, seal_of
from intake.package_tree import Tree
from intake.package_xml import BIGGEST, NotTheSchema, about_of, card_of

#: 序号 → a row of the register.
Rows = dict[str, tuple[str, ...]]
#: Bytes of a manifest or of another paper of the package.
PAPER = 512 << 20


@dataclass(slots=True)
class Verified:
    """A package as far as it was looked at. `folders`: where unit n lies, from 1."""

    seal: Seal | None = None
    manifest: dict[str, Listed] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    folders: dict[int, str] = field(default_factory=dict)
    findings: list[PackageFinding] = field(default_factory=list)
    not_run: Counter[str] = field(default_factory=Counter)
    known: Arrival | None = None  # the same package, all of it taken before
    files: int = 0
    wrong: dict[str, set[str]] = field(default_factory=dict)  # where → kinds of findings

    def add(self, found: PackageFinding) -> None:
        """One more; the same of the same place is told once."""
        kinds = self.wrong.setdefault(found.where, set())
        if found.kind not in kinds:
            kinds.add(found.kind)
            self.findings.append(found)

    @property
    def fonds(self) -> str:
        """全宗号 it says it comes from."""
        return self.about.get("全宗号", "")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken."""

    arrival: Arrival
    items: tuple[str, ...]


async def verify(
    ctx: Context, custody: Custody, tree: Tree, company: str, signer: str = "", big: int = 256 << 20
) -> Verified:
    """Every finding. `signer`: the agreed fingerprint; `big`: bytes of a document that are taken.

    Raises PackageUnreadable where there is no manifest to go by.
    """
    v = Verified()
    there, wrong = await asyncio.to_thread(tree.files)
    for each in wrong:
        v.add(each)
    await _sealed(v, tree, there, signer)
    _compared(v, there)
    if v.seal and not v.findings:
        v.known = await custody.receiving.arrival(company, v.seal.sha256)
    await _papers(v, tree, there)
    register = await _register(v, tree, there)
    await _units(ctx, custody, v, tree, there, register, company, big)
    _numbered(v, register)
    return v


async def take(
    ctx: Context, custody: Custody, tree: Tree, v: Verified, person: Person, company: str
) -> Taken:  # fmt: skip
    """The units of a verified package, in their order; goes on where it was broken off. Raises PackageRefused."""
    if v.findings or v.seal is None:
        raise PackageRefused(name=tree.name, count=len(v.findings))
    arrival = Arrival(company, v.seal.sha256, tree.name, v.fonds, v.seal.signer, len(v.folders), person.id, ctx.now())
    arrival = await custody.receiving.begin(arrival)
    made: list[Item] = []
    for nth in sorted(v.folders):
        if nth <= arrival.done:
            continue
        card = card_of(await _exactly(v, tree, f"{v.folders[nth]}/{names.METADATA}"))
        files: list[FileRef] = []
        for paper, path in zip(card.unit.papers, card.paths, strict=True):
            data = await _exactly(v, tree, path)
            files.append(await ctx.vault.hold(data, names.safe(paper.file.name, 120), paper.file.media_type))
        ids = [await ctx.vault.new_id(ctx.now()) for _ in {p.item or f"#{p.nth}" for p in card.unit.papers}]
        arrival, items = await custody.receiving.take(arrival, card, files, ctx.now(), ids)
        made += items
    return Taken(arrival, tuple(item.id for item in made))


async def _exactly(v: Verified, tree: Tree, path: str) -> bytes:
    """The bytes the manifest tells of: what was changed since it was verified is refused."""
    listed = v.manifest[path]
    data = await asyncio.to_thread(tree.read, path, listed.size)
    if len(data) != listed.size or digests_of(data) != (listed.sha256, listed.sm3):
        raise PackageRefused(name=path, count=1)
    return data


async def _sealed(v: Verified, tree: Tree, there: dict[str, int], signer: str) -> None:
    """manifest.json and manifest.tsv, each against the other, and the signature."""
    for name in (names.SEAL, names.MANIFEST):
        if name not in there:
            why = Text(f"缺少 {name}", f"{name} is missing")
            raise PackageUnreadable(name=tree.name, detail=_with(why, v.findings))
    try:
        v.seal = seal_of(await asyncio.to_thread(tree.read, names.SEAL, 1 << 20))
        data = await asyncio.to_thread(tree.read, names.MANIFEST, PAPER)
        v.manifest = manifest_of(data)
    except (ValueError, OSError) as error:
        why = Text(f"清单读不懂（{error}）", f"the manifest is not understood ({error})")
        raise PackageUnreadable(name=tree.name, detail=_with(why, v.findings)) from error
    sha256, sm3 = digests_of(data)
    if (len(data), sha256, sm3) != (v.seal.size, v.seal.sha256, v.seal.sm3):
        v.add(finding("manifest_changed", names.MANIFEST, f"{sha256} ≠ {v.seal.sha256}"))
    if not v.seal.signed:
        v.add(finding("bad_signature", names.SEAL, v.seal.signer))
    elif signer and v.seal.signer != signer.strip().lower():
        v.add(finding("other_signer", names.SEAL, f"{v.seal.signer} ≠ {signer}"))


def _with(why: Text, findings: list[PackageFinding]) -> Text:
    more = [f.text for f in findings[:5]]
    return why + Text("".join(f"；{m.zh}" for m in more), "".join(f"; {m.en}" for m in more))


def _compared(v: Verified, there: dict[str, int]) -> None:
    """The names and sizes that are there against the manifest's."""
    own = {names.MANIFEST, names.SEAL}
    for path in sorted(v.manifest.keys() - there.keys()):
        v.add(finding("missing", path))
    for path in sorted(there.keys() - v.manifest.keys() - own):
        v.add(finding("extra", path))
    for path in sorted(v.manifest.keys() & there.keys()):
        if v.manifest[path].size != there[path]:
            v.add(finding("size", path, f"{v.manifest[path].size} → {there[path]}"))


async def _papers(v: Verified, tree: Tree, there: dict[str, int]) -> None:
    """The package's own papers by their digests, and what 说明文件 says."""
    for path in sorted(names.OWN):
        if path not in v.manifest:
            v.add(finding("missing", path))
        elif path in there:
            await _read(v, tree, path, PAPER)
    data = await _read(v, tree, names.README_XML, 1 << 20) if names.README_XML in there else None
    if data is not None:
        try:
            v.about = about_of(data)
        except NotTheSchema as error:
            v.add(finding("bad_metadata", names.README_XML, str(error)))


async def _read(v: Verified, tree: Tree, path: str, most: int) -> bytes | None:
    """The bytes of a file of the manifest; what is wrong with them is a finding, told once."""
    listed = v.manifest.get(path)
    if listed is None:
        return None
    if listed.size > most:
        v.add(finding("too_big", path, f"{listed.size} > {most}"))
        return None
    try:
        data = await asyncio.to_thread(tree.read, path, listed.size)
    except OSError as error:
        v.add(finding("unreadable", path, error.strerror or str(error)))
        return None
    if len(data) != listed.size:
        v.add(finding("size", path, f"{listed.size} → {len(data)}"))
    sha256, sm3 = digests_of(data)
    if sha256 != listed.sha256:
        v.add(finding("sha256", path, f"{listed.sha256} → {sha256}"))
    if sm3 != listed.sm3:
        v.add(finding("sm3", path, f"{listed.sm3} → {sm3}"))
    return data


async def _register(v: Verified, tree: Tree, there: dict[str, int]) -> dict[str, tuple[str, ...]]:
    """序号 → the register's row."""
    data = await _read(v, tree, names.REGISTER_CSV, PAPER) if names.REGISTER_CSV in there else None
    if data is None:
        return {}
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        v.add(finding("register_mismatch", names.REGISTER_CSV, str(error)))
        return {}
    if not rows or tuple(rows[0]) != REGISTER:
        v.add(finding("register_mismatch", names.REGISTER_CSV, "、".join(rows[0]) if rows else "∅"))
    return {row[0]: tuple(row) for row in rows[1:] if row}


async def _units(
    ctx: Context, custody: Custody, v: Verified, tree: Tree, there: dict[str, int], register: Rows,
    company: str, big: int,
) -> None:  # fmt: skip
    """Each unit: its card, its files, its line of the register, and the four-property checks of the hand-over."""
    claimed: set[str] = set()
    today = ctx.now().astimezone(ctx.zone).date()
    for path in sorted(p for p in v.manifest if p.startswith(f"{names.ROOT}/") and p.endswith(f"/{names.METADATA}")):
        claimed.add(path)
        data = await _read(v, tree, path, BIGGEST) if path in there else None
        if data is None:
            continue
        try:
            card = card_of(data)
        except NotTheSchema as error:
            v.add(finding("bad_metadata", path, str(error)))
            continue
        folder = path.removesuffix(f"/{names.METADATA}")
        if card.nth in v.folders:
            v.add(finding("duplicate_unit", path, f"{card.nth}"))
        v.folders[card.nth] = folder
        claimed.update(card.paths)
        _agrees(v, card, folder, register)
        await _unit(ctx, custody, v, tree, there, card, today, company, big)
    for path in sorted(v.manifest.keys() - claimed - names.OWN):
        v.add(finding("orphan", path))


def _agrees(v: Verified, card: UnitCard, folder: str, register: dict[str, tuple[str, ...]]) -> None:
    """The card against the manifest, and against its line of the register."""
    for paper, path in zip(card.unit.papers, card.paths, strict=True):
        listed, f = v.manifest.get(path), paper.file
        if not path.startswith(f"{folder}/"):
            v.add(finding("metadata_mismatch", path, folder))
        elif listed and (f.size, f.sha256, f.sm3) != (listed.size, listed.sha256, listed.sm3):
            v.add(finding("metadata_mismatch", path, f"{f.sha256} ≠ {listed.sha256}"))
    row = next(csv.reader([csv_line(register_row(card)).decode().rstrip("\r\n")]), [])
    said = register.get(str(card.nth))
    if said is None or said != tuple(row):
        wrong = [f"{h}：{a} ≠ {b}" for h, a, b in zip(REGISTER, said or ("—",) * 9, row, strict=False) if a != b]
        v.add(finding("register_mismatch", card.unit.id, "；".join(wrong[:3])))


async def _unit(
    ctx: Context, custody: Custody, v: Verified, tree: Tree, there: dict[str, int], card: UnitCard, today: date,
    company: str, big: int,
) -> None:  # fmt: skip
    files: list[tuple[Paper, bytes]] = []
    missing: list[str] = []
    unreadable: list[str] = []
    for paper, path in zip(card.unit.papers, card.paths, strict=True):
        v.files += 1
        data = await _read(v, tree, path, big) if path in there else None
        if data is not None:
            files.append((paper, data))
        else:
            (unreadable if path in there else missing).append(path)
        if path not in v.manifest and path not in there:
            v.add(finding("missing", path))
        standing = await ctx.vault.same_file(company, paper.file.sha256)
        mine = f"package:{v.seal.sha256[:16]}:" if v.seal else "-"
        if standing is not None and not standing.origin.startswith(mine):
            v.add(finding("already_here", path, standing.id))
    contents = tuple(await custody.examiner.look(files))
    changed = tuple(path for path in card.paths if v.wrong.get(path, set()) & {"sha256", "sm3", "size"})
    carried = Carried(
        v.seal.sha256 if v.seal else "", bool(v.seal and v.seal.signed), tuple(missing), changed,
        registered_files=len(card.unit.papers),
    )  # fmt: skip
    evidence = Evidence(
        card.unit, today, contents, source=f"移交包 {v.fonds}", same_number=1, package=carried,
        carrier=Carrier(tree.kind.zh, tuple(unreadable)),
    )  # fmt: skip
    result = judge(custody.schemes[Stage.TRANSFER], evidence, "", ctx.now(), "")
    v.not_run.update(result.not_run)
    if result.failed:
        v.add(finding("check_failed", card.unit.id, reason(result, 6)))


def _numbered(v: Verified, register: dict[str, tuple[str, ...]]) -> None:
    """The units, the register and 说明文件 tell of as many."""
    if sorted(v.folders) != list(range(1, len(v.folders) + 1)):
        gap = next((n for n in range(1, len(v.folders) + 2) if n not in v.folders), 0)
        v.add(finding("duplicate_unit", names.ROOT, f"{gap}"))
    if len(register) != len(v.folders):
        v.add(finding("register_mismatch", names.REGISTER_CSV, f"{len(register)} ≠ {len(v.folders)}"))
    for heading, there in (("归档文件数量", len(v.folders)), ("原文数量", v.files)):
        if v.about.get(heading) != str(there):
            more = f"{heading}：{v.about.get(heading, '—')} ≠ {there}"
            v.add(finding("count_mismatch", names.README_XML, more))
