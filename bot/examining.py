"""Looking at units: gathered from storage, then decrypted, digested, opened and scanned in worker processes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from archive.errors import Problem, ReaderFailed
from archive.four_properties.evidence import Content, Evidence, Opening, Scan
from archive.unit import Paper, Unit
from archive.words import Text
from bot.clamd import scan
from bot.workers import Workers
from intake.opening import opening
from storage.evidence import Gathered, Gathering, Sealed
from storage.sealing import Broken, digests, unseal

#: Bytes of files given to a worker together; a bigger one goes by itself.
TOGETHER = 4_000_000
#: Seconds a check waits at most while documents are being read, before it goes on by a step all the same.
PATIENCE = 10.0
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens, and how long a file may take (s)."""

    address: str
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a worker says of one file."""

    size: int = 0
    sha256: str = ""
    sm3: str = ""
    problem: str = ""
    opening: Opening | None = None
    scan: Scan | None = None
    data: bytes = b""


class Examining:
    """See handlers.custody.Examiner."""

    def __init__(
        self, gathering: Gathering, readers: Workers, checkers: Workers, scanner: Scanner | None = None
    ) -> None:
        """`readers`: whom it gives way to; `checkers`: processes of its own, made when they are needed."""
        self._gathering, self._readers, self._checkers, self._scanner = gathering, readers, checkers, scanner

    async def examine(
        self, units: Sequence[Unit], today: date, *, keep: bool = False
    ) -> list[tuple[Evidence, tuple[bytes, ...]]]:
        """See handlers.custody.Examiner."""
        gathered = await self._gathering.gather(units)
        files = [file for each in gathered for file in each.files]
        lots = _lots(files)
        seen = [one for lot in await asyncio.gather(*(self._lot(lot, keep) for lot in lots)) for one in lot]
        found, at = [], 0
        for each in gathered:
            mine = seen[at : at + len(each.files)]
            at += len(each.files)
            found.append((_evidence(each, mine, today), tuple(one.data for one in mine)))
        return found

    async def look(self, files: Sequence[tuple[Paper, bytes]]) -> list[Content]:
        """See handlers.custody.Examiner."""
        found = []
        for paper, data in files:
            seen: Seen
            try:
                seen = await self._checkers.run(looked, data, paper.file.name, self._scanner)
            except ReaderFailed as problem:
                seen = await self._checkers.run(looked, data, paper.file.name, self._scanner, False)
                seen = replace(seen, opening=Opening("?", problem.why.filled(**problem.facts)))
            found.append(Content(paper, "", seen.size, seen.sha256, seen.sm3, seen.opening, True, None, seen.scan))
        return found

    async def calm(self) -> None:
        """Waits while people's documents are being read: checking gives way to them."""
        waited = 0.0
        while self._readers.busy and waited < PATIENCE:
            await asyncio.sleep(_LOOK)
            waited += _LOOK

    async def _lot(self, lot: Sequence[Sealed], keep: bool) -> list[Seen]:
        """A file a native reader dies over is looked at alone, so that the others of its lot are judged."""
        asked = [(f.sealed, f.key, f.paper.file.id, f.problem) for f in lot]
        try:
            found: list[Seen] = await self._checkers.run(looked_at, asked, keep, self._scanner)
        except ReaderFailed as problem:
            if len(lot) > 1:
                return [one for each in lot for one in await self._lot([each], keep)]
            died = Text(problem.why.filled(**problem.facts).zh, problem.why.filled(**problem.facts).en)
            plain: list[Seen] = await self._checkers.run(looked_at, asked, keep, self._scanner, False)
            return [Seen(s.size, s.sha256, s.sm3, s.problem, Opening("?", died), s.scan, s.data) for s in plain]
        return found


def looked_at(
    files: Sequence[tuple[bytes, bytes, str, str]], keep: bool, scanner: Scanner | None, open_it: bool = True
) -> list[Seen]:
    """Runs in a worker: each (ciphertext, key, id, problem) decrypted, digested, opened and scanned."""
    return [_seen(*each, keep=keep, scanner=scanner, open_it=open_it) for each in files]


def _seen(
    sealed: bytes, key: bytes, file_id: str, problem: str, *, keep: bool, scanner: Scanner | None, open_it: bool
) -> Seen:
    if problem:
        return Seen(problem=problem)
    try:
        data = unseal(sealed, key, file_id)
    except (Broken, ValueError):
        return Seen(problem="broken")
    seen = looked(data, "", scanner, open_it)
    return replace(seen, data=data) if keep else seen


def looked(data: bytes, name: str, scanner: Scanner | None, open_it: bool = True) -> Seen:
    """Plain bytes, looked at. `name` is for whoever reads why a worker died."""
    sha256, sm3 = digests(data)
    try:
        opened = opening(data) if open_it else None
    except (Problem, MemoryError, RecursionError) as error:
        opened = Opening(
            "?", Text(f"打开时出错（{type(error).__name__}）", f"opening it failed ({type(error).__name__})")
        )
    scanned = scan(data, scanner.address, scanner.timeout) if scanner else None
    return Seen(len(data), sha256, sm3, "", opened, scanned)


def _lots(files: Sequence[Sealed]) -> list[list[Sealed]]:
    lots: list[list[Sealed]] = []
    size = TOGETHER
    for file in files:
        if size + len(file.sealed) > TOGETHER:
            lots.append([])
            size = 0
        lots[-1].append(file)
        size += len(file.sealed)
    return lots


def _evidence(each: Gathered, seen: Sequence[Seen], today: date) -> Evidence:
    contents = tuple(
        Content(f.paper, s.problem, s.size, s.sha256, s.sm3, s.opening, f.linked, f.signed, s.scan)
        for f, s in zip(each.files, seen, strict=True)
    )
    count = each.unit.metadata.get("VOU_CNT", "")
    attachments = int(count) if count.isdecimal() else None
    return Evidence(
        each.unit, today, contents, each.source, each.same_number, each.previous, attachments, each.process
    )  # fmt: skip
