"""The DA/T 94 register and the approval times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

from archive.document import Kind
from archive.words import Text
from reports.approvals import approvals, hours, late
from reports.claim import Claim
from reports.filing import COLUMNS, register, title
from reports.render import render
from tests.reports.drawn import NOW, claims, head


def test_columns_are_those_of_table_f1_in_order() -> None:
    expected = "序号 档号 文件号 题名 形成日期 保管期限 电子文件名 数量 备注"
    assert " ".join(column.heading.zh for column in COLUMNS) == expected


def test_only_filed_documents_by_archive_number_with_the_sum_of_files() -> None:
    found = claims(30)
    filed = [row for row in found if row.archive_no]
    table = next(register(found[::-1], head()).tables())
    lines = list(table.rows())
    assert [line[1] for line in lines] == sorted(row.archive_no for row in filed)
    assert [line[0] for line in lines] == list(range(1, len(filed) + 1))
    assert table.total is not None
    assert table.total[7] == sum(row.file_count for row in filed)


def test_title_falls_back_to_kind_and_seller() -> None:
    assert title(Claim("1", summary="差旅报销")).zh == "差旅报销"
    assert title(Claim("1", kind=Kind.RAIL, seller="广州局")) == Text("铁路客票 广州局", "rail ticket 广州局")
    assert title(Claim("1", kind=Kind.TAXI)).zh == "出租车票"


def decided(item: str, who: str, took: int, limit: int = 48) -> Claim:
    start = NOW - timedelta(hours=200)
    return Claim(
        item,
        received_at=start,
        decided_at=start + timedelta(hours=took),
        decided_by=who,
        due_at=start + timedelta(hours=limit),
    )


def test_average_median_longest_and_overdue() -> None:
    found = [decided("1", "孙", 1), decided("2", "孙", 2), decided("3", "孙", 60), decided("4", "钱", 5)]
    table = next(approvals(found, head()).tables())
    first, second = table.rows()
    assert first[1:] == (3, Decimal("21.0"), Decimal("2.0"), Decimal("60.0"), 1)
    assert second[1:] == (1, Decimal("5.0"), Decimal("5.0"), Decimal("5.0"), 0)
    assert table.total is not None
    assert table.total[1:] == (4, Decimal("17.0"), Decimal("3.5"), Decimal("60.0"), 1)


def test_waiting_documents_are_listed_longest_first() -> None:
    old = Claim("old", received_at=NOW - timedelta(hours=50), due_at=NOW - timedelta(hours=2))
    new = Claim("new", received_at=NOW - timedelta(hours=3), due_at=NOW + timedelta(hours=45))
    (table,) = approvals([new, old], head()).tables()
    assert [row[0] for row in table.rows()] == ["old", "new"]
    assert [row[-1] is not None for row in table.rows()] == [True, False]
    assert hours(old, NOW) == Decimal("50.0")
    assert late(old, NOW)
    assert not late(new, NOW)


def test_without_time_limits_nothing_is_said_about_lateness() -> None:
    found = [replace(decided("1", "孙", 1), due_at=None), Claim("2", received_at=NOW - timedelta(hours=9))]
    page = approvals(found, head())
    for table in page.tables():
        assert "overdue" not in [column.key for column in table.columns]
        assert all(len(row) == len(table.columns) for row in table.rows())
    assert "超时" not in render(page, "json").decode()
    assert "超时" in render(approvals([decided("1", "孙", 1)], head()), "json").decode()


def test_times_are_shown_in_the_zone_of_the_report() -> None:
    there = replace(head(), made_at=NOW.astimezone(timezone(timedelta(hours=8))))
    (table,) = approvals([Claim("1", received_at=NOW - timedelta(hours=1))], there).tables()
    assert str(next(table.rows())[1]) == "2026-11-01 16:30:00+08:00"
