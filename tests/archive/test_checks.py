"""The checks on a document's face, each shown to fire and to keep quiet."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from archive import checks
from archive.document import Document, Kind, Line

TODAY = date(2026, 10, 20)
OURS = ("杭州云岫样例软件有限公司",)
OUR_IDS = ("91330199X0109Y039K",)
GOOD = Document(
    Kind.EINVOICE, "电子发票（普通发票）", "26339990000088000001", None, date(2026, 10, 1),
    "上海样例云算科技有限公司", "91310199X0UXC3A961", OURS[0], OUR_IDS[0],
    Decimal("700.00"), Decimal("42.00"), Decimal("742.00"), capitals="柒佰肆拾贰圆整",
    lines=(Line("*信息技术服务*样例云服务", amount="700.00", tax="42.00"),),
)  # fmt: skip


def codes(document: Document) -> set[str]:
    return {f.code for f in checks.run(document, OURS, OUR_IDS, TODAY)}


def test_a_good_invoice_is_quiet() -> None:
    assert codes(GOOD) == set()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tax": Decimal("41.99")}, "sum"),
        ({"lines": (Line("a", amount="690.00"),)}, "lines"),
        ({"capitals": "柒佰肆拾叁圆整"}, "capitals"),
        ({"seller_tax_id": "91310199X0UXC3A962"}, "tax_id"),
        ({"buyer_tax_id": "91510199X0WYY1CN2G"}, "buyer"),
        ({"buyer_tax_id": None, "buyer_name": "别家公司"}, "buyer"),
        ({"date": date(2026, 10, 22)}, "future"),
        ({"date": date(2025, 12, 31)}, "cross_year"),
        ({"number": None}, "missing"),
        ({"total": None}, "missing"),
    ],
)
def test_each_fault_is_found_and_nothing_else(change: dict[str, object], code: str) -> None:
    assert codes(replace(GOOD, **change)) == {code}


def test_air_ticket_total_holds_a_fund_beside_net_and_tax() -> None:
    air = replace(GOOD, kind=Kind.AIR, total=Decimal("792.00"), capitals=None)
    assert "sum" not in codes(air)


def test_half_and_full_width_brackets_are_the_same_buyer() -> None:
    ours = ("北辰样例文化传媒（北京）有限公司",)
    document = replace(GOOD, buyer_tax_id=None, buyer_name="北辰样例文化传媒(北京)有限公司")
    assert checks.run(document, ours, (), TODAY) == ()


def test_doubtful_names_the_missing_and_the_unsure_fields() -> None:
    assert checks.doubtful(replace(GOOD, total=None), {"number": 0.5, "date": 0.99}) == ("number", "total")
    assert checks.doubtful(replace(GOOD, kind=Kind.TAXI, number=None), {}) == ()
