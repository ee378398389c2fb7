"""GB/T 24589 (财经信息技术 会计核算软件数据接口) XML → the same records as a spreadsheet's rows.

Each record is one element whose children are its columns, so a group of them is a table with headings of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from archive import account, asset, balance, voucher
from archive.errors import NotABook
from archive.remark import Remark
from intake.markup import first, local, parse, value
from intake.sheet import other_rows, voucher_rows
from intake.sheet.book import Book, Record
from intake.sheet.cells import Table
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
            "期初余额方向": "opening_direction", "期初本币余额": "opening", "借方本币发生额": "debit",
            "贷方本币发生额": "credit", "期末余额方向": "closing_direction", "期末本币余额": "closing",
        },
    ),
    "记账凭证": (
        BookKind.VOUCHERS,
        {
            "记账凭证日期": "date", "会计年度": "year", "会计期间号": "month", "记账凭证类型编号": "word",
            "记账凭证编号": "number", "记账凭证摘要": "summary", "科目编号": "account", "科目名称": "account_name",
            "借方本币金额": "debit", "贷方本币金额": "credit", "借方原币金额": "foreign_debit",
            "贷方原币金额": "foreign_credit", "币种编码": "currency", "附件数": "attachments", "票据号": "document",
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
    """Whether it is XML with the standard's own element names near its beginning."""
    head = data[:65536].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not head.startswith((b"<", b"\xff\xfe<", b"\xfe\xff")):
        return False
    return any(f"{mark}".encode(e) in head for mark in _MARKS for e in ("utf-8", "gb18030", "utf-16-le"))


def read_24589(data: bytes, name: str) -> Book:
    """Everything in it that is kept: accounts, balances, vouchers, cards. Raises as `markup.parse`, and NotABook."""
    root = parse(data, name)
    notes = Notes()
    records: list[Record] = []
    remarks: list[Remark] = []
    mapping: dict[str, str] = {}
    kinds: list[BookKind] = []
    rows = 0
    for tag, (kind, columns) in TABLES.items():
        groups = [e for e in root.iter(f"{{*}}{tag}") if len(e) and not any(local(c) in TABLES for c in e)]
        if not groups:
            continue
        table, header = _table(tag, kind, columns, groups)
        kinds.append(kind)
        rows += len(groups)
        mapping |= {f"{tag}/{header.labels[c]}": field for c, field in header.fields.items()}
        found, noticed = _records(kind, list(rows_of(table, header, notes)), notes)
        records += found
        remarks += noticed
    if not kinds:
        raise NotABook(name=name)
    kind = BookKind.VOUCHERS if BookKind.VOUCHERS in kinds else kinds[0]
    return Book(
        name=name, kind=kind, source="gbt24589", sheet="GB/T 24589", header_row=0, mapping=mapping,
        company=first(root, "会计核算单位", "核算单位名称", "单位名称"), records=tuple(records), rows=rows,
        remarks=(*notes.all(), *remarks),
    )  # fmt: skip


def _table(
    tag: str, kind: BookKind, columns: Mapping[str, str], groups: Sequence[etree._Element]
) -> tuple[Table, Header]:
    names = list(dict.fromkeys(local(child) for e in groups for child in e))
    rows = [[value(found.get(each)) for each in names] for found in ({local(c): c for c in e} for e in groups)]
    fields: dict[int, str] = {}
    for c, label in enumerate(names):
        if (field := columns.get(label)) and field not in fields.values():
            fields[c] = field
    return Table(tag, rows), Header(kind, 0, 0, dict(enumerate(names)), fields)


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
