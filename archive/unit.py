"""One 件 as it is checked, lent, handed over and destroyed: a voucher with its source documents, or a lone document.

DA/T 94-2022 8.4.1: one 记账凭证号 is one 件, ordered 记账凭证 → 原始凭证 → 其他附件. A document no voucher books is a
件 of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from archive.item import FileRef
from archive.words import Text


class Part(StrEnum):
    """What a file is within its 件, in the order of DA/T 94 8.4.1."""

    VOUCHER = "voucher"
    SOURCE = "source"
    OTHER = "other"


PART_NAMES: Mapping[Part, Text] = {
    Part.VOUCHER: Text("记账凭证", "booking voucher"),
    Part.SOURCE: Text("原始凭证", "source document"),
    Part.OTHER: Text("其他附件", "other attachment"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of a 件 at its place (文档序号, from 1). `item` is the record it belongs to, empty for a made one."""

    nth: int
    part: Part
    file: FileRef
    item: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A 件. `id` is stable: the item's id for a lone document, `GD01|2026-09|记-23` for a voucher."""

    id: str
    company: str  # 全宗
    kind: str  # 档案名称 of the retention table: 原始凭证, 记账凭证, 银行对账单 …
    category: str  # 会计凭证 会计账簿 财务会计报告 其他会计资料
    title: str  # 题名: of a voucher its 摘要 (DA/T 94 F.1)
    file_no: str  # 文件号: voucher, book or report number
    formed: date | None  # 形成日期
    year: int  # 会计年度
    month: int  # 会计月份; 0 for what is of the whole year
    retention: str  # 保管期限: 30年, 永久
    expires: date | None  # last day of the term; None for 永久
    archive_no: str = ""  # 档号
    volume: str = ""  # 案卷: the 档号 up to its 案卷号
    papers: tuple[Paper, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)  # M-number of DA/T 94 App A → value
