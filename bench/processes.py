"""What processes cost, read from /proc: CPU seconds and memory of a process and everything it started. Linux only."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """The process and all that descend from it, as they are now."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu(pid: int) -> float:
    """Seconds of CPU, user and system, of the process and of its children that have ended."""
    return sum(int(ticks) for ticks in _stat(pid)[11:15]) / TICK


def cpu_by_name(root: int) -> dict[str, float]:
    """The same for the whole family, by what each is. What ends meanwhile is missing: compare calm moments."""
    total: dict[str, float] = {}
    for pid in family(root):
        with suppress(OSError):
            total[name(pid)] = total.get(name(pid), 0.0) + cpu(pid)
    return total


def memory(pid: int) -> tuple[float, float]:
    """(resident, proportional) MB: the second shares what several processes map between them."""
    resident = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]
    shared = Path(f"/proc/{pid}/smaps_rollup").read_text().partition("Pss:")[2].split()[0]
    return int(resident) / 1024, int(shared) / 1024


def name(pid: int) -> str:
    """What the process is, in a word or two."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    for sign, what in (("secantusd", "database"), ("bot.cli", "service"), ("resource_tracker", "tracker"),
                       ("spawn_main", "reader")):  # fmt: skip
        if sign in words:
            return what
    return words[:40]


def load() -> float:
    """How busy the machine is: the one-minute average."""
    return os.getloadavg()[0]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/pid/stat after the name: state, parent, …; times are the 12th to 15th."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
