"""定期审查: what the review of an archive looks at, as a checklist of values: what is so, what isn't, by what rule.

DA/T 94-2022 10.1 and DA/T 92-2022 want readability, drills and readings by schedule; 79号令 names the duties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.access import ROLE_NAMES, Person, Role
from archive.deadlines import Deadline, Stage, months_on
from archive.holds import Hold
from archive.item import Item, ItemState
from archive.law import Law
from archive.words import Text, same


class Mark(StrEnum):
    """How a check came out."""

    GOOD = "good"
    LOOK = "look"  # somebody should look
    BAD = "bad"  # a duty isn't kept
    UNKNOWN = "unknown"  # nothing says it


MARKS: Mapping[Mark, Text] = {
    Mark.GOOD: Text("符合", "in order"),
    Mark.LOOK: Text("请核查", "to be looked at"),
    Mark.BAD: Text("不符合", "not kept"),
    Mark.UNKNOWN: Text("没有记录", "not on record"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the checklist. `refs`: what it is about, the first of them."""

    code: str
    name: Text
    mark: Mark
    detail: Text
    rule: str
    refs: tuple[str, ...] = ()


#: Roles that may not be one person's: three separate administrators (DA/T 94 E.7.3), makers apart from keepers.
APART: Sequence[tuple[Role, Role, str]] = (
    (Role.ADMIN, Role.ARCHIVIST, "DA/T 94 E.7.3 三员分立"),
    (Role.ADMIN, Role.AUDITOR, "DA/T 94 E.7.3 三员分立"),
    (Role.ADMIN, Role.FINANCE, "DA/T 94 E.7.3 三员分立"),
    (Role.FINANCE, Role.ARCHIVIST, "79号令第十一条 会计与档案分管"),
    (Role.AUDITOR, Role.ARCHIVIST, "DA/T 94 E.7.3 三员分立"),
)
#: Things done outside that are noted: action → name, months it may be old, rule.
OUTSIDE: Mapping[str, tuple[Text, int, str]] = {
    "backup": (Text("离线备份", "offline backup"), 12, "79号令第八条第五项；DA/T 94 10.3"),
    "drill": (Text("应急演练", "emergency drill"), 12, "DA/T 92 9.1.4"),
    "reading": (Text("可读性评估", "readability test"), 12, "DA/T 94 10.1"),
    "verify": (Text("全库校验", "verify of the whole archive"), 3, "DA/T 92 每年至少一次四性检测"),
}


def people(everyone: Iterable[Person]) -> Point:
    """Persons who have roles that should be apart."""
    found = []
    for person in everyone:
        for one, other, rule in APART:
            if not person.disabled and {one, other} <= person.roles:
                found.append((person.id, Text(
                    f"{person.name} 兼 {ROLE_NAMES[one].zh}、{ROLE_NAMES[other].zh}（{rule}）",
                    f"{person.name} is both {ROLE_NAMES[one].en} and {ROLE_NAMES[other].en} ({rule})",
                )))  # fmt: skip
    refs = tuple(dict.fromkeys(who for who, _ in found))
    none = Text("没有人兼任应分开的角色", "nobody has roles that should be apart")
    detail = joined([text for _, text in found]) or none
    name = Text("权限过多的人", "people with too many rights")
    mark = Mark.BAD if found else Mark.GOOD
    return Point("rights", name, mark, detail, "DA/T 94 E.7.3；79号令第十一条", refs)


def dates(open_: Iterable[Deadline]) -> Iterator[Point]:
    """整理 and 移交 by their deadlines."""
    for what, name, rule in (
        ("arranging", Text("整理期限", "arranging in time"), "DA/T 94 8.1"),
        ("handover", Text("未移交的年度", "years not handed over"), "79号令第十一条"),
    ):
        mine = [d for d in open_ if (d.what == "handover") == (what == "handover")]
        late = [d for d in mine if d.stage is Stage.OVERDUE]
        soon = [d for d in mine if d.stage is Stage.SOON]
        mark = Mark.BAD if late else Mark.LOOK if soon else Mark.GOOD
        detail = joined([d.text for d in (*late, *soon)]) or Text("没有到期未办的", "none is due")
        yield Point(what, name, mark, detail, rule, tuple(str(d.year) for d in (*late, *soon)))


def items(unchecked: Sequence[Item], open_: Sequence[Item], failing: Sequence[Item]) -> Iterator[Point]:
    """Documents that wait, that nobody checked with the tax authority, and whose checks fail."""
    waiting = [i for i in open_ if i.state in (ItemState.PENDING, ItemState.DOUBTFUL)]
    for code, name, found, rule, bad in (
        ("waiting", Text("未审批的单据", "documents not decided"), waiting, "会计基础工作规范", Mark.LOOK),
        ("unchecked", Text("未查验的发票", "invoices not checked with the tax authority"), unchecked,
         "财会〔2024〕11号第二十五条", Mark.LOOK),
        ("failing", Text("检测不通过的档案", "archived documents failing checks"), failing, "79号令第十二条", Mark.BAD),
    ):  # fmt: skip
        detail = Text(f"{len(found)} 件", f"{len(found)}") if found else Text("没有", "none")
        yield Point(code, name, bad if found else Mark.GOOD, detail, rule, tuple(i.id for i in found[:20]))


def held(holds: Sequence[Hold], today: date) -> Point:
    """Open holds; one that is older than a year is asked about."""
    old = [h for h in holds if months_on(h.at.date(), 12) < today]
    text = joined([Text(f"{h.id} {h.scope}（{h.at:%Y-%m-%d}）", f"{h.id} {h.scope} ({h.at:%Y-%m-%d})") for h in holds])
    detail = text or Text("没有冻结", "no holds")
    return Point("holds", Text("冻结", "legal holds"), Mark.LOOK if old else Mark.GOOD, detail, "79号令第十九条",
                 tuple(h.id for h in holds))  # fmt: skip


def outside(done: Mapping[str, date], today: date) -> Iterator[Point]:
    """Backups, drills and tests by the day they were noted last."""
    for code, (name, months, rule) in OUTSIDE.items():
        last = done.get(code)
        if last is None:
            say = Text(f"请记录：审查记录 {code} 日期", f"please note it: record {code} DATE")
            yield Point(code, name, Mark.UNKNOWN, say, rule)
            continue
        late = months_on(last, months) < today
        detail = Text(f"最近一次 {last}，应不超过 {months} 个月", f"last on {last}, at most {months} months apart")
        yield Point(code, name, Mark.BAD if late else Mark.GOOD, detail, rule)


def laws(known: Sequence[Law], today: date) -> Point:
    """The rules in force, and whether somebody has looked within the year."""
    ended = [law for law in known if law.until and law.until < today]
    stale = [law for law in known if months_on(law.checked, 12) < today]
    mark = Mark.BAD if ended else Mark.LOOK if stale else Mark.GOOD
    lines = [same(f"{law.number}《{law.name}》{law.since} 起，{law.checked} 核对") for law in known]
    return Point("laws", Text("法规版本", "laws in force"), mark, joined(lines) or same("—"), "DA/T 92",
                 tuple(law.number for law in (*ended, *stale)))  # fmt: skip


def listed(
    code: str, name: Text, refs: Sequence[str], rule: str, bad: Mark = Mark.BAD, none: Text | None = None
) -> Point:
    """A check whose finding is a list: good when it is empty."""
    some = "、".join(refs[:12]) + ("…" if len(refs) > 12 else "")
    detail = Text(f"{len(refs)}：{some}", f"{len(refs)}: {some}") if refs else none or Text("没有", "none")
    return Point(code, name, bad if refs else Mark.GOOD, detail, rule, tuple(refs))


def joined(texts: Sequence[Text]) -> Text | None:
    """Several in one line; None for none."""
    if not texts:
        return None
    return Text("；".join(t.zh for t in texts), "; ".join(t.en for t in texts))


def worst(points: Iterable[Point]) -> Mark:
    """How the whole review came out."""
    marks = {point.mark for point in points}
    return next((mark for mark in (Mark.BAD, Mark.LOOK, Mark.UNKNOWN) if mark in marks), Mark.GOOD)
