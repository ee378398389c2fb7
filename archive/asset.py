"""Fixed-asset cards (固定资产卡片): kept until five years after the asset is scrapped and cleared (79号令 附表1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from archive.finding import Level
from archive.money import thousands
from archive.remark import Remark
from archive.words import Text


@dataclass(frozen=True, slots=True)
class AssetCard:
    """One card."""

    number: str
    name: str
    category: str = ""
    since: date | None = None  # 开始使用日期
    cost: Decimal | None = None  # 原值
    depreciation: Decimal | None = None  # 累计折旧
    net: Decimal | None = None  # 净值
    months: int | None = None  # 使用年限, in months
    department: str = ""
    state: str = ""  # 使用状况
    row: int = 0


def check(cards: Iterable[AssetCard]) -> tuple[Remark, ...]:
    """A number used twice; cost less depreciation that is not the net value."""
    known: dict[str, AssetCard] = {}
    found: list[Remark] = []
    for card in cards:
        if known.setdefault(card.number, card) is not card:
            why = Text(f"卡片编号 {card.number} 重复", f"Card number {card.number} occurs twice")
            found.append(Remark("asset_twice", Level.WARN, (card.number,), why, card.row))
        if card.cost is None or card.depreciation is None or card.net is None:
            continue
        if card.cost - card.depreciation != card.net:
            a = thousands(card.cost - card.depreciation)
            why = Text(
                f"{card.number} {card.name}：原值 − 累计折旧 = {a}，净值写的是 {thousands(card.net)}",
                f"{card.number} {card.name}: cost − depreciation = {a}, net says {thousands(card.net)}",
            )
            found.append(Remark("asset_net", Level.WARN, (card.number,), why, card.row))
    return tuple(found)
