"""What a scheme can set of the checks: which metadata must be there, which formats last, which can be shown here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive.words import Text

#: The metadata of DA/T 94-2022 App A that this archive checks by name.
M_NAMES: Mapping[str, Text] = {
    "M1": Text("聚合层次", "level of aggregation"),
    "M5": Text("全宗名称", "name of the fonds"),
    "M6": Text("立档单位名称", "creating unit"),
    "M9": Text("全宗号", "fonds number"),
    "M11": Text("年度", "year"),
    "M12": Text("保管期限", "retention"),
    "M14": Text("类别号", "class number"),
    "M15": Text("室编案卷号", "volume number"),
    "M17": Text("室编件号", "item number"),
    "M22": Text("题名", "title"),
    "M31": Text("文件编号", "document number"),
    "M32": Text("责任者", "author"),
    "M33": Text("日期", "date"),
    "M40": Text("会计年度", "fiscal year"),
    "M41": Text("会计月份", "fiscal month"),
    "M42": Text("本位币", "currency"),
    "M43": Text("编制人", "prepared by"),
    "M44": Text("编制日期", "prepared on"),
    "M45": Text("审核人", "checked by"),
    "M46": Text("审核日期", "checked on"),
    "M54": Text("格式信息", "format"),
    "M55": Text("计算机文件名", "file name"),
    "M56": Text("计算机文件大小", "file size"),
    "M73": Text("当前位置", "current place"),
}


def m_name(number: str) -> Text:
    """`M22 题名`; the number alone for one that isn't known."""
    known = M_NAMES.get(number)
    return Text(number, number) if known is None else Text(f"{number} {known.zh}", f"{number} {known.en}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Of a scheme. `needs`: what must not be empty of unit and metadata; `formats`: carriers that may be kept long."""

    needs: tuple[str, ...] = ("M9", "M11", "M12", "M22", "M40")
    formats: tuple[str, ...] = ("ofd", "pdf", "xml", "image")
    shown: tuple[str, ...] = ("ofd", "pdf", "xml", "image")  # what this installation can draw
    longest: int = 500  # characters of a 题名
    earliest: int = 1990  # 会计年度
