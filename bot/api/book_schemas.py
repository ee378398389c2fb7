"""The shapes of books, links, findings and reconciliations in the API. See bot/api/schemas.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archive.finding import Level
from bot.api.operations import Schema, ref
from bot.api.schemas import DAY, TEXT, WHEN, many, page, shape

_DAY: Schema = {"type": "string", "format": "date"}
_PERIOD: Schema = {"type": "string", "pattern": r"^(19|20)\d\d-(0[1-9]|1[0-2])$"}
_GIVEN: Schema = {"type": "string", "pattern": r"^-?\d{1,15}(\.\d{1,6})?$", "description": "十进制 decimal"}
_TOLD: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
_MAYBE_TOLD: Schema = {"type": ["string", "null"], "pattern": r"^-?\d+(\.\d+)?$"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MAYBE_COUNT: Schema = {"type": ["integer", "null"]}

_GIVEN_LINE = shape(
    {"account": TEXT},
    {"debit": _GIVEN, "credit": _GIVEN, "foreign": _GIVEN,
     **dict.fromkeys(("account_name", "summary", "party", "document", "currency"), TEXT)},
)  # fmt: skip
_GIVEN_VOUCHER = shape(
    {"period": _PERIOD, "number": {"type": "integer", "minimum": 1}, "lines": {**many(_GIVEN_LINE), "minItems": 1}},
    {"word": TEXT, "date": _DAY, "attachments": _COUNT, "maker": TEXT, "checker": TEXT, "poster": TEXT},
)
_GIVEN_BALANCE = shape(
    {"period": _PERIOD, "account": TEXT, "name": TEXT, "opening": _GIVEN, "debit": _GIVEN, "credit": _GIVEN,
     "closing": _GIVEN},
    {"year_debit": _GIVEN, "year_credit": _GIVEN, "party": TEXT, "party_name": TEXT},
)  # fmt: skip
_GIVEN_BANK_LINE = shape(
    {"account": TEXT, "date": _DAY, "amount": _GIVEN},
    {"balance": _GIVEN, **dict.fromkeys(("time", "serial", "party", "party_account", "summary", "currency"), TEXT)},
)
_REPLACE: dict[str, Any] = {
    "replace": {"type": "boolean", "description": "与已导入的不同时以新的为准 what differs is replaced"}
}


def _batch(name: str, one: Schema) -> Schema:
    return shape({name: {**many(one), "minItems": 1, "maxItems": 20_000}}, _REPLACE)


_LINE = {
    "type": "object",
    "required": ["account", "account_name", "summary", "debit", "credit", "party", "document", "currency", "foreign"],
    "properties": {
        "debit": _TOLD, "credit": _TOLD, "foreign": _MAYBE_TOLD,
        **dict.fromkeys(("account", "account_name", "summary", "party", "document", "currency"), TEXT),
    },
}  # fmt: skip
BOOK_SCHEMAS: Mapping[str, Schema] = {
    "GivenVouchers": _batch("vouchers", _GIVEN_VOUCHER),
    "GivenBalances": _batch("balances", _GIVEN_BALANCE),
    "GivenBankLines": _batch("lines", _GIVEN_BANK_LINE),
    "BookFinding": shape(
        {"kind": TEXT, "severity": {"type": "string", "enum": [e.value for e in Level]}, "refs": many(TEXT),
         "why": TEXT, "why_en": TEXT, "row": _MAYBE_COUNT}
    ),
    "Imported": shape(
        {"status": {"type": "string", "enum": ["imported", "already", "preview"]},
         "counts": {"type": "object", "additionalProperties": _COUNT}, "periods": many(TEXT),
         "findings": many(ref("BookFinding"))}
    ),
    "Voucher": {
        "type": "object",
        "required": ["ref", "kind", "period", "word", "number", "date", "attachments", "maker", "lines", "href"],
        "properties": {
            "ref": TEXT, "kind": {"type": "string", "enum": ["normal", "closing", "correction"]}, "period": _PERIOD,
            "word": TEXT, "number": _COUNT, "date": DAY, "attachments": _MAYBE_COUNT, "maker": TEXT, "checker": TEXT,
            "poster": TEXT, "lines": many(_LINE), "href": TEXT,
        },
    },
    "Balance": {
        "type": "object", "required": ["period", "account", "name", "opening", "debit", "credit", "closing"],
        "properties": {
            "period": _PERIOD, "account": TEXT, "name": TEXT, "opening": _TOLD, "debit": _TOLD, "credit": _TOLD,
            "closing": _TOLD, "year_debit": _MAYBE_TOLD, "year_credit": _MAYBE_TOLD, "party": TEXT, "party_name": TEXT,
        },
    },
    "BankLine": {
        "type": "object", "required": ["account", "date", "amount", "balance", "serial", "party", "summary"],
        "properties": {
            "account": TEXT, "date": _DAY, "amount": _TOLD, "balance": _MAYBE_TOLD,
            **dict.fromkeys(("time", "serial", "party", "party_account", "summary", "currency"), TEXT),
        },
    },
    "WantedLink": shape({"item": TEXT}, {"reason": {"type": "string", "maxLength": 300}}),
    "VoucherLink": shape(
        {"voucher": TEXT, "item": TEXT,
         "how": {"type": "string", "enum": ["found", "linked", "parted", "nothing"]}, "why": TEXT, "why_en": TEXT},
        {"by": TEXT, "at": WHEN, "reason": TEXT, "href": TEXT},
    ),
    "Findings": shape(
        {"period": TEXT, "vouchers": _COUNT, "data": many(ref("BookFinding")), "links": many(ref("VoucherLink"))}
    ),
    "Reconciliation": {
        "type": "object",
        "required": ["account", "bank_account", "period", "currency", "balance_per_books", "balance_per_bank",
                     "adjusted_books", "adjusted_bank", "difference", "matched"],
        "properties": {
            "account": TEXT, "bank_account": TEXT, "period": _PERIOD, "currency": TEXT,
            "balance_per_books": _MAYBE_TOLD,
            "balance_per_bank": _MAYBE_TOLD, "books_derived": {"type": "boolean"}, "adjusted_books": _MAYBE_TOLD,
            "adjusted_bank": _MAYBE_TOLD, "difference": _MAYBE_TOLD, "matched": many({"type": "object"}),
            **dict.fromkeys(
                ("企业已收银行未收", "企业已付银行未付", "银行已收企业未收", "银行已付企业未付"),
                many({"type": "object", "required": ["ref", "date", "amount"]}),
            ),
        },
    },
    "Vouchers": page("Voucher"),
    "Balances": page("Balance"),
    "BankLines": page("BankLine"),
    "VoucherLinks": page("VoucherLink"),
}  # fmt: skip
