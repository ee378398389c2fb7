"""Books as plain values, for programs: the same on the command line and in the API."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from archive.errors import Problem
from archive.reconcile import Reconciliation, listed
from archive.remark import Remark
from archive.voucher import Voucher
from intake.sheet.book import Book


def understood(book: Book, *, rows: bool) -> dict[str, Any]:
    """The book as plain values: its mapping, totals, findings and, with `rows`, every record."""
    vouchers = [r for r in book.records if isinstance(r, Voucher)]
    said: dict[str, Any] = {
        "kind": book.kind.value if book.kind else None,
        "source": book.source,
        "sheet": book.sheet,
        "encoding": book.encoding,
        "header_row": book.header_row,
        "mapping": dict(book.mapping),
        "unmapped": list(book.unmapped),
        "banner_company": book.company,
        "periods": list(book.periods),
        "data_rows": book.rows,
        "records": len(book.records),
        "findings": [plain_remark(remark) for remark in book.remarks],
        "error": plain_problem(book.error) if book.error else None,
    }
    if vouchers:
        lines = [line for v in vouchers for line in v.lines]
        said["vouchers"], said["lines"] = len(vouchers), len(lines)
        said["debit"] = f"{sum((x.debit for x in lines), Decimal(0)):.2f}"
        said["credit"] = f"{sum((x.credit for x in lines), Decimal(0)):.2f}"
    if rows:
        said["rows"] = [plain_record(record) for record in book.records]
    return said


def plain_record(record: Any) -> dict[str, Any]:
    """A record as plain values; a voucher with its name and kind."""
    told: dict[str, Any] = plain(record)
    if isinstance(record, Voucher):
        return {"ref": record.ref, "kind": record.kind.value, **told}
    return told


def plain(value: Any) -> Any:
    """Money as a decimal in a string, days as 2026-04-03, values by their names."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value == value.quantize(Decimal("0.01")) else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value


def plain_remark(remark: Remark) -> dict[str, Any]:
    """kind, severity, refs, why; and the row of the file, where it is about one."""
    return {
        "kind": remark.kind,
        "severity": remark.level.value,
        "refs": list(remark.refs),
        "why": remark.why.zh,
        "why_en": remark.why.en,
        "row": remark.row or None,
    }


def plain_problem(problem: Problem) -> dict[str, str]:
    """Its code and both languages."""
    return {"code": problem.code, "zh": problem.say("zh"), "en": problem.say("en")}


def plain_reconciliation(r: Reconciliation) -> dict[str, Any]:
    """Balances, the four lists by their Chinese names, the adjusted balances, and each pair with its reason."""
    told: dict[str, Any] = {
        "account": r.account,
        "bank_account": r.bank_account,
        "period": r.period,
        "currency": r.currency or "CNY",
        "balance_per_books": plain(r.books),
        "balance_per_bank": plain(r.bank),
        "books_derived": r.books_derived,
    }
    for name, lines in listed(r):
        told[name.zh.replace("、", "")] = [plain(line) for line in lines]
    told |= {
        "adjusted_balance": plain(r.adjusted_books),
        "adjusted_books": plain(r.adjusted_books),
        "adjusted_bank": plain(r.adjusted_bank),
        "difference": plain(r.difference),
        "matched": [
            {
                "vouchers": [line.ref for line in pair.book],
                "serials": [line.ref for line in pair.bank],
                "amount": plain(sum((line.amount for line in pair.book), Decimal(0))),
                "why": pair.why.zh,
                "why_en": pair.why.en,
            }
            for pair in r.pairs
        ],
    }
    return told
