"""Lines of an overview: thirty days of intake, some waiting, some that could not be read."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from archive.item import ItemState
from archive.overview import Line

CATEGORIES = (
    "差旅费", "办公费", "交通费", "业务招待费", "通信费", "软件与云服务", "快递费", "房租物业水电费", "培训费", "",
)  # fmt: skip
SELLERS = (
    "顺丰速运有限公司",
    "上海晨光文具股份有限公司",
    "北京星辰科技发展有限责任公司上海浦东新区张江分公司",
    "锦江之星旅馆有限公司",
)


def drawn_lines(now: datetime, count: int = 160) -> list[Line]:
    """The newest last; every ninth waits, every twentieth is doubtful and half of those unreadable."""
    return [_line(n, now - timedelta(hours=(count - n) * 4.3)) for n in range(1, count + 1)]


def _line(n: int, at: datetime) -> Line:
    state = ItemState.PENDING if n % 9 == 0 else ItemState.DOUBTFUL if n % 20 == 0 else ItemState.ARCHIVED
    return Line(
        f"G2611-{n:04d}",
        state,
        frozenset({"li", "wang"} if n % 5 == 0 else {"li"}),
        at,
        at + timedelta(hours=3) if state is ItemState.ARCHIVED else None,
        at if state is ItemState.PENDING else None,
        "电子发票（普通发票）",
        SELLERS[n % 4],
        Decimal(n * 7919 % 99_991 + 100) / 10,
        "CNY",
        CATEGORIES[n % 10],
        40_000 + n * 977,
        "R11" if state is ItemState.DOUBTFUL and n % 40 == 0 else "",
    )
