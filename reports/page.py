"""The frozen page where report builders and renderers meet: what a report says, not how it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from archive.words import Lang, Text

#: One cell. None is an empty cell; money and percent are Decimals (a share of one: 0.25 is 25 %), counts are ints.
Cell: TypeAlias = Text | str | int | Decimal | date | None
Row: TypeAlias = tuple[Cell, ...]
CellKind = Literal["text", "money", "count", "date", "percent", "number"]
ChartKind = Literal["bar", "pie", "line"]


@dataclass(frozen=True, slots=True)
class Unit:
    """What one of the shown money figures stands for: `size` 1 for 元, 10000 for 万元."""

    name: Text
    size: int = 1


YUAN = Unit(Text("元", "CNY"))
WAN = Unit(Text("万元", "CNY 10,000"), 10_000)
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
        return "right" if self.kind in ("money", "count", "percent", "number") else "left"


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

    def rows(self) -> Iterator[Row]:
        """Every data row, without subtotals and total."""
        for group in self.groups:
            yield from group.rows


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures in a chart, as long as the chart's labels."""

    name: Text
    values: tuple[Decimal | int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart; a pie shows the first series only, and is drawn as bars where a value is negative."""

    kind: ChartKind
    title: Text
    labels: tuple[Text | str, ...]
    series: tuple[Series, ...]
    values: CellKind = "money"


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


Block: TypeAlias = Table | Chart | Facts | Paragraph | Signatures


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
        """Every table of the report in order."""
        return (block for block in self.blocks if isinstance(block, Table))

    def shows_money(self) -> bool:
        """Whether any figure is money, so that its unit must be said."""
        return any(
            (isinstance(block, Table) and any(column.kind == "money" for column in block.columns))
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
