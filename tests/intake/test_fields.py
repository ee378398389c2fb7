"""Text → values: dates, numbers, ids in the shapes that forms print."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import fields

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_a_day_in_any_usual_form(day: date) -> None:
    forms = [
        day.isoformat(),
        f"{day:%Y%m%d}",
        f"{day:%Y}年{day.month}月{day.day}日",
        f"{day:%Y}  {day:%m}  {day:%d}",
        f"{day:%Y/%m/%d} 09:05:31",
        f"{day:%Y%m%d}080102000",
    ]
    assert {fields.parse_date(form) for form in forms} == {day}


@given(DAYS)
def test_foreign_days(day: date) -> None:
    forms = [f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}", f"{day:%d-%b-%Y}", f"{day:%d/%m/%Y}"]
    assert {fields.parse_foreign_date(form) for form in forms} == {day}


@pytest.mark.parametrize("text", ["", "2024年13月01日", "20241301", "1234567890", "12:30:45", "2024-02-30"])
def test_no_day(text: str) -> None:
    assert fields.parse_date(text) is None


def test_month_first_when_told_or_when_nothing_else_is_possible() -> None:
    assert fields.parse_foreign_date("03/04/2025") == date(2025, 4, 3)
    assert fields.parse_foreign_date("03/04/2025", month_first=True) == date(2025, 3, 4)
    assert fields.parse_foreign_date("04/23/2025") == date(2025, 4, 23)


@given(st.text(max_size=40))
def test_any_text_is_folded_once(text: str) -> None:
    assert fields.fold(fields.fold(text)) == fields.fold(text)


def test_radicals_and_width() -> None:
    assert fields.fold("购买⽅：９１１０Ａ\u200b") == "购买方:9110A"
    assert fields.tidy("电⼦发票（普通发票）Ａ") == "电子发票（普通发票）A"
    assert fields.squeeze("名　 称 ：") == "名称:"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("24119990000015696478", "24119990000015696478"),
        ("No 05738489", "05738489"),
        ("发票号码:00999428 机器", "00999428"),
        ("330199099876543", None),
        ("1234567", None),
    ],
)
def test_numbers(text: str, number: str | None) -> None:
    assert fields.parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "tax_id"),
    [
        ("９１５１０１９９Ｘ０ＷＹＹ１ＣＮ２Ｇ", "91510199X0WYY1CN2G"),
        ("330199099876543", "330199099876543"),
        ("9133 0199 X010 9Y03 9K", "91330199X0109Y039K"),
        ("个人", None),
        ("ABCDEFGHIJKLMNO", None),
    ],
)
def test_tax_ids(text: str, tax_id: str | None) -> None:
    assert fields.parse_tax_id(text) == tax_id


def test_check_code_and_code() -> None:
    assert fields.parse_check_code("97868 63347 73818 42725") == "97868633477381842725"
    assert fields.parse_code("051002309911") == "051002309911"
    assert fields.parse_code("05100230991") is None
