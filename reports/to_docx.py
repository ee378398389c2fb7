"""A page as a Word document: East Asian font set, table heads repeated, figures right, charts as pictures."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Inches, Mm, Pt, RGBColor

from archive.words import Lang, Text
from reports.cells import clean, said
from reports.charts import draw
from reports.page import Chart, Column, Facts, Page, Paragraph, Row, Signatures, Table, TwoSided, Unit
from reports.zipping import stamped

LATIN, CHINESE = "Calibri", "微软雅黑"
WIDE = 8  # more columns than this and the paper lies
UNDER = Text("编制单位：{company}    期间：{period}    {unit}", "Company: {company}    Period: {period}    {unit}")
MADE = Text("制表：{who} {when}", "Made by {who}, {when}")
PAGE_OF = Text("第 {page} 页 共 {pages} 页", "Page {page} of {pages}")
SHADES = {"head": "E4EAF1", "sum": "EDF1F5", "group": "EDF1F5"}


def docx(page: Page, font_path: str | None = None) -> bytes:
    """The page as .docx bytes; the same page gives the same bytes."""
    document = Document()
    _paper(document, page)
    lang = page.lang
    _line(document, page.title.to(lang), 18, bold=True, centre=True)
    _line(document, page.subtitle.to(lang), 9, centre=True)
    facts = UNDER.filled(company=page.company, period=page.period, unit=page.unit_line())
    _line(document, facts.to(lang), 9)
    charts: list[Chart] = []
    for block in (*page.blocks, None):
        if isinstance(block, Chart):
            charts.append(block)
            continue
        for start in range(0, len(charts), 2):
            _pictures(document, charts[start : start + 2], page, font_path)
        charts.clear()
        if block is not None:
            _block(document, block, page)
    out = io.BytesIO()
    document.save(out)
    return stamped(out.getvalue(), page.made_at)


def _paper(document: Any, page: Page) -> None:
    """A4, lying for wide tables; fonts for both scripts; page x of y; fixed dates."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if any(len(table.columns) > WIDE for table in page.tables()):
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(14)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = LATIN, Pt(9)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), CHINESE)
    language = "en-US" if page.lang == "en" else "zh-CN"
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="{language}"/>'))
    normal.paragraph_format.space_after = Pt(3)
    heading = document.styles["Heading 2"]
    heading.font.name, heading.font.size, heading.font.color.rgb = LATIN, Pt(11), RGBColor(0x1F, 0x27, 0x33)
    heading.element.rPr.rFonts.set(qn("w:eastAsia"), CHINESE)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # a theme font would win over the name
        heading.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
    core, when = document.core_properties, page.made_at.replace(tzinfo=None)
    core.title, core.author, core.last_modified_by = (
        clean(page.title.to(page.lang)),
        clean(page.made_by),
        clean(page.made_by),
    )
    core.created = core.modified = when
    core.comments, core.language, core.revision = "", language, 1
    _footer(section.footer.paragraphs[0], page)


def _footer(paragraph: Any, page: Page) -> None:
    made = MADE.filled(who=page.made_by, when=page.made_at.strftime("%Y-%m-%d %H:%M")).to(page.lang)
    start, middle, end = PAGE_OF.to(page.lang).replace("{pages}", "{page}").split("{page}")
    for words, field in ((f"{clean(made)}    {start}", "PAGE"), (middle, "NUMPAGES"), (end, "")):
        paragraph.add_run(words).font.size = Pt(8)
        if field:
            code = f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
            paragraph._p.append(parse_xml(code))


def _line(document: Any, words: str, size: float, *, bold: bool = False, centre: bool = False) -> None:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(clean(words))
    run.font.size, run.bold = Pt(size), bold
    if centre:
        paragraph.alignment = 1


def _block(document: Any, block: Table | TwoSided | Facts | Paragraph | Signatures, page: Page) -> None:
    match block:
        case TwoSided():
            _block(document, block.joined(), page)
        case Table():
            document.add_heading(clean(block.title.to(page.lang)), level=2)
            _append(document, table_xml(block, page.lang, page.unit, _inner(document)))
        case Facts():
            _append(document, _facts(block, page, _inner(document)))
        case Paragraph():
            _line(document, block.text.to(page.lang), {"text": 10, "heading": 12, "note": 8}[block.tone])
        case Signatures():
            colon = ": " if page.lang == "en" else "："
            words = "    ".join(f"{role.to(page.lang)}{colon}________________" for role in block.roles)
            _line(document, "", 9)
            _line(document, words, 10)


def _pictures(document: Any, charts: Sequence[Chart], page: Page, font_path: str | None) -> None:
    """Two charts side by side, or one over the whole width."""
    across = _inner(document) / 1440 * 0.94  # inches
    run = document.add_paragraph().add_run()
    for chart in charts:
        size = (across / len(charts), across / 4)
        picture = draw(chart, page.lang, page.unit, size=size, font_path=font_path)
        shape = run.add_picture(io.BytesIO(picture), width=Inches(size[0]))
        shape._inline.docPr.set("descr", clean(chart.title.to(page.lang)))


def _inner(document: Any) -> int:
    """The width between the margins in twentieths of a point."""
    section = document.sections[0]
    return int((section.page_width - section.left_margin - section.right_margin) / 635)


def _append(document: Any, xml: str) -> None:
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def table_xml(table: Table, lang: Lang, unit: Unit, width: int) -> str:
    """The table as WordprocessingML: written as text, for cell objects take minutes over thousands of rows."""
    weights = [_weight(table, place, lang, unit) for place in range(len(table.columns))]
    widths = [int(width * weight / sum(weights)) for weight in weights]
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    heads = [column.heading.to(lang) for column in table.columns]
    rows = "".join(_rows(table, lang, unit, widths))
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/>{_BORDERS}<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{_row(heads, table.columns, widths, 'head')}{rows}</w:tbl>"
    )


_EDGE = 'w:val="single" w:sz="6" w:color="5C6B7A"'
_BORDERS = (
    f"<w:tblBorders><w:top {_EDGE}/><w:bottom {_EDGE}/>"
    '<w:insideH w:val="single" w:sz="2" w:color="D5DCE4"/></w:tblBorders>'
)


def _rows(table: Table, lang: Lang, unit: Unit, widths: Sequence[int]) -> Iterator[str]:
    columns, place = table.columns, 0

    def words(row: Row) -> list[str]:
        return [said(cell, column.kind, lang, unit) for cell, column in zip(row, columns, strict=True)]

    for group in table.groups:
        if group.title is not None:
            yield _row([group.title.to(lang)], columns, [sum(widths)], "group", len(columns))
        for row in group.rows:
            role = "strong" if place in table.strong else "row"
            yield _row(words(row), columns, widths, role, look=_Look(table, place))
            place += 1
        if group.subtotal is not None:
            yield _row(words(group.subtotal), columns, widths, "sum")
    if table.total is not None:
        yield _row(words(table.total), columns, widths, "sum")


@dataclass(frozen=True, slots=True)
class _Look:
    """How the cells of one data row differ from the others."""

    table: Table | None = None
    place: int = 0

    def bold(self, column: int) -> bool:
        return self.table is not None and (self.place, column) in self.table.bold

    def indent(self, column: int) -> int:
        return self.table.indents.get((self.place, column), 0) if self.table else 0


def _row(
    words: Sequence[str],
    columns: Sequence[Column],
    widths: Sequence[int],
    role: str,
    span: int = 1,
    look: _Look = _Look(),
) -> str:
    head = "<w:tblHeader/>" if role == "head" else ""
    shade = f'<w:shd w:val="clear" w:fill="{SHADES[role]}"/>' if role in SHADES else ""
    bold = "" if role == "row" else "<w:b/>"
    joined = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{joined}{shade}</w:tcPr><w:p><w:pPr>'
        f'<w:spacing w:before="20" w:after="20"/>{_moved(look.indent(place))}'
        f"{_RIGHT if column.align == 'right' and span == 1 else ''}</w:pPr>"
        f'<w:r><w:rPr>{bold or ("<w:b/>" if look.bold(place) else "")}<w:sz w:val="15"/></w:rPr>'
        f"{_text(text)}</w:r></w:p></w:tc>"
        for place, (text, column, wide) in enumerate(zip(words, columns, widths, strict=False))
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>"


_RIGHT = '<w:jc w:val="right"/>'


def _moved(levels: int) -> str:
    return f'<w:ind w:left="{levels * 200}"/>' if levels else ""


def _text(words: str) -> str:
    lines = clean(words).split("\n")
    return "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)


def _weight(table: Table, place: int, lang: Lang, unit: Unit) -> float:
    """How wide a column should be, in half-width places: figures and codes whole, long names held back."""
    column = table.columns[place]
    every = [*table.rows(), *(group.subtotal for group in table.groups if group.subtotal), table.total]
    words = [said(row[place], column.kind, lang, unit) for row in every if row is not None]
    longest = max((len(word.encode("gb18030", "replace")) for word in words), default=0) * 1.25
    head = len(column.heading.to(lang).encode("gb18030"))
    if column.kind == "text":
        code = max((len(run) for word in words for run in _CODE.findall(word)), default=0)
        longest = max(min(longest, 20.0), min(code, 26) * 1.25)
    return max(longest, min(head, 10)) + 2.5


_CODE = re.compile("[!-~·]+")


def _facts(facts: Facts, page: Page, width: int) -> str:
    columns = tuple(Column(str(place), fact.label) for place, fact in enumerate(facts.items))
    row = tuple(said(fact.value, fact.kind, page.lang, page.unit) for fact in facts.items)
    widths = [width // max(len(columns), 1)] * len(columns)
    heads = _row([column.heading.to(page.lang) for column in columns], columns, widths, "head")
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/>{_BORDERS}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{heads}{_row(row, columns, widths, 'strong')}</w:tbl>"
    )
