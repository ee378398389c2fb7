"""Financial statements in the printed form of the Ministry: two-sided, numbered, with lines to sign."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from archive.money import CENT, thousands
from archive.period import Period
from archive.statements.form import FormLine
from archive.statements.statement import Statement
from archive.words import Lang, Text, same
from reports.page import YUAN, Block, Cell, Column, Group, Page, Paragraph, Row, Signatures, Table, Unit

ROLES = (
    Text("单位负责人", "Legal representative"),
    Text("主管会计工作负责人", "Head of accounting"),
    Text("会计机构负责人", "Accounting manager"),
)
_ITEM = Text("项目", "Item")
_COLUMNS: Mapping[str, Text] = {
    "期末余额": Text("期末余额", "Closing balance"),
    "上年年末余额": Text("上年年末余额", "End of last year"),
    "年初余额": Text("年初余额", "Beginning of the year"),
    "本期金额": Text("本期金额", "This period"),
    "本年累计金额": Text("本年累计金额", "Year to date"),
    "上期金额": Text("上期金额", "Same period last year"),
    "实收资本（或股本）": Text("实收资本（或股本）", "Paid-in capital"),
    "其他权益工具": Text("其他权益工具", "Other equity instruments"),
    "资本公积": Text("资本公积", "Capital reserve"),
    "减：库存股": Text("减：库存股", "Treasury shares"),
    "其他综合收益": Text("其他综合收益", "OCI"),
    "专项储备": Text("专项储备", "Special reserve"),
    "盈余公积": Text("盈余公积", "Surplus reserve"),
    "未分配利润": Text("未分配利润", "Retained earnings"),
    "所有者权益合计": Text("所有者权益合计", "Total"),
}
#: Looks of a level: an ideographic space can't be lost in a table cell.
_INDENT = "　"


def page(
    statement: Statement, company: str, made_at: datetime, made_by: str, lang: Lang = "zh", unit: Unit = YUAN
) -> Page:
    """The statement as a page: its table, the supplement, notes, the checks with both figures, lines to sign."""
    form = statement.form
    blocks: list[Block] = [_two_sided(statement) if form.kind == "balance" else _table(statement)]
    if statement.supplement is not None:
        blocks.append(_table(statement.supplement))
    failed = [c for c in _checks(statement) if not c.ok]
    for note in (*statement.notes, *(statement.supplement.notes if statement.supplement else ())):
        blocks.append(Paragraph(Text(f"注：{note.zh}。", f"Note: {note.en}."), "note"))
    for check in failed:
        left, right, rest = (thousands(x or Decimal(0)) for x in (check.left, check.right, check.difference))
        blocks.append(
            Paragraph(
                Text(
                    f"【勾稽不符】{check.name.zh}：{left} ≠ {right}，相差 {rest}",
                    f"[Does not tie] {check.name.en}: {left} ≠ {right}, difference {rest}",
                ),
                "text",
            )
        )
    held = [c for c in _checks(statement) if c.ok]
    if held:
        names = Text("；".join(c.name.zh for c in held), "; ".join(c.name.en for c in held))
        blocks.append(Paragraph(Text(f"勾稽相符：{names.zh}。", f"Checks that hold: {names.en}."), "note"))
    blocks.append(Signatures(ROLES))
    number = Text(f"{form.number}  ", f"Form {form.number}  ") if form.number else same("")
    subtitle = number + Text(f"依据：{form.source}", f"by {form.source}")
    return Page(
        form.title, subtitle, company, period_of(statement), made_at, made_by, tuple(blocks), lang, unit
    )  # fmt: skip


def _checks(statement: Statement) -> list[Any]:
    return [*statement.checks, *(statement.supplement.checks if statement.supplement else ())]


def period_of(statement: Statement) -> Text:
    """2026年9月, 2026年第3季度; of a balance sheet the day it is of."""
    if statement.form.kind == "balance" and statement.until:
        end = Period.month(int(statement.until[:4]), int(statement.until[5:])).last
        return Period.day(end).label
    return period_text(statement.period)


def period_text(label: str) -> Text:
    """A period's label in words."""
    year, rest = label[:4], label[4:].lstrip("-")
    if "至" in label:
        a, b = label.split("至")
        return Text(label, f"{a} to {b}")
    if rest.endswith("累计"):
        return Text(f"{year}年1—{int(rest[:-2])}月", f"January–{rest[:-2]} {year}")
    if rest.startswith("Q"):
        return Text(f"{year}年第{rest[1]}季度", f"Q{rest[1]} {year}")
    if rest.startswith("H"):
        return Text(f"{year}年{'上' if rest[1] == '1' else '下'}半年", f"H{rest[1]} {year}")
    return Text(f"{year}年{int(rest)}月", label) if rest else Text(f"{year}年度", year)


def _label(line: FormLine) -> Text:
    pad = _INDENT * line.indent
    return Text(pad + line.label.zh, pad + line.label.en)


def _figure(statement: Statement, name: str, column: str) -> Cell:
    """Nothing stays blank, as on the printed forms; totals are always written."""
    amount = statement.figures[name].get(column)
    line = statement.form.line(name)
    blank = amount is None or (not amount and line is not None and not line.bold)
    return None if blank or amount is None else amount.quantize(CENT)


def _table(statement: Statement) -> Table:
    form = statement.form
    columns = (
        Column("item", _ITEM, weight=3.0),
        *(Column(c, _COLUMNS.get(c, same(c)), "money") for c in form.printed),
    )
    rows: list[Row] = []
    strong = set()
    for line in form.lines:
        if line.bold:
            strong.add(len(rows))
        figures = (None,) * len(form.printed) if line.head else tuple(
            _figure(statement, line.name, c) for c in form.printed
        )  # fmt: skip
        rows.append((_label(line), *figures))
    small = len(rows) > 30 or form.kind == "equity"
    return Table(form.title, columns, (Group(tuple(rows)),), strong=frozenset(strong), compact=small)


def _two_sided(statement: Statement) -> Table:
    """Assets left, liabilities and equity right; both totals stand on the last row (T form of 会企01)."""
    form = statement.form
    left = [x for x in form.lines if x.part == "assets"]
    right = [x for x in form.lines if x.part == "liabilities"]
    high = max(len(left), len(right))
    sides = []
    for lines in (left, right):
        cells: list[tuple[FormLine | None, Row]] = [(line, _half(statement, line)) for line in lines[:-1]]
        cells += [(None, ("", *(None,) * len(form.printed)))] * (high - len(lines))
        cells.append((lines[-1], _half(statement, lines[-1])))
        sides.append(cells)
    rows = tuple((*a[1], *b[1]) for a, b in zip(*sides, strict=True))
    strong = frozenset(
        n
        for n, (a, b) in enumerate(zip(*sides, strict=True))
        if (a[0] is None or a[0].bold) and (b[0] is None or b[0].bold)
    )
    heads = (Text("资产", "Assets"), Text("负债和所有者权益", "Liabilities and equity"))
    columns: list[Column] = []
    for side, head in enumerate(heads):
        columns.append(Column(f"item{side}", head, weight=3.0))
        columns += [Column(f"{c}{side}", _COLUMNS.get(c, same(c)), "money") for c in form.printed]
    return Table(form.title, tuple(columns), (Group(rows),), strong=strong, compact=True)


def _half(statement: Statement, line: FormLine) -> Row:
    printed = statement.form.printed
    if line.head:
        return (_label(line), *(None,) * len(printed))
    return (_label(line), *(_figure(statement, line.name, c) for c in printed))


def as_json(statement: Statement) -> dict[str, Any]:
    """Lines and columns by their names in the form; amounts in yuan as strings, null where there is none."""
    told: dict[str, Any] = {
        "statement": statement.form.kind,
        "form": statement.form.id,
        "number": statement.form.number,
        "source": statement.form.source,
        "period": statement.period,
        "sound": statement.sound,
        "lines": {
            name: {c: None if a is None else f"{a:.2f}" for c, a in columns.items()}
            for name, columns in statement.figures.items()
        },
        "notes": [{"zh": n.zh, "en": n.en} for n in statement.notes],
        "checks": [
            {"zh": c.name.zh, "en": c.name.en, "ok": c.ok, "left": f"{c.left or 0:.2f}",
             "right": f"{c.right or 0:.2f}", "difference": f"{c.difference:.2f}"}
            for c in statement.checks
        ],
        "wanted": [{"key": w.key, "zh": w.name.zh, "en": w.name.en} for w in statement.wanted],
        "parts": {
            name: [{"account": p.account, "party": p.party, "amount": f"{p.amount:.2f}"} for p in parts]
            for name, parts in statement.parts.items()
        },
    }  # fmt: skip
    if statement.supplement is not None:
        told["supplement"] = as_json(statement.supplement)
    return told
