"""The goods table: its heading, the columns under it, and one Line for each row with an amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.document import Line
from archive.money import parse_amount
from intake.fields import fold, tidy
from intake.form import Form
from intake.limits import LINES
from intake.rows import GAP, Row, Word, width

_HEADINGS: tuple[tuple[str, str], ...] = (
    (
        "name",
        r"货物或应税劳务、?服务名称|货物\(劳务\)名称|货物或应税劳务名称|项目名称|货物名称|商品名称|服务名称"
        r"|(?:^|(?<=\t))(?:项~目|品~名|商~品|收费项目)(?=\t|$)",
    ),
    ("property", r"产权证书/不动产权证号|产权证书|不动产权证号"),
    ("itemcode", r"项目编码|项目编号|序号"),
    ("spec", r"规格~型号|规格"),
    ("unit", r"面~积~单~位|单~位"),
    ("quantity", r"数~量"),
    ("price", r"单~价|标~准"),
    ("rate", r"税~率~/~征~收~率|税~率(?:\(%\))?|征收率"),
    ("tax", r"税~额(?:\(元\))?"),
    ("amount", r"金~额(?:\(元\))?"),
    ("plate", r"车~牌~号"),
    ("vehicle", r"车辆类型|类~型"),
    ("passage_from", r"通行日期起"),
    ("passage_to", r"通行日期止"),
    ("remark", r"备~注"),
    ("passenger", r"出~行~人"),
    ("id_number", r"有效身份证件号码?"),
    ("travel_date", r"出~行~日~期"),
    ("departure", r"出~发~地"),
    ("destination", r"到~达~地"),
    ("grade", r"等~级"),
    ("vehicle_type", r"交通工具类型"),
    ("building_place", r"建筑服务发生地"),
    ("building_name", r"建筑项目名称"),
    ("ship_from", r"起~运~地"),
    ("transport", r"运输工具种类"),
    ("transport_number", r"运输工具牌号"),
    ("goods_name", r"运输货物名称"),
)
_HEADING = re.compile("|".join(f"(?P<{key}>{p.replace('~', GAP + '?')})" for key, p in _HEADINGS))
_FOREIGN_HEADING = re.compile(
    r"(?P<rate>(?:tax|vat|gst)(?:rate)?\(?%\)?|taxrate)"
    r"|(?P<name>(?:item|product|service)?description|producttitle|particulars|(?:item|product|service|description)(?=\t|$))"
    r"|(?P<quantity>qty|quantity|hours|units)|(?P<price>unitprice|unitcost|price|rate)"
    r"|(?P<tax>(?<!sub)(?:tax|vat|gst)(?:amount)?(?=\t|$|total))|(?P<amount>(?:line)?(?:total|amount))",
    re.IGNORECASE,
)
_FOREIGN_END = re.compile(r"sub-?total|^\W*(?:grand)?total|amountdue|balance", re.IGNORECASE)

#: Columns of a Line; the others go to the document's extras.
_LINE = ("name", "spec", "unit", "quantity", "price", "amount", "rate", "tax")
_NUMBERS = ("quantity", "price", "amount", "tax")
_TEXTS = ("name", "spec", "unit")
_RATE = re.compile(r"\d{1,2}(?:\.\d+)?%|免税|不征税|\*+|普通征税|出口零税率|简易征收|减按.*|0")
_END = re.compile(rf"合{GAP}?计|小{GAP}?计|总{GAP}?计|\(?大{GAP}?写|价税合计|^备{GAP}?注")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it holds and the left and right edge of its heading."""

    key: str
    left: float
    right: float

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(slots=True)
class Table:
    """Rows of cells under one heading."""

    columns: list[Column]
    rows: list[dict[str, str]]
    heights: list[float]  # where each row stands


def headings(row: Row, pattern: re.Pattern[str] = _HEADING) -> list[Column]:
    """The columns a row announces; empty if it is no heading (fewer than three known titles)."""
    columns = []
    for match in pattern.finditer(row.text):
        left, _, right, _ = row.box(match.start(), match.end())
        columns.append(Column(str(match.lastgroup), left, right))
    return columns if len({c.key for c in columns}) >= 3 else []


def tables(form: Form, *, foreign: bool = False) -> list[Table]:
    """Every table of a page, from top to bottom; `foreign` ones have English headings."""
    pattern, end = (_FOREIGN_HEADING, _FOREIGN_END) if foreign else (_HEADING, _END)
    found: list[Table] = []
    table: Table | None = None
    for row in form.rows:
        columns = headings(row, pattern)
        if columns:
            table = Table(columns, [], [])
            found.append(table)
        elif table is not None and end.search(row.text):
            table = None
        elif table is not None and len(table.rows) < LINES:
            table.rows.append(_cells(row.words, table.columns))
            table.heights.append((row.top + row.bottom) / 2)
    return found


def _cells(words: Sequence[Word], columns: Sequence[Column]) -> dict[str, str]:
    """The words of one row under their columns: in order, as near as may be, and of the right sort.

    Figures stand at the right edge of a column and names at its left, so nearness to the heading alone doesn't decide.
    """
    pieces = [piece for word in words for piece in _split(word)]
    choice = _best(pieces, columns)
    cells: dict[str, str] = {}
    last: dict[str, Word] = {}
    for piece, column in zip(pieces, choice, strict=True):
        key = columns[column].key
        cells[key] = cells[key] + _blank(last[key], piece) + tidy(piece.text) if key in cells else tidy(piece.text)
        last[key] = piece
    return cells


def _split(word: Word) -> list[Word]:
    """A word at its blanks, where figures follow each other or a name: recognition joins columns that stand close."""
    parts = word.text.split()
    if len(parts) < 2 or not any(_is_number(p) or _RATE.fullmatch(fold(p)) for p in parts):
        return [word]
    half = (word.box[2] - word.box[0]) / max(1, sum(map(width, word.text)))
    pieces, place = [], 0
    for part in parts:
        place = word.text.index(part, place)
        left = word.box[0] + half * sum(map(width, word.text[:place]))
        right = left + half * sum(map(width, part))
        pieces.append(Word(part, (left, word.box[1], right, word.box[3]), word.page, word.score))
        place += len(part)
    return pieces


def _blank(before: Word, after: Word) -> str:
    em = (before.box[2] - before.box[0]) / max(1, sum(map(width, before.text))) * 2
    return " " if after.box[0] - before.box[2] > 0.25 * em else ""


def _best(pieces: Sequence[Word], columns: Sequence[Column]) -> list[int]:
    """The cheapest assignment of pieces to columns from left to right; only text columns take several pieces."""
    states: dict[int, tuple[float, list[int]]] = {-1: (0.0, [])}
    for piece in pieces:
        misfits = _misfits(piece, columns)
        following: dict[int, tuple[float, list[int]]] = {}
        for last, (cost, path) in states.items():
            for index in range(max(last, 0), len(columns)):
                taken = index == last and columns[index].key not in _TEXTS
                price = cost + misfits[index] + (2.0 if taken else 0.0)
                if index not in following or price < following[index][0]:
                    following[index] = (price, [*path, index])
        states = following
    return min(states.values())[1]


def _misfits(piece: Word, columns: Sequence[Column]) -> list[float]:
    """How badly a piece fits each column: the nearest distance of edges or middles, and a fine for the wrong sort."""
    left, _, right, _ = piece.box
    text = fold(piece.text)
    number, rate = _is_number(text), _RATE.fullmatch(text) is not None
    costs = []
    for column in columns:
        distance = min(abs(left - column.left), abs(right - column.right), abs((left + right) / 2 - column.middle))
        if left < column.right and right > column.left:
            distance *= 0.5
        costs.append(distance + _fine(column.key, text, number, rate))
    return costs


def _fine(key: str, text: str, number: bool, rate: bool) -> float:
    """What a piece of the wrong sort costs in a column, in widths of the page."""
    if key in _NUMBERS:
        return 0.0 if number or (key == "tax" and rate) else 0.5
    if key == "rate":
        return 0.0 if rate else 0.5
    if rate and text.endswith("%"):
        return 0.5
    if key == "itemcode":
        return 0.0 if text[-1:].isdigit() else 0.3
    return 0.12 if key == "unit" and (number or len(text) > 6) else 0.0


def _is_number(text: str) -> bool:
    return parse_amount(text) is not None


def lines_of(table: Table) -> list[Line]:
    """The table's rows as Lines: a row with an amount begins one, the rows below continue its words.

    Where figures stand in the middle of a name that is set in several lines, the words nearer to them are theirs.
    """
    amounts = [i for i, cells in enumerate(table.rows) if _is_number(cells.get("amount", ""))]
    merged = {
        i: dict.fromkeys(_TEXTS, "") | {k: v for k, v in table.rows[i].items() if k not in _TEXTS} for i in amounts
    }
    for index, cells in enumerate(table.rows):
        owner = index if index in merged else _owner(table, index, amounts)
        if owner is not None:
            for key in _TEXTS:
                more = cells.get(key, "")
                words = key == "name" and merged[owner][key][-1:].isascii() and more[:1].isascii()
                blank = " " if words and merged[owner][key][-1:].isalpha() and more[:1].isalpha() else ""
                merged[owner][key] += blank + more
    return [_line(cells) for cells in merged.values()]


def _owner(table: Table, index: int, amounts: Sequence[int]) -> int | None:
    """Which row with an amount a row of words belongs to: the one above, unless the next has no name and is nearer."""
    above = max((i for i in amounts if i < index), default=None)
    below = min((i for i in amounts if i > index), default=None)
    if above is None or below is None:
        return below if above is None else above
    here = table.heights[index]
    nearer = table.heights[below] - here < here - table.heights[above]
    return below if nearer and not table.rows[below].get("name") else above


def _line(cells: dict[str, str]) -> Line:
    values = {key: cells.get(key, "") for key in _LINE}
    for key in _NUMBERS:
        values[key] = values[key].replace(",", "").lstrip("¥￥$€£₹")
    return Line(**values)


def extras_of(table: Table) -> dict[str, str]:
    """What the table says besides goods: plate, passage dates, traveller …; several rows are joined with `;`."""
    facts: dict[str, str] = {}
    for cells in table.rows:
        for key, value in cells.items():
            if key not in (*_LINE, "itemcode", "remark", "id_number"):  # nobody needs a traveller's identity number
                facts[key] = f"{facts[key]};{value}" if key in facts and value not in facts[key].split(";") else value
    return facts
