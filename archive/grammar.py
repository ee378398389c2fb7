"""Words → Question: 上季度 管理费用 趋势; 本月差旅 按部门; compare revenue Q3 to last year; 谁还没批."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from archive import amount_words, asking, phrases, vocabulary
from archive.errors import BadPeriod, CantAsk, CantSplit, NotAsked
from archive.period import Period
from archive.question import ACCOUNT, SIGNS, Against, Bound, Question, What, ending_with, months, subject_name
from archive.vocabulary import AMBIGUOUS, BY_KEY, LISTS, STATEMENTS
from archive.words import Text

LONGEST = 300  # characters of a question
TRAVEL = "差旅"  # the beginning of several categories
_SUBJECT_CLOSE, _PART_CLOSE = 0.5, 0.74  # how like a known word the whole, or a rest beside known words, must be


@dataclass(frozen=True, slots=True)
class Names:
    """What this company calls things. Nothing in it is needed to understand the canonical words of a measure."""

    people: Mapping[str, str] = field(default_factory=dict)  # name → person id
    departments: Collection[str] = ()
    categories: Mapping[str, str] = field(default_factory=dict)  # name in any language → the Chinese one
    accounts: Collection[str] = ()  # names in the books
    me: str = ""


def sounds(text: str) -> bool:
    """Whether the words name something of the vocabulary: worth reading as a question."""
    plain = _plain(text)
    return bool(
        phrases.LIST.search(plain)
        or phrases.KNOWN.search(plain)
        or _period_in(plain)
        or (phrases.MOST.search(plain) and phrases.WHICH.search(plain))
    )


def read(text: str, today: date, names: Names = Names()) -> tuple[Question, ...]:
    """The question, or the two that an ambiguous word may mean.

    Raises NotAsked (with the nearest that can be asked, where there is one), CantSplit for a dimension the measure
    doesn't have, CantAsk for two wishes that don't go together, BadPeriod, BadAmount.
    """
    said = _Said(_plain(text), today, names)
    said.take_labels()
    bounds, said.rest = amount_words.marked(said.rest)
    said.bounds.update(bounds)
    said.take_marks()
    behind = said.take_comparison()
    said.take_period()
    more, said.rest = amount_words.plain(said.rest)
    said.bounds.update(more)
    said.take_terms()
    if behind:
        said.take_other(behind)
    return said.questions(text)


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).replace("“", '"').replace("”", '"').strip()
    return re.sub(r"[?？。!！]+$", "", re.sub(r"^\s*(?:问一?下?|请问|ask)[\s:,]+", "", plain, flags=re.I)).strip()


def _number(words: str) -> int:
    return int(words) if words.isdigit() else phrases.HAN[words]


def _dims(text: str) -> tuple[tuple[str, ...], str]:
    """The dimensions named by 按… and by …, in order, and the text without them."""
    found: list[str] = []
    while match := phrases.BY.search(text):
        found.append(phrases.DIM[" ".join(match[1].lower().split())])
        end = match.end()
        while more := phrases.AND_BY.match(text, end):
            found.append(phrases.DIM[" ".join(more[1].lower().split())])
            end = more.end()
        text = f"{text[: match.start()]} {text[end:]}"
    return tuple(dict.fromkeys(found)), text


def _period_in(text: str) -> bool:
    try:
        return asking.span(text, date(2026, 1, 1))[0] is not None or bool(phrases.LATELY.search(text))
    except BadPeriod:
        return True


@dataclass(slots=True)
class _Said:
    """What was understood so far, and the words that are left."""

    rest: str
    today: date
    names: Names
    subjects: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)  # ambiguous words
    filters: dict[str, str] = field(default_factory=dict)
    bounds: dict[str, Decimal] = field(default_factory=dict)
    marks: dict[str, object] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    period: Period | None = None
    against: Against = Against.NOTHING
    other: str = ""
    other_period: Period | None = None
    trend: int | None = None  # 0: as long as the period
    left: str = ""
    money: bool = False  # 多少钱, how much

    def take_labels(self) -> None:
        """部门:销售部, supplier:"sf express": what can be nothing else."""

        def label(match: re.Match[str]) -> str:
            slot, value = match["label"].lower(), (match["q"] if match["q"] is not None else match["w"]).strip()
            slot = phrases.LABELS.get(slot, slot)
            if slot == "account":
                self.subjects.append(ACCOUNT + value)
            elif slot == "person":
                self.filters[slot] = self.names.people.get(value, value)
            elif slot == "category":
                self.filters[slot] = self.names.categories.get(value.lower(), value)
            else:
                self.filters[slot] = value
            return " "

        self.rest = phrases.LABEL.sub(label, self.rest)

    def take_marks(self) -> None:
        """Everything that changes how the figure is shown: file, unit, top, trend, share, details, dimensions."""
        self._list()
        self._mark(phrases.FORMAT, lambda m: self.marks.update(format=phrases.FORMATS[m[1].lower()]))
        self._mark(phrases.WAN, lambda m: self.marks.update(wan=True))
        self._mark(phrases.SHARE, lambda m: self.marks.update(share=True))
        self._mark(phrases.DETAIL, lambda m: self.marks.update(detail=True))
        self.by, self.rest = _dims(self.rest)
        self._top()
        self._mark(phrases.TREND_OF, lambda m: setattr(self, "trend", int(m[1] or m[2])))
        self._mark(phrases.TREND, lambda m: setattr(self, "trend", self.trend or 0))
        if phrases.MOST.search(self.rest):
            self._mark(phrases.WHICH, self._which)
            self._mark(phrases.MOST, lambda m: self.marks.update(top=self.marks.get("top") or 1) if self.by else None)

    def _top(self) -> None:
        """前10, and what of where it follows: 前10供应商, top 10 suppliers."""
        if not (match := phrases.TOP.search(self.rest)):
            return
        self.marks["top"], end = _number(match[1] or match[2]), match.end()
        if of := phrases.TOP_OF.match(self.rest, end):
            key = phrases.DIM[" ".join(of[1].lower().split())]
            self.by, end = tuple(dict.fromkeys((*self.by, key))), of.end()
        self.rest = f"{self.rest[: match.start()]} {self.rest[end:]}"

    def _which(self, match: re.Match[str]) -> None:
        word = match[0].lower()
        key = next((key for zh, key in phrases.WHICH_DIM if zh in word or key in word), "person")
        self.by = tuple(dict.fromkeys((*self.by, key)))

    def _list(self) -> None:
        self._mark(phrases.LIST, lambda m: self.subjects.append(phrases.LISTED[" ".join(m[0].lower().split())]))

    def _mark(self, pattern: re.Pattern[str], note: Callable[[re.Match[str]], object]) -> None:
        def noted(match: re.Match[str]) -> str:
            note(match)
            return " "

        self.rest = pattern.sub(noted, self.rest)

    def take_comparison(self) -> str:
        """同比, 环比, or what stands behind 对比, vs and to; the words before it stay."""
        self._mark(phrases.YEAR, lambda m: setattr(self, "against", Against.YEAR))
        self._mark(phrases.PRIOR, lambda m: setattr(self, "against", Against.PRIOR))
        text = self.rest.strip()
        for pattern in phrases.SPLITS:
            if match := pattern.match(text):
                self.rest = match["a"]
                return match["b"]
        self.rest = text
        return ""

    def take_period(self) -> None:
        """The period said; whole months for 近12个月."""
        self.period, self.rest = _period(self.rest, self.today)

    def take_terms(self) -> None:
        """Measures, statements, categories, departments and people among what is left."""
        self.rest = _terms(self.names).sub(lambda m: self._term(m[0]), self.rest)
        if self.names.me and "person" not in self.filters and self._named():
            self._mark(phrases.MINE, lambda m: self.filters.update(person=self.names.me))
        self.money = bool(phrases.MONEY.search(self.rest))
        self.left = phrases.EMPTY.sub(" ", phrases.FILLERS.sub(" ", self.rest)).strip()

    def _named(self) -> bool:
        return bool(self.subjects or self.unclear or self.filters or self.by)

    def _term(self, word: str) -> str:
        key = " ".join(word.lower().split())
        names = self.names
        if key in phrases.SUBJECTS:
            self.subjects.append(phrases.SUBJECTS[key])
        elif key in AMBIGUOUS:
            self.unclear.append(key)
        elif key in phrases.TRAVEL:
            self.filters["category"] = TRAVEL
        elif category := names.categories.get(key):
            self.filters["category"] = category
        elif department := next((d for d in names.departments if d.lower() == key), ""):
            self.filters["department"] = department
        elif person := next((i for name, i in names.people.items() if name.lower() == key), ""):
            self.filters["person"] = person
        elif account := next((a for a in names.accounts if a.lower() == key), ""):
            self.subjects.append(ACCOUNT + account)
        return " "

    def take_other(self, words: str) -> None:
        """What it is held against: last year means the same stretch of it; else a period, a measure, or both."""
        period, rest = _period(words, self.today)
        behind = _Said(rest, self.today, self.names)
        behind.take_terms()
        own = {*behind.subjects} - {*self.subjects}
        if own:
            self.other = behind.subjects[0]
        if behind.subjects and not self._named():
            self.subjects, self.other = behind.subjects[:1], ""
        self.unclear += [] if self.subjects else behind.unclear
        self.filters = {**behind.filters, **self.filters}
        self.left = f"{self.left} {behind.left}".strip()
        if period is None:
            if not own:
                self.left = f"{self.left} {words.strip()}".strip()
            return
        shorter = self.period is None or (self.period.last - self.period.first).days < 360
        if not own and period == Period.year(period.first.year) and self.period and shorter:
            moved = Period.year(self.period.first.year - 1) == period
            if moved:
                self.against = Against.YEAR
                return
        self.other_period = period

    def questions(self, text: str) -> tuple[Question, ...]:
        """One, or two where a word is ambiguous and both make sense."""
        subjects = self._subjects()
        if not subjects:
            raise self._not_asked(text)
        if self.left:
            self._left_over(text, subjects[0])
        made: list[Question] = []
        refused: list[CantSplit | CantAsk] = []
        for subject in subjects:
            try:
                made.append(self._question(subject))
            except (CantSplit, CantAsk) as problem:
                refused.append(problem)
        if not made:
            raise refused[0]
        return tuple(made)

    def _subjects(self) -> tuple[str, ...]:
        """One, or the two an ambiguous word leaves open. What is spent is meant where only its split is said."""
        found = list(dict.fromkeys(self.subjects))
        if len(found) > 1 and "spent" in found:
            found.remove("spent")  # 差旅报销张数: it is the number that is asked for
        if len(found) == 2 and not self.other and all(key in BY_KEY or key.startswith(ACCOUNT) for key in found):
            self.other = found.pop()
        if len(found) > 1:
            names = [subject_name(key) for key in found]
            raise CantAsk(why=Text("一次只能问一件事：" + "、".join(n.zh for n in names),
                                   "one thing at a time: " + ", ".join(n.en for n in names)))  # fmt: skip
        if found:
            return tuple(found)
        if self.unclear and not self.filters.get("category"):
            return AMBIGUOUS[self.unclear[0]]
        asked = self.filters or self.unclear or self.by or (self.period and (self.bounds or self.money))
        return ("spent",) if asked else ()

    def _question(self, subject: str) -> Question:
        what = (
            What.LIST if subject in {t.key for t in LISTS}
            else What.REPORT if subject in {t.key for t in STATEMENTS}
            else What.MEASURE
        )  # fmt: skip
        question = Question(
            what, subject, self.period, self.by, self.against, self.other_period, self.other, self._trend(),
            bounds=_bounds(self.bounds), **self.filters, **self.marks,  # type: ignore[arg-type]
        )  # fmt: skip
        _check(question)
        return question

    def _trend(self) -> int:
        """Bare 趋势 is as long as the period, or a year for a period of a month or less."""
        if self.trend is None:
            return 0
        count = len(list(months(self.period.first, self.period.last))) if self.period else 1
        return min(self.trend or (count if count > 1 else 12), 36)

    def _left_over(self, text: str, subject: str) -> None:
        """Unknown words beside known ones: a slip of the pen is told; else, of documents, the supplier's name."""
        slip = self.left
        if not (near := _nearest(slip, self.names, _PART_CLOSE)):  # 管理费永: 管理费 was taken for itself
            slip = next((word for word in text.split() if self.left in word and word != self.left), slip)
            near = _nearest(slip, self.names, _PART_CLOSE)
        measure = BY_KEY.get(subject)
        meant = (self.period is not None or self.money) and not self.unclear
        if (
            near
            or not meant
            or measure is None
            or measure.source != "items"
            or "supplier" in self.filters
            or len(self.left) < 2
        ):
            raise NotAsked(part=slip, instead=_mended(text, slip, near))
        self.filters["supplier"] = self.left
        self.left = ""

    def _not_asked(self, text: str) -> NotAsked:
        near = _nearest(self.left, self.names, _SUBJECT_CLOSE)
        return NotAsked(part=self.left or text.strip(), instead=_mended(text, self.left, near))


def _check(q: Question) -> None:
    """What doesn't go together is told, and what would. Raises CantSplit, CantAsk."""
    name = subject_name(q.subject)
    if q.what is not What.MEASURE:
        if q.by or q.top or q.share or q.bounds or q.other or q.trend:
            raise CantAsk(
                why=Text(f"「{name.zh}」不能再拆分、排名或加条件", f"“{name.en}” can't be split, ranked or filtered")
            )
        return
    books = q.subject.startswith(ACCOUNT) or BY_KEY[q.subject].source == "books"
    can = vocabulary.BOOK_DIMENSIONS if books else vocabulary.ITEM_DIMENSIONS
    wrong = [key for key in q.by if key not in can]
    if wrong or len(q.by) > 2:
        shown = wrong[0] if wrong else q.by[2]
        terms = [vocabulary.term(key).name for key in can]
        can_zh, can_en = "、".join(f"按{t.zh}" for t in terms), ", ".join(f"by {t.en}" for t in terms)
        raise CantSplit(subject=name, by=vocabulary.term(shown).name, can=Text(can_zh, can_en))
    if books and (q.department or q.person or q.category or q.supplier or q.bounds):
        raise CantAsk(
            why=Text(
                f"「{name.zh}」来自账簿，账簿里没有部门、人员、类别和供应商",
                f"“{name.en}” comes from the books, which know no departments, people, categories or suppliers",
            )
        )


def _bounds(found: Mapping[str, Decimal]) -> tuple[tuple[Bound, Decimal], ...]:
    return tuple((bound, found[bound]) for bound in SIGNS if bound in found)


def _period(text: str, today: date) -> tuple[Period | None, str]:
    """As a search reads it, and the forms that whole months are meant by."""
    if match := phrases.LATELY.search(text):
        count, unit = _number(match[1] or match[3]), (match["zh"] or match["en"]).lower()
        size = 12 if unit[0] in "年y" else 3 if "季" in unit or unit[0] == "q" else 1
        last = {12: Period.year(today.year), 3: Period.quarter(today.year, (today.month + 2) // 3)}.get(
            size, Period.month(today.year, today.month)
        )
        if not 1 <= count * size <= 120:
            raise BadPeriod(words=match[0])
        return ending_with(last.last, count * size), _without(text, match)
    if match := phrases.TO_DATE.search(text):
        return Period.days(date(today.year, 1, 1), today), _without(text, match)
    if match := phrases.THREE.search(text):
        year = int(match["y"] or today.year)
        return Period.days(date(year, 1, 1), date(year, 9, 30)), _without(text, match)
    if match := phrases.BEFORE_LAST.search(text):
        at = (today.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)
        return Period.month(at.year, at.month), _without(text, match)
    text = phrases.OF_YEAR.sub(lambda m: f"{m[1]} {today.year - (m[2].lower() == 'last')}", text)
    return asking.span(text, today)


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _terms(names: Names) -> re.Pattern[str]:
    own = [*names.departments, *names.people, *names.categories, *names.accounts]
    return re.compile(
        phrases.any_of(
            [*phrases.SUBJECTS, *AMBIGUOUS, *phrases.TRAVEL, *(word.lower() for word in own if word.strip())]
        ),
        re.I,
    )


def _nearest(part: str, names: Names, cutoff: float) -> str:
    """The known word most like this one; "" when none is like it."""
    said = part.lower().strip()
    if not said:
        return ""
    known: Sequence[str] = [
        *phrases.SUBJECTS,
        *phrases.LISTED,
        *AMBIGUOUS,
        *phrases.TRAVEL,
        *(a.lower() for a in names.accounts),
    ]
    close = difflib.get_close_matches(said, known, n=5, cutoff=min(cutoff, 0.66 if len(said) == 3 else cutoff))
    if not said.isascii():  # of Chinese words one as long is likelier meant: 利润便 is no 利润
        close.sort(key=lambda word: abs(len(word) - len(said)))
    return close[0] if close else ""


def _mended(text: str, part: str, near: str) -> str:
    """The question with the nearest known word in place of the one that isn't; "" where there is none."""
    if not near:
        return ""
    mended = re.sub(re.escape(part), near, text.strip(), flags=re.I) if part in text else near
    return mended[:LONGEST]


def mend(question: Question, **change: object) -> Question:
    """The question with a change, checked as the grammar checks. Raises CantSplit, CantAsk."""
    made = replace(question, **change)  # type: ignore[arg-type]
    _check(made)
    return made
