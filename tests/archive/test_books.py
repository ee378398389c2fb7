"""Books as they come in: in whatever order and however often, the same books stand in the end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from archive import books
from archive.account import plain_code
from archive.linking import link
from archive.matching import attachments, numbers, twice
from archive.voucher import Line, Voucher, VoucherKind, kind_of


def _voucher(number: int, cents: int, *, document: str = "", words: str = "支付办公费", attached: int = 1) -> Voucher:
    amount = Decimal(cents) / 100
    lines = (
        Line("660201", "办公费", words, debit=amount, document=document),
        Line("100201", "银行存款", words, credit=amount),
    )
    return Voucher(2026, 4, "记", number, lines, date(2026, 4, 3), attached)


_vouchers = st.lists(st.tuples(st.integers(1, 6), st.sampled_from([100, 200])), max_size=8).map(
    lambda many: [_voucher(n, cents) for n, cents in dict(many).items()]
)


@given(_vouchers, _vouchers)
def test_an_import_again_changes_nothing(first: list[Voucher], second: list[Voucher]) -> None:
    once = books.vouchers((), first).records
    then = books.vouchers(once, second)
    again = books.vouchers(then.records, second)
    assert again.records == then.records
    assert not again.moved
    assert then.added + then.same + len(then.changed) == len(second)
    assert {v.core for v in once} <= {v.core for v in then.records}  # what was posted stays
    replaced = books.vouchers(once, second, replaces=True)
    assert {(v.key, v.core) for v in second} <= {(v.key, v.core) for v in replaced.records}


def test_two_vouchers_of_one_number_stay_two_however_often_they_come() -> None:
    both = [_voucher(1, 100), _voucher(1, 200), _voucher(1, 200)]
    once = books.vouchers((), both)
    again = books.vouchers(once.records, both)
    assert len(again.records) == 3
    assert (again.added, again.same, again.changed) == (0, 3, ())
    assert [r.kind for r in numbers(again.records)] == ["number_repeated"]


def test_another_export_adds_what_was_missing() -> None:
    bare, told = _voucher(1, 100), _voucher(1, 100, document="26339990000088000001")
    merged = books.vouchers([bare], [told])
    assert (merged.filled, merged.records[0].lines[0].document) == (1, "26339990000088000001")


@given(st.sets(st.integers(1, 40), min_size=1))
def test_gaps_and_given_numbers_are_all_numbers(given_: set[int]) -> None:
    gaps = [ref for r in numbers([_voucher(n, 100) for n in given_]) for ref in r.refs]
    assert {int(ref.rpartition("-")[2]) for ref in gaps} == set(range(1, max(given_) + 1)) - given_


def test_what_needs_no_document_and_what_is_no_second_booking() -> None:
    closing = _voucher(2, 100, words="期间损益结转", attached=0)
    red = _voucher(3, -100, words="注销4月3日记-1号凭证", document="26339990000088000001", attached=0)
    bare = _voucher(4, 100, attached=0)
    assert [r.refs for r in attachments([closing, red, bare], ())] == [("2026-04 记-4",)]
    first = _voucher(1, 100, document="26339990000088000001")
    blue = _voucher(5, 100, words="订正4月3日记-1号凭证", document="26339990000088000001")
    assert not list(twice("2026-04", [first, red, blue], []))
    again = _voucher(6, 100, words="办公费 票号88000001")
    (remark,) = twice("2026-04", [first, red, blue, again], [])
    assert remark.refs == ("2026-04 记-1", "2026-04 记-6", "26339990000088000001")
    assert link([first], []) == ()


def test_words_tell_the_kind() -> None:
    for words, kind in (
        ("结转本年利润", VoucherKind.CLOSING),
        ("提取法定盈余公积", VoucherKind.CLOSING),
        ("更正3月误记", VoucherKind.CORRECTION),
        ("冲回上月暂估", VoucherKind.CORRECTION),
        ("开具红字发票", VoucherKind.NORMAL),
        ("结转销售成本", VoucherKind.NORMAL),
    ):
        assert kind_of([Line("6401", "主营业务成本", words)]) is kind, words


def test_codes_of_every_system_are_one() -> None:
    assert plain_code("1002.01") == plain_code("1002-01") == plain_code(" 100201 ") == "100201"
    assert plain_code("6602.1", padded=True) == "660210"
