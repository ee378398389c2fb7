"""Who posted, and when: one hand for making and checking, and postings at night or on days off."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date, time

from archive.finding import Level
from archive.posting import Posting
from archive.remark import Remark
from archive.voucher import Voucher, VoucherKind
from archive.words import Text

#: Later than this, or earlier than that, nobody is expected to post.
LATE, EARLY = time(21), time(6)
#: Days after its month within which a voucher is made: returns are filed by the fifteenth.
AFTER = 15
_MADE = ("制单", "填制", "录入", "make", "prepare")
_CHECKED = ("审核", "复核", "check", "review")
Workday = Callable[[date], bool]


def one_hand(vouchers: Sequence[Voucher], postings: Sequence[Posting]) -> Iterator[Remark]:
    """制单 and 审核 must be different people (会计基础工作规范 Art 51(1), 97), by the voucher or by the log."""
    made = {p.voucher: p.who for p in postings if p.action in _MADE}
    checked = {p.voucher: p.who for p in postings if p.action in _CHECKED}
    for v in vouchers:
        maker, checker = v.maker or made.get(v.ref, ""), v.checker or checked.get(v.ref, "")
        if maker and maker == checker:
            why = Text(f"{v.ref} 制单与审核同为 {maker}", f"{v.ref} was made and checked by {maker}")
            yield Remark("maker_is_checker", Level.WARN, (v.ref,), why, v.row)


def off_hours(postings: Sequence[Posting], workday: Workday) -> Iterator[Remark]:
    """Each voucher once, with the first such line of the log."""
    seen: set[str] = set()
    for p in sorted(postings, key=lambda p: (p.at, p.row)):
        night = bool(p.time) and (p.at.time() >= LATE or p.at.time() < EARLY)
        off = not workday(p.at.date())
        if not (night or off) or p.voucher in seen:
            continue
        seen.add(p.voucher)
        when = Text("、".join(w for w, so in (("休息日", off), ("夜间", night)) if so), _english(off, night))
        why = Text("{v} 在{when}（{at}）由 {who} {what}", "{v}: {what} by {who} {when} ({at})").filled(
            v=p.voucher, when=when, at=f"{p.at:%Y-%m-%d %H:%M}", who=p.who, what=p.action
        )
        yield Remark("posted_off_hours", Level.WARN, (p.voucher,), why, p.row)


def _english(off: bool, night: bool) -> str:
    return " ".join(w for w, so in (("on a day off", off), ("at night", night)) if so)


def made_late(postings: Sequence[Posting]) -> Iterator[Remark]:
    """Made weeks after the month it is booked in: put into a month that was thought finished."""
    first: dict[str, Posting] = {}
    for p in sorted(postings, key=lambda p: (p.at, p.row)):
        if p.action in _MADE:
            first.setdefault(p.voucher, p)
    for p in first.values():
        year, month = int(p.period[:4]), int(p.period[5:7])
        days = (p.on - date(year, month, monthrange(year, month)[1])).days
        if days > AFTER:
            why = Text(
                f"{p.voucher} 在 {p.on} 才由 {p.who} 制单，晚于所属月份月末 {days} 天",
                f"{p.voucher} was made by {p.who} on {p.on} only, {days} days after its month ended",
            )
            yield Remark("posted_late", Level.WARN, (p.voucher,), why, p.row)


def dated_off(vouchers: Sequence[Voucher], workday: Workday) -> Iterator[Remark]:
    """Dated on a day off, where no log tells more. The month's own work on its last days is no surprise."""
    for v in vouchers:
        if v.date is None or workday(v.date) or v.kind is not VoucherKind.NORMAL or v.date.day >= 25:
            continue
        why = Text(f"{v.ref} 的日期 {v.date} 是休息日", f"{v.ref} is dated {v.date}, a day off")
        yield Remark("dated_off_day", Level.NOTE, (v.ref,), why, v.row)
