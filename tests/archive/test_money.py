"""Amounts survive the way into words and back, and print is read as printed."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.money import from_capitals, parse_amount, thousands
from bench.capitals import to_capitals

AMOUNTS = st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1).map(lambda n: Decimal(n) / 100)


@given(AMOUNTS)
def test_words_come_back(amount: Decimal) -> None:
    assert from_capitals(to_capitals(amount)) == amount


@given(AMOUNTS)
def test_separators_come_back(amount: Decimal) -> None:
    assert parse_amount(thousands(amount)) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    amount = parse_amount(text)
    assert amount is None or amount.is_finite()


@given(st.text(alphabet="零壹贰叁拾佰仟万亿圆元角分整负（）人民币", max_size=12))
def test_any_words_are_read_or_refused(words: str) -> None:
    with contextlib.suppress(ValueError):
        amount = from_capitals(words)
        assert from_capitals(to_capitals(amount)) == amount


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("玖拾陆圆肆角", "96.40"),
        ("肆拾捌圆陆角", "48.60"),
        ("陆佰玖拾柒圆伍角捌分", "697.58"),
        ("（负数）贰仟零壹拾肆圆整", "-2014.00"),
        ("人民币贰万元整", "20000.00"),
        ("壹佰叁拾伍元整", "135.00"),
        ("贰拾壹元陆角叁分", "21.63"),
        ("壹仟零贰拾肆圆零叁分", "1024.03"),
        ("壹佰万零伍拾圆整", "1000050.00"),
        ("⊗叁佰柒拾玖圆陆角捌分", "379.68"),
        ("伍拾元", "50.00"),
        ("十元", "10.00"),
        ("陆分", "0.06"),
        ("壹万贰仟叁佰肆拾伍亿圆整", "1234500000000.00"),
    ],
)
def test_words_of_real_forms(words: str, figure: str) -> None:
    assert from_capitals(words) == Decimal(figure)


@pytest.mark.parametrize("words", ["", "圆整", "合计", "壹贰", "样例公司", "整"])
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        from_capitals(words)


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("0", "零圆整"),
        ("0.06", "陆分"),
        ("10.06", "壹拾圆零陆分"),
        ("1005.60", "壹仟零伍圆陆角"),
        ("100000000.10", "壹亿圆壹角"),
        ("100010000", "壹亿零壹万圆整"),
        ("-48.6", "（负数）肆拾捌圆陆角"),
    ],
)
def test_figures_in_words(figure: str, words: str) -> None:
    assert to_capitals(Decimal(figure)) == words


@pytest.mark.parametrize("figure", ["1e16", "0.001", "NaN", "Infinity"])
def test_what_words_cannot_say(figure: str) -> None:
    with pytest.raises(ValueError, match="can't be written"):
        to_capitals(Decimal(figure))


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("¥1,024.53", "1024.53"),
        ("￥ 23.45", "23.45"),
        ("¥-1900.00", "-1900.00"),
        ("-$1.00", "-1.00"),
        ("＊＊＊", "0.00"),
        ("***", "0.00"),
        ("(5.00)", "-5.00"),
        ("96.40元", "96.40"),
        ("CNY 1200.00", "1200.00"),
        ("Rs. 354.95", "354.95"),
        ("864", "864"),
        (".15", "0.15"),
    ],
)
def test_printed_figures(text: str, figure: str) -> None:
    assert parse_amount(text) == Decimal(figure)


@pytest.mark.parametrize("text", ["", "13%", "1,02.5", "2024-01-19", "12A", "--5", "合计", "1.2.3"])
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None
