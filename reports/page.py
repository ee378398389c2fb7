"""The frozen page where report builders and renderers meet: what a report says, not how it looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from archive.words import Lang, Text

#: One cell. None is an empty cell; money and percent are Decimals (a share of one: 0.25 is 25 %), counts are ints.
Cell: TypeAlias = Text | str | int | Decimal | date | None
Row: TypeAlias = tuple[Cell, ...]
#: `nth` is a number that counts nothing (行次): without separators, never summed.
CellKind = Literal["text", "money", "count", "date", "percent", "number", "nth"]
ChartKind = Literal["bar", "pie", "line", "stacked", "combo", "waterfall", "heat"]
#: A cell of a table: the place of its row (from 0, over all groups) and of its column.
Spot: TypeAlias = tuple[int, int]
#: What stands at a page break in a column: the sum of the group so far, or its last figure (a balance).
Carry = Literal["sum", "last"]


@dataclass(frozen=True, slots=True)
class Unit:
    """What one of the shown money figures stands for: `size` 1 for 元, 10000 for 万元."""

    name: Text
    size: int = 1


YUAN = Unit(Text("元", "CNY"))
THOUSAND = Unit(Text("千元", "CNY 1,000"), 1_000)
WAN = Unit(Text("万元", "CNY 10,000"), 10_000)
SIZES: Mapping[int, Unit] = {unit.size: unit for unit in (YUAN, THOUSAND, WAN)}
EACH_CURRENCY = Unit(Text("各行所列币种", "currency of each line"))


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `weight` shares out the width left over by figures and dates among the text columns."""

    key: str
    heading: Text
    kind: CellKind = "text"
    weight: float = 1.0

    @property
    def align(self) -> Literal["left", "right"]:
        """Figures stand right so that their digits line up."""
        return "right" if self.kind in ("money", "count", "percent", "number", "nth") else "left"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together; `subtotal` is the row that sums them."""

    rows: tuple[Row, ...]
    title: Text | None = None
    subtotal: Row | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with one or more groups. `strong` holds the places (from 0, over all groups) of rows set bold."""

    title: Text
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    total: Row | None = None
    strong: frozenset[int] = frozenset()
    register: bool = False  # the long list of the report: a sheet of its own, with filters
    compact: bool = False  # set small, so that a printed form stays on its page
    bold: frozenset[Spot] = frozenset()  # single cells set bold
    indents: Mapping[Spot, int] = field(default_factory=dict)  # words moved in, by levels
    #: What a figure is made of: rows of its column by place from 1, negative ones taken away. A workbook calculates it.
    adds: Mapping[Spot, tuple[int, ...]] = field(default_factory=dict)
    carry: Mapping[str, Carry] = field(default_factory=dict)  # 过次页, 承前页 by column key; none where empty
    split: int = 0  # the column at which the right half of a two-sided table begins

    def rows(self) -> Iterator[Row]:
        """Every data row, without subtotals and total."""
        for group in self.groups:
            yield from group.rows


@dataclass(frozen=True, slots=True)
class TwoSided:
    """Two tables of one group side by side (资产 left, 负债和所有者权益 right); their last lines stand level."""

    title: Text
    left: Table
    right: Table

    def joined(self) -> Table:
        """Both as one table: the shorter side is filled up above its last line. Raises ValueError for groups."""
        if len(self.left.groups) != 1 or len(self.right.groups) != 1:
            raise ValueError(f"two-sided tables have one group a side: {self.title.en}")
        wide = len(self.left.columns)
        deep = max(len(self.left.groups[0].rows), len(self.right.groups[0].rows))
        sides = (_filled(self.left, deep), _filled(self.right, deep))
        rows = tuple((*one, *two) for one, two in zip(sides[0].rows(), sides[1].rows(), strict=True))
        total = (
            (*(self.left.total or (None,) * wide), *(self.right.total or (None,) * len(self.right.columns)))
            if self.left.total or self.right.total
            else None
        )
        bold, indents, adds = set[Spot](), dict[Spot, int](), dict[Spot, tuple[int, ...]]()
        for side, table in zip((0, wide), sides, strict=True):
            bold |= {(row, side + column) for row in table.strong for column in range(len(table.columns))}
            bold |= {(row, side + column) for row, column in table.bold}
            indents |= {(row, side + column): level for (row, column), level in table.indents.items()}
            adds |= {(row, side + column): parts for (row, column), parts in table.adds.items()}
        second = tuple(replace(column, key=f"right_{column.key}") for column in self.right.columns)
        columns = (*self.left.columns, *second)
        return Table(
            self.title, columns, (Group(rows),), total, bold=frozenset(bold), indents=indents, adds=adds, split=wide
        )


def _filled(table: Table, deep: int) -> Table:
    """The table with empty rows above its last line until it has `deep` of them."""
    rows = table.groups[0].rows
    more, last = deep - len(rows), len(rows) - 1
    if more == 0 or not rows:
        return replace(table, groups=(Group(((None,) * len(table.columns),) * more + rows),))

    def at(row: int) -> int:
        return row + more if row == last else row

    empty = ((None,) * len(table.columns),) * more
    return replace(
        table,
        groups=(Group((*rows[:last], *empty, rows[last])),),
        strong=frozenset(map(at, table.strong)),
        bold=frozenset((at(row), column) for row, column in table.bold),
        indents={(at(row), column): level for (row, column), level in table.indents.items()},
        adds={
            (at(row), column): tuple(part + (more if part > last else -more if part < -last else 0) for part in parts)
            for (row, column), parts in table.adds.items()
        },
    )


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures in a chart, as long as the chart's labels."""

    name: Text
    values: tuple[Decimal | int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    A pie shows the first series only, and is drawn as bars where a value is negative. `stacked` piles the series up;
    `combo` draws the last series as a line (counted in `line`, on a scale of its own where that differs); `waterfall`
    shows the first series as steps from one level to the next, where `levels` are the places that are no steps but
    stand on zero; `heat` is a field with a row for each series.
    """

    kind: ChartKind
    title: Text
    labels: tuple[Text | str, ...]
    series: tuple[Series, ...]
    values: CellKind = "money"
    line: CellKind = "money"
    levels: frozenset[int] = frozenset()

    def kind_of(self, place: int) -> CellKind:
        """What the figures of a series are."""
        return self.line if self.kind == "combo" and place == len(self.series) - 1 else self.values


@dataclass(frozen=True, slots=True)
class Fact:
    """One headline figure."""

    label: Text
    value: Cell
    kind: CellKind = "text"


@dataclass(frozen=True, slots=True)
class Facts:
    """Headline figures, shown side by side."""

    items: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a `note` is set small."""

    text: Text
    tone: Literal["text", "heading", "note"] = "text"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on paper."""

    roles: tuple[Text, ...] = (Text("制表", "Prepared by"), Text("审核", "Checked by"), Text("负责人", "Approved by"))


Block: TypeAlias = Table | TwoSided | Chart | Facts | Paragraph | Signatures


@dataclass(frozen=True, slots=True)
class Page:
    """One report. `made_at` comes from the caller: nothing in reports reads a clock."""

    title: Text
    subtitle: Text
    company: str
    period: Text
    made_at: datetime
    made_by: str
    blocks: tuple[Block, ...]
    lang: Lang = "zh"
    unit: Unit = YUAN

    def tables(self) -> Iterator[Table]:
        """Every table of the report in order; a two-sided one as one."""
        for block in self.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, TwoSided):
                yield block.joined()

    def shows_money(self) -> bool:
        """Whether any figure is money, so that its unit must be said."""
        return any(
            isinstance(block, TwoSided)
            or (isinstance(block, Table) and any(column.kind == "money" for column in block.columns))
            or (isinstance(block, Facts) and any(fact.kind == "money" for fact in block.items))
            for block in self.blocks
        )

    def unit_line(self) -> Text:
        """What the money is counted in; nothing where there is none."""
        line = Text("金额单位：{unit}", "Amounts: {unit}").filled(unit=self.unit.name)
        return line if self.shows_money() else Text("", "")

    def charts(self) -> Iterator[Chart]:
        """Every chart of the report in order."""
        return (block for block in self.blocks if isinstance(block, Chart))
