"""Audit sampling (抽样): which vouchers a method picks, the same each time it is performed again.

The population is the period's vouchers in the order of the books; filters narrow it, then so many are drawn at random.
The draw ranks each by SHA-256 of seed and voucher: no generator whose algorithm could change, and re-performable with
any other tool. The digest of the population shows whether the books are still those it was drawn from.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from archive.errors import BadSample
from archive.money import thousands
from archive.voucher import Voucher
from archive.words import Text
from archive.workdays import WEEKDAYS, Calendar


@dataclass(frozen=True, slots=True)
class Method:
    """What is picked. Everything that is set must fit; `number` 0 takes all that do."""

    period: str  # 2025, 2025-09
    least: Decimal | None = None  # yuan, of the voucher's debit side
    account: str = ""  # code, with those below it
    word: str = ""  # in summary, party or account name
    maker: str = ""  # 制单人
    weekend: bool = False  # dated on a day off work
    late: bool = False  # dated after its month, or on its last day
    round: bool = False  # 整数金额: a multiple of 1,000 yuan
    number: int = 0
    seed: str = ""

    @property
    def text(self) -> Text:
        """In one line."""
        zh, en = [self.period], [self.period]
        for on, chinese, english in (
            (self.least is not None, f"金额≥{thousands(self.least or Decimal(0))}", f"amount ≥ {self.least}"),
            (bool(self.account), f"科目 {self.account}", f"account {self.account}"),
            (bool(self.word), f"含“{self.word}”", f"with “{self.word}”"),
            (bool(self.maker), f"制单 {self.maker}", f"made by {self.maker}"),
            (self.weekend, "非工作日", "days off work"),
            (self.late, "月末或期后", "month-end or later"),
            (self.round, "整千金额", "round amounts"),
            (
                bool(self.number),
                f"随机 {self.number} 张，种子 {self.seed}",
                f"{self.number} at random, seed {self.seed}",
            ),
        ):
            if on:
                zh.append(chinese)
                en.append(english)
        return Text("，".join(zh), ", ".join(en))


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a method gave: vouchers by their key, and the digests and sizes that prove it."""

    population: int
    population_sum: Decimal
    population_digest: str
    fitting: int
    vouchers: tuple[Voucher, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the result, lower-case hex."""
        return digest_of(self.vouchers)

    @property
    def total(self) -> Decimal:
        """Debit sums of what was picked."""
        return sum((debit(v) for v in self.vouchers), Decimal(0))


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw as it is kept, so that it can be performed again."""

    id: str  # CY26-0001
    company: str
    by: str
    at: str  # ISO, UTC
    method: Mapping[str, str]
    population: int
    population_sum: Decimal
    population_digest: str
    fitting: int
    refs: tuple[str, ...]  # 2025-09 记-23
    digest: str


def draw(vouchers: Iterable[Voucher], method: Method, calendar: Calendar = WEEKDAYS) -> Drawn:
    """The sample. Raises BadSample for a random draw without a seed, or a method that can pick nothing."""
    checked(method)
    everything = sorted((v for v in vouchers if _in(v, method.period)), key=lambda v: (v.key, v.row))
    fitting = [v for v in everything if _fits(v, method, calendar)]
    picked = list(range(len(fitting)))
    if method.number and method.number < len(fitting):
        ranked = sorted(picked, key=lambda place: (rank(method.seed, fitting[place]), place))
        picked = sorted(ranked[: method.number])
    total = sum((debit(v) for v in everything), Decimal(0))
    return Drawn(len(everything), total, digest_of(everything), len(fitting), tuple(fitting[place] for place in picked))


def checked(method: Method) -> Method:
    """The method itself. Raises BadSample."""
    if not re.fullmatch(r"20\d\d(?:-(?:0[1-9]|1[0-2]))?", method.period):
        raise BadSample(words=method.period or "—")
    if method.number < 0 or (method.number and not method.seed):
        raise BadSample(words=f"random {method.number}")
    return method


def _in(v: Voucher, period: str) -> bool:
    return v.period == period or (len(period) == 4 and f"{v.year:04}" == period)


def _fits(v: Voucher, m: Method, calendar: Calendar) -> bool:
    return (
        (m.least is None or debit(v) >= m.least)
        and (not m.account or any(x.account.startswith(m.account) for x in v.lines))
        and (not m.word or any(m.word in f"{x.summary} {x.party} {x.account_name}" for x in v.lines))
        and (not m.maker or m.maker == v.maker)
        and (not m.weekend or (v.date is not None and not calendar.works(v.date)))
        and (not m.late or (v.date is not None and _late(v, v.date)))
        and (not m.round or (debit(v) > 0 and debit(v) % 1000 == 0))
    )


def _late(v: Voucher, day: date) -> bool:
    """Dated on the last day of its month, or after it."""
    following = date(v.year + v.month // 12, v.month % 12 + 1, 1)
    return (following - day).days <= 1


def debit(v: Voucher) -> Decimal:
    """Its debit side: what a voucher is about, in yuan; of a red one the amount taken back."""
    return abs(sum((x.debit for x in v.lines), Decimal(0)))


def rank(seed: str, v: Voucher) -> str:
    """SHA-256 of `7|2025-09 记-23`: the smallest are drawn, where two are the same the earlier in the books."""
    return hashlib.sha256(f"{seed}|{v.ref}".encode()).hexdigest()


def digest_of(vouchers: Iterable[Voucher]) -> str:
    """SHA-256 over number, date and entries of each in turn, a line an entry."""
    made = hashlib.sha256()
    for v in vouchers:
        made.update(f"{v.ref}|{v.date or ''}|{v.maker}\n".encode())
        for x in v.lines:
            made.update(f"{x.account}|{x.account_name}|{x.debit:.2f}|{x.credit:.2f}|{x.summary}|{x.party}\n".encode())
    return made.hexdigest()


# words and storage


_PERIOD = re.compile(r"(?<!\d)(20\d\d(?:-\d\d)?)(?!\d|-)")
_LEAST = re.compile(r"(?:金额\s*)?(?:>=|≥|>|大于|至少|amount\s*≥?)\s*([\d,]+(?:\.\d{1,2})?)\s*(万)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?:随机|random)\s*(\d{1,6})\s*(?:张|笔)?", re.IGNORECASE)
_SEED = re.compile(r"(?:种子|seed)\s*[:：]?\s*(\S+)", re.IGNORECASE)
_ACCOUNT = re.compile(r"(?:科目|account)\s*[:：]?\s*(\d{4,20})", re.IGNORECASE)
_WORD = re.compile(r"(?:含|word)\s*[:：]?\s*(\S+)", re.IGNORECASE)
_MAKER = re.compile(r"(?:制单人?|maker)\s*[:：]?\s*(\S+)", re.IGNORECASE)
_FLAGS = (
    ("weekend", re.compile(r"周末|非工作日|节假日|weekend", re.IGNORECASE)),
    ("late", re.compile(r"月末|期后|late", re.IGNORECASE)),
    ("round", re.compile(r"整数|整千|round", re.IGNORECASE)),
)


def method_in(words: str, seed: str) -> Method:
    """抽样 2025 金额≥10万 随机 25 种子 7 科目 6602. `seed`: where none is said. Raises BadSample."""
    left = words
    found: dict[str, str] = {}
    for name, pattern in (("seed", _SEED), ("number", _NUMBER), ("account", _ACCOUNT), ("word", _WORD),
                          ("maker", _MAKER), ("least", _LEAST), ("period", _PERIOD)):  # fmt: skip
        if match := pattern.search(left):
            found[name] = match[1]
            if name == "least" and match[2]:
                found[name] = str(Decimal(match[1].replace(",", "")) * 10_000)
            left = f"{left[: match.start()]} {left[match.end() :]}"
    for name, pattern in _FLAGS:
        if pattern.search(left):
            found[name] = "1"
            left = pattern.sub(" ", left)
    if re.sub(r"[\s，,、；;和且]|and", "", left):
        raise BadSample(words=left.strip())
    if found.get("number"):
        found.setdefault("seed", seed)
    else:
        found.pop("seed", None)
    return from_plain(found)


def to_plain(method: Method) -> dict[str, str]:
    """As it is kept: only what is set."""
    values = {
        "period": method.period, "least": "" if method.least is None else f"{method.least:f}",
        "account": method.account, "word": method.word, "maker": method.maker, "weekend": "1" if method.weekend else "",
        "late": "1" if method.late else "", "round": "1" if method.round else "",
        "number": str(method.number or ""), "seed": method.seed,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def from_plain(values: Mapping[str, str]) -> Method:
    """The method a kept one says. Raises BadSample."""
    try:
        least = Decimal(values["least"].replace(",", "")) if values.get("least") else None
        made = Method(values.get("period", ""), least, number=int(values.get("number") or 0))
    except (InvalidOperation, ValueError) as error:
        raise BadSample(words=str(dict(values))) from error
    return checked(
        replace(
            made, account=values.get("account", ""), word=values.get("word", ""), maker=values.get("maker", ""),
            weekend=bool(values.get("weekend")), late=bool(values.get("late")), round=bool(values.get("round")),
            seed=values.get("seed", ""),
        )
    )  # fmt: skip
