"""Questions in words: what is understood in both languages, what is ambiguous, what is refused with a way out."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BadPeriod, CantAsk, CantSplit, NotAsked, Problem
from archive.grammar import Names, read, sounds
from archive.period import Period
from archive.question import SIGNS, Against, Question, What, before, ending_with, months, said, year_before
from archive.vocabulary import AMBIGUOUS, BY_KEY, LISTS, MEASURES, STATEMENTS

TODAY = date(2026, 11, 24)
NAMES = Names(
    {"李明": "li", "Ann Smith": "ann"}, ("销售部", "R&D"),
    {"餐饮招待": "餐饮招待", "meals": "餐饮招待"}, ("管理费用-差旅费",), "li",
)  # fmt: skip
PEOPLE = {"li": "李明", "ann": "Ann Smith"}


def one(words: str) -> Question:
    (question,) = read(words, TODAY, NAMES)
    return question


@pytest.mark.parametrize(
    ("words", "canonical"),
    [
        ("利润表 2026-09", "利润表 2026-09"),
        ("上季度 管理费用 趋势", "管理费用 2026Q3 3个月趋势"),
        ("谁还没批", "谁还没批"),
        ("本月差旅 按部门", '报销金额 2026-11 类别:"差旅" 按部门'),
        ("compare revenue Q3 to last year", "营业收入 2026Q3 同比"),
        ("去年同期 营业收入 Q3", "营业收入 2026Q3 同比"),
        ("近12个月 营业收入 趋势", "营业收入 2025-12-01至2026-11-30 12个月趋势"),
        ("H1 admin expenses year on year", "管理费用 2026H1 同比"),
        ("营业收入 2026Q3 环比 万元", "营业收入 2026Q3 万元 环比"),
        ("本月 报销 前10供应商", "报销金额 2026-11 按供应商 前10"),
        ("top 5 suppliers this month >500 excel", "报销金额 2026-11 按供应商 >500 前5 excel"),
        ("谁花得最多 本月", "报销金额 2026-11 按人 前1"),
        ("which department spent the most last month", "报销金额 2026-10 按部门 前1"),
        ("顺丰 本月 多少钱", '报销金额 2026-11 供应商:"顺丰"'),
        ("餐饮招待 今年 占比 按部门", '报销金额 2026年 类别:"餐饮招待" 按部门 占比'),
        ("比较 9月 和 8月 的营业收入", "营业收入 2026-09 对比 2026-08"),
        ("管理费用 和 销售费用 2026Q3", "管理费用 2026Q3 对比 销售费用"),
        ("账上有多少钱", "货币资金"),
        ("how much did we spend on travel last month by person", '报销金额 2026-10 类别:"差旅" 按人'),
        ("管理费用-差旅费 2026年", '科目:"管理费用-差旅费" 2026年'),
        ("revenue Q3 last year", "营业收入 2025Q3"),
        ("前三季度 管理费用", "管理费用 2026-01-01至2026-09-30"),
        ("year to date selling expenses", "销售费用 2026-01-01至2026-11-24"),
        ("我的报销 上月", '报销金额 2026-10 人:"李明"'),
        ("本月报销 按部门和类别", "报销金额 2026-11 按部门 按类别"),
        ("500元以上的报销 本月", "报销金额 2026-11 >=500"),
        ("how many invoices this month", "单据张数 2026-11"),
        ("费用 本月 按部门", "报销金额 2026-11 按部门"),  # only documents know departments: not ambiguous
        ("balance sheet 2026-09 pdf", "资产负债表 2026-09 pdf"),
        ("who hasn't approved", "谁还没批"),
    ],
)
def test_understood(words: str, canonical: str) -> None:
    assert said(one(words), "zh", PEOPLE) == canonical
    assert sounds(words)


@pytest.mark.parametrize("word", sorted(AMBIGUOUS))
def test_an_ambiguous_word_leaves_two_to_choose(word: str) -> None:
    asked = read(f"{word} 2026-09", TODAY, NAMES)
    assert tuple(q.subject for q in asked) == AMBIGUOUS[word]
    assert {q.period for q in asked} == {Period.month(2026, 9)}


@pytest.mark.parametrize(
    ("words", "instead"),
    [("管理费永 上月", "管理费用 上月"), ("revenu Q3", "revenue Q3"), ("利润便 2026-09", "利润表 2026-09")],
)
def test_a_slip_of_the_pen_gets_the_nearest(words: str, instead: str) -> None:
    with pytest.raises(NotAsked) as problem:
        read(words, TODAY, NAMES)
    assert problem.value.facts["instead"] == instead
    assert instead in problem.value.say("zh")
    assert read(instead, TODAY, NAMES)


@pytest.mark.parametrize(
    ("words", "kind", "told"),
    [
        ("今天天气怎么样", NotAsked, "天气"),
        ("管理费用 按部门", CantSplit, "按科目"),
        ("资产负债表 按部门", CantAsk, "资产负债表"),
        ("管理费用 销售部", CantAsk, "账簿里没有部门"),
        ("营业收入 管理费用 销售费用", CantAsk, "一次只能问一件事"),
        ("营业收入 2026-13", BadPeriod, "2026-13"),
    ],
)
def test_what_can_not_be_asked_says_why(words: str, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told):
        read(words, TODAY, NAMES)


def test_ordinary_words_are_no_question() -> None:
    for words in ("hello", "你好", "谢谢", "ok", "G2610-0001", ""):
        assert not sounds(words), words


FIRST = st.dates(date(2020, 1, 1), date(2026, 12, 31))
PERIODS = st.one_of(
    st.none(),
    FIRST.map(Period.day),
    FIRST.map(lambda d: Period.month(d.year, d.month)),
    FIRST.map(lambda d: Period.quarter(d.year, (d.month + 2) // 3)),
    FIRST.map(lambda d: Period.half(d.year, (d.month + 5) // 6)),
    FIRST.map(lambda d: Period.year(d.year)),
    st.builds(lambda d, n: Period.days(d, d + timedelta(days=n)), FIRST, st.integers(1, 400)),
)
MONEY = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any question the grammar can give back."""
    subject = draw(st.sampled_from([m.key for m in MEASURES] + [t.key for t in (*LISTS, *STATEMENTS)]))
    period = draw(PERIODS)
    if subject not in BY_KEY:
        what = What.REPORT if subject in {t.key for t in STATEMENTS} else What.LIST
        return Question(what, subject, period, format=draw(st.sampled_from(("", "pdf", "excel"))))
    items = BY_KEY[subject].source == "items"
    by = draw(st.lists(st.sampled_from(BY_KEY[subject].dimensions), max_size=2, unique=True))
    against = draw(st.sampled_from(Against))
    other_period, other = None, ""
    if against is Against.NOTHING and draw(st.booleans()):
        other = draw(st.sampled_from([m.key for m in MEASURES if m.key not in (subject, "spent")] + [""]))
        other_period = draw(PERIODS) if other else draw(PERIODS.filter(bool))
        if not other and period and other_period == Period.year(period.first.year - 1):
            other_period = None  # last year, behind a shorter stretch, is the same stretch of it
    bounds = draw(st.dictionaries(st.sampled_from(list(SIGNS)), MONEY, max_size=2)) if items else {}
    word = st.text("顺丰速运中石化abcXYZ", min_size=2, max_size=8)
    return Question(
        What.MEASURE, subject, period, tuple(by), against, other_period, other,
        trend=draw(st.sampled_from((0, 2, 12, 24, 36))), share=draw(st.booleans()),
        top=draw(st.sampled_from((0, 1, 10, 100))), wan=draw(st.booleans()), detail=draw(st.booleans()),
        format=draw(st.sampled_from(("", "pdf", "excel", "word"))),
        bounds=tuple((bound, bounds[bound]) for bound in SIGNS if bound in bounds),
        department=draw(st.sampled_from(("", "销售部", "R&D"))) if items else "",
        person=draw(st.sampled_from(("", "li", "ann"))) if items else "",
        category=draw(st.sampled_from(("", "餐饮招待", "差旅"))) if items else "",
        supplier=draw(st.one_of(st.just(""), word)) if items else "",
    )  # fmt: skip


@given(questions(), st.sampled_from(("zh", "en")))
def test_canonical_words_are_read_back_as_the_same_question(question: Question, lang: str) -> None:
    words = said(question, "zh" if lang == "zh" else "en", PEOPLE)
    assert read(words, TODAY, NAMES) == (question,)


@given(PERIODS.filter(bool))
def test_the_stretch_before_ends_the_day_before_and_is_as_long(period: Period) -> None:
    prior = before(period)
    assert prior.last == period.first - timedelta(days=1)
    whole = period.first.day == 1 and (period.last + timedelta(days=1)).day == 1
    if whole:
        assert len(list(months(prior.first, prior.last))) == len(list(months(period.first, period.last)))
    else:
        assert prior.last - prior.first == period.last - period.first
    assert year_before(period).first.year == period.first.year - 1


@given(FIRST, st.integers(1, 60))
def test_so_many_months_end_with_the_month(day: date, count: int) -> None:
    stretch = list(months(ending_with(day, count).first, ending_with(day, count).last))
    assert len(stretch) == count
    assert stretch[-1].first <= day <= stretch[-1].last


@given(st.text(max_size=80))
def test_any_words_are_answered_or_refused(words: str) -> None:
    with suppress(Problem):
        assert 1 <= len(read(words, TODAY, NAMES)) <= 2
