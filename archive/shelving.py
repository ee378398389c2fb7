"""Classes and volumes (类别、案卷): which class a kind belongs to under each scheme, and what a volume holds.

DA/T 94-2022 8.3.4 and App D: the levels of a class are joined with "·"; D.1 orders them 形式·年度·期限, D.2
年度·形式·期限, D.3 年度·机构·形式·期限. A volume holds one kind, one term, one fiscal year (8.4.2–8.6.4); vouchers one
month and one voucher word as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.numbering import ROOT, VOLUME_HOLDS, archive_no, parts
from archive.unit import Unit
from archive.words import Text

VOUCHER = "记账凭证"
LONE = "原始凭证"

#: 档案名称 of the retention table → its level 形式 in a class. Lone source documents keep PZ.
FORMS: Mapping[str, str] = {
    "原始凭证": "PZ",
    "记账凭证": "JZ",
    "总账": "ZZ",
    "明细账": "MX",
    "日记账": "RJ",
    "固定资产卡片": "KP",
    "其他辅助性账簿": "FZ",
    "月度、季度、半年度财务会计报告": "BB",
    "年度财务会计报告": "NB",
    "银行存款余额调节表": "TJ",
    "银行对账单": "DZ",
    "纳税申报表": "SB",
    "会计档案移交清册": "YJ",
    "会计档案保管清册": "GC",
    "会计档案销毁清册": "XH",
    "会计档案鉴定意见书": "JD",
}
#: DA/T 94 8.5.3: books follow one another in this order; the other kinds in the order of the table.
ORDER = ("原始凭证", *(kind for kind in FORMS if kind != "原始凭证"))
_BEHIND = 99  # what the table doesn't name comes last


def kind_of(category: str, *, permanent: bool) -> str:
    """档案名称 of what was filed under its category only: a document, or a report that was made here."""
    if category == "财务会计报告":
        return "年度财务会计报告" if permanent else "月度、季度、半年度财务会计报告"
    if category == "其他会计资料":
        return "会计档案保管清册" if permanent else "其他会计资料"
    return LONE


class Scheme(StrEnum):
    """How the levels of a class are ordered (DA/T 94 App D)."""

    D1 = "D.1"  # 形式·年度·期限: small and middle companies, the most usual
    D2 = "D.2"  # 年度·形式·期限
    D3 = "D.3"  # 年度·机构·形式·期限


def class_no(scheme: Scheme, fonds: str, form: str, year: int, term: str, office: str = "CW") -> str:
    """类别号 with 全宗号, e.g. GD01-KJ·JZ·2026·D30. `office`: the level 机构 of D.3, capitals and digits.

    Raises ValueError for an office that isn't such.
    """
    levels: tuple[str, ...] = (form, f"{year:04d}", term)
    if scheme is Scheme.D2:
        levels = (f"{year:04d}", form, term)
    elif scheme is Scheme.D3:
        if not (office.isascii() and office.isalnum() and office.upper() == office):
            raise ValueError(office)
        levels = (f"{year:04d}", office, form, term)
    return "-".join(part for part in (fonds, "·".join((ROOT, *levels))) if part)


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume (案卷) as its cover and its 备考表 tell of it."""

    id: str  # 档号 up to the 案卷号: GD01-KJ·JZ·2026·D30-0003
    company: str
    kind: str
    category: str
    year: int
    month: int  # 0: of the whole year
    retention: str
    expires: date | None
    word: str = ""  # 凭证种类: 记, 收, 付, 转
    nth: int = 1  # of the volumes of this month and word: from 2 on supplementary ones
    count: int = 0  # 件
    first: date | None = None  # 起讫日期
    last: date | None = None
    first_no: int = 0  # 起讫号码
    last_no: int = 0
    notes: tuple[str, ...] = ()  # 备考表

    @property
    def group(self) -> tuple[str, int, int, str, str]:
        """What all of a volume have in common."""
        return (self.kind, self.year, self.month, self.word, self.retention)

    @property
    def title(self) -> Text:
        """案卷题名."""
        when = f"{self.year}年" + (f"{self.month}月" if self.month else "")
        when_en = f"{self.year}-{self.month:02}" if self.month else f"{self.year}"
        word = f"（{self.word}）" if self.word else ""
        more = f" 补{self.nth - 1}" if self.nth > 1 else ""
        more_en = f", supplement {self.nth - 1}" if self.nth > 1 else ""
        return Text(f"{when}{self.kind}{word}{more}", f"{self.kind}{word} {when_en}{more_en}")


def takes(volume: Volume, number: int) -> bool:
    """Whether a voucher of this number (0: of none) may be put at the volume's end: numbers go up within a volume."""
    return volume.count < VOLUME_HOLDS and (not number or number > volume.last_no)


def home(volumes: Sequence[Volume], group: tuple[str, int, int, str, str], number: int) -> Volume | None:
    """The volume a new 件 goes into: the last of its group that takes it. None: a new, supplementary one."""
    mine = sorted((v for v in volumes if v.group == group), key=lambda v: v.nth)
    return mine[-1] if mine and takes(mine[-1], number) else None


def piece(volume: Volume) -> str:
    """档号 of the volume's next 件."""
    split = parts(f"{volume.id}-0001")
    assert split is not None
    return archive_no(split[0], split[1], volume.count + 1)


def shelf(unit: Unit) -> str:
    """Where a 件 stands among all: company, fiscal year, class, month, 档号; sorts as the archive is walked."""
    return place(unit.company, unit.year, unit.kind, unit.month, unit.archive_no)


def place(company: str, year: int, kind: str, month: int, number: str) -> str:
    """As `shelf`, from the parts of it."""
    return f"{company}|{year:04d}|{_rank(kind):02d}|{month:02d}|{number}"


def _rank(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else _BEHIND


def stretch(company: str, year: int | None, kind: str, month: int | None) -> tuple[str, str]:
    """First and last key (both outside) of the places asked for; a month needs its year and kind before it."""
    key = f"{company}|"
    if year is not None:
        key += f"{year:04d}|"
        if kind:
            key += f"{_rank(kind):02d}|"
            if month is not None:
                key += f"{month:02d}|"
    return key, key + "\U0010ffff"


def gaps(numbers: Sequence[int], after: int = 0) -> Iterator[tuple[int, int]]:
    """(first, last) of each stretch of numbers that is missing from 1 on, or after a number."""
    last = after
    for number in sorted(set(numbers)):
        if number > last + 1:
            yield last + 1, number - 1
        last = max(last, number)
