"""Terms and their clocks, longer and never shorter; holds; deadlines; metadata; amounts in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import deadlines, holds, metadata
from archive.balance import Balance
from archive.capitals import capitals
from archive.deadlines import Stage
from archive.errors import BadHold, HoldEnded, MetadataFixed, MetadataMissing, ReasonNeeded, TermTooShort
from archive.holds import Hold, Why
from archive.keeping import Paperless, Standing, longer, reset, scrapped, short, standing, to_print, years
from archive.metadata import ELEMENTS
from archive.money import from_capitals
from archive.retention import Term
from archive.unit import Unit
from config.legal import laws, retention

AT = datetime(2026, 11, 24, tzinfo=UTC)
UNIT = Unit(
    "GD01|2026-09|记-1", "GD01", "记账凭证", "会计凭证", "收到苏州湖东新能源有限公司货款", "记-1", date(2026, 9, 1),
    2026, 9, "30年", date(2056, 12, 31), "GD01-KJ·JZ·2026·D30-0009-0001", "GD01-KJ·JZ·2026·D30-0009",
    metadata={"M22": "收到货款", "M27": "C013；26339990000088000001"},
)  # fmt: skip
HOLD = Hold("H1", "GD01", Why.LITIGATION, "纠纷", "chen", AT, words="苏州湖东")


@given(st.integers(1, 200), st.integers(1, 200))
def test_policy_and_appraisal_only_lengthen(has: int, wanted: int) -> None:
    table = {"总账": Term("总账", "会计账簿", has)}
    unit = replace(UNIT, retention=f"{has}年", expires=date(2026 + has, 12, 31))
    if wanted < has:
        with pytest.raises(ValueError, match="shorter"):
            longer(table, {"总账": f"{wanted}年"})
    else:
        assert longer(table, {"总账": f"{wanted}年"})["总账"].years == wanted
    if wanted <= has:
        with pytest.raises(TermTooShort):
            reset(unit, f"{wanted}年", who="chen", at=AT, why="仍有价值")
    else:
        made = reset(unit, f"{wanted}年", who="chen", at=AT, why="仍有价值")
        after = standing(unit, Standing(unit.id, "GD01", resets=(made,)))
        assert (after.expires, after.retention) == (date(2026 + wanted, 12, 31), f"{wanted}年")
        assert after.archive_no == unit.archive_no
    forever = reset(unit, "永久", who="chen", at=AT, why="x")
    assert (forever.expires, forever.was) == (None, unit.retention)


def test_permanent_can_not_be_shortened_and_a_reason_is_needed() -> None:
    with pytest.raises(TermTooShort):
        reset(replace(UNIT, retention="永久", expires=None), "永久", who="chen", at=AT, why="x")
    with pytest.raises(ReasonNeeded):
        reset(UNIT, "40年", who="chen", at=AT, why=" ")
    with pytest.raises(TermTooShort):
        reset(UNIT, "长期", who="chen", at=AT, why="x")
    with pytest.raises(ValueError, match="no such kind"):
        longer(retention(), {"奏折": "30年"})
    with pytest.raises(ValueError, match="shorter"):
        longer(retention(), {"年度财务会计报告": "30年"})
    assert [years(words) for words in ("40年", "永久", "5", "10 years")] == [40, None, 5, 10]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_an_asset_card_is_kept_five_whole_years_from_its_clearing(on: date) -> None:
    until = scrapped(retention()["固定资产卡片"], on)
    assert until is not None
    assert (until.year - on.year, until.month) == (5, on.month)
    assert until.day == (28 if (on.month, on.day) == (2, 29) else on.day)


def test_what_is_printed_follows_the_switch() -> None:
    forever = replace(UNIT, retention="永久", expires=None)
    assert to_print([UNIT, forever], Paperless.PRINT_PERMANENT) == (forever,)
    assert to_print([UNIT, forever], Paperless.ELECTRONIC_ONLY) == ()


def test_gaps_in_retention_are_seen() -> None:
    table = retention()
    assert short([UNIT], table) == ()
    bad = [replace(UNIT, retention="10年"), replace(UNIT, kind="奏折"), replace(UNIT, retention="?")]
    assert short(bad, table) == tuple(bad)


def test_what_a_hold_covers() -> None:
    assert holds.covers(HOLD, UNIT)
    assert not holds.covers(HOLD, replace(UNIT, company="GD02"))
    assert not holds.covers(replace(HOLD, first="2026-10", last="2026-12"), UNIT)
    assert holds.covers(replace(HOLD, first="2026-09", last="2026-09"), UNIT)
    assert holds.covers(replace(HOLD, first="2026-03", last="2026-04"), replace(UNIT, month=0))
    assert holds.covers(replace(HOLD, words="", unit=UNIT.archive_no), UNIT)
    assert not holds.covers(replace(HOLD, volume="GD01-KJ·JZ·2026·D30-0008"), UNIT)
    ended = holds.released(HOLD, who="chen", at=AT, why="结案")
    assert not holds.covers(ended, UNIT)
    with pytest.raises(HoldEnded):
        holds.released(ended, who="chen", at=AT, why="再")
    with pytest.raises(ReasonNeeded):
        holds.released(HOLD, who="chen", at=AT, why="")
    with pytest.raises(BadHold):
        holds.checked(replace(HOLD, words=""))


def test_a_party_with_an_open_balance_blocks_by_name_and_by_code() -> None:
    rows = [
        Balance("2026-09", "1122", "应收账款", closing=Decimal(10)),
        Balance("2026-08", "1122", "", closing=Decimal(99), party="C013", party_name="苏州湖东新能源有限公司"),
        Balance("2026-09", "1122", "", closing=Decimal(10), party="C013", party_name="苏州湖东新能源有限公司"),
        Balance("2026-09", "1122", "", closing=Decimal(0), party="C014", party_name="已结清有限公司"),
        Balance("2026-09", "6602", "管理费用", closing=Decimal(0)),
        Balance("2026-09", "6602", "管理费用", closing=Decimal(5), party="C015", party_name="费用有限公司"),
    ]
    open_ = holds.unsettled(rows)
    assert set(open_) == {"C013", "苏州湖东新能源有限公司"}
    assert "2026-09 应收账款 10.00" in open_["C013"].zh
    (block,) = holds.blocks(UNIT, [], open_)
    assert block.kind == "unsettled"
    by_code = replace(UNIT, title="收款")
    assert [b.kind for b in holds.blocks(by_code, [], open_)] == ["unsettled"]
    assert holds.blocks(replace(by_code, metadata={"M27": "C0131"}), [], open_) == ()
    assert [b.kind for b in holds.blocks(UNIT, [HOLD], {})] == ["hold"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 1), {"vouchers": "ahead", "books": "ahead", "other": "ahead", "handover": "ahead"}),
        (date(2027, 1, 15), {"vouchers": "soon", "books": "ahead", "other": "ahead", "handover": "ahead"}),
        (date(2027, 2, 1), {"vouchers": "overdue", "books": "ahead", "other": "ahead", "handover": "ahead"}),
        (date(2027, 6, 1), {"vouchers": "overdue", "books": "overdue", "other": "overdue", "handover": "ahead"}),
        (date(2028, 1, 1), {"vouchers": "overdue", "books": "overdue", "other": "overdue", "handover": "overdue"}),
    ],
)
def test_deadlines_of_a_year(today: date, expected: dict[str, str]) -> None:
    found = {d.what: d for d in deadlines.of_year(2026, ("reports",), today)}
    assert {what: found[what].stage.value for what in expected} == expected
    assert found["reports"].stage is Stage.DONE
    assert found["vouchers"].due == date(2027, 1, 31)
    assert (found["handover"].due, found["handover"].latest) == (date(2027, 12, 31), date(2029, 12, 31))
    assert deadlines.months_on(date(2027, 1, 31), 1) == date(2027, 2, 28)


def test_metadata_are_the_elements_of_the_standard() -> None:
    groups = {"M2", "M21", "M47", "M53", "M59", "M64", "M72", "M77"}
    assert set(ELEMENTS) | groups == {f"M{n}" for n in range(1, 96)}
    assert not [e.number for e in ELEMENTS.values() if e.free and e.required]


def test_only_what_is_free_is_edited_and_every_value_stays() -> None:
    values = {"M22": "收到货款", "M27": "货款"}
    with pytest.raises(MetadataFixed):
        metadata.edit(values, "M22", "x", who="chen", at=AT, why="y", unit="u")
    with pytest.raises(MetadataFixed):
        metadata.edit(values, "M96", "x", who="chen", at=AT, why="y", unit="u")
    with pytest.raises(ReasonNeeded):
        metadata.edit(values, "M27", "x", who="chen", at=AT, why="", unit="u")
    assert metadata.edit(values, "M27", "货款", who="chen", at=AT, why="y", unit="u") is None
    first = metadata.edit(values, "关键词", "合同款", who="chen", at=AT, why="更准确", unit="u")
    assert first is not None
    assert (first.element, first.was) == ("M27", "货款")
    second = metadata.edit(metadata.edited(values, [first]), "M27", "", who="chen", at=AT, why="y", unit="u")
    assert second is not None
    assert second.was == "合同款"
    assert metadata.edited(values, [first, second]) == {"M22": "收到货款"}
    with pytest.raises(MetadataMissing):
        metadata.demand(values, "u")


@given(st.decimals(0, Decimal("99999999999999.99"), places=2))
def test_amounts_in_words_read_back_as_they_were(amount: Decimal) -> None:
    assert from_capitals(capitals(amount)) == amount


def test_amounts_in_words_as_they_are_written() -> None:
    for amount, words in (
        ("0", "零元整"), ("1409.50", "壹仟肆佰零玖元伍角整"), ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"), ("325.04", "叁佰贰拾伍元零肆分"), ("0.05", "伍分"),
    ):  # fmt: skip
        assert capitals(Decimal(amount)) == words


def test_the_laws_are_dated() -> None:
    assert all(law.since <= law.checked for law in laws())
