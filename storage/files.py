"""Originals: each sealed with a key of its own before it leaves the process, and checked whenever it is read."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from gridfs import NoFile
from gridfs.asynchronous import AsyncGridFSBucket
from gridfs.errors import CorruptGridFile
from pymongo import ASCENDING, IndexModel

from archive.errors import DatabaseProblem, KeyMissing, NoSpace, NotFound, Tampered
from archive.item import FileRef
from archive.words import Text
from storage.keys import KeyProvider
from storage.mongo import BEGINNING, Database, Doc, Indexes, Session, border, transact
from storage.sealing import KEY, Broken, digests, seal, unseal

T = TypeVar("T")

OFFLOAD = 262_144  # bytes from which sealing is given to a thread: below, the change of thread costs more
CHUNK = 1_048_576  # bytes of a GridFS chunk
SPARE = 200_000_000  # bytes that stay free on the disk
LOOSE_FOR = timedelta(hours=1)  # how long a stored file may wait for its record

HELD = "held"  # the beginning of a made file's address

#: Bytes in files.files/files.chunks; `keys`: {_id: file id, wrapped, key: master key id, loose: since, until
#: recorded, or settled: since}.
INDEXES: Indexes = {
    "files.files": [IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)])],
    "files.chunks": [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)],
    "keys": [IndexModel([("loose", ASCENDING)])],
}


class Files:
    """Sealed originals in GridFS; only ciphertext goes there, and the key of a file lies apart from it."""

    def __init__(self, db: Database, keys: KeyProvider, disk: Path | None = None, fresh: int = 0) -> None:
        """`disk`: a folder on the disk the database writes to, watched for space; None when it is elsewhere.

        `fresh`: bytes of memory for files just held, so that reading them next needs no way to the database.
        """
        self._db = db
        self._fresh: dict[str, bytes] = {}  # held, and not taken yet
        self._room = fresh
        self._kept: set[str] | None = None  # held inside `keeping`, as far as they may be loose still
        self._keys = keys
        self._disk = disk
        self._bucket = AsyncGridFSBucket(db, "files", chunk_size_bytes=CHUNK)

    async def hold(self, data: bytes, name: str, media_type: str) -> FileRef:
        """Seal and store. Loose until a record takes it. Raises NoSpace, DatabaseDown."""
        self._check_space(len(data))
        try:
            return await self._held(data, name, media_type)
        except DatabaseProblem:  # restarted, it may be: once more, as another file; what there is of the first is swept
            return await self._held(data, name, media_type)

    async def _held(self, data: bytes, name: str, media_type: str) -> FileRef:
        file_id, key = uuid4().hex, secrets.token_bytes(KEY)
        wrapped: Doc = {"_id": file_id, "wrapped": self._keys.wrap(key), "key": self._keys.id}
        sealed = await _apart(len(data), lambda: seal(data, key, file_id))
        async with border():
            # Digesting takes longer than sealing: it is done while the disk is waited for.
            (sha256, sm3), *_ = await asyncio.gather(
                _apart(len(data), lambda: digests(data)),
                self._db.keys.insert_one(wrapped | {"loose": datetime.now(UTC)}),
                self._store(file_id, sealed),
            )
        self._remember(file_id, data)
        if self._kept is not None:
            self._kept.add(file_id)
        return FileRef(file_id, name, len(data), sha256, sm3, media_type)

    async def _store(self, file_id: str, sealed: bytes) -> None:
        """As GridFS has it; what fits into one chunk without the four questions its driver asks first."""
        if len(sealed) > CHUNK:
            await self._bucket.upload_from_stream_with_id(file_id, file_id, sealed)
            return
        about = {"filename": file_id, "length": len(sealed), "chunkSize": CHUNK, "uploadDate": datetime.now(UTC)}
        await asyncio.gather(
            self._db["files.chunks"].insert_one({"files_id": file_id, "n": 0, "data": sealed}),
            self._db["files.files"].insert_one({"_id": file_id, **about}),
        )

    async def original(self, file: FileRef) -> bytes:
        """The plain bytes, as they came. Raises Tampered, KeyMissing (destroyed), NotFound, DatabaseDown."""
        if (fresh := self._fresh.get(file.id)) is not None:
            return fresh
        async with border():
            key = await self._db.keys.find_one({"_id": file.id})
            if key is None:
                raise KeyMissing(place=Text(f"「{file.name}」的密钥", f"the key of “{file.name}”"))
            try:
                stream = await self._bucket.open_download_stream(file.id)
                sealed = await stream.read()
            except NoFile as error:
                raise NotFound(item=file.name) from error
            except CorruptGridFile as error:
                raise Tampered(item=file.name) from error
        plain_key = self._keys.unwrap(key["wrapped"])
        try:
            data, found = await _apart(len(sealed), lambda: _opened(sealed, plain_key, file.id))
        except (Broken, ValueError) as error:
            raise Tampered(item=file.name) from error
        if found != (file.sha256, file.sm3) or len(data) != file.size:
            raise Tampered(item=file.name)
        return data

    async def take(self, file: FileRef, session: Session) -> None:
        """The file has a record now: part of the record's transaction. Raises NotFound when it was swept before."""
        self._fresh.pop(file.id, None)
        result = await self._db.keys.update_one({"_id": file.id}, {"$unset": {"loose": ""}}, session=session)
        if not result.matched_count:
            raise NotFound(item=file.name)

    async def settle(self, file: FileRef) -> None:
        """The file stands by itself, without a record: a report said in a conversation. Raises NotFound."""
        async with border():
            change = {"$unset": {"loose": ""}, "$set": {"settled": datetime.now(UTC)}}
            result = await self._db.keys.update_one({"_id": file.id}, change)
        if not result.matched_count:
            raise NotFound(item=file.name)

    def forget(self, ids: Iterable[str]) -> None:
        """Nothing of these stays in memory: their keys are destroyed."""
        for each in ids:
            self._fresh.pop(each, None)

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """While inside, what this process holds is not swept, however long it waits for its record.

        For a command beside the service: its files belong to no message, whose waiting would hold the sweep back.
        """
        self._kept = set()
        renewing = asyncio.create_task(self._keep_renewing(), name="files-renewing")
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.wait([renewing])
            self._kept = None

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(LOOSE_FOR.total_seconds() / 6)
            with suppress(DatabaseProblem):  # there are five more times
                await self._renew()

    async def _renew(self) -> None:
        """What is loose still is so from now on; what is not any more is not looked after any more."""
        kept = self._kept or set()
        asked = list(kept)
        loose = {"_id": {"$in": asked}, "loose": {"$exists": True}}
        async with border():
            await self._db.keys.update_many(loose, {"$set": {"loose": datetime.now(UTC)}})
            still = {doc["_id"] async for doc in self._db.keys.find(loose, {"_id": 1})}
        kept.difference_update(set(asked) - still)

    async def sweep(self, now: datetime) -> int:
        """Remove files that no record took within the hour; returns how many.

        Key and bytes go in one transaction, so a record that comes at the same moment finds the file whole or gone.
        """
        swept = 0
        old: Doc = {"loose": {"$gt": BEGINNING, "$lt": now - LOOSE_FOR}}
        async with border():
            async for each in self._db.keys.find(old, {"_id": 1}):
                swept += await self._remove(each["_id"], old)
        return swept

    async def _remove(self, file_id: str, old: Doc) -> int:
        """If it is as old still: whoever holds it may have renewed it since it was found."""

        async def step(session: Session) -> int:
            gone = await self._db.keys.delete_one({"_id": file_id, **old}, session=session)
            if gone.deleted_count:
                await self._db["files.files"].delete_one({"_id": file_id}, session=session)
                await self._db["files.chunks"].delete_many({"files_id": file_id}, session=session)
            return gone.deleted_count

        return await transact(self._db, step)

    def _remember(self, file_id: str, data: bytes) -> None:
        """The last ones held, as far as there is room."""
        if len(data) > self._room // 4:
            return
        self._fresh[file_id] = data
        while sum(map(len, self._fresh.values())) > self._room:
            del self._fresh[next(iter(self._fresh))]

    def _check_space(self, size: int) -> None:
        if self._disk is None:
            return
        free = shutil.disk_usage(self._disk).free
        if free - 2 * size < SPARE:  # the journal takes the bytes a second time
            raise NoSpace(place=str(self._disk), free=free // 1_000_000)


def held_address(ref: FileRef) -> str:
    """How a made file is named in a stored message: enough to fetch it and to check it."""
    return f"{HELD}:{ref.id}:{ref.size}:{ref.sha256}:{ref.sm3}"


def held_file(address: str) -> FileRef:
    """The stored file behind `held_address`. Raises NotFound for anything else."""
    parts = address.split(":")
    if len(parts) != 5 or parts[0] != HELD or not parts[2].isdigit():
        raise NotFound(item=address)
    return FileRef(parts[1], "", int(parts[2]), parts[3], parts[4], "")


def _opened(sealed: bytes, key: bytes, file_id: str) -> tuple[bytes, tuple[str, str]]:
    data = unseal(sealed, key, file_id)
    return data, digests(data)


async def _apart(size: int, work: Callable[[], T]) -> T:
    """Big work on a thread: hashing and AES give up the interpreter lock, so the loop goes on answering."""
    return await asyncio.to_thread(work) if size >= OFFLOAD else work()
