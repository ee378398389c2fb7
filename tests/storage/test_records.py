"""Whatever a record holds comes back from the database as it was, and one value has one canonical form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import bson
import pytest
from bson.codec_options import CodecOptions
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.approval import Case, Decision, Verdict
from archive.document import Document, Kind, Line
from archive.finding import Finding, Level
from archive.item import Filed, FileRef, Item, ItemState
from archive.place import Place
from archive.words import Text
from storage.records import canonical, digest, pack, unpack

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
money = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12)
moments = st.datetimes(
    datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))])
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
pairs = st.dictionaries(words, words, max_size=3)
files = st.builds(FileRef, words, words, st.integers(0, 2**40), words, words, words)
documents = st.builds(
    Document,
    kind=st.sampled_from(Kind),
    number=st.none() | words,
    date=st.none() | st.dates(),
    total=st.none() | money,
    tax=st.none() | money,
    lines=st.lists(st.builds(Line, words, amount=words), max_size=2).map(tuple),
    extra=pairs,
)
findings = st.builds(Finding, words, st.sampled_from(Level), st.builds(Text, words, words), words, pairs)
filings = st.builds(
    Filed, words, moments, st.integers(1990, 2090), st.integers(1, 12), words, words, st.none() | st.dates()
)
items = st.builds(
    Item, words, words, words, words, files, st.integers(0, 99), documents, st.sampled_from(ItemState), moments,
    source=pairs, confidence=st.dictionaries(words, st.floats(0, 1), max_size=2),
    places=st.dictionaries(words, st.builds(Place, st.integers(0, 9), st.tuples(*[st.floats(0, 1)] * 4)), max_size=2),
    findings=st.lists(findings, max_size=2).map(tuple), seen_by=st.frozensets(words, max_size=3),
    filed=st.none() | filings, version=st.integers(1, 9),
)  # fmt: skip


def through_the_wire(doc: dict[str, object]) -> dict[str, object]:
    options: CodecOptions[dict[str, object]] = CodecOptions(tz_aware=True, tzinfo=UTC)
    return bson.decode(bson.encode(doc), options)


@given(items)
@settings(max_examples=150, deadline=None)
def test_an_item_comes_back_and_its_digest_is_that_of_what_is_stored(item: Item) -> None:
    doc = through_the_wire(pack(item))
    assert unpack(Item, doc) == item
    assert canonical(doc) == canonical(item)


@given(items, items)
@settings(max_examples=50, deadline=None)
def test_different_items_have_different_canonical_forms(one: Item, other: Item) -> None:
    assert (canonical(one) == canonical(other)) == (pack(one) == pack(other))


def test_a_case_comes_back() -> None:
    at = datetime(2026, 10, 31, 8, tzinfo=UTC)
    case = Case("c1", "G2610-0001", "r", (), at, 1, (Decision(0, "p1", "李", Verdict.APPROVE, at),), Verdict.APPROVE)
    assert unpack(Case, through_the_wire(pack(case))) == case


def test_money_keeps_its_places_and_stays_a_number() -> None:
    doc = pack(Document(total=Decimal("100.10")))
    assert doc["total"] == bson.Decimal128("100.10")
    assert str(unpack(Document, doc).total) == "100.10"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1" * 35])
def test_money_that_cannot_be_exact_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="34 digits"):
        pack(Document(total=Decimal(amount)))


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        pack(Case("c", "i", "r", (), datetime(2026, 1, 1)))


def test_keys_may_hold_what_the_database_forbids() -> None:
    document = Document(extra={"$a.b": "1", "": "2", "x\0y": "3"})
    assert unpack(Document, through_the_wire(pack(document))) == document


def test_a_broken_string_is_kept_readable() -> None:
    doc = through_the_wire(pack(Line("金\ud800额")))
    assert unpack(Line, doc).name == "金\ufffd额"
    assert digest(doc) == digest(Line("金\ud800额"))


@dataclass(frozen=True)
class Small:
    id: str
    when: date | None = None
    marks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    pair: tuple[str, int] = ("", 0)
    raw: bytes = b""


@dataclass(frozen=True)
class Unclear:
    value: date | datetime


def test_an_older_record_takes_defaults_and_a_newer_one_is_read() -> None:
    assert unpack(Small, {"id": "a", "later": 1}) == Small("a")
    full = Small("a", date(2026, 1, 2), {"x": (1, 2)}, ("k", 3), b"\x00\xff")
    assert unpack(Small, through_the_wire(pack(full))) == full
    assert digest(full) != digest(replace(full, raw=b"\x00\xfe"))


def test_a_type_that_cannot_be_read_back_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="apart"):
        pack(Unclear(date(2026, 1, 1)))


@dataclass(frozen=True)
class Shown:
    either: Text | str
    perhaps: Text | str | None = None


@pytest.mark.parametrize(
    "value", [Shown("词"), Shown(Text("词", "word"), "x"), Shown("", Text("", "")), Shown("x", None)]
)
def test_a_record_or_plain_words_are_told_apart(value: Shown) -> None:
    assert unpack(Shown, through_the_wire(pack(value))) == value
