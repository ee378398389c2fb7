"""By when what must be arranged and handed over: DA/T 94-2022 8.1 and 9.1, 79号令 Art 11. Pure: the day is given."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.words import Text


class Stage(StrEnum):
    """How near a deadline is."""

    DONE = "done"
    AHEAD = "ahead"
    SOON = "soon"  # within 30 days
    OVERDUE = "overdue"


NAMES = {
    "vouchers": Text("会计凭证整理", "arranging vouchers"),
    "books": Text("会计账簿整理", "arranging books"),
    "reports": Text("财务会计报告整理", "arranging financial reports"),
    "other": Text("其他会计资料整理", "arranging other material"),
    "asset_card": Text("固定资产卡片整理", "arranging an asset card"),
    "handover": Text("移交档案管理机构", "hand-over to the archive body"),
}
STAGES = {
    Stage.DONE: Text("已完成", "done"),
    Stage.AHEAD: Text("未到期", "ahead"),
    Stage.SOON: Text("30 天内到期", "due within 30 days"),
    Stage.OVERDUE: Text("已逾期", "overdue"),
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing to be done by a day. `latest`: the end of what may be allowed (hand-over: 3 years)."""

    what: str  # of NAMES
    year: int
    due: date
    stage: Stage
    latest: date | None = None

    @property
    def text(self) -> Text:
        """Told to people."""
        name, stage = NAMES[self.what], STAGES[self.stage]
        more = f"，经同意最迟 {self.latest}" if self.latest else ""
        more_en = f", {self.latest} at the latest if agreed" if self.latest else ""
        return Text(
            f"{self.year}年度{name.zh}：{self.due} 前{more}，{stage.zh}",
            f"{name.en} of {self.year}: by {self.due}{more_en}, {stage.en}",
        )


def months_on(day: date, months: int) -> date:
    """So many months later, at the month's end where the day isn't in it: 01-31 and 1 → 02-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def of_year(year: int, done: Iterable[str], today: date, final: date | None = None) -> Iterator[Deadline]:
    """The deadlines of a fiscal year that has begun. `done`: what is arranged or handed over wholly.

    `final`: the day of the final accounts (决算); while it isn't known 30 April of the next year, when tax is settled.
    """
    end = date(year, 12, 31)
    closed = final or date(year + 1, 4, 30)
    finished = frozenset(done)
    for what, due in (
        ("vouchers", months_on(end, 1)),
        ("books", months_on(closed, 1)),
        ("reports", months_on(closed, 1)),
        ("other", months_on(end, 3)),
    ):
        yield Deadline(what, year, due, stage(due, today, what in finished))
    due = date(year + 1, 12, 31)  # Art 11: one year after the year's end, three at most with consent
    yield Deadline("handover", year, due, stage(due, today, "handover" in finished), date(year + 3, 12, 31))


def asset_card(scrapped: date, today: date, done: bool) -> Deadline:
    """A card: one year after the asset was scrapped and cleared."""
    due = months_on(scrapped, 12)
    return Deadline("asset_card", scrapped.year, due, stage(due, today, done))


def stage(due: date, today: date, done: bool) -> Stage:
    """Where a deadline stands on a day."""
    if done:
        return Stage.DONE
    if today > due:
        return Stage.OVERDUE
    return Stage.SOON if (due - today).days <= 30 else Stage.AHEAD
