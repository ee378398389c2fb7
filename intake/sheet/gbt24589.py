"""GB/T 24589 (财经信息技术 会计核算软件数据接口) → the same records as a spreadsheet's rows.

Each record is one element whose children are its columns, so a group of them is a table with headings of its own.
2010 edition: the names of 公共档案 and 总账 as its implementers have them. 2024 edition: neither its text nor a schema
is public; read are XML and JSON in which the same names stand (as one open implementation writes them: tables of 记录
or `records`, entries apart in 记账凭证分录). Unverified against the standard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from archive import account, asset, balance, voucher
from archive.errors import NotABook, ReaderFailed
from archive.remark import Remark
from intake.markup import first, local, parse, value
from intake.sheet import other_rows, voucher_rows
from intake.sheet.book import Book, Record
from intake.sheet.cells import Table, decoded
from intake.sheet.columns import BookKind
from intake.sheet.header import Header
from intake.sheet.rows import Notes, Row, rows_of

#: Element of one record → kind of book and, of its children, those that are read.
TABLES: Mapping[str, tuple[BookKind, Mapping[str, str]]] = {
    "会计科目": (
        BookKind.ACCOUNTS,
        {
            "科目编号": "account", "科目名称": "account_name", "科目级次": "level", "科目类型": "category",
            "余额方向": "direction",
        },
    ),
    "科目余额及发生额": (
        BookKind.BALANCES,
        {
            "科目编号": "account", "科目名称": "account_name", "会计年度": "year", "会计期间号": "period",
            "期初余额方向": "opening_direction", "期初本币余额": "opening", "借方本币金额": "debit",
            "贷方本币金额": "credit", "借方本币发生额": "debit", "贷方本币发生额": "credit", "辅助项1编号": "party",
            "期末余额方向": "closing_direction", "期末本币余额": "closing",
        },
    ),
    "记账凭证": (
        BookKind.VOUCHERS,
        {
            "记账凭证日期": "date", "会计年度": "year", "会计期间号": "month", "记账凭证类型编号": "word",
            "记账凭证编号": "number", "记账凭证摘要": "summary", "科目编号": "account", "科目名称": "account_name",
            "借方本币金额": "debit", "贷方本币金额": "credit", "借方原币金额": "foreign_debit",
            "贷方原币金额": "foreign_credit", "币种编码": "currency",
            "辅助项1编号": "party", "附件数": "attachments", "票据号": "document",
            "制单人": "maker", "审核人": "checker", "记账人": "poster",
        },
    ),
    "固定资产卡片": (
        BookKind.ASSETS,
        {
            "固定资产卡片编号": "number", "固定资产编码": "number", "固定资产名称": "asset_name",
            "固定资产类别编码": "category", "固定资产入账日期": "since", "固定资产原值": "cost",
            "固定资产累计折旧": "depreciation", "固定资产净值": "net", "预计使用月份": "months",
        },
    ),
}  # fmt: skip
_MARKS = ("记账凭证", "科目余额及发生额", "会计科目", "电子账簿")


def is_24589(data: bytes) -> bool:
    """Whether it is XML or JSON with the standard's own element names near its beginning."""
    head = data[:65536].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head.startswith((b"<", b"{", b"\xff\xfe<", b"\xfe\xff")):
        return False
    return any(f"{mark}".encode(e) in head for mark in _MARKS for e in ("utf-8", "gb18030", "utf-16-le"))


def read_24589(data: bytes, name: str) -> Book:
    """Everything in it that is kept: accounts, balances, vouchers, cards. Raises as `markup.parse`, and NotABook."""
    tables, company = _from_json(data, name) if _is_json(data) else _from_xml(data, name)
    if _ENTRIES in tables:
        tables["记账凭证"] = _joined(tables.get("记账凭证", []), tables[_ENTRIES])
    notes = Notes()
    records: list[Record] = []
    remarks: list[Remark] = []
    mapping: dict[str, str] = {}
    kinds: list[BookKind] = []
    rows = 0
    for tag, (kind, columns) in TABLES.items():
        if not tables.get(tag):
            continue
        table, header = _table(tag, kind, columns, tables[tag])
        kinds.append(kind)
        rows += len(tables[tag])
        mapping |= {f"{tag}/{header.labels[c]}": field for c, field in header.fields.items()}
        found, noticed = _records(kind, list(rows_of(table, header, notes)), notes)
        records += found
        remarks += noticed
    if not kinds:
        raise NotABook(name=name)
    kind = BookKind.VOUCHERS if BookKind.VOUCHERS in kinds else kinds[0]
    return Book(
        name=name, kind=kind, source="gbt24589", sheet="GB/T 24589", header_row=0, mapping=mapping,
        company=company, records=tuple(records), rows=rows, remarks=(*notes.all(), *remarks),
    )  # fmt: skip


_ENTRIES = "记账凭证分录"
_Rows: TypeAlias = list[dict[str, str]]


def _is_json(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")


def _from_xml(data: bytes, name: str) -> tuple[dict[str, _Rows], str]:
    root = parse(data, name, times=4)  # a year's ledger has some twenty elements for each entry
    tables: dict[str, _Rows] = {}
    for tag in (*TABLES, _ENTRIES):
        for element in root.iter(f"{{*}}{tag}"):
            inner = [child for child in element if local(child) == "记录"]
            for record in inner or [element]:
                if len(record) and not any(local(child) in TABLES for child in record):
                    tables.setdefault(tag, []).append({local(child): value(child) for child in record})
    return tables, first(root, "会计核算单位", "核算单位名称", "单位名称")


def _from_json(data: bytes, name: str) -> tuple[dict[str, _Rows], str]:
    text, _ = decoded(data, name)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReaderFailed(name=name, detail=f"JSON: {error}"[:120]) from error
    tables: dict[str, _Rows] = {}
    waiting: list[object] = [whole]
    while waiting:
        each = waiting.pop()
        if not isinstance(each, dict):
            continue
        for tag, inside in each.items():
            rows = next((x for x in inside.values() if _are_rows(x)), inside) if isinstance(inside, dict) else inside
            if (tag in TABLES or tag in (_ENTRIES, "电子账簿")) and _are_rows(rows):
                tables.setdefault(tag, []).extend({k: _said(v) for k, v in row.items()} for row in rows)
            else:
                waiting.append(inside)
    book = next(iter(tables.pop("电子账簿", [])), {})
    return tables, book.get("会计核算单位", "")


def _are_rows(value_: object) -> bool:
    """Records, not the list of a table's fields by their codes."""
    rows = value_ if isinstance(value_, list) and value_ else [None]
    return all(isinstance(row, dict) and "code" not in row for row in rows)


def _said(cell: object) -> str:
    return "" if cell is None or isinstance(cell, dict | list) else str(cell)


def _joined(heads: _Rows, entries: _Rows) -> _Rows:
    """Each entry with what its voucher's head says; by year, month and number, and by word where entries have one."""
    by_place = {tuple(head.get(name, "") for name in _PLACE): head for head in heads}
    return [{**by_place.get(tuple(entry.get(name, "") for name in _PLACE), {}), **entry} for entry in entries]


_PLACE = ("会计年度", "会计期间号", "记账凭证编号")


def _table(
    tag: str, kind: BookKind, columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]
) -> tuple[Table, Header]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    fields: dict[int, str] = {}
    for c, label in enumerate(names):
        if (field := columns.get(label)) and field not in fields.values():
            fields[c] = field
    cells = [[row.get(name, "") for name in names] for row in rows]
    return Table(tag, cells), Header(kind, 0, 0, dict(enumerate(names)), fields)


def _records(kind: BookKind, rows: Sequence[Row], notes: Notes) -> tuple[Sequence[Record], Sequence[Remark]]:
    if kind is BookKind.VOUCHERS:
        vouchers = voucher_rows.vouchers(rows, notes)
        return vouchers, voucher.check(vouchers)
    if kind is BookKind.BALANCES:
        balances = other_rows.balances(rows, "", notes)
        return balances, balance.check(balances)
    if kind is BookKind.ACCOUNTS:
        accounts = other_rows.accounts(rows)
        return accounts, account.check(accounts)
    cards = other_rows.assets(rows)
    return cards, asset.check(cards)
