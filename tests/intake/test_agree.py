"""Several sources about one document: who is believed, what is said about the others, and what the checks find."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from archive.document import Document, Kind, Line
from archive.finding import Level
from intake import doubts
from intake.agree import agree, checked
from intake.draft import Draft
from intake.reading import SOURCES, Found, Place
from intake.rows import Span


def draft(source: str, **values: object) -> Draft:
    made = Draft(source, Kind.EINVOICE)
    for name, value in values.items():
        made.put(name, value, Span("x", "x", (0.1, 0.1, 0.2, 0.2), 0, 1.0, 0) if source == "text" else None)
    return made


def test_the_surest_source_is_believed_whatever_the_order() -> None:
    drafts = [draft(source, number=source, date=date(2025, 1, 1)) for source in SOURCES]
    for order in (drafts, drafts[::-1]):
        found = agree(order)
        assert found.document.number == "xml"
        assert found.source == {"number": "xml", "date": "xml"}
        findings = [f for f in found.warnings if f.code == doubts.DISAGREE]
        assert {f.facts["other"] for f in findings} == set(SOURCES) - {"xml"}
        assert {f.field for f in findings} == {"number"}


def test_both_values_are_named_in_both_languages() -> None:
    (finding,) = agree([draft("attachment", total=Decimal("10")), draft("text", total=Decimal("12"))]).warnings
    assert finding.level is Level.WARN
    for words in (finding.text.zh, finding.text.en):
        assert "10.00" in words
        assert "12.00" in words
    assert "价税合计" in finding.text.zh
    assert "Total" in finding.text.en


def test_width_brackets_and_blanks_are_no_disagreement() -> None:
    found = agree([draft("xml", seller_name="甲（乙）有限公司"), draft("text", seller_name="甲(乙) 有限公司")])
    assert found.warnings == ()
    assert found.places == {"seller_name": Place(0, (0.1, 0.1, 0.2, 0.2))}


def test_a_place_is_only_given_where_the_print_says_the_same() -> None:
    assert agree([draft("xml", number="1"), draft("text", number="2")]).places == {}


def test_the_printed_title_counts_more_than_the_data() -> None:
    found = agree([draft("attachment", type="增值税电子普通发票"), draft("text", type="浙江增值税电子普通发票")])
    assert found.document.type == "浙江增值税电子普通发票"
    assert found.source["type"] == "text"


def codes(document: Document) -> set[str]:
    return {f.code for f in checked(Found(document)).warnings}


FULL = Document(
    kind=Kind.EINVOICE,
    number="25117000000012345678",
    date=date(2025, 1, 2),
    seller_name="甲",
    buyer_name="乙",
    amount_excl_tax=Decimal("100.00"),
    tax=Decimal("6.00"),
    total=Decimal("106.00"),
    capitals="壹佰零陆圆整",
    seller_tax_id="91110108690017781B",
    lines=(Line("货", amount="60.00"), Line("货", amount="40.00")),
)


def test_a_sound_document_gives_no_warning() -> None:
    assert codes(FULL) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"capitals": "壹佰零柒圆整"}, doubts.CAPITALS),
        ({"tax": Decimal("7.00")}, doubts.SUM),
        ({"seller_tax_id": "91110108690017781A"}, doubts.TAX_ID),
        ({"buyer_name": None}, doubts.INCOMPLETE),
        ({"lines": (Line("货", amount="99.00"),)}, doubts.LINES),
    ],
)
def test_each_check_finds_its_fault(change: dict[str, object], code: str) -> None:
    assert codes(replace(FULL, **change)) == {code}  # type: ignore[arg-type]


def test_an_unreadable_amount_in_words_and_an_old_tax_id_are_no_fault() -> None:
    assert codes(replace(FULL, capitals="见清单", seller_tax_id="330199099876543")) == set()


def test_the_list_of_codes_is_stable_and_complete() -> None:
    assert sorted(doubts.MEANINGS) == [f"I{n:02}" for n in range(1, len(doubts.MEANINGS) + 1)]
    assert all(text.zh and text.en for _, text in doubts.MEANINGS.values())
    assert set(doubts.SOURCE_NAMES) == set(SOURCES)
