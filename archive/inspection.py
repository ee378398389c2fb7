"""A run of the four-property checks as a stored case: what it takes in, how far it is, and what it found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from archive.four_properties.verdict import STAGE_NAMES, Stage
from archive.selection import Selection
from archive.words import Text


class RunState(StrEnum):
    """Where it stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


RUN_STATES = {
    RunState.RUNNING: Text("检测中", "running"),
    RunState.DONE: Text("已完成", "done"),
    RunState.CANCELLED: Text("已取消", "cancelled"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `place` is how many units of the selection were looked at; `share` 1 means all of them."""

    id: str
    stage: Stage
    selection: Selection
    version: str  # of scheme and rules
    by: str
    begun: datetime  # UTC
    channel: str = ""
    total: int = 0  # units the selection had when it began
    share: Decimal = Decimal(1)
    seed: str = ""
    case: str = ""  # the hand-over it is for
    state: RunState = RunState.RUNNING
    cursor: str = ""  # after which unit it goes on
    place: int = 0
    checked: int = 0
    failed: int = 0
    advised: int = 0
    not_run: int = 0  # units with an item that was not run
    engine: str = ""  # of the virus scanner
    counts: Mapping[str, int] = field(default_factory=dict)  # "1-1:pass" → units
    ended: datetime | None = None

    @property
    def company(self) -> str:
        """Its fonds."""
        return self.selection.company

    @property
    def done(self) -> Decimal:
        """The share of the work that is done, 0 to 1."""
        if self.state is RunState.DONE or not self.total:
            return Decimal(1)
        return min(Decimal(self.place) / self.total, Decimal(1))

    @property
    def name(self) -> Text:
        """长期保存检测 2025 凭证, 抽样 5%."""
        stage = STAGE_NAMES[self.stage]
        sample = Text("", "")
        if self.share != 1:
            percent = f"{(self.share * 100).normalize():f}%"
            sample = Text(f"，抽样 {percent}", f", sample {percent}")
        what = self.selection.text
        return Text(f"{stage.zh}检测 {what.zh}{sample.zh}", f"{stage.en} check of {what.en}{sample.en}")


def chosen(place: int, total: int, share: Decimal, seed: str) -> bool:
    """Whether the unit at this place (from 0) is in the sample: one at random of each stretch of 1/share units.

    The same seed chooses the same; every stretch gives exactly one, so that a sample of 5 % has 5 % of the units
    and no month is left out by chance.
    """
    if share >= 1:
        return True
    block = int(place * share)
    first, end = _from(block, share), min(_from(block + 1, share), max(total, place + 1))
    word = hashlib.sha256(f"{seed}|{block}".encode()).digest()
    return place == first + int.from_bytes(word[:8], "big") % (end - first)


def _from(block: int, share: Decimal) -> int:
    """The first place of a stretch."""
    return int((Decimal(block) / share).to_integral_value(ROUND_CEILING))


_SAMPLE = re.compile(
    r"(?:抽样|抽检|sample)\s*(?P<percent>[0-9]{1,2}(?:\.[0-9]+)?)\s*[%％]|(?P<words>抽样|抽检|sample)", re.I
)
#: DA/T 94-2022 10.3: at least a tenth is read again.
USUAL_SAMPLE = Decimal("0.1")


def sample_of(words: str) -> tuple[Decimal, str]:
    """The share the words name (抽样 5%; 抽样 alone is a tenth), and the words without it."""
    match = _SAMPLE.search(words)
    if match is None:
        return Decimal(1), words
    rest = f"{words[: match.start()]} {words[match.end() :]}".strip()
    if match["percent"] is None:
        return USUAL_SAMPLE, rest
    share = Decimal(match["percent"]) / 100
    return (share, rest) if share > 0 else (Decimal(1), rest)


def stage_of(words: str, usual: Stage) -> tuple[Stage, str]:
    """The stage the words name, and the words without it."""
    for stage, names in _STAGES:
        for name in names:
            at = words.lower().find(name)
            if at >= 0:
                return stage, f"{words[:at]} {words[at + len(name) :]}".strip()
    return usual, words


_STAGES = (
    (Stage.TRANSFER, ("移交接收", "移交", "接收", "hand-over", "handover", "transfer")),
    (Stage.KEEPING, ("长期保存", "长期", "long-term", "keeping")),
    (Stage.FILING, ("归档", "filing")),
)
