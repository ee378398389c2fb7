"""The evaluator of the rules: what goes before what, that every decision can be traced, that order doesn't matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.classify import Basis, CategoryRule, Clause, built_in, by_hand, classify, even
from archive.document import Document, Kind, Line
from config.settings import categories

KNOWN, FALLBACK = categories()
BUILT_IN = built_in(KNOWN)
WORDS = st.sampled_from(
    ["咖啡", "餐饮", "打印", "current", "rent", "Rent", "餐饮服务", "星巴克", "Office", "ｃｏｆｆｅｅ"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
LINES = st.lists(st.one_of(NAMES, st.tuples(WORDS, NAMES).map(lambda p: f"*{p[0]}*{p[1]}")), max_size=3)
DOCUMENTS = st.builds(
    lambda kind, seller, lines: Document(kind=kind, seller_name=seller, lines=tuple(Line(name) for name in lines)),
    st.sampled_from(list(Kind)), st.one_of(st.none(), NAMES), LINES,
)  # fmt: skip
CLAUSES = st.one_of(
    st.builds(Clause, st.just(Basis.KIND), st.sampled_from([(k.value,) for k in Kind])),
    st.builds(Clause, st.sampled_from([Basis.SELLER, Basis.SHORT, Basis.WORD]), st.tuples(WORDS)),
)
OWN = st.lists(st.tuples(CLAUSES, st.sampled_from(["甲", "乙", "丙"])), max_size=6).map(
    lambda made: [CategoryRule(f"R{n}", 1, c, (clause,), n, own=True) for n, (clause, c) in enumerate(made, 1)]
)


@given(DOCUMENTS, OWN, st.randoms())
def test_the_order_the_rules_are_given_in_decides_nothing(document: Document, own: list, random: object) -> None:
    rules = [*own, *BUILT_IN]
    shuffled = rules[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert classify(document, rules, FALLBACK.zh) == classify(document, shuffled, FALLBACK.zh)


@given(DOCUMENTS, OWN)
def test_a_decision_can_be_checked_by_its_rule_alone(document: Document, own: list[CategoryRule]) -> None:
    made = classify(document, [*own, *BUILT_IN], FALLBACK.zh)
    if made.basis is Basis.NONE:
        assert made.category == FALLBACK.zh
        assert not made.rule
        assert all(classify(document, [rule], "?").category == "?" for rule in [*own, *BUILT_IN])
    else:
        (rule,) = [r for r in [*own, *BUILT_IN] if (r.id, r.version) == (made.rule, made.version)]
        assert classify(document, [rule], "?") == made  # the same reason, too
        assert made.match in next(c.matches for c in rule.clauses if c.basis is made.basis)
        assert made.why.zh
        assert made.why.en


@given(DOCUMENTS, OWN)
def test_own_rules_go_first(document: Document, own: list[CategoryRule]) -> None:
    alone = classify(document, own, "?")
    if alone.basis is not Basis.NONE:
        assert classify(document, [*BUILT_IN, *own], FALLBACK.zh) == alone


@given(DOCUMENTS, OWN, CLAUSES)
def test_a_rule_that_does_not_fit_changes_nothing(document: Document, own: list[CategoryRule], clause: Clause) -> None:
    extra = CategoryRule("R99", 1, "丁", (clause,), 99, own=True)
    if classify(document, [extra], "?").basis is Basis.NONE:
        assert classify(document, [*own, extra], "?") == classify(document, own, "?")


@given(st.text())
def test_made_even_once_is_even(words: str) -> None:
    assert even(even(words)) == even(words)


def test_the_more_telling_ground_wins_and_is_named() -> None:
    document = Document(
        kind=Kind.TAXI, seller_name="杭州星巴克咖啡", type="发票", lines=(Line("*餐饮服务*拿铁咖啡"), Line("打印纸"))
    )

    def rule(number: int, basis: Basis, match: str) -> CategoryRule:
        return CategoryRule(f"R{number}", 1, f"{number}", (Clause(basis, (match,)),), number, own=True)

    rules = [rule(1, Basis.WORD, "咖啡"), rule(2, Basis.WORD, "拿铁咖啡"), rule(3, Basis.KIND, "taxi"),
             rule(4, Basis.SHORT, "餐饮服务"), rule(5, Basis.SELLER, "星巴克")]  # fmt: skip
    won = []
    while rules:
        made = classify(document, rules, "?")
        won.append((made.rule, made.why.zh))
        rules = [r for r in rules if r.id != made.rule]
    assert won == [
        ("R5", "销售方名称相符"), ("R4", "第 1 行税收分类简称「餐饮服务」"), ("R3", "票据种类「出租车票」"),
        ("R2", "第 1 行含「拿铁咖啡」"), ("R1", "第 1 行含「咖啡」"),
    ]  # fmt: skip


def test_a_latin_word_begins_where_a_word_begins() -> None:
    rent = [CategoryRule("R1", 1, "租", (Clause(Basis.WORD, ("rent",)),), 1, own=True)]

    def sorted_(name: str) -> str:
        return classify(Document(lines=(Line(name),)), rent, "?").category

    assert [sorted_(name) for name in ("current account", "Rental", "the RENT", "parent, rent")] == [
        "?",
        "租",
        "租",
        "租",
    ]


def test_a_choice_by_hand_still_names_the_rule_that_said_otherwise() -> None:
    rule = classify(Document(kind=Kind.TAXI), BUILT_IN, FALLBACK.zh)
    chosen = by_hand("会议培训", "li", rule)
    assert (chosen.basis, chosen.by, chosen.rule) == (Basis.PERSON, "li", "")
    assert "B04 第 1 版" in chosen.why.zh
    assert "交通费" in chosen.why.zh
    assert by_hand("捐赠", "li", chosen).why.zh == "人工选择"


def test_every_built_in_rule_has_an_id_of_its_own_and_a_trip_sheet_is_no_flight() -> None:
    assert [r.id for r in BUILT_IN] == [f"B{n:02}" for n in range(1, len(KNOWN) + 1)]
    trip = Document(kind=Kind.TRIP, type="滴滴出行-行程单")
    assert classify(trip, BUILT_IN, FALLBACK.zh).category == "交通费"
