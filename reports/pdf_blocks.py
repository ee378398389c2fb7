"""What stands around the tables on paper: title, headline figures, charts, running text, lines to sign."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.colors import HexColor  # type: ignore[import-untyped]
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.platypus import Flowable  # type: ignore[import-untyped]

from archive.words import Lang, Text
from reports.cells import clean, said
from reports.charts import BARS, draw
from reports.page import Chart, Facts, Page, Signatures
from reports.pdf_table import INK, RULE, ZEBRA, mark
from reports.typeset import Setter

GREY = HexColor("#5c6b7a")
COMPANY = Text("编制单位：{company}", "Company: {company}")
PERIOD = Text("期间：{period}", "Period: {period}")
DATE = Text("日期", "Date")


class Block(Flowable):  # type: ignore[misc]
    """A flowable of known size that draws from its top down."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.spaceBefore, self.spaceAfter = 4.0, 4.0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return self.width, self.height


class Title(Block):
    """The report's name in the middle; below it company, period and unit, as on a printed form."""

    def __init__(self, page: Page, setter: Setter, width: float) -> None:
        lang = page.lang
        self.title = setter.lines(setter.shown(page.title.to(lang)), width, 18)
        self.under = setter.lines(setter.shown(page.subtitle.to(lang)), width, 9)
        facts = (
            COMPANY.filled(company=page.company),
            PERIOD.filled(period=page.period),
            page.unit_line(),
        )
        self.facts = [setter.shown(clean(fact.to(lang))) for fact in facts]
        self.setter = setter
        company, period, unit = (setter.width(fact, 9) for fact in self.facts)
        self.tight = max(company, unit) + period / 2 + 10 > width / 2
        super().__init__(width, 24 * len(self.title) + 14 * len(self.under) + (36 if self.tight else 16))

    def draw(self) -> None:
        canvas, name, level = self.canv, self.setter.name, self.height
        canvas.setFillColor(INK)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.5)
        for line in self.title:
            level -= 20
            canvas.setFont(name, 18)
            canvas.drawCentredString(self.width / 2, level, line, mode=2)
            level -= 4
        canvas.setFillColor(GREY)
        for line in self.under:
            level -= 11
            canvas.setFont(name, 9)
            canvas.drawCentredString(self.width / 2, level, line)
            level -= 3
        canvas.setFillColor(INK)
        company, period, unit = self.facts
        if self.tight:
            level -= 12
            canvas.drawString(0, level, self.setter.lines(company, self.width, 9)[0])
            level -= 14
            canvas.drawString(0, level, period)
        else:
            level -= 12
            canvas.drawString(0, level, company)
            canvas.drawCentredString(self.width / 2, level, period)
        canvas.drawRightString(self.width, level, unit)


class FactRow(Block):
    """Headline figures in boxes, side by side, five to a line."""

    BOX = 38.0

    def __init__(self, facts: Facts, page: Page, setter: Setter, width: float) -> None:
        self.items = [
            (setter.shown(fact.label.to(page.lang)), setter.shown(said(fact.value, fact.kind, page.lang, page.unit)))
            for fact in facts.items
        ]
        self.setter, self.per = setter, min(len(self.items), 5) or 1
        super().__init__(width, (self.BOX + 5) * -(-len(self.items) // self.per))

    def draw(self) -> None:
        canvas, name, gap = self.canv, self.setter.name, 6.0
        wide = (self.width - gap * (self.per - 1)) / self.per
        for place, (label, value) in enumerate(self.items):
            left = (place % self.per) * (wide + gap)
            low = self.height - (place // self.per) * (self.BOX + 5) - self.BOX
            canvas.setFillColor(ZEBRA)
            canvas.setStrokeColor(HexColor("#d5dce4"))
            canvas.setLineWidth(0.5)
            canvas.roundRect(left, low, wide, self.BOX, 3, stroke=1, fill=1)
            canvas.setFillColor(GREY)
            canvas.setFont(name, 8)
            canvas.drawString(left + 8, low + self.BOX - 13, label)
            size = min(14.0, 14.0 * (wide - 16) / max(self.setter.width(value, 14.0), 1.0))
            canvas.setFillColor(INK)
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.35)
            canvas.setFont(name, size)
            canvas.drawString(left + 8, low + 8, value, mode=2)


class Pictures(Block):
    """Two charts side by side, or one over the whole width."""

    RATIO = 0.5

    def __init__(self, charts: Sequence[Chart], page: Page, width: float, font_path: str | None) -> None:
        gap = 10.0
        self.wide = (width - gap * (len(charts) - 1)) / len(charts)
        self.step = self.wide + gap
        bars = max((min(len(chart.labels), BARS) for chart in charts if chart.kind == "bar"), default=0)
        high = max((width - gap) / 2 * self.RATIO, 150.0, 50.0 + 14.0 * bars)
        size = (self.wide / 72, high / 72)
        self.titles = [clean(chart.title.to(page.lang)) for chart in charts]
        self.pictures = [draw(chart, page.lang, page.unit, size=size, font_path=font_path) for chart in charts]
        super().__init__(width, high)

    def draw(self) -> None:
        for title in self.titles:
            mark(self.canv, title, self.height)
        for place, picture in enumerate(self.pictures):
            reader = ImageReader(io.BytesIO(picture))
            self.canv.drawImage(reader, place * self.step, 0, self.wide, self.height)


class Lines(Block):
    """Running text; longer than a page is cut between lines. A heading is a bookmark too."""

    def __init__(self, words: str, size: float, setter: Setter, width: float, heading: bool = False) -> None:
        self.size, self.setter, self.heading = size, setter, heading
        self.lines = setter.lines(setter.shown(clean(words)), width, size)
        super().__init__(width, len(self.lines) * size * 1.5)

    def split(self, width: float, height: float) -> list[Flowable]:
        fit = int(height / (self.size * 1.5))
        if fit < 1:
            return []
        parts = "\n".join(self.lines[:fit]), "\n".join(self.lines[fit:])
        return [Lines(part, self.size, self.setter, self.width) for part in parts if part]

    def draw(self) -> None:
        if self.heading and self.lines:
            mark(self.canv, self.lines[0], self.height)
        self.canv.setFillColor(INK)
        self.canv.setFont(self.setter.name, self.size)
        for place, line in enumerate(self.lines):
            self.canv.drawString(0, self.height - self.size * 1.5 * place - self.size * 1.1, line)


class SignRow(Block):
    """Lines to sign, and a date."""

    def __init__(self, signatures: Signatures, lang: Lang, setter: Setter, width: float) -> None:
        colon = ": " if lang == "en" else "："
        self.roles = [setter.shown(role.to(lang)) + colon for role in (*signatures.roles, DATE)]
        self.setter = setter
        super().__init__(width, 40)

    def draw(self) -> None:
        step = self.width / len(self.roles)
        self.canv.setFillColor(INK)
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.5)
        self.canv.setFont(self.setter.name, 9.5)
        for place, role in enumerate(self.roles):
            left = place * step
            self.canv.drawString(left, 8, role)
            start = left + self.setter.width(role, 9.5) + 3
            self.canv.line(start, 5, left + step - 16, 5)
