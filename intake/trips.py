"""The rows of a ride-hailing trip sheet (网约车行程单): one Line for each trip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.document import Line
from archive.money import parse_amount
from intake.form import Form
from intake.limits import LINES
from intake.rows import GAP, Row, Span, span, width

_HEADINGS = re.compile(
    r"(?P<serial>序号|编号)|(?P<provider>服务商|平台|供应商)|(?P<car>车型|服务类型|用车类型)"
    r"|(?P<time>上车时间|用车时间|出发时间|行程时间)|(?P<end>下车时间|到达时间)|(?P<city>城市)"
    r"|(?P<departure>起点|上车地点|出发地)|(?P<destination>终点|下车地点|目的地)"
    r"|(?P<distance>里程(?:\((?:公里|km)\))?)|(?P<amount>(?:订单|实付|支付)?金额(?:\(元\))?)|(?P<remark>备注)",
    re.IGNORECASE,
)
#: Without these it is no such table.
_NEEDED = frozenset({"departure", "destination", "amount"})
_ENDS = re.compile(r"合计|总计|说明|页码|第\d+页")
_FIGURE = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d{1,2})?")


_PIECE = re.compile(rf"[^{GAP}]+")
_NEAR = 2.5  # half-width characters


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    left: float
    right: float


def trips_of(form: Form) -> list[Line]:
    """A Line for each trip on the page: name `快车 起点 → 终点`, spec the time, unit 公里, amount in yuan.

    An address set in several lines belongs to the trip whose figures are nearest. Empty where there is no table.
    """
    start, columns = next(((n, c) for n, row in enumerate(form.rows) if (c := _columns(row))), (0, []))
    if not columns:
        return []
    rows: list[tuple[float, dict[str, str]]] = []
    for row in form.rows[start + 1 :]:
        if _ENDS.search(row.text.replace(GAP, "")):
            break
        rows.append(((row.top + row.bottom) / 2, _cells(row, columns)))
    trips = [n for n, (_, cells) in enumerate(rows) if _FIGURE.fullmatch(cells.get("amount", "").lstrip("¥"))]
    for n, (middle, cells) in enumerate(rows):
        if n not in trips and trips:
            owner = min(trips, key=lambda t: abs(rows[t][0] - middle))
            _join(rows[owner][1], cells, before=n < owner)
    return [_line(rows[n][1]) for n in trips[:LINES]]


def _columns(row: Row) -> list[_Column]:
    """The headings of a row with their edges; none unless it is the heading of such a table."""
    found = [(str(m.lastgroup), span(row, m.start(), m.end())) for m in _HEADINGS.finditer(row.text)]
    if not {key for key, _ in found} >= _NEEDED:
        return []
    return [_Column(key, s.box[0], s.box[2]) for key, s in found]


def _cells(row: Row, columns: Sequence[_Column]) -> dict[str, str]:
    """What stands under each heading: a piece belongs where it overlaps most, else where it is nearest."""
    cells: dict[str, str] = {}
    for piece in _pieces(row, columns):
        key = min(columns, key=lambda c: _apart(piece, c)).key
        cells[key] = f"{cells[key]} {piece.kept}" if key in cells else piece.kept
    return cells


def _pieces(row: Row, columns: Sequence[_Column]) -> list[Span]:
    """The row cut at its gaps, and where a word begins below the left edge of a heading: cells may stand close."""
    cuts = [0]
    for at in range(1, len(row.text)):
        begins = row.owners[at] != row.owners[at - 1] or row.kept[at].startswith(" ")
        if GAP in row.text[at - 1 : at + 1] or not begins:
            continue
        near = _NEAR * (row.rights[at] - row.lefts[at]) / width(row.text[at])
        if any(abs(row.lefts[at] - column.left) <= near for column in columns):
            cuts.append(at)
    found = []
    for start, end in pairwise([*cuts, len(row.text)]):
        found += [span(row, start + m.start(), start + m.end()) for m in _PIECE.finditer(row.text[start:end])]
    return found


def _apart(piece: Span, column: _Column) -> tuple[float, float]:
    """(how far apart they are, less than nothing where they overlap; how far their left edges are apart)."""
    gap = max(column.left - piece.box[2], piece.box[0] - column.right)
    return gap, abs(column.left - piece.box[0])


def _join(trip: dict[str, str], more: dict[str, str], *, before: bool) -> None:
    """Only places and times are set in several lines; a figure is never put together."""
    for key in ("departure", "destination", "time", "car"):
        if words := more.get(key):
            trip[key] = words + trip.get(key, "") if before else trip.get(key, "") + words


def _line(cells: dict[str, str]) -> Line:
    way = f"{cells.get('departure', '')} → {cells.get('destination', '')}"
    name = " ".join(part for part in (cells.get("provider", ""), cells.get("car", ""), way) if part)
    distance = cells.get("distance", "")
    known = parse_amount(distance) is not None
    return Line(
        name=name,
        spec=" ".join(part for part in (cells.get("time", ""), cells.get("city", "")) if part),
        unit="公里" if known else "",
        quantity=distance if known else "",
        amount=cells["amount"].lstrip("¥").replace(",", ""),
    )
