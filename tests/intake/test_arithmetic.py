"""What the sums of a document supply and confirm, and what they must not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from archive.checks import SURE
from archive.document import Document, Kind, Line
from bench.capitals import to_capitals
from intake.arithmetic import proven, settled
from intake.reading import Found

cents = st.integers(100, 10**9).map(lambda n: Decimal(n) / 100)


def found(sure: float = 0.85, **facts: Any) -> Found:
    """A VAT invoice of which these facts were recognised."""
    names = [n for n in facts if n != "lines"]
    return Found(Document(kind=Kind.VAT, **facts), dict.fromkeys(names, "ocr"), dict.fromkeys(names, sure))


@given(cents, st.sampled_from(["0.01", "0.03", "0.06", "0.09", "0.13", "0.17"]))
def test_net_and_tax_that_make_the_total_prove_all_three(net: Decimal, rate: str) -> None:
    tax = (net * Decimal(rate)).quantize(Decimal("0.01"))
    fits = proven(Document(kind=Kind.VAT, amount_excl_tax=net, tax=tax, total=net + tax))
    assert fits >= {"amount_excl_tax", "tax", "total"} if tax else not fits


@given(cents)
def test_a_total_taken_for_the_net_amount_proves_nothing(total: Decimal) -> None:
    read = settled(found(amount_excl_tax=total, tax=Decimal("0.00"), total=total))
    assert all(read.confidence[name] < SURE for name in ("amount_excl_tax", "tax", "total"))


def test_goods_without_tax_make_no_net_amount() -> None:
    lines = (Line(name="", amount="740.74"), Line(name="", amount="12345.60"))
    read = settled(found(total=Decimal("13086.34"), lines=lines))
    assert read.document.amount_excl_tax is None


def test_a_check_character_proves_no_number_that_was_hardly_legible() -> None:
    right = "91330199X0109Y039K"
    assert (
        settled(found(0.95, seller_name="甲", buyer_name="乙", seller_tax_id=right)).confidence["seller_tax_id"] > 0.95
    )
    assert (
        settled(found(0.89, seller_name="甲", buyer_name="乙", seller_tax_id=right)).confidence["seller_tax_id"] < SURE
    )


def test_a_party_that_is_lost_makes_the_other_doubtful() -> None:
    read = settled(found(0.99, seller_name="上海样例云算科技有限公司", seller_tax_id="91330199X0109Y039K"))
    assert read.confidence["seller_name"] < SURE
    assert read.confidence["seller_tax_id"] < SURE


def test_a_run_of_equal_characters_is_not_counted_by_recognition() -> None:
    read = settled(found(0.99, seller_name="上海样例云算科技有限公司", buyer_name="广州XXXXXX公司"))
    assert read.confidence["seller_name"] > SURE > read.confidence["buyer_name"]


@given(cents)
def test_a_total_missing_in_figures_is_taken_from_its_words_but_not_proven_by_them(total: Decimal) -> None:
    read = settled(found(capitals=to_capitals(total)))
    assert read.document.total == total
    assert read.confidence["total"] < SURE


@given(cents)
def test_words_and_figures_that_agree_make_the_total_sure(total: Decimal) -> None:
    assert settled(found(0.5, capitals=to_capitals(total), total=total)).confidence["total"] > 0.95


def test_words_and_figures_that_differ_make_it_doubtful() -> None:
    read = settled(found(0.95, capitals="壹佰圆整", total=Decimal("108.00")))
    assert read.document.total == Decimal("108.00")
    assert read.confidence["total"] < SURE


def test_an_amount_no_rate_allows_is_dropped() -> None:
    """The net amount read into the tax's place: nothing is better than 274 tax on nothing."""
    read = settled(found(amount_excl_tax=Decimal(0), tax=Decimal(274), total=Decimal(274)))
    assert (read.document.amount_excl_tax, read.document.tax) == (None, None)
    assert "tax" not in read.confidence


def test_tax_follows_from_a_total_said_twice_and_is_doubtful() -> None:
    read = settled(found(capitals="壹佰壹拾叁圆整", total=Decimal(113), amount_excl_tax=Decimal(100), tax=Decimal(12)))
    assert read.document.tax == Decimal(13)


def test_goods_stand_in_for_a_row_of_sums_that_was_not_read() -> None:
    goods = (Line("*样例*甲", amount="60.00", tax="7.80"), Line("*样例*乙", amount="40.00", tax="5.20"))
    read = settled(found(lines=goods, total=Decimal(113)))
    assert (read.document.amount_excl_tax, read.document.tax) == (Decimal(100), Decimal(13))


def test_red_amounts_add_up_too() -> None:
    red = Document(kind=Kind.EINVOICE, amount_excl_tax=Decimal(-1900), tax=Decimal(-114), total=Decimal(-2014))
    assert "total" in proven(red)
