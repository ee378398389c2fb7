"""Labels and titles are mended from a closed list; values are left as they were read."""

from __future__ import annotations

import pytest

from intake.rows import Word
from intake.spelling import mended, title_like


def word(text: str, box: tuple[float, float, float, float] = (0.1, 0.5, 0.4, 0.53)) -> Word:
    return Word(text, box)


def spelt(text: str) -> str:
    (one,), made_of = mended([word(text)])
    assert made_of == ((0,),)
    return one.text


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("称：样例商贸有限公司", "名称：样例商贸有限公司"),
        ("名称；样例商贸有限公司", "名称:样例商贸有限公司"),
        ("纳锐人识别号：91330199X0109Y039K", "纳税人识别号：91330199X0109Y039K"),
        ("开票曰期：2026年06月12日", "开票日期：2026年06月12日"),
        (":样例商贸有限公司", "样例商贸有限公司"),
        ("日期2026-04-2110:22:31", "日期2026-04-21 10:22:31"),
        ("样例航空旅行（北京)有限公司", "样例航空旅行（北京）有限公司"),
    ],
)
def test_what_recognition_often_gets_wrong_is_mended(read: str, meant: str) -> None:
    assert spelt(read) == meant


@pytest.mark.parametrize(
    "text", ["发票亏码：12345678", "购方公司", "样例商贸有限公司", "00990123", "合计", "*餐饮服务*餐费"]
)
def test_what_may_be_two_labels_or_is_a_value_stays(text: str) -> None:
    assert spelt(text) == text


def test_look_alike_letters_of_a_tax_id_go_only_when_its_check_character_then_holds() -> None:
    assert spelt("9133O199XO1O9YO39K") == "91330199X0109Y039K"
    assert spelt("9111010807MGZHI002") == "9111010807MGZHI002"


def test_seals_are_left_out() -> None:
    kept, made_of = mended([word("发票专用章"), word("合计"), word("章）")])
    assert ([one.text for one in kept], made_of) == (["合计"], ((1,),))


def test_a_title_in_parts_becomes_one_word_but_is_less_sure() -> None:
    parts = [word("电子发票", (0.3, 0.03, 0.45, 0.1)), word("高通发票）", (0.47, 0.03, 0.65, 0.1))]
    small = [word(f"名称：样例{n}", (0.1, 0.3 + n / 20, 0.3, 0.32 + n / 20)) for n in range(5)]
    (title, *rest), made_of = mended([*parts, *small])
    assert made_of == ((0, 1), (2,), (3,), (4,), (5,), (6,))
    assert title.text == "电子发票（普通发票）"
    assert title.box == (0.3, 0.03, 0.65, 0.1)
    assert title.score <= 0.9
    assert len(rest) == 5


def test_a_title_that_might_be_another_is_none() -> None:
    assert title_like("样例有限公司发票") == (0.0, "")
    assert title_like("四川增值税电子普通发票") == (1.0, "四川增值税电子普通发票")
