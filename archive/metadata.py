"""Metadata of a 件: the elements M1–M95 of DA/T 94-2022 App A, what fills each, and who may change which.

A: the archive fills it; K: the accounting system does (domain of App A). Background, structure and process metadata are
never edited (GB/T 18894); a value that is edited keeps all it was before, with who, when and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archive.errors import MetadataFixed, MetadataMissing, ReasonNeeded
from archive.item import Item
from archive.numbering import parts
from archive.unit import Unit
from archive.voucher import Voucher
from archive.words import Text

Source = Literal["A", "K", "K/A"]


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `required`: none is filed without it. `free`: people may add to it and correct it."""

    number: str
    name: Text
    source: Source
    required: bool = False
    free: bool = False


def _rows() -> Iterable[Element]:
    for line in _TABLE.strip().splitlines():
        number, source, zh, en = line.split(" ", 3)
        yield Element(number, Text(zh, en), source.rstrip("!+"), "!" in source, "+" in source)  # type: ignore[arg-type]


#: Number, source (! required, + free), names. Groups (M2 来源, M21 内容描述 …) carry no value of their own, except M8.
_TABLE = """
M1 A! 聚合层次 level
M3 A 档案馆名称 archives
M4 A 档案馆代码 code of the archives
M5 A! 全宗名称 fonds
M6 A! 立档单位名称 creating unit
M7 A! 电子文件号 record id
M8 A 档号 archive number
M9 A! 全宗号 fonds code
M10 A 目录号 catalogue no.
M11 A! 年度 year
M12 A! 保管期限 retention
M13 K/A 机构或问题 office or subject
M14 K/A! 类别号 class
M15 A! 室编案卷号 volume no.
M16 A 馆编案卷号 volume no. at the archives
M17 A! 室编件号 piece no.
M18 A 馆编件号 piece no. at the archives
M19 A 文档序号 place within the unit
M20 A+ 页号 page no.
M22 K! 题名 title
M23 K+ 并列题名 parallel title
M24 K+ 副题名 subtitle
M25 K+ 说明题名文字 words about the title
M26 K/A+ 主题词 subject terms
M27 K/A+ 关键词 keywords
M28 K/A+ 人名 persons
M29 A+ 摘要 abstract
M30 K 分类号 classification
M31 K! 文件编号 document no.
M32 K! 责任者 responsible
M33 K 日期 date
M34 K+ 文种 genre
M35 K+ 紧急程度 urgency
M36 K+ 主送 addressee
M37 K+ 抄送 copy to
M38 K+ 密级 secrecy
M39 K+ 保密期限 secrecy until
M40 K! 会计年度 fiscal year
M41 K! 会计月份 fiscal month
M42 K! 本位币 base currency
M43 K+ 编制人 made by
M44 K+ 编制日期 made on
M45 K+ 审核人 checked by
M46 K+ 审核日期 checked on
M48 K! 文件组合类型 composition
M49 K! 件数 pieces
M50 K+ 页数 pages
M51 K! 语种 language
M52 K 稿本 draft or final
M54 K! 格式信息 formats
M55 K! 计算机文件名 file names
M56 K! 计算机文件大小 file sizes
M57 K 文档创建程序 made with
M58 K 信息系统描述 source system
M60 K 数字化对象形态 digitised object
M61 K 扫描分辨率 scan resolution
M62 K 扫描色彩模式 scan colours
M63 K 图像压缩方案 image compression
M65 K 签名规则 signature rule
M66 K 签名时间 signed at
M67 K 签名人 signer
M68 K 签名结果 signature result
M69 K 证书 certificate
M70 K 证书引证 certificate reference
M71 K 签名算法标识 signature algorithm
M73 A! 当前位置 location
M74 A+ 脱机载体编号 offline carrier no.
M75 A+ 脱机载体存址 offline carrier kept at
M76 A+ 缩微号 microform no.
M78 K/A+ 知识产权说明 intellectual property
M79 K/A 授权对象 granted to
M80 K/A 授权行为 granted acts
M81 K/A 控制标识 control mark
M82 A+ 附注 note
M83 K/A 机构人员类型 type of agent
M84 K/A 机构人员名称 agent
M85 K/A 组织机构代码 organisation code
M86 K/A 个人职位 position
M87 A 业务状态 state of the business
M88 A 业务行为 act
M89 A 行为时间 act at
M90 A 行为依据 act by what rule
M91 A 行为描述 act described
M92 A 实体标识符 entity
M93 A 关系类型 type of relation
M94 A 关系 relation
M95 A 关系描述 relation described
"""
ELEMENTS: Mapping[str, Element] = {each.number: each for each in _rows()}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one element; the values before stay in the edits before."""

    element: str
    value: str
    was: str
    who: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Fonds:
    """立档单位, as the metadata names it."""

    code: str
    name: str
    tax_id: str = ""


def of_unit(unit: Unit, fonds: Fonds, told: Mapping[str, str]) -> dict[str, str]:
    """M-values of a 件 with its number and papers; `told` is what its source says. Empty values are left out."""
    split = parts(unit.archive_no)
    papers = unit.papers
    values = {
        "M1": "件",
        "M5": fonds.name,
        "M6": fonds.name,
        "M7": unit.id,
        "M8": unit.archive_no,
        "M9": fonds.code,
        "M11": f"{unit.year}",
        "M12": unit.retention,
        "M14": split[0].removeprefix(f"{fonds.code}-") if split else "",
        "M15": f"{split[1]:04d}" if split else "",
        "M17": f"{split[2]:04d}" if split else "",
        "M22": unit.title,
        "M31": unit.file_no,
        "M32": fonds.name,
        "M33": unit.formed.isoformat() if unit.formed else "",
        "M40": f"{unit.year}",
        "M41": f"{unit.month:02d}" if unit.month else "全年",
        "M42": "CNY",
        "M48": "组合文件" if len(papers) > 1 else "单一文件",
        "M49": f"{len(papers)}",
        "M51": "zh",
        "M52": "正本",
        "M54": "；".join(dict.fromkeys(p.file.media_type for p in papers)),
        "M55": "；".join(p.file.name for p in papers),
        "M56": "；".join(str(p.file.size) for p in papers),
        "M73": "在线",
        "M84": fonds.name,
        "M85": fonds.tax_id,
    }
    return {number: value for number, value in (values | dict(told)).items() if value}


def of_voucher(vouchers: Sequence[Voucher], items: Sequence[Item]) -> dict[str, str]:
    """What a voucher and its documents tell: who made and checked it, the parties, the first numbers of its papers."""
    names = [line.party for v in vouchers for line in v.lines if line.party]
    names += [name for item in items for name in (item.document.seller_name, item.document.buyer_name) if name]
    numbers = [item.document.number for item in items if item.document.number]
    first = [f"{item.id}={item.filed.archive_no}" for item in items if item.filed]
    v = vouchers[0]
    return {
        "M27": "；".join(dict.fromkeys((*names, *numbers))),
        "M29": "；".join(dict.fromkeys(line.summary for v in vouchers for line in v.lines if line.summary)),
        "M43": v.maker,
        "M44": v.date.isoformat() if v.date and v.maker else "",
        "M45": v.checker,
        "M82": f"附件 {v.attachments} 张" if v.attachments is not None else "",
        "M57": "归档 Guidang",
        "M58": "会计核算系统导入",
        "M92": "；".join(first),
        "M93": "包含" if first else "",
    }


def of_item(item: Item, within: Unit | None = None) -> dict[str, str]:
    """What a document tells of itself; `within`: the voucher's 件 it was taken into, whose number it bears then too."""
    d = item.document
    names = [name for name in (d.seller_name, d.buyer_name) if name]
    told = {
        "M27": "；".join((*names, *([d.number] if d.number else ()))),
        "M32": d.seller_name or "",
        "M42": d.currency,
        "M58": f"聊天提交 {item.origin}".strip(),
    }
    if item.authentic and item.authentic.signed:
        told |= {"M67": "；".join(item.authentic.signers), "M68": item.authentic.standing.value}
        if item.authentic.signed_at:
            told["M66"] = item.authentic.signed_at.isoformat()
    if within is not None and item.filed:
        told |= {
            "M7": item.filed.archive_no,
            "M19": "；".join(str(p.nth) for p in within.papers if p.item == item.id),
            "M92": within.id,
            "M93": "包含于",
        }
    return {number: value for number, value in told.items() if value}


def missing(values: Mapping[str, str]) -> tuple[str, ...]:
    """Required elements without a value."""
    return tuple(each.number for each in ELEMENTS.values() if each.required and not values.get(each.number))


def demand(values: Mapping[str, str], unit: str) -> None:
    """Raises MetadataMissing when a required element is empty."""
    if lacking := missing(values):
        names = "、".join(f"{n} {ELEMENTS[n].name.zh}" for n in lacking)
        en = ", ".join(f"{n} {ELEMENTS[n].name.en}" for n in lacking)
        raise MetadataMissing(item=unit, names=Text(names, en))


def edit(
    values: Mapping[str, str], element: str, value: str, *, who: str, at: datetime, why: str, unit: str
) -> Edit | None:
    """The change as an Edit; None when the value is that already.

    Raises MetadataFixed for an element that isn't free, or of a name there isn't, and ReasonNeeded.
    """
    known = ELEMENTS.get(element) or next((e for e in ELEMENTS.values() if element in (e.name.zh, e.name.en)), None)
    if known is None or not known.free:
        free = "、".join(f"{e.number} {e.name.zh}" for e in ELEMENTS.values() if e.free)
        raise MetadataFixed(item=unit, element=known.name if known else element, free=free)
    if not why.strip():
        raise ReasonNeeded(item=unit)
    was = values.get(known.number, "")
    value = value.strip()
    return None if value == was else Edit(known.number, value, was, who, at, why.strip())


def edited(values: Mapping[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    """The values as they stand after the edits; one emptied is gone."""
    now = dict(values)
    for each in edits:
        now[each.element] = each.value
    return {number: value for number, value in now.items() if value}
