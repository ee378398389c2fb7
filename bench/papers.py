"""Documents made for measuring: invoices that differ in number and amount, as XML, as a PDF with text, as a scan."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pypdfium2
from PIL import Image, ImageFilter
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from bench.capitals import to_capitals
from reports.typeset import font

SAMPLES = Path(__file__).parent.parent / "tests" / "samples" / "drawn"
PAGE = (609.5, 396.5)  # points: the page of a 数电票
SCAN_DPI = 200


@dataclass(frozen=True, slots=True)
class Paper:
    """One invoice: the n-th of a run; runs differ in `run`, 0–999."""

    n: int
    run: int = 0
    large: bool = False  # needs two approvals

    @property
    def number(self) -> str:
        """20 digits, as 数电票 have; 999 in it says that it is invented."""
        return f"26339990{self.run:03d}{self.n:09d}"

    @property
    def net(self) -> Decimal:
        """Without tax, in CNY."""
        return Decimal(6000 if self.large else 100) + Decimal(self.n % 4000)

    @property
    def tax(self) -> Decimal:
        return (self.net * Decimal("0.06")).quantize(Decimal("0.01"))

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def date(self) -> str:
        """ISO; spread over the spring of 2026."""
        return f"2026-{self.n % 5 + 2:02d}-{self.n % 28 + 1:02d}"


def xml(paper: Paper) -> tuple[str, bytes]:
    """The ordinary sample invoice with another number, date and amounts: (file name, bytes)."""
    text = _sample().replace("26339990000088000001", paper.number).replace("2026-04-21", paper.date)
    for old, new in (("700.00", paper.net), ("742.00", paper.total), ("42.00", paper.tax)):
        text = text.replace(f">{old}<", f">{new:.2f}<")
    return f"{paper.number}.xml", text.replace("柒佰肆拾贰圆整", to_capitals(paper.total)).encode()


@cache
def _sample() -> str:
    return (SAMPLES / "xml" / "xml_01_ordinary.xml").read_text("utf-8")


def pdf(paper: Paper) -> tuple[str, bytes]:
    """The same invoice drawn as a page with text, in the layout of a 数电票 and with an embedded font."""
    face, out = font(), io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, initialFontName=face.fontName)

    def put(x: float, y: float, words: str, size: float = 9) -> None:
        canvas.setFont(face.fontName, size)
        canvas.drawString(x, PAGE[1] - y, words)

    year, month, day = paper.date.split("-")
    put(210, 40, "电子发票（普通发票）", 18)
    put(430, 40, f"发票号码：{paper.number}")
    put(430, 58, f"开票日期：{year}年{month}月{day}日")
    put(30, 95, "名称：杭州云岫样例软件有限公司")
    put(30, 118, "统一社会信用代码/纳税人识别号：91330199X0109Y039K")
    put(320, 95, "名称：上海样例云算科技有限公司")
    put(320, 118, "统一社会信用代码/纳税人识别号：91310199X0UXC3A961")
    for x, words in zip(_COLUMNS, _HEADS, strict=True):
        put(x, 145, words)
    line = ("*信息技术服务*样例云服务", "", "次", "1", f"{paper.net:.2f}", f"{paper.net:.2f}", "6%", f"{paper.tax:.2f}")
    for x, words in zip(_COLUMNS, line, strict=True):
        put(x, 162, words)
    put(60, 262, "合  计")
    put(430, 262, f"¥{paper.net:.2f}")
    put(540, 262, f"¥{paper.tax:.2f}")
    put(40, 285, "价税合计（大写）")
    put(170, 285, to_capitals(paper.total))
    put(430, 285, "（小写）")
    put(470, 285, f"¥{paper.total:.2f}")
    put(30, 372, "开票人：样五")
    canvas.rect(20, 60, PAGE[0] - 40, PAGE[1] - 140)
    canvas.save()
    return f"{paper.number}.pdf", out.getvalue()


_HEADS = ("项目名称", "规格型号", "单 位", "数 量", "单 价", "金 额", "税率/征收率", "税 额")
_COLUMNS = (30, 160, 225, 275, 330, 430, 485, 545)


def scan(paper: Paper) -> tuple[str, bytes]:
    """That page as it comes from a scanner: 200 dpi, a little turned, a little soft, uneven grey, JPEG 75."""
    _, data = pdf(paper)
    document = pypdfium2.PdfDocument(data)
    picture = document[0].render(scale=SCAN_DPI / 72).to_pil().convert("RGB")
    document.close()
    chance = Random(paper.n)
    turned = picture.rotate(chance.uniform(-1.0, 1.0), Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    soft = turned.filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.effect_noise(soft.size, 12).convert("RGB")
    out = io.BytesIO()
    Image.blend(soft, grain, 0.06).save(out, "JPEG", quality=75)
    return f"{paper.number}.jpg", out.getvalue()
