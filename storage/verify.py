"""Checking the whole archive: every digest, every link of the trail, and each record against its file and its trail.

Nothing here trusts the database: a link is checked against the one before, the head against its seal, the chain
against the witness file, a record against the digest its last trail entry holds, a file against its own tags and the
digests in the record, an account against what its last entry says. Memory stays flat; work that goes on meanwhile is
not mistaken for a fault.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive import numbering
from archive.errors import KeyMissing, NotFound, Tampered, TrailBroken
from archive.item import FileRef, Item
from archive.trail import GENESIS, digest_of
from archive.words import Text
from storage.files import HELD, held_file
from storage.items import own, record_digest, to_case, to_item
from storage.keys import SEAL
from storage.mongo import Database, Doc, border
from storage.trail import HEAD, Head, Trail, to_link
from storage.verify_books import book_faults
from storage.verify_custody import custody_faults
from storage.verify_destruction import destroyed_of, destruction_faults
from storage.verify_keys import program_faults
from storage.verify_ledger import ledger_faults
from storage.verify_links import link_faults
from storage.verify_loans import loan_faults
from storage.verify_people import MALFORMED, account_faults, people_faults
from storage.verify_rules import rule_faults
from storage.verify_units import unit_faults

FAULTS = {
    "V01": Text("原件被改动", "the original was changed"),
    "V02": Text("原件不见了", "the original is gone"),
    "V03": Text("原件的密钥不见了或打不开", "the original's key is gone or can't be opened"),
    "V04": Text("登记内容与操作记录不符", "the record is not what its trail says"),
    "V05": Text("登记没有操作记录", "the record has no trail"),
    "V06": Text("操作记录里有，登记却不见了", "the trail knows it, but the record is gone"),
    "V07": Text("操作记录缺了一条", "a trail entry is missing"),
    "V08": Text("操作记录被改动", "a trail entry was changed"),
    "V09": Text("操作记录与前一条接不上", "a trail entry doesn't follow the one before"),
    "V10": Text("操作记录的末尾被截掉", "the end of the trail was cut off"),
    "V11": Text("操作记录的封签不对", "the trail's seal is wrong"),
    "V12": Text("操作记录与见证文件不符", "the trail is not what the witness file says"),
    "V13": Text("见证文件不见了", "the witness file is gone"),
    "V14": Text("档号不连续或重复", "archive numbers have a gap or a double"),
    "V15": Text("原件没有登记", "the original has no record"),
    "V16": Text("发出的报表文件被改动", "the file of a report was changed"),
    "V17": Text("发出的报表文件不见了或打不开", "the file of a report is gone or can't be opened"),
    "V18": Text("人员的角色或状态与操作记录不符", "the person's roles or state are not what the trail says"),
    "V19": Text("人员没有操作记录", "the person has no trail"),
    "V20": Text("操作记录里有，人员却不见了", "the trail knows the person, but the account is gone"),
    "V21": Text("平台账号的绑定与操作记录不符", "the link of a platform account is not what the trail says"),
    "V22": Text("账簿内容与操作记录不符", "the books are not what the trail says"),
    "V23": Text("账簿的原件被改动、不见了或打不开", "the original of a book was changed, is gone, or can't be opened"),
    "V24": Text("API 密钥或回调与操作记录不符", "an API key or a webhook is not what the trail says"),
    "V50": Text("件或案卷的登记与操作记录不符", "a unit or volume is not what the trail says"),
    "V51": Text("件的文件被改动、不见了或打不开", "a file of a unit was changed, is gone, or can't be opened"),
    "V52": Text("案卷或件号不连续、重复或对不上目录", "volume or piece numbers have a gap, a double, or no place"),
    "V53": Text("著录或保管期限与操作记录不符", "metadata or terms set by people are not what the trail says"),
    "V54": Text("冻结与操作记录不符", "a legal hold is not what the trail says"),
    "V60": Text("四性检测结果与操作记录不符", "the results of a check are not what the trail says"),
    "V61": Text("移交与操作记录不符", "a hand-over is not what the trail says"),
    "V62": Text("接收的元数据与操作记录不符", "metadata that was received is not what the trail says"),
    "V75": Text("借阅与操作记录不符", "a borrowing is not what the trail says"),
    "V76": Text("利用登记与操作记录不符", "the register of uses is not what the trail says"),
    "V77": Text("抽样记录与操作记录不符", "an audit sample is not what the trail says"),
    "V70": Text("销毁做了一半：密钥已毁，其余还在", "destruction half done: keys are gone, the rest is not"),
    "V71": Text("已销毁的件还有残留", "something is left of a destroyed unit"),
    "V72": Text("鉴定销毁与操作记录不符", "a destruction is not what the trail says"),
    "V73": Text("已销毁的件的登记与操作记录不符", "what stays of a destroyed unit is not what the trail says"),
    "V74": Text("目录与已销毁的件不符", "the shelf and the destroyed units are not alike"),
    "V40": Text("凭证的汇总与凭证不符", "the sums of a month are not those of its vouchers"),
    "V41": Text("科目映射或填数与操作记录不符", "a mapping or an input of statements is not what the trail says"),
    "V30": Text("归类规则与操作记录不符", "a rule of sorting is not what the trail says"),
    "V31": Text("归类规则没有操作记录", "a rule of sorting has no trail"),
    "V32": Text("操作记录里有，归类规则却不见了", "the trail knows it, but the rule of sorting is gone"),
    "V33": Text("手工关联与操作记录不符", "a link made by hand is not what the trail says"),
}
LINKS, ITEMS = 1000, 100  # read at a time
REMEMBERED = 200  # files just checked: the parts of one file stand together

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a code of FAULTS, and where: an item id, a file id, "#17" for a trail entry, a 档号."""

    code: str
    where: str

    @property
    def text(self) -> Text:
        """What is wrong, for people."""
        return Text(f"{self.where}:", f"{self.where}: ") + FAULTS[self.code]


class Verification:
    """`async for fault in Verification(…).faults()`; `links`, `items`, `files`, `made` and `people` count what was
    checked.
    """

    def __init__(
        self, db: Database, trail: Trail, original: Callable[[FileRef], Awaitable[bytes]],
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        """`original` as Vault has it; `progress(what, done, of)` is called with "trail" and "items"."""
        self._db = db
        self._trail = trail
        self._original = original
        self._progress = progress or (lambda *_: None)
        self._files: dict[str, FileRef] = {}
        self._numbers: dict[tuple[str, int], tuple[int, int]] = {}  # class and volume → how many, the highest
        self.links = 0
        self.items = 0
        self.files = 0
        self.people = 0
        self.made = 0  # files of reports

    async def faults(self) -> AsyncIterator[Fault]:
        """Everything that is wrong. Raises DatabaseDown."""
        async with border():
            async for fault in self._chain():
                yield fault
            async for fault in self._records():
                yield fault
            async for fault in self._strays():
                yield fault
            async for fault in self._people():
                yield fault
            async for fault in self._made():
                yield fault
            for faults in (
                book_faults(self._db, self._file),
                ledger_faults(self._db),
                link_faults(self._db),
                rule_faults(self._db),
                unit_faults(self._db, self._file),
                custody_faults(self._db),
                loan_faults(self._db),
                destruction_faults(self._db),
            ):
                async for where, code in faults:
                    yield Fault(code, where)

    # the trail

    async def _chain(self) -> AsyncIterator[Fault]:
        head, sealed = await self._head()
        if not sealed:
            yield Fault("V11", f"#{head.seq}")
        marks = dict(self._trail.witnessed())
        seq, previous, batch = 0, GENESIS, set[str]()
        async for doc in self._trail.documents(head.seq):
            for code in _wrong(doc, seq, previous):
                yield Fault(code, f"#{doc['_id'] if code != 'V07' else seq + 1}")
            seq, previous = doc["_id"], str(doc.get("digest"))
            mark = marks.pop(seq, None)
            if mark and mark != self._trail.seal(Head(seq, previous)):
                yield Fault("V12", f"#{seq}")
            batch |= _recorded(doc)
            self.links += 1
            if self.links % LINKS == 0:
                self._progress("trail", self.links, head.seq)
                async for fault in self._gone(batch):
                    yield fault
                batch = set()
        async for fault in self._gone(batch):
            yield fault
        self._progress("trail", self.links, head.seq)
        if (seq, previous) != (head.seq, head.digest):
            yield Fault("V10", f"#{seq + 1}")
        async for fault in self._end(marks):
            yield fault

    async def _head(self) -> tuple[Head, bool]:
        try:
            return await self._trail.head(), True
        except TrailBroken:
            doc = await self._db.head.find_one({"_id": HEAD}) or {}
            seq = doc.get("seq")
            return Head(seq if isinstance(seq, int) else 0, str(doc.get("digest", GENESIS))), False

    async def _end(self, marks: dict[int, str]) -> AsyncIterator[Fault]:
        """What lies beyond the head: links nobody counted, or a witness of links that are no longer there."""
        beyond = await self._db.links.find_one({"_id": {"$gt": (await self._head())[0].seq}})
        head, _ = await self._head()
        if beyond and beyond["_id"] > head.seq:
            yield Fault("V11", f"#{beyond['_id']}")
        if marks and max(marks) > head.seq:
            yield Fault("V10", f"#{head.seq + 1}")
        elif head.seq and not self._trail.has_witness:
            yield Fault("V13", f"#{head.seq}")

    async def _gone(self, ids: set[str]) -> AsyncIterator[Fault]:
        there = {doc["_id"] async for doc in self._db.items.find({"_id": {"$in": list(ids)}}, {"_id": 1})}
        missing = ids - there
        for each in sorted(missing - await destroyed_of(self._db, sorted(missing)) if missing else missing):
            yield Fault("V06", each)

    # the records

    async def _records(self) -> AsyncIterator[Fault]:
        async for doc in self._db.items.find({"_id": {"$not": {"$type": "string"}}}, {"_id": 1}):
            yield Fault("V05", str(doc["_id"]))
        total = await self._db.items.estimated_document_count()
        async for docs in _batches(self._db.items.find({"_id": {"$type": "string"}}).batch_size(ITEMS), ITEMS):
            said = await self._said([doc["_id"] for doc in docs])
            for doc in docs:
                async for fault in self._record(doc, said.get(doc["_id"])):
                    yield fault
            self.items += len(docs)
            self._progress("items", self.items, total)
        async for fault in self._counted():
            yield fault

    async def _said(self, ids: Sequence[str]) -> dict[str, str]:
        """The digest of the record that the last entry about each item holds."""
        last: dict[str, tuple[int, str]] = {}
        async for doc in self._db.links.find({"about": {"$in": list(ids)}}):
            if record := _facts(doc).get("record"):
                last[doc["about"]] = max(last.get(doc["about"], (0, "")), (doc["_id"], record))
        return {item_id: record for item_id, (_, record) in last.items()}

    async def _record(self, doc: Doc, said: str | None) -> AsyncIterator[Fault]:
        item_id = str(doc["_id"])
        if said != _digest(doc):  # it may have changed between the two readings: read both again
            doc, said = (
                await self._db.items.find_one({"_id": item_id}) or doc,
                (await self._said([item_id])).get(item_id),
            )
        if said is None:
            yield Fault("V05", item_id)
        item = _read(doc)
        if item is None or said not in (None, _digest(doc)):
            yield Fault("V04", item_id)
        if item is None:
            return
        if item.filed and (place := numbering.parts(item.filed.archive_no)):
            count, highest = self._numbers.get(place[:2], (0, 0))
            self._numbers[place[:2]] = (count + 1, max(highest, place[2]))
        for file in item.files:
            if self._files.get(file.id) != file:
                self.files += 1
                if code := await self._file(file):
                    yield Fault(code, item_id)

    async def _file(self, file: FileRef) -> str | None:
        try:
            await self._original(file)
        except Tampered:
            return "V01"
        except NotFound:
            return "V02"
        except KeyMissing:
            return "V03"
        self._files[file.id] = file
        if len(self._files) > REMEMBERED:
            del self._files[next(iter(self._files))]
        return None

    async def _counted(self) -> AsyncIterator[Fault]:
        """Items filed while we read may be missed, so a volume with a gap is counted again by itself."""
        for (class_no, volume), (count, highest) in self._numbers.items():
            month, given = numbering.nth(volume, highest)
            counter = await self._db.counters.find_one({"_id": numbering.counter(class_no, month)}) or {}
            last = counter.get("last")
            whole = count == highest or await self._is_whole(f"{class_no}-{volume:04d}")
            if not whole or not isinstance(last, int) or last < given:  # put back: the next number is one that is given
                yield Fault("V14", f"{class_no}-{volume:04d}")

    async def _is_whole(self, volume: str) -> bool:
        """Whether its 件号 run from 1 without a gap. "." comes after "-"."""
        within = {"item.filed.archive_no": {"$gt": f"{volume}-", "$lt": f"{volume}."}}
        numbers = set(await self._db.items.distinct("item.filed.archive_no", within))
        gone = self._db.shelf.find({"no": {"$gt": f"{volume}-", "$lt": f"{volume}."}}, {"no": 1, "gone": 1})
        numbers |= {row["no"] async for row in gone if "gone" in row}
        found = [numbering.parts(str(each)) for each in numbers]
        return {place[2] for place in found if place} == set(range(1, len(found) + 1))

    async def _strays(self) -> AsyncIterator[Fault]:
        """Originals that say they have a record, and don't."""
        recorded = {"loose": {"$exists": False}, "settled": {"$exists": False}, "_id": {"$ne": SEAL}}
        async for docs in _batches(self._db.keys.find(recorded, {"_id": 1}), LINKS):
            ids = [doc["_id"] for doc in docs]
            left = set(ids) - set(await self._db.items.distinct("item.file.id", {"item.file.id": {"$in": ids}}))
            for each in sorted(left - await self._renditions(left)):
                yield Fault("V15", each)

    async def _renditions(self, ids: set[str]) -> set[str]:
        """Those that are the file of another rendition."""
        if not ids:
            return set()
        beside = self._db.items.find({"item.renditions.file.id": {"$in": sorted(ids)}}, {"item.renditions": 1})
        return {str(each["file"]["id"]) async for doc in beside for each in doc["item"]["renditions"]}

    async def _people(self) -> AsyncIterator[Fault]:
        async for person_id, code in people_faults(self._db):
            self.people += 1
            if code:
                yield Fault(code, person_id)
        async for account in account_faults(self._db):
            yield Fault("V21", account)
        async for way in program_faults(self._db):
            yield Fault("V24", way)

    async def _made(self) -> AsyncIterator[Fault]:
        """Reports said before, against the digests in the message that said them, and in letters still on their way."""
        for collection, place in (("talk", "body.files"), ("outbox", "payload.files")):
            wanted: Doc = {f"{place}.file": {"$regex": f"^{HELD}:"}}
            if collection == "outbox":  # what has arrived on the desk is in its log
                wanted["state"] = {"$ne": "sent"}
            async for doc in self._db[collection].find(wanted, {place: 1}):
                for address in _addresses(doc, place):
                    if code := await self._report(address):
                        yield Fault(code, address.split(":")[1])

    async def _report(self, address: str) -> str | None:
        try:
            file = held_file(address)
        except NotFound:
            return "V17"
        if self._files.get(file.id) == file:
            return None
        self.made += 1
        code = await self._file(file)
        if code and await destroyed_of(self._db, [file.id]):
            return None
        return code and ("V16" if code == "V01" else "V17")


async def _batches(docs: AsyncIterable[Doc], size: int) -> AsyncIterator[list[Doc]]:
    batch: list[Doc] = []
    async for doc in docs:
        batch.append(doc)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _addresses(doc: Doc, place: str) -> list[str]:
    """Where the made files of a message lie; an original handed out is checked with its item."""
    body, _, files = place.partition(".")
    try:
        found = [str(each["file"]) for each in doc[body][files]]
    except MALFORMED:
        return [f"{HELD}:{doc['_id']}"]
    return [each for each in found if each.startswith(f"{HELD}:")]


def _wrong(doc: Doc, seq: int, previous: str) -> list[str]:
    codes = [] if doc["_id"] == seq + 1 else ["V07"]
    try:
        link = to_link(doc)
        altered = digest_of(link.seq, link.entry, link.previous) != link.digest
    except MALFORMED:
        altered = True
    if altered:
        return [*codes, "V08"]
    return [*codes, "V09"] if not codes and doc["previous"] != previous else codes


def _facts(doc: Doc) -> dict[str, Any]:
    try:
        return dict(doc["facts"])
    except MALFORMED:
        return {}


def _recorded(doc: Doc) -> set[str]:
    return {str(doc.get("about"))} if "record" in _facts(doc) else set()


def _read(doc: Doc) -> Item | None:
    """The item, if the document is one and what stands beside the record agrees with it."""
    try:
        item, _ = to_item(doc), to_case(doc)
        beside = {name: doc[name] for name in ("bytes", "identity") if name in doc}
    except MALFORMED:
        return None
    return item if (item.id, own(item)) == (doc["_id"], beside) else None


def _digest(doc: Doc) -> str:
    try:
        return record_digest(doc)
    except MALFORMED:
        return ""
