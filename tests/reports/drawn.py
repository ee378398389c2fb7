"""Drawn claims for the report tests: the same seed gives the same rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from archive.document import Kind
from archive.performance import Decided, Performance, Taken, hours
from archive.period import Period
from archive.words import Lang, Text
from reports.catalogue import Entry
from reports.claim import PENDING, Claim
from reports.head import Head

SELLERS = (
    "北京星辰科技发展有限责任公司上海浦东新区张江高科技园区分公司",
    "上海晨光文具股份有限公司",
    "中国铁路广州局集团有限公司",
    "锦江之星旅馆有限公司",
    "=SUM(A1:A9)商贸行",
    "Acme Cloud Ltd",
    "滴滴出行科技有限公司",
    "中国石化销售股份有限公司北京石油分公司第二十三加油站",
)
CATEGORIES = ("办公费", "差旅费-住宿", "差旅费-交通", "业务招待费", "通信费", "软件服务费", "", "培训费")
DEPARTMENTS = ("研发部", "市场部", "财务部", "行政人事部", "")
PEOPLE = ("张伟", "李娜", "王芳", "欧阳静怡", "赵磊", "Alex Chen")
KINDS = (Kind.EINVOICE, Kind.VAT, Kind.RAIL, Kind.TAXI, Kind.TOLL, Kind.AIR, Kind.FISCAL)
ARCHIVED, APPROVED = Text("已归档", "filed"), Text("已批准", "approved")
NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)


def head(lang: Lang = "zh") -> Head:
    """The head of October 2026's reports."""
    return Head(
        "杭州云栖智联信息技术有限公司",
        Period.month(2026, 10),
        NOW,
        "周会计",
        lang,
    )


def claims(count: int, seed: int = 1, currencies: tuple[str, ...] = ("CNY",)) -> list[Claim]:
    """`count` claims of October 2026, some red, some undecided."""
    dice = random.Random(seed)
    return [_claim(dice, place, currencies) for place in range(1, count + 1)]


def rows_for(entry: Entry, rows: Sequence[Claim]) -> Sequence[Claim] | Performance:
    """What this report is drawn from: the claims, or the archive's own figures about as many documents."""
    return performance(rows) if entry.source == "performance" else rows


def performance(rows: Sequence[Claim]) -> Performance:
    """What became of the claims, some of them corrected, as `archive.performance.measure` would tell it."""
    decided = [row for row in rows if row.decided_at and row.received_at]
    return Performance(
        tuple(_taken(place, row) for place, row in enumerate(rows)),
        tuple(
            Decided(1 + n % 2, row.decided_by, hours(row.decided_at - row.received_at), n % 5 == 0)  # type: ignore[operator]
            for n, row in enumerate(decided)
        ),
        tuple(Decimal(n) for n in range(len(rows) - len(decided))),
        1,
        3,
        {"viewed": 41, "downloaded": 7, "exported": 2},
    )


def _taken(place: int, row: Claim) -> Taken:
    return Taken(
        row.kind, ("pdf", "xml", "image", "ofd")[place % 4], row.received_at or NOW, 40_000 + 977 * place,
        row.decided_at is not None, place % 6 == 0, place % 7 != 0, Decimal(place % 9) / 4, 11, int(place % 10 == 0), 1,
    )  # fmt: skip


def _claim(dice: random.Random, place: int, currencies: tuple[str, ...]) -> Claim:
    net = Decimal(dice.choice((dice.randint(100, 99_999), dice.randint(100_000, 9_999_999)))) / 100
    net = -net if dice.random() < 0.04 else net
    tax = (net * Decimal(dice.choice(("0", "0.03", "0.06", "0.13")))).quantize(Decimal("0.01"))
    day = date(2026, 10, 1) + timedelta(days=dice.randrange(31))
    received = datetime(2026, 10, day.day, 10, tzinfo=UTC)
    decided = received + timedelta(hours=dice.randint(1, 90)) if dice.random() < 0.85 else None
    return Claim(
        item_id=f"I{place:06}",
        archive_no=f"KJ·2026-PZ·D30-{place:05}" if place % 3 else "",
        date=day,
        kind=dice.choice(KINDS),
        type="电子发票（普通发票）",
        number=f"26{dice.randrange(10**18):018}",
        seller=dice.choice(SELLERS),
        category=dice.choice(CATEGORIES),
        department=dice.choice(DEPARTMENTS),
        person=dice.choice(PEOPLE),
        net=net,
        tax=tax,
        total=net + tax,
        currency=dice.choice(currencies),
        state=dice.choice((ARCHIVED, APPROVED)) if decided else PENDING,
        received_at=received,
        decided_at=decided,
        decided_by=dice.choice(("孙经理", "钱总监")) if decided else "",
        due_at=received + timedelta(hours=48),
        summary=f"报销{place}号",
        retention=Text("30年", "30 years"),
        file_name=f"{place:05}_dzfp_26442000000123456789.pdf",
        file_count=dice.randint(1, 3),
    )
