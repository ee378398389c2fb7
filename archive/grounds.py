"""By what an item's kind, company and accounting period were decided: the other three decisions of sorting. Pure.

They rest on facts that are kept with the item, so they are told from these at any time and can be checked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archive import classify
from archive.classify import Basis
from archive.document import KIND_NAMES
from archive.item import Item
from archive.words import Text, same

_CARRIERS: Mapping[str, Text] = {
    "xml": Text("结构化数据（XML）", "its structured data (XML)"),
    "ofd": Text("OFD 版式", "the OFD page"),
    "pdf": Text("PDF 版式", "the PDF page"),
    "image": Text("图片识别", "text recognition of the picture"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One decision: what it is about, what came out, and why."""

    name: str  # category kind company period
    label: Text
    value: Text
    why: Text


def grounds(item: Item) -> tuple[Ground, ...]:
    """All four, the category first."""
    return category(item), kind(item), company(item), period(item)


def category(item: Item) -> Ground:
    """By a version of a rule, or by a person."""
    label, c = Text("费用类别", "Category"), item.classified
    if c is None:
        why = Text("归档时还没有记录规则", "from before rules were kept with documents")
    elif c.rule:
        why = Text(f"规则 {c.rule} 第 {c.version} 版：", f"rule {c.rule} v{c.version}: ") + c.why
    else:
        why = c.why
    return Ground("category", label, same(item.category or "—"), why)


def kind(item: Item) -> Ground:
    """By the printed title or the structured data; by a person where somebody corrected it."""
    d = item.document
    if item.source.get("kind") == "person":
        why = Text("人工选择", "chosen by hand")
    elif d.type:
        why = Text(f"票面标题「{d.type}」", f"its title “{d.type}”")
    else:
        why = Text("版面和字段：", "its layout and fields: ") + _CARRIERS.get(item.carrier, same(item.carrier or "—"))
    return Ground("kind", Text("票据种类", "Kind"), KIND_NAMES[d.kind], why)


def company(item: Item) -> Ground:
    """By who sent it: a document goes into the archive of its sender's company; another buyer is a finding on it."""
    why = Text("提交人所在公司", "the sender's company")
    if any(f.code == "buyer" for f in item.findings):
        why += Text("；票面购买方不是本公司，见提示", "; the buyer printed on it is another one, see its findings")
    elif item.document.buyer_name:
        why += Text("，与票面购买方核对过", ", compared with the buyer printed on it")
    return Ground("company", Text("全宗", "Company"), same(item.company), why)


def period(item: Item) -> Ground:
    """By the document's date; by the day of filing where it has none, or where its own year came to an end."""
    d, filed = item.document.date, item.filed
    label = Text("会计期间", "Period")
    if filed:
        value = same(f"{filed.fiscal_year}-{filed.fiscal_month:02}")
        by_date = d is not None and (d.year, d.month) == (filed.fiscal_year, filed.fiscal_month)
        why = Text("开票日期", "the document's date") if by_date else Text("归档日期", "the day it was filed")
        return Ground("period", label, value, why)
    if d is None:
        return Ground(
            "period", label, same("—"), Text("没有日期，按归档日期定", "undated: by the day it will be filed")
        )
    why = Text("开票日期，归档时确定", "the document's date; settled when it is filed")
    return Ground("period", label, same(f"{d:%Y-%m}"), why)


def plain(item: Item) -> dict[str, object]:
    """As JSON tells it: by what each was decided; of the category also the rule."""
    told: dict[str, object] = {
        g.name: {"value": g.value.zh, "why": {"zh": g.why.zh, "en": g.why.en}} for g in grounds(item)[1:]
    }
    made = classify.plain(item.classified)
    return {
        "category": made or {"category": item.category, "basis": Basis.NONE.value if item.category else None},
        **told,
    }
