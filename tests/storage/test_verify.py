"""Each way of tampering, done straight in the database, is found and named; sound archives raise no alarm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from bson import ObjectId

from archive.access import Role
from archive.item import Item
from archive.trail import GENESIS, Entry, digest_of
from handlers.message import OutFile, Reply
from storage import mongo
from storage.files import held_address
from storage.identities import Identities, Identity
from storage.items import own, record_digest, to_item
from storage.outbox import Outbox
from storage.people import People
from storage.records import pack, unpack
from storage.sealing import digests, seal
from storage.talk import Talk
from storage.trail import Head, Trail
from storage.verify import Verification
from tests.storage.kept import AT, Archive, open_archive, step

PEOPLE = 4  # items put into the archive of each test


@dataclass(frozen=True)
class Plant:
    """An archive, and what somebody with the database in hand may do to it."""

    archive: Archive
    items: list[Item]

    @property
    def db(self) -> mongo.Database:
        return self.archive.db

    async def rewrite_record(self, item_id: str, change: dict[str, object]) -> None:
        await self.db.items.update_one({"_id": item_id}, {"$set": change})

    async def put_bytes(self, item: Item, data: bytes, key: bytes) -> None:
        """New bytes under the file's place, sealed with `key`, with the record's digests fitting."""
        sealed = seal(data, key, item.file.id)
        await self.db["files.chunks"].update_one({"files_id": item.file.id}, {"$set": {"data": sealed}})
        await self.db["files.files"].update_one({"_id": item.file.id}, {"$set": {"length": len(sealed)}})
        sha256, sm3 = digests(data)
        forged = replace(item, file=replace(item.file, size=len(data), sha256=sha256, sm3=sm3))
        await self.rewrite_record(item.id, {"item.file": pack(forged.file), **own(forged)})

    async def file_key(self, item: Item) -> bytes:
        key = await self.db.keys.find_one({"_id": item.file.id})
        assert key
        return self.archive.keys.unwrap(key["wrapped"])

    async def rechain(self, secret: bytes, drop: tuple[int, ...] = ()) -> None:
        """The chain written anew without some links, all digests right, the head sealed with `secret`."""
        docs = [doc async for doc in self.db.links.find({}).sort("_id", 1) if doc["_id"] not in drop]
        await self.db.links.delete_many({})
        previous = GENESIS
        for seq, doc in enumerate(docs, 1):
            item = await self.db.items.find_one({"_id": doc["about"]})
            facts = dict(doc["facts"])
            if item and "record" in facts and doc["about"] not in [later["about"] for later in docs[seq:]]:
                facts["record"] = record_digest(item)
            doc |= {"_id": seq, "previous": previous, "facts": sorted(map(list, facts.items()))}
            previous = doc["digest"] = digest_of(seq, unpack(Entry, doc), previous)
        await self.db.links.insert_many(docs)
        head = Head(len(docs), previous)
        forged = Trail(self.db, secret).seal(head)
        await self.db.head.update_one({}, {"$set": {"seq": head.seq, "digest": head.digest, "seal": forged}})


async def found(archive: Archive) -> set[tuple[str, str]]:
    """What a check in another process finds."""
    trail = Trail(archive.db, archive.secret, archive.witness)
    check = Verification(archive.db, trail, archive.vault.original)
    return {(fault.code, fault.where) async for fault in check.faults()}


@pytest.fixture
async def plant(db: mongo.Database, tmp_path: Path) -> Plant:
    archive = await open_archive(db, tmp_path)
    items = [await archive.put(str(n)) for n in range(PEOPLE)]
    items = [await archive.file(item.id) for item in items[:3]] + items[3:]
    await archive.trail.add(Entry("p1", "viewed", items[0].id, AT), Entry("p1", "signed_in", "p1", AT))
    return Plant(archive, items)


async def test_a_sound_archive_has_no_fault_and_everything_is_counted(plant: Plant) -> None:
    told: list[tuple[str, int, int]] = []
    archive = plant.archive
    check = Verification(
        archive.db, archive.trail, archive.vault.original, lambda what, done, of: told.append((what, done, of))
    )
    assert [fault async for fault in check.faults()] == []
    assert (check.links, check.items, check.files) == (9, PEOPLE, PEOPLE)
    assert told == [("trail", 9, 9), ("items", PEOPLE, PEOPLE)]


async def test_an_empty_archive_has_no_fault(db: mongo.Database, tmp_path: Path) -> None:
    assert await found(await open_archive(db, tmp_path)) == set()


async def test_work_that_goes_on_is_no_fault(plant: Plant) -> None:
    async def work() -> None:
        for n in range(10, 30):
            await plant.archive.put(str(n))
            await plant.archive.vault.change(plant.items[3].id, lambda i, c: step(i, c, "noted", category="x"))

    results = await asyncio.gather(work(), *(found(plant.archive) for _ in range(4)))
    assert results[1:] == [set()] * 4


Tamper = Callable[[Plant], Awaitable[object]]


async def a_byte_in_a_file(plant: Plant) -> None:
    chunk = await plant.db["files.chunks"].find_one({"files_id": plant.items[1].file.id})
    assert chunk
    data = bytearray(chunk["data"])
    data[-1] ^= 1
    await plant.db["files.chunks"].update_one({"_id": chunk["_id"]}, {"$set": {"data": bytes(data)}})


async def a_field_of_a_record(plant: Plant) -> None:
    await plant.rewrite_record(plant.items[1].id, {"item.document.seller_name": "乙"})


async def the_case_of_a_record(plant: Plant) -> None:
    await plant.rewrite_record(plant.items[1].id, {"case.rule": "none"})


async def a_record_made_unreadable(plant: Plant) -> None:
    await plant.rewrite_record(plant.items[1].id, {"item": "nothing"})


async def the_identity_beside_the_record(plant: Plant) -> None:
    await plant.rewrite_record(plant.items[1].id, {"identity": "free"})


async def the_bytes_beside_the_record(plant: Plant) -> None:
    """Then the same file could be taken in once more."""
    await plant.rewrite_record(plant.items[1].id, {"bytes": "free"})


async def a_link_deleted(plant: Plant) -> None:
    await plant.db.links.delete_one({"_id": 8})


async def a_link_changed(plant: Plant) -> None:
    await plant.db.links.update_one({"_id": 8}, {"$set": {"who": "p9"}})


async def a_link_made_unreadable(plant: Plant) -> None:
    await plant.db.links.update_one({"_id": 8}, {"$set": {"at": "yesterday"}})


async def a_link_changed_with_its_digest(plant: Plant) -> None:
    doc = await plant.db.links.find_one({"_id": 8})
    assert doc
    doc["who"] = "p9"
    await plant.db.links.replace_one({"_id": 8}, doc | {"digest": digest_of(8, unpack(Entry, doc), doc["previous"])})


async def a_link_added_behind_the_head(plant: Plant) -> None:
    doc = await plant.db.links.find_one({"_id": 9})
    assert doc
    doc |= {"_id": 10, "previous": doc["digest"]}
    await plant.db.links.insert_one(doc | {"digest": digest_of(10, unpack(Entry, doc), doc["previous"])})


async def file_and_digest_without_the_key(plant: Plant) -> None:
    await plant.put_bytes(plant.items[1], b"forged", b"k" * 32)


async def file_and_digest_with_the_key(plant: Plant) -> None:
    await plant.put_bytes(plant.items[1], b"forged", await plant.file_key(plant.items[1]))


async def two_files_swapped(plant: Plant) -> None:
    one, other = plant.items[1].file.id, plant.items[2].file.id
    chunks = plant.db["files.chunks"]
    await chunks.update_one({"files_id": one}, {"$set": {"files_id": "aside"}})
    await chunks.update_one({"files_id": other}, {"$set": {"files_id": one}})
    await chunks.update_one({"files_id": "aside"}, {"$set": {"files_id": other}})


async def two_records_pointing_at_each_others_files(plant: Plant) -> None:
    one, other = plant.items[1], plant.items[2]
    await plant.rewrite_record(one.id, {"item.file": pack(other.file) | {"id": "aside"}})
    await plant.rewrite_record(other.id, {"item.file": pack(one.file)})
    await plant.rewrite_record(one.id, {"item.file": pack(other.file)})


async def the_chain_cut(plant: Plant) -> None:
    await plant.db.links.delete_many({"_id": {"$gt": 7}})


async def the_chain_cut_with_its_head_rewritten(plant: Plant) -> None:
    await plant.rechain(b"guessed", drop=(8, 9))


async def a_head_that_claims_far_too_much(plant: Plant) -> None:
    await plant.db.head.update_one({}, {"$set": {"seq": 10**15}})


async def a_counter_put_back(plant: Plant) -> None:
    await plant.db.counters.update_one({"_id": "GD01-KJ·PZ·2026·D30-10"}, {"$set": {"last": 1}})


async def a_number_that_is_none(plant: Plant) -> None:
    await plant.rewrite_record(plant.items[1].id, {"item.filed.archive_no": "any"})
    await plant.db.counters.update_one({"_id": "GD01-KJ·PZ·2026·D30-10"}, {"$set": {"last": "many"}})


async def the_trail_thrown_away(plant: Plant) -> None:
    await plant.db.links.delete_many({})
    await plant.db.head.delete_many({})


async def a_record_deleted(plant: Plant) -> None:
    await plant.db.items.delete_one({"_id": plant.items[1].id})


async def a_key_deleted(plant: Plant) -> None:
    await plant.db.keys.delete_one({"_id": plant.items[1].file.id})


async def the_bytes_deleted(plant: Plant) -> None:
    await plant.db["files.files"].delete_one({"_id": plant.items[1].file.id})


async def a_record_added(plant: Plant) -> None:
    doc = await plant.db.items.find_one({"_id": plant.items[3].id})
    assert doc
    item = replace(to_item(doc), id="G2610-0666", part=1, document=replace(to_item(doc).document, number="666"))
    keys = own(item)
    await plant.db.items.insert_one(doc | {"_id": item.id, "item": pack(item), **keys})


async def a_record_added_out_of_sight(plant: Plant) -> None:
    await plant.db.items.insert_one({"_id": ObjectId("0" * 24), "item": {}, "case": {}})


SAYS: dict[Tamper, set[tuple[str, str]]] = {
    a_byte_in_a_file: {("V01", "G2610-0002")},
    a_field_of_a_record: {("V04", "G2610-0002")},
    the_case_of_a_record: {("V04", "G2610-0002")},
    a_record_made_unreadable: {("V04", "G2610-0002"), ("V14", "GD01-KJ·PZ·2026·D30-0010"), ("V15", "file")},
    the_identity_beside_the_record: {("V04", "G2610-0002")},
    the_bytes_beside_the_record: {("V04", "G2610-0002")},
    a_link_deleted: {("V07", "#8")},
    a_link_changed: {("V08", "#8")},
    a_link_made_unreadable: {("V08", "#8")},
    a_link_changed_with_its_digest: {("V09", "#9")},
    a_link_added_behind_the_head: {("V11", "#10")},
    file_and_digest_without_the_key: {("V01", "G2610-0002"), ("V04", "G2610-0002")},
    file_and_digest_with_the_key: {("V04", "G2610-0002")},
    two_files_swapped: {("V01", "G2610-0002"), ("V01", "G2610-0003")},
    two_records_pointing_at_each_others_files: {("V04", "G2610-0002"), ("V04", "G2610-0003")},
    the_chain_cut: {("V10", "#8")},
    the_chain_cut_with_its_head_rewritten: {("V11", "#7"), ("V10", "#8")},
    a_head_that_claims_far_too_much: {("V11", "#1000000000000000"), ("V10", "#10")},
    a_counter_put_back: {("V14", "GD01-KJ·PZ·2026·D30-0010")},
    a_number_that_is_none: {("V04", "G2610-0002"), ("V14", "GD01-KJ·PZ·2026·D30-0010")},
    the_trail_thrown_away: {("V11", "#0"), ("V10", "#1"), *(("V05", f"G2610-000{n}") for n in range(1, 5))},
    a_record_deleted: {("V06", "G2610-0002"), ("V14", "GD01-KJ·PZ·2026·D30-0010"), ("V15", "file")},
    a_key_deleted: {("V03", "G2610-0002")},
    the_bytes_deleted: {("V02", "G2610-0002")},
    a_record_added: {("V05", "G2610-0666")},
    a_record_added_out_of_sight: {("V05", "0" * 24)},
}


@pytest.mark.parametrize("tamper", SAYS, ids=lambda tamper: tamper.__name__)
async def test_tampering_is_found_where_it_is(plant: Plant, tamper: Tamper) -> None:
    await tamper(plant)
    said = await found(plant.archive)
    assert {(code, "file" if code == "V15" else where) for code, where in said} == SAYS[tamper]


async def test_the_end_cut_off_and_an_old_head_put_back(plant: Plant) -> None:
    old = await plant.db.head.find_one({})
    assert old
    await plant.archive.trail.add(Entry("p1", "downloaded", "x", AT))
    await plant.db.links.delete_one({"_id": 10})
    await plant.db.head.replace_one({}, old)
    assert await found(plant.archive) == {("V10", "#10")}


async def test_somebody_holding_even_the_secret_is_shown_by_the_witness(plant: Plant) -> None:
    await plant.put_bytes(plant.items[1], b"forged", await plant.file_key(plant.items[1]))
    await plant.rechain(plant.archive.secret)
    assert {code for code, _ in await found(plant.archive)} == {"V12"}


async def test_an_old_record_put_back_whole(plant: Plant) -> None:
    old = await plant.db.items.find_one({"_id": plant.items[3].id})
    assert old
    await plant.archive.vault.change(plant.items[3].id, lambda i, c: step(i, c, "noted", category="x"))
    await plant.db.items.replace_one({"_id": plant.items[3].id}, old)
    assert await found(plant.archive) == {("V04", plant.items[3].id)}


async def test_a_lost_witness_is_said(plant: Plant) -> None:
    plant.archive.witness.unlink()
    assert await found(plant.archive) == {("V13", "#9")}


async def test_a_report_said_before_is_checked_against_its_message(plant: Plant) -> None:
    vault, db = plant.archive.vault, plant.db
    kept = {}
    for name in ("sound", "changed", "gone", "letter"):
        kept[name] = await vault.hold(f"the report {name}".encode(), f"{name}.pdf", "application/pdf")
        await vault.settle(kept[name])
        files = [{"name": f"{name}.pdf", "file": held_address(kept[name])}, {"name": "a.pdf", "file": "original:x"}]
        if name == "letter":  # on its way to another channel
            reply = Reply(files=(OutFile("a.pdf", "application/pdf", file=held_address(kept[name])),))
            await Outbox(db, Reply).put("k", "p1", "slack", "p1:chat", reply)
        else:
            body = {"files": files}
            await Talk(db).say(owner="p1", conversation="p1:reports", key=name, mine=False, body=body, at=AT)
    trail = Trail(db, plant.archive.secret, plant.archive.witness)
    check = Verification(db, trail, vault.original)
    assert [fault async for fault in check.faults()] == []
    assert check.made == 4

    for name in ("changed", "letter"):
        chunk = await db["files.chunks"].find_one({"files_id": kept[name].id})
        assert chunk
        await db["files.chunks"].update_one({"_id": chunk["_id"]}, {"$set": {"data": chunk["data"][:-1] + b"?"}})
    await db.keys.delete_one({"_id": kept["gone"].id})
    assert await found(plant.archive) == {
        ("V16", kept["changed"].id), ("V16", kept["letter"].id), ("V17", kept["gone"].id)
    }  # fmt: skip


async def test_every_fault_has_words(plant: Plant) -> None:
    await a_byte_in_a_file(plant)
    check = Verification(plant.db, plant.archive.trail, plant.archive.vault.original)
    (fault,) = [each async for each in check.faults()]
    assert fault.text.zh == "G2610-0002:原件被改动"
    assert fault.text.en == "G2610-0002: the original was changed"


async def a_planted_role(db: mongo.Database) -> None:
    await db.people.update_one({"_id": "a1"}, {"$push": {"roles": "auditor"}})


async def another_company(db: mongo.Database) -> None:
    await db.people.update_one({"_id": "a1"}, {"$set": {"company": "C2"}})


async def a_disabled_person_let_in_again(db: mongo.Database) -> None:
    await db.people.update_one({"_id": "b1"}, {"$set": {"disabled": False}})


async def a_role_that_is_none(db: mongo.Database) -> None:
    await db.people.update_one({"_id": "a1"}, {"$set": {"roles": ["king"]}})


async def a_person_planted(db: mongo.Database) -> None:
    doc = await db.people.find_one({"_id": "a1"})
    assert doc
    await db.people.insert_one(doc | {"_id": "x1"})


async def a_person_deleted(db: mongo.Database) -> None:
    await db.people.delete_one({"_id": "a1"})


async def another_email(db: mongo.Database) -> None:
    await db.people.update_one({"_id": "a1"}, {"$set": {"email": "eve@sample.cn"}})


async def an_account_planted(db: mongo.Database) -> None:
    doc = await db.identities.find_one({"_id": "slack:T1:U1"})
    assert doc
    await db.identities.insert_one(doc | {"_id": "slack:T1:U9", "user": "U9"})


async def an_account_moved(db: mongo.Database) -> None:
    await db.identities.update_one({"_id": "slack:T1:U1"}, {"$set": {"person": "b1"}})


async def an_account_linked_again(db: mongo.Database) -> None:
    await db.identities.insert_one(
        {"_id": "slack:T1:U2", "channel": "slack", "tenant": "T1", "user": "U2", "person": "a1"}
    )


async def an_account_under_anothers_name(db: mongo.Database) -> None:
    await db.identities.update_one({"_id": "slack:T1:U1"}, {"$set": {"user": "U9"}})


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (another_email, ("V18", "a1")),
        (an_account_planted, ("V21", "slack:T1:U9")),
        (an_account_moved, ("V21", "slack:T1:U1")),
        (an_account_linked_again, ("V21", "slack:T1:U2")),
        (an_account_under_anothers_name, ("V21", "slack:T1:U1")),
        (a_planted_role, ("V18", "a1")),
        (another_company, ("V18", "a1")),
        (a_disabled_person_let_in_again, ("V18", "b1")),
        (a_role_that_is_none, ("V18", "a1")),
        (a_person_planted, ("V19", "x1")),
        (a_person_deleted, ("V20", "a1")),
    ],
)
async def test_people_are_what_their_trail_says(
    db: mongo.Database, tmp_path: Path, tamper: Callable[[mongo.Database], Awaitable[None]], says: tuple[str, str]
) -> None:
    archive = await open_archive(db, tmp_path)
    staff = People(db, archive.trail)
    await staff.add("甲", {Role.EMPLOYEE}, company="C1", id="a1")
    await staff.add("乙", {Role.ADMIN}, company="C1", id="b1")
    await staff.change("a1", roles={Role.EMPLOYEE, Role.APPROVER})
    await staff.disable("b1")
    linked = Identities(db, archive.trail)
    for user in ("U1", "U2"):
        await linked.link("a1", Identity("slack", "T1", user), "b1")
    await linked.unlink("slack:T1:U2", "b1")
    assert await found(archive) == set()
    await tamper(db)
    assert await found(archive) == {says}


async def test_an_entry_of_an_earlier_version_tells_the_roles_only(db: mongo.Database, tmp_path: Path) -> None:
    archive = await open_archive(db, tmp_path)
    await db.people.insert_one({"_id": "a1", "name": "甲", "roles": ["employee"], "company": "C1", "disabled": True})
    await archive.trail.add(
        Entry("local", "added", "person:a1", AT, "cli", {"roles": "employee"}),
        Entry("local", "disabled", "person:a1", AT, "cli"),
    )
    assert await found(archive) == set()
    await a_planted_role(db)
    assert await found(archive) == {("V18", "a1")}
