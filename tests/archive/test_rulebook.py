"""The book of rules, proposed and decided in any order: nothing unapproved is in force, nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from archive.access import Person, Role
from archive.approval import Verdict
from archive.classify import Basis, Classified, built_in
from archive.document import Document, Kind, Line
from archive.dry_run import Moved, dry_run
from archive.errors import NotAllowed, StateProblem
from archive.item import FileRef, Item, ItemState
from archive.lessons import DOCUMENTS, KEPT, PEOPLE, Correction, Lesson, LessonState, first_ripe, things
from archive.rulebook import Book, Move, Wanted, as_rule, decide, propose
from config.settings import categories

AT = datetime(2026, 11, 24, tzinfo=UTC)
PEOPLE_OF = {
    "zhao": {Role.FINANCE}, "wu": {Role.FINANCE}, "chen": {Role.ARCHIVIST}, "li": {Role.EMPLOYEE}, "lu": {Role.FINANCE},
}  # fmt: skip
WHO = {p: Person(p, p, frozenset(r), company="GD02" if p == "lu" else "GD01") for p, r in PEOPLE_OF.items()}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(sorted(WHO)),
        st.one_of(
            st.tuples(st.sampled_from(Move), st.sampled_from(["R1", "R2", "R3", "B05"]), st.sampled_from("甲乙丙")),
            st.tuples(st.sampled_from(Verdict), st.sampled_from(["R1", "R2", "R3"]), st.integers(1, 4)),
        ),
    ),
    max_size=30,
)


def played(steps: list) -> list[Book]:
    """The book after each step; a refused step leaves it as it was."""
    book = Book("GD01")
    books = [book]
    for n, (who, (what, rule, which)) in enumerate(steps):
        at = AT + timedelta(minutes=n)
        try:
            if isinstance(what, Move):
                wanted = Wanted(what, rule, "捐赠", Basis.WORD, (which * 2,))
                made = propose(book, wanted, WHO[who], at, built_in=("B05",))
                book = replace(book, versions=(*book.versions, made))
            else:
                ruling = decide(book, rule, which, WHO[who], what, at, reason="因为")
                book = replace(book, rulings=(*book.rulings, ruling))
        except (StateProblem, NotAllowed) as problem:
            problem.text()  # its words have all their facts
        books.append(book)
    return books


@given(STEPS)
def test_in_force_is_only_what_another_person_with_the_right_approved(steps: list) -> None:
    book = played(steps)[-1]
    for version in book.in_force():
        ruling = book.ruling(version)
        assert ruling is not None
        assert ruling.verdict is Verdict.APPROVE
        assert ruling.by != version.by
        assert {version.by, ruling.by} <= {"zhao", "wu", "chen"}
        assert version.by != "chen"
        later = [v for v in book.of(version.rule) if v.version > version.version]
        assert all((r := book.ruling(v)) is None or r.verdict is not Verdict.APPROVE for v in later)


@given(STEPS)
def test_nothing_is_lost_and_every_version_is_decided_once(steps: list) -> None:
    books = played(steps)
    for before, after in pairwise(books):
        assert after.versions[: len(before.versions)] == before.versions
        assert after.rulings[: len(before.rulings)] == before.rulings
    keys = [(v.rule, v.version) for v in books[-1].versions]
    rulings = [(r.rule, r.version) for r in books[-1].rulings]
    assert len(set(keys)) == len(keys)
    assert len(set(rulings)) == len(rulings)
    for rule in {rule for rule, _ in keys}:
        assert [v for r, v in keys if r == rule] == list(range(1, len([1 for r, _ in keys if r == rule]) + 1))
        assert sum(v.rule == rule for v in books[-1].waiting()) <= 1
        assert sum(v.rule == rule for v in books[-1].in_force()) <= 1


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("甲乙"), st.sampled_from("abc")), max_size=60))
def test_a_lesson_is_ripe_by_documents_and_people_and_the_last_word_on_each_document(said: list) -> None:
    lesson = Lesson("GD01", Basis.SELLER, "某店")
    last: dict[str, tuple[str, str]] = {}
    for n, (item, category, by) in enumerate(said):
        lesson = lesson.with_(Correction(f"G{item}", category, by, AT + timedelta(minutes=n)))
        last[f"G{item}"] = (category, by)
    assert {c.item: (c.category, c.by) for c in lesson.corrections} == last
    assert len(lesson.corrections) <= KEPT
    for category in "甲乙":
        chosen = [by for c, by in last.values() if c == category]
        ripe = len(chosen) >= DOCUMENTS and len(set(chosen)) >= PEOPLE and len(chosen) * 2 > len(last)
        assert lesson.ripe(category) is ripe
        assert first_ripe([lesson], category) == (lesson if ripe else None)
        assert not replace(lesson, state=LessonState.DISMISSED).ripe(category)


def test_what_a_lesson_can_be_about() -> None:
    document = Document(seller_name=" 某店 ", lines=(Line("*餐饮服务*咖啡"), Line("*餐饮服务*咖啡"), Line("纸")))
    assert things(document) == ((Basis.SELLER, "某店"), (Basis.SHORT, "餐饮服务"), (Basis.WORD, "咖啡"))


def test_a_dry_run_counts_what_moves_and_what_people_had_said() -> None:
    known, fallback = categories()
    now = built_in(known)
    zhao = WHO["zhao"]
    wanted = Wanted(Move.ADD, "", "餐饮招待", Basis.SELLER, ("车行",))
    then = (as_rule(propose(Book("GD01"), wanted, zhao, AT, built_in=())), *now)

    def item(n: int, seller: str, category: str, by: str = "") -> Item:
        made = Classified(category, Basis.PERSON if by else Basis.KIND, by=by)
        file = FileRef(f"f{n}", "x.pdf", 1, "", "", "application/pdf")
        document = Document(kind=Kind.TAXI, seller_name=seller)
        return Item(
            f"G{n}", "GD01", "li", "", file, 0, document, ItemState.PENDING, AT, category=category, classified=made
        )

    items = [
        item(1, "一车行", "交通费"),
        item(2, "二车行", "餐饮招待", "li"),
        item(3, "三车行", "捐赠", "li"),
        item(4, "店", "交通费"),
    ]
    effect = dry_run(items, now, then, fallback.zh)
    assert effect.moved == tuple(Moved(f"G{n}", "交通费", "餐饮招待") for n in (1, 2, 3))
    assert (effect.of, effect.agreed, effect.against) == (4, 1, 1)
