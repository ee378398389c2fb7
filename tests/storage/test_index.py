from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.document import Kind
from archive.item import Filed, Item, ItemState
from archive.query import Query, Scope
from storage.index import Index, fold, to_doc, totals_of
from storage.index_meili import MeiliIndex
from storage.index_tantivy import TantivyIndex
from tests.storage.items import an_item
from tests.storage.meili_server import MeiliServer, take_away

ALL = Scope("C1", None)
NUMBER = "26339990000021205985"


@pytest.fixture(params=["tantivy", "meili stand-in", "meili server"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Index]:
    """Each kind of index, empty: the same tests hold for all."""
    if request.param == "tantivy":
        tantivy = TantivyIndex(tmp_path / "index")
        yield tantivy
        await tantivy.close()
    elif request.param == "meili stand-in":
        with MeiliServer() as server:
            meili = MeiliIndex(server.url, server.key)
            yield meili
            await meili.close()
    else:
        url = os.environ.get("GUIDANG_TEST_MEILI_URL")
        if not url:
            pytest.skip("no Meilisearch server: set GUIDANG_TEST_MEILI_URL and GUIDANG_TEST_MEILI_KEY")
        key, name = os.environ.get("GUIDANG_TEST_MEILI_KEY", ""), f"guidang_test_{uuid4().hex[:8]}"
        real = MeiliIndex(url, key, name)
        yield real
        await real.close()
        await take_away(url, key, name)


@pytest.fixture
def found(index: Index) -> Callable[..., Awaitable[list[str]]]:
    """The ids found for words and conditions."""

    async def find(*words: str, scope: Scope = ALL, **conditions: object) -> list[str]:
        hits = await index.find(Query(words=words, size=50, **conditions), scope)  # type: ignore[arg-type]
        assert hits.total == len(hits.ids)
        return [each.removeprefix("G2610-000") for each in hits.ids]

    return find


Found = Callable[..., Awaitable[list[str]]]


async def test_words_are_found_wherever_they_stand(index: Index, found: Found) -> None:
    await index.put(
        [
            an_item(1, "深圳顺丰速运有限公司", number=NUMBER, lines=("*物流辅助服务*收派服务费",)),
            an_item(2, "上海老丰顺餐饮有限公司", remark="团队聚餐,SF Express 转交"),
            an_item(3, "京东世纪", text="Starbucks  Coffee\nTotal ＵＳＤ １２.５０"),
        ]
    )
    assert await found("顺丰") == ["1"]
    assert await found("顺丰速运") == ["1"]
    assert await found("收派服务费") == ["1"]
    assert await found("物流") == ["1"]
    assert await found("聚餐") == ["2"]
    assert await found("sf express") == ["2"]
    assert await found("EXPRESS") == ["2"]
    assert await found("starbucks") == ["3"]
    assert await found("starbucks coffee") == ["3"]
    assert await found("usd", "12.50") == ["3"]
    assert await found("有限公司") == ["2", "1"]
    assert await found("有限公司", "餐饮") == ["2"]
    assert await found("有限公司", "starbucks") == []
    assert await found("不存在的词") == []


async def test_what_only_looks_alike_is_not_found(index: Index, found: Found) -> None:
    await index.put([an_item(1, "星辰科技,科技园,园区大星"), an_item(2, "大星辰科技园区")])
    assert await found("大星辰科技园区") == ["2"]  # the first holds every pair of it, but not in a row


async def test_numbers_by_beginning_end_and_whole(index: Index, found: Found) -> None:
    filed = Filed(
        "C1-KJ-2026-010-0003", datetime(2026, 11, 1, tzinfo=UTC), 2026, 10, "会计凭证", "30年", date(2056, 12, 31)
    )
    await index.put([an_item(1, number=NUMBER, code="044001900111", filed=filed), an_item(2, number="12345678")])
    for words in (NUMBER, NUMBER[:6], NUMBER[-6:], "044001900111", "C1-KJ-2026-010-0003", "c1-kj-2026", "G2610-0001"):
        assert await found(words) == ["1"], words
    assert await found("12345678") == ["2"]
    assert await found(NUMBER + "1") == []


async def test_width_signs_and_blanks_do_not_matter(index: Index, found: Found) -> None:
    await index.put([an_item(1, "顺丰（深圳）有限公司", total="1234.50", text="合 计 ￥１，２３４．５０")])
    for words in ("顺丰(深圳)", "顺丰（深圳）", "¥1,234.50", "￥1,234.50", "1234.50", "合计", "１２３４．５０"):
        assert await found(words) == ["1"], words


async def test_conditions(index: Index, found: Found) -> None:
    await index.put(
        [
            an_item(1, total="499.99", kind=Kind.RAIL, category="差旅费"),
            an_item(2, total="500.00", state=ItemState.ARCHIVED, department="财务部", day="2026-10-31"),
            an_item(3, total="500.01", owner="ls", day="2026-11-01"),
            an_item(4, total=None, day=None, kind=Kind.OTHER),
            an_item(5, total="-20.00", day="2026-09-30"),
        ]
    )
    half = Decimal(500)
    assert await found(above=half) == ["3"]
    assert await found(at_least=half) == ["3", "2"]
    assert await found(at_most=half) == ["2", "1", "5"]
    assert await found(below=half) == ["1", "5"]
    assert await found(at_least=Decimal("499.99"), at_most=half) == ["2", "1"]
    assert await found(above=Decimal("499.985"), below=Decimal("500.005")) == ["2", "1"]
    assert await found(below=Decimal(0)) == ["5"]
    assert await found(first=date(2026, 10, 1), last=date(2026, 10, 31)) == ["2", "1"]
    assert await found(first=date(2026, 11, 1)) == ["3"]
    assert await found(last=date(2026, 9, 30)) == ["5"]
    assert await found(kinds=frozenset({Kind.RAIL})) == ["1"]
    assert await found(kinds=frozenset({Kind.RAIL, Kind.OTHER})) == ["1", "4"]
    assert await found(states=frozenset({ItemState.ARCHIVED})) == ["2"]
    assert await found(owner="ls") == ["3"]
    assert await found(department="财务部") == ["2"]
    assert await found(category="差旅费") == ["1"]
    assert await found() == ["3", "2", "1", "5", "4"]  # newest document first, undated last


async def test_nobody_sees_more_than_their_own(index: Index, found: Found) -> None:
    await index.put(
        [
            an_item(1, "顺丰", owner="zs", also=("boss",)),
            an_item(2, "顺丰", owner="ls"),
            an_item(3, "顺丰", owner="zs", company="C2"),
        ]
    )
    assert await found("顺丰", scope=ALL) == ["2", "1"]
    assert await found("顺丰", scope=Scope("C1", "zs")) == ["1"]
    assert await found("顺丰", scope=Scope("C1", "boss")) == ["1"]
    assert await found("顺丰", scope=Scope("C2", None)) == ["3"]
    assert await found("顺丰", scope=Scope("C2", "ls")) == []
    assert await found("顺丰", scope=Scope("C1", 'zs" OR company = "C2')) == []
    assert await found(scope=Scope("", None)) == []


async def test_put_renews_and_remove_takes_out(index: Index, found: Found) -> None:
    await index.put([an_item(1, "顺丰"), an_item(2, "顺丰")])
    await index.put([an_item(1, "滴滴", state=ItemState.ARCHIVED)])
    assert await found("顺丰") == ["2"]
    assert await found("滴滴", states=frozenset({ItemState.ARCHIVED})) == ["1"]
    assert await index.count() == 2
    await index.remove(["G2610-0001", "G2610-0009"])
    assert (await found(), await index.count()) == (["2"], 1)
    await index.clear()
    assert (await found(), await index.count()) == ([], 0)
    await index.put([an_item(3, "顺丰")])
    assert await found("顺丰") == ["3"]


async def test_pages_are_parts_of_one_order(index: Index) -> None:
    items = [an_item(n, "顺丰", day=f"2026-10-{1 + n % 5:02}") for n in range(1, 24)] + [
        an_item(0, id="G2610-12345", day="2026-10-03")
    ]
    await index.put(items)
    pages = [await index.find(Query(size=5, page=page), ALL) for page in range(6)]
    ids = [each for page in pages for each in page.ids]
    expected = sorted(items, key=lambda i: (i.document.date or date.min, int(i.id[6:])), reverse=True)
    assert ids == [item.id for item in expected]
    assert {page.total for page in pages} == {24}


async def test_a_page_far_beyond_the_last_is_empty(index: Index) -> None:
    """A button carries the page's number, and whoever makes one up could end the process with it."""
    await index.put([an_item(n) for n in range(1, 4)])
    hits = await index.find(Query(page=2**31 - 1, size=8), ALL)
    assert (hits.ids, hits.total) == ((), 3)


async def test_putting_the_same_twice_at_once_keeps_one(index: Index) -> None:
    await index.put([an_item(1, "甲"), an_item(1, "乙")])
    hits = await index.find(Query(), ALL)
    assert hits.ids == ("G2610-0001",)
    assert (await index.find(Query(words=("乙",)), ALL)).total == 1


letters = st.text(alphabet="顺丰速运（）￥１２３12aAbBＡ .-\t\n", max_size=12)


@given(letters, letters, letters)
def test_a_word_folds_as_the_text_around_it_does(before: str, word: str, after: str) -> None:
    assert fold(fold(word)) == fold(word)
    assert fold(word) in fold(before + word + after)


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-(10**9), 10**9, places=3))
def test_bounds_are_exact(total: Decimal, bound: Decimal) -> None:
    value = to_doc(an_item(1, total=str(total))).total
    assert value is not None
    for name, holds in (
        ("above", total > bound),
        ("at_least", total >= bound),
        ("below", total < bound),
        ("at_most", total <= bound),
    ):
        span = totals_of(Query(**{name: bound}))  # type: ignore[arg-type]
        assert span is not None
        assert (span[0] <= value <= span[1]) == holds


def test_the_document_holds_what_a_person_may_remember() -> None:
    item: Item = an_item(
        1, "顺丰", number=NUMBER, kind=Kind.RAIL, extra={"train": "G7101"}, file_name="高铁.PDF", text="x" * 50_000
    )
    doc = to_doc(item)
    for part in (
        "g2610-0001",
        "顺丰",
        NUMBER,
        "铁路客票",
        "rail ticket",
        "g7101",
        "高铁.pdf",
        "100.00",
        "2026-10-11",
        "销售部",
    ):
        assert part in doc.text, part
    assert len(doc.text) < 13_000
    assert (doc.date, doc.total, doc.rank) == (20261011, 1_000_000, 26_100_000_001)
