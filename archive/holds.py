"""Legal holds (冻结): what may not be destroyed even when its term is over, why, and until who released it.

79号令 Art 19, DA/T 94-2022 13.4: vouchers of unsettled claims and debts and of other open matters stay until the matter
ends. A receivable or payable that is open in the books holds the party's units by itself (未结清).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from archive.balance import Balance
from archive.errors import BadHold, HoldEnded, ReasonNeeded
from archive.money import thousands
from archive.unit import Unit
from archive.words import Text


class Why(StrEnum):
    """Why something is held."""

    DEBT = "debt"
    OPEN = "open"
    LITIGATION = "litigation"


WHY_NAMES: Mapping[Why, Text] = {
    Why.DEBT: Text("未结清债权债务", "unsettled claims or debts"),
    Why.OPEN: Text("其他未了事项", "other open matters"),
    Why.LITIGATION: Text("诉讼", "litigation"),
}
_WORDS = {
    Why.DEBT: ("未结清债权债务", "未结清", "债权债务", "debt", "unsettled"),
    Why.OPEN: ("其他未了事项", "未了事项", "未了", "open matter", "open"),
    Why.LITIGATION: ("诉讼", "仲裁", "litigation", "lawsuit"),
}


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. All that is given of unit, volume, words and period must fit; at least one is given."""

    id: str  # H1, H2 … in each company
    company: str
    why: Why
    reason: str
    by: str  # person id
    at: datetime
    unit: str = ""  # unit id or 档号
    volume: str = ""
    words: str = ""  # of a party or contract
    first: str = ""  # 2025-01
    last: str = ""
    released_by: str = ""
    released_at: datetime | None = None
    release_reason: str = ""

    @property
    def open(self) -> bool:
        """Whether it still holds."""
        return self.released_at is None

    @property
    def scope(self) -> str:
        """What it is about, in one line."""
        period = self.first if self.first == self.last else f"{self.first}–{self.last}"
        return " ".join(filter(None, (self.unit, self.volume, self.words, period)))


@dataclass(frozen=True, slots=True)
class Block:
    """Why a 件 may not be destroyed: a hold by its id, or an open balance of a party."""

    kind: str  # hold, unsettled
    ref: str
    why: Text


def checked(hold: Hold) -> Hold:
    """The hold itself. Raises BadHold for one without a scope, ReasonNeeded."""
    if not hold.scope.strip():
        raise BadHold(words=hold.reason or "—")
    if not hold.reason.strip():
        raise ReasonNeeded(item=hold.scope)
    return hold


def released(hold: Hold, *, who: str, at: datetime, why: str) -> Hold:
    """The hold, ended. Raises HoldEnded, ReasonNeeded."""
    if hold.released_at is not None:
        raise HoldEnded(item=hold.id, who=hold.released_by, when=f"{hold.released_at:%Y-%m-%d}")
    if not why.strip():
        raise ReasonNeeded(item=hold.id)
    return replace(hold, released_by=who, released_at=at, release_reason=why.strip())


def covers(hold: Hold, unit: Unit) -> bool:
    """Whether the hold is open and about this 件."""
    if not hold.open or hold.company != unit.company:
        return False
    if hold.unit and hold.unit not in (unit.id, unit.archive_no):
        return False
    if hold.volume and hold.volume != unit.volume:
        return False
    if hold.words and not named(unit, hold.words):
        return False
    if not hold.first:
        return True
    first = f"{unit.year}-{unit.month or 1:02}"
    last = f"{unit.year}-{unit.month or 12:02}"
    return hold.first <= last and first <= hold.last


def named(unit: Unit, words: str) -> bool:
    """Whether the 件 speaks of a party or contract, blanks and brackets aside."""
    said = [unit.title, unit.file_no, *(unit.metadata.get(m, "") for m in ("M22", "M27", "M28", "M29", "M32"))]
    return _plain(words) in _plain("；".join((*said, *(paper.title for paper in unit.papers))))


def _plain(words: str) -> str:
    return re.sub(r"[\s()（）.,，·]", "", words).casefold()


#: Accounts on which claims and debts with a party stand, by their names in either chart of accounts.
_CLAIMS = re.compile(
    r"^(?:应收|预付|应付|预收|其他应收|其他应付|合同资产|合同负债|长期应收|长期应付|短期借款|长期借款)"
)


def unsettled(balances: Iterable[Balance]) -> dict[str, Text]:
    """Party, by name and by code → what is open with it, from its last month in the books."""
    rows = list(balances)
    names = {b.account: b.name for b in rows if not b.party}
    last: dict[tuple[str, str], Balance] = {}
    for b in rows:
        known = last.get((b.account, b.party))
        if b.party and (known is None or b.period >= known.period):
            last[b.account, b.party] = b
    open_: dict[tuple[str, str], list[tuple[str, Decimal]]] = {}
    for b in last.values():
        account = names.get(b.account) or b.name
        if b.closing and _CLAIMS.match(account):
            open_.setdefault((b.party_name, b.party), []).append((f"{b.period} {account}", b.closing))
    told = {party: _told(" ".join(filter(None, party)), sums) for party, sums in open_.items()}
    return {word: text for party, text in told.items() for word in party if word}


def _told(party: str, sums: Sequence[tuple[str, Decimal]]) -> Text:
    what = "、".join(f"{account} {thousands(amount)}" for account, amount in sums)
    return Text(f"与「{party}」未结清：{what}", f"open with “{party}”: {what}")


def blocks(unit: Unit, holds: Iterable[Hold], open_: Mapping[str, Text]) -> tuple[Block, ...]:
    """All that keeps a 件 from being destroyed; `open_` as `unsettled` gives it."""
    found = []
    for hold in holds:
        if covers(hold, unit):
            name = WHY_NAMES[hold.why]
            why = Text(f"冻结 {hold.id}：{name.zh}，{hold.reason}", f"hold {hold.id}: {name.en}, {hold.reason}")
            found.append(Block("hold", hold.id, why))
    words = frozenset(unit.metadata.get("M27", "").split("；"))
    told: dict[Text, str] = {}
    for party, why in open_.items():
        if party in words or (len(party) >= 4 and not party.isascii() and named(unit, party)):
            told.setdefault(why, party)
    return (*found, *(Block("unsettled", party, why) for why, party in told.items()))


def why_of(words: str) -> tuple[Why, str]:
    """The reason said in the words, OPEN where none is, and the words without it."""
    for why, names in _WORDS.items():
        for name in names:
            if re.search(re.escape(name), words, re.IGNORECASE):
                return why, re.sub(re.escape(name), " ", words, count=1, flags=re.IGNORECASE).strip()
    return Why.OPEN, words
