"""How the service stands: what waits, what failed, what there is room for; as values, for 状态 and `guidang status`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.words import Text

#: Free space below which it is told (a share of the disk), and days after which a key or a backup is called old.
TIGHT, OLD_BACKUP, OLD_KEY = 0.1, 7, 365


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in one place, and how many were given up there."""

    key: str  # inbox outbox tax webhooks
    name: Text
    waiting: int
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Failed:
    """One thing that was given up. `id` begins with its queue's key: what 重试 takes."""

    id: str
    what: Text
    code: str
    at: datetime  # UTC


@dataclass(frozen=True, slots=True)
class Channel:
    """Letters of one channel that wait, and how often the first was tried."""

    name: str
    waiting: int
    tries: int

    @property
    def well(self) -> bool:
        """Whether nothing was tried in vain there."""
        return self.tries < 2


@dataclass(frozen=True, slots=True)
class Key:
    """A key or certificate; `until` where it ends."""

    name: Text
    since: datetime | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything at one moment. None: not known."""

    at: datetime  # UTC
    queues: tuple[Queue, ...]
    failures: tuple[Failed, ...]
    channels: tuple[Channel, ...]
    documents: int
    disk_free: int | None  # bytes
    disk_size: int | None
    data_size: int | None  # bytes of the database and index, where they are on this machine
    backup: datetime | None
    keys: tuple[Key, ...]
    replicas: tuple[tuple[str, datetime], ...]  # name, last seen
    schedules: tuple[tuple[str, str, datetime | None, datetime | None], ...]  # id, words, last, next

    def warnings(self) -> tuple[Text, ...]:
        """What somebody should look at."""
        said = []
        if lost := sum(q.failed for q in self.queues):
            said.append(Text(f"{lost} 条没有办成", f"{lost} were given up"))
        if self.disk_free is not None and self.disk_size and self.disk_free < TIGHT * self.disk_size:
            said.append(Text(f"磁盘只剩 {size(self.disk_free)}", f"{size(self.disk_free)} of the disk are left"))
        if self.backup is None:
            said.append(Text("未备份", "no backup is known"))
        elif (days := (self.at - self.backup).days) > OLD_BACKUP:
            said.append(Text(f"上次备份在 {days} 天前", f"the last backup is {days} days old"))
        for key in self.keys:
            if key.until and (left := (key.until - self.at).days) < 30:
                said.append(Text(f"{key.name.zh} {left} 天后到期", f"{key.name.en} ends in {left} days"))
            elif key.until is None and key.since and (self.at - key.since).days > OLD_KEY:
                days = (self.at - key.since).days
                said.append(Text(f"{key.name.zh}已用 {days} 天", f"the {key.name.en} is {days} days old"))
        said += [Text(f"{c.name} 送不出去", f"{c.name} can't be delivered to") for c in self.channels if not c.well]
        return tuple(said)


def size(count: int) -> str:
    """Bytes for people: 1.2 GB."""
    figure, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if figure < 1000 or unit == "TB":
            break
        figure /= 1000
    return f"{figure:.0f} {unit}" if unit in ("B", "kB") else f"{figure:.1f} {unit}"
