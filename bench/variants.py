"""Invoices drawn as nobody has drawn them yet: the same facts in other orders, widths, pages and manners of print."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pypdfium2
from PIL import Image
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from bench.capitals import to_capitals
from reports.typeset import font

_WIDE = str.maketrans(
    "0123456789.,-¥ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "０１２３４５６７８９．，－￥ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ",
)
SIZE = (609.5, 396.5)


@dataclass(frozen=True)
class Variant:
    """How one invoice is drawn. `values_first`: the order in the file, not on the page."""

    name: str
    split_date: bool = False
    values_first: bool = False
    labels_first: bool = False
    stacked: bool = False  # the seller under the buyer, not beside
    mirrored: bool = False  # the seller at the left
    wide: bool = False  # full-width digits and letters
    thousands: bool = False
    discount: bool = False
    pages: int = 1
    turned: int = 0  # of the page, degrees
    letter_by_letter: bool = False
    size: float = 9.0
    spaced_labels: bool = False  # 名 称
    short_labels: bool = False  # 税号
    net: Decimal = Decimal("12345.60")

    @property
    def tax(self) -> Decimal:
        return (self.net * Decimal("0.06")).quantize(Decimal("0.01"))

    @property
    def truth(self) -> dict[str, object]:
        """The facts on the page."""
        return {
            "number": "26339990001234567890", "date": date(2026, 3, 9), "amount_excl_tax": self.net, "tax": self.tax,
            "total": self.net + self.tax,
            "buyer_name": "杭州云岫样例软件有限公司", "buyer_tax_id": "91330199X0109Y039K",
            "seller_name": "上海样例云算科技有限公司", "seller_tax_id": "91310199X0UXC3A961",
        }  # fmt: skip


VARIANTS = (
    Variant("split date", split_date=True),
    Variant("values before labels", values_first=True),
    Variant("labels before values", labels_first=True, split_date=True),
    Variant("stacked parties", stacked=True),
    Variant("seller at the left", mirrored=True),
    Variant("full width", wide=True),
    Variant("thousands", thousands=True),
    Variant("discount row", discount=True),
    Variant("three pages", pages=3),
    Variant("three pages, labels first", pages=3, labels_first=True, thousands=True),
    Variant("stacked, the seller first", stacked=True, mirrored=True),
    Variant("turned page", turned=90),
    Variant("turned page the other way", turned=270, labels_first=True),
    Variant("letter by letter", letter_by_letter=True),
    Variant("small print", size=6.5),
    Variant("large print", size=10.5, split_date=True),
    Variant("spaced labels", spaced_labels=True),
    Variant("short labels", short_labels=True, stacked=True),
    Variant("all at once", split_date=True, labels_first=True, discount=True, thousands=True, mirrored=True),
    Variant("a refund", net=Decimal("-800.00")),
)  # fmt: skip


class _Pen:
    """Collects what is drawn, so that its order in the file can be chosen."""

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        self.labels: list[tuple[float, float, str, float]] = []
        self.values: list[tuple[float, float, str, float]] = []

    def pair(self, x: float, y: float, label: str, value: str) -> None:
        """A label and, right after it, its value."""
        size = self.variant.size
        self.labels.append((x, y, label, size))
        self.value(x + font().stringWidth(label, size) + 1, y, value)

    def label(self, x: float, y: float, words: str, size: float = 0.0) -> None:
        self.labels.append((x, y, words, size or self.variant.size))

    def value(self, x: float, y: float, words: str, end: float = 0.0) -> None:
        """A value from x, or ending at `end`."""
        words = words.translate(_WIDE) if self.variant.wide else words
        size = self.variant.size
        self.values.append((end - font().stringWidth(words, size) if end else x, y, words, size))

    def drawn_on(self, canvas: Canvas) -> None:
        first, second = (self.values, self.labels) if self.variant.values_first else (self.labels, self.values)
        whole = [*first, *second]
        if not (self.variant.values_first or self.variant.labels_first):
            whole.sort(key=lambda one: (round(one[1] / 4), one[0]))
        for x, y, words, size in whole:
            canvas.setFont(font().fontName, size)
            parts = words if self.variant.letter_by_letter else [words]
            for part in parts:
                canvas.drawString(x, SIZE[1] - y, part)
                x += font().stringWidth(part, size)


def drawn(variant: Variant) -> bytes:
    """The invoice as a PDF with text."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE, initialFontName=font().fontName)
    rows = _rows(variant)
    share = -(-len(rows) // variant.pages)
    for page in range(variant.pages):
        pen = _Pen(variant)
        _page(pen, variant, rows[page * share : (page + 1) * share], page)
        pen.drawn_on(canvas)
        canvas.rect(20, 60, SIZE[0] - 40, SIZE[1] - 140)
        canvas.showPage()
    canvas.save()
    return _turned(out.getvalue(), variant.turned) if variant.turned else out.getvalue()


def _turned(data: bytes, degrees: int) -> bytes:
    document, out = pypdfium2.PdfDocument(data), io.BytesIO()
    for page in document:
        page.set_rotation(degrees)
    document.save(out)
    document.close()
    return out.getvalue()


def _rows(variant: Variant) -> list[tuple[str, Decimal]]:
    count = 5 * variant.pages if variant.pages > 1 else 1
    if variant.discount:
        return [("*信息技术服务*样例云服务", variant.net + 1000), ("*信息技术服务*样例云服务", Decimal(-1000))]
    each = (variant.net / count).quantize(Decimal("0.01"))
    return [(f"*信息技术服务*样例{n + 1}", each) for n in range(count - 1)] + [
        ("*信息技术服务*样例末项", variant.net - each * (count - 1))
    ]


def _figure(variant: Variant, amount: Decimal) -> str:
    return f"{amount:,.2f}" if variant.thousands else f"{amount:.2f}"


def _page(pen: _Pen, variant: Variant, rows: list[tuple[str, Decimal]], page: int) -> None:
    truth = variant.truth
    pen.label(210, 38, "电子发票（普通发票）", 18)
    pen.pair(420, 36, "发票号码：", str(truth["number"]))
    if variant.pages > 1:
        pen.label(30, 30, f"共{variant.pages}页 第{page + 1}页")
    if variant.split_date:
        pen.label(420, 54, "开票日期：")
        for x, words, is_label in _DATE:
            (pen.label if is_label else pen.value)(x, 54, words)
    else:
        pen.pair(420, 54, "开票日期：", "2026年03月09日")
    left, right = ("seller", "buyer") if variant.mirrored else ("buyer", "seller")
    places = {left: (30.0, 76.0), right: (30.0, 110.0) if variant.stacked else (320.0, 76.0)}
    heads = {"buyer": "购买方信息", "seller": "销售方信息"}
    name = "名 称：" if variant.spaced_labels else "名称："
    number = "税号：" if variant.short_labels else "统一社会信用代码/纳税人识别号："
    for side, (x, y) in places.items():
        pen.label(x, y, heads[side])
        pen.pair(x, y + 12, name, str(truth[f"{side}_name"]))
        pen.pair(x, y + 24, number, str(truth[f"{side}_tax_id"]))
    for x, words in zip((30, 160, 225, 275, 330, 430, 485, 545), _HEADS, strict=True):
        pen.label(x, 152, words)
    for n, (what, amount) in enumerate(rows):
        y = 166 + 13 * n
        pen.value(30, y, what)
        pen.value(0, y, _figure(variant, amount), end=470)
        pen.value(490, y, "6%")
        pen.value(0, y, _figure(variant, (amount * Decimal("0.06")).quantize(Decimal("0.01"))), end=585)
    if page == variant.pages - 1:
        pen.label(60, 262, "合    计")
        pen.value(0, 262, "¥" + _figure(variant, variant.net), end=470)
        pen.value(0, 262, "¥" + _figure(variant, variant.tax), end=585)
        pen.label(40, 285, "价税合计（大写）")
        total = variant.net + variant.tax
        pen.value(170, 285, ("（负数）" if total < 0 else "") + to_capitals(abs(total)))
        pen.label(430, 285, "（小写）")
        pen.value(472, 285, "¥" + _figure(variant, total))
    pen.pair(30, 372, "开票人：", "样五")


_DATE = ((470, "2026", 0), (493, "年", 1), (504, "03", 0), (517, "月", 1), (528, "09", 0), (541, "日", 1))
_HEADS = ("项目名称", "规格型号", "单 位", "数 量", "单 价", "金 额", "税率/征收率", "税 额")


def picture(variant: Variant, dpi: int = 150) -> Image.Image:
    """Its first page as a picture."""
    document = pypdfium2.PdfDocument(drawn(replace(variant, pages=1, turned=0)))
    image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
    document.close()
    return image
