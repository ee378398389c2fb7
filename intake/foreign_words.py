"""The words of English invoices and receipts: patterns for their labels, figures and currencies."""

from __future__ import annotations

import re

NUMBER = re.compile(
    r"(?:tax\s*)?(?:invoice|receipt|bill|credit\s*note)\s*(?:number|num|no|nr|id|#|№)\s*[.:#]*\s*#?\s*([A-Z0-9][A-Z0-9_/.-]{2,30})",
    re.IGNORECASE,
)
NUMBER_LABEL = re.compile(
    r"(?:invoice|receipt|bill|credit\s*note)\s*(?:number|num|no|nr|id|#)\s*[.:#]*$", re.IGNORECASE
)
LONE_NUMBER = re.compile(r"#?(?=.*\d)[A-Za-z0-9][A-Za-z0-9_/.-]{2,30}")
NUMBER_BARE = re.compile(r"\b(?:invoice|receipt)\s*[:#]+\s*#?\s*([A-Z0-9][A-Z0-9_/-]{2,30})", re.IGNORECASE)
DATE = re.compile(
    r"(?:invoice|issue|receipt|bill|billing|tax)\s*date|date\s*of\s*issue|date\s*issued|date\s*paid|payment\s*date|issued(?:\s*on)?\s*:",
    re.IGNORECASE,
)
ANY_DATE = re.compile(r"(?<!due )(?<!order )(?<!ship )(?<!delivery )(?<!payment )\bdate\b\s*:?", re.IGNORECASE)
DUE = re.compile(r"date\s*due|due\s*(?:date|by|on)|payment\s*due", re.IGNORECASE)
MARKS = r"US\$|HK\$|A\$|C\$|S\$|[$€£¥₹]|Rs\.?|USD|EUR|GBP|INR|HKD|JPY|SGD|AUD|CAD|CHF|RM"
#: 1,234.56 and 1.234,56 and, beside a currency, 12,000. A percentage is no amount.
FIGURE = re.compile(
    rf"(?P<minus>[-−(])?\s*(?P<mark>{MARKS})?\s*(?P<inner>[-−])?"
    r"(?P<figure>\d{1,3}(?:,\d{2,3})*\.\d{2}|\d+\.\d{2}|\d{1,3}(?:\.\d{3})*,\d{2}|(?(mark)\d{1,3}(?:,\d{3})+|(?!)))(?![\d%.,]\d?)"
    rf"(?:\s*(?P<after>{MARKS}))?",
    re.IGNORECASE,
)
#: Words for the total, the surest first: what is still due may be less than what was charged.
TOTALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"grand\s*total|total\s*for\s*this\s*invoice|invoice\s*total|total\s*payable|total[^\d]{0,20}incl",
        r"^\W*total(?:\s*amount)?(?:\s*due)?(?:\s*\([A-Z]{3}\))?\b(?!\s*(?:tax|vat|gst|discount|savings|items?|qty))",
        r"amount\s*due|balance\s*due|amount\s*payable|amount\s*paid|total\s*paid",
    )
)
NET = re.compile(
    r"sub\s*-?\s*total|net\s*(?:amount|total)|total\s*(?:before\s*tax|net)|total[^\d]{0,20}excl|amount\s*before\s*tax|taxable\s*amount|service\s*charges",
    re.IGNORECASE,
)
TAX = re.compile(
    r"^\W*(?:(?:total|sales|state|local|service|estimated)\s*)*(?:tax|vat|gst|hst|iva|mwst|sst|consumption\s*tax)\b(?!\s*(?:invoice|id|no|reg|number|point|#))",
    re.IGNORECASE,
)
SELLER = re.compile(
    r"(?:sold\s*by|seller|vendor|supplier|service\s*provider|from|billed?\s*from|issued\s*by|merchant)\s*:\s*(.*)|^sold\s*by\s+(.+)",
    re.IGNORECASE,
)
BUYER = re.compile(
    r"(?:bill(?:ed|ing)?\s*(?:to)?\s*(?:address)?|sold\s*to|customer(?:\s*name)?|buyer|client|invoice(?:d)?\s*to|purchaser)\s*(?:address)?\s*:?\s*(.*)$",
    re.IGNORECASE,
)
BILL_TO = re.compile(
    r"^(?:bill(?:ed|ing)?\s*(?:to)?\s*(?:address)?|sold\s*to|customer(?:\s*name)?|buyer|client|invoiced?\s*to|purchaser)\s*(?:address)?\s*(?::|$)",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"\b(?:Inc|LLC|Ltd|Limited|Corp|Corporation|GmbH|Pvt|PLC|LLP|S\.?A|B\.?V|Pty|AG|Co)\b\.?", re.IGNORECASE
)
TAX_ID = re.compile(
    r"(?:VAT(?:/TIN)?|TIN|GSTIN|GST|ABN|EIN|tax\s*id|VAT\s*reg\w*)\s*(?:no|number|id)?\s*[.:#]*\s*((?=[A-Z-]*\d)[A-Z0-9-]{8,20})",
    re.IGNORECASE,
)
NOT_SELLERS = re.compile(r"payment|remit|questions|amount|date|number", re.IGNORECASE)
NOT_A_NAME = re.compile(
    r"\d|:|invoice|receipt|statement|\bbill\b|page|original|copy|\bdate\b|thank|total|tax", re.IGNORECASE
)
LETTERHEAD = 8  # rows or cells from the top that may be one
CURRENCIES = {"US$": "USD", "$": "USD", "HK$": "HKD", "A$": "AUD", "C$": "CAD", "S$": "SGD", "€": "EUR", "£": "GBP"}
CURRENCIES |= {"¥": "JPY", "₹": "INR", "RS": "INR", "RS.": "INR", "RM": "MYR"}
SPOKEN = (
    (re.compile(r"\bUS dollars?\b|\bUSD\b", re.IGNORECASE), "USD"),
    (re.compile(r"\beuros?\b|\bEUR\b", re.IGNORECASE), "EUR"),
    (re.compile(r"\bpounds? sterling\b|\bGBP\b", re.IGNORECASE), "GBP"),
    (re.compile(r"\bIndian rupees?\b|\brupees?\b|\bINR\b|\bRs\.? ?-?\d", re.IGNORECASE), "INR"),
    (re.compile(r"\bHKD\b|\bHong Kong dollars?\b", re.IGNORECASE), "HKD"),
    (re.compile(r"\bJPY\b|\bJapanese yen\b", re.IGNORECASE), "JPY"),
    (re.compile(r"\bSGD\b|\bMYR\b|\bAUD\b|\bCAD\b|\bCHF\b|\bCNY\b"), ""),
)
TILL = re.compile(r"\bchange\b|cashier|tender")
NAMES = re.compile(r"\b(invoice|receipt|bill|statement|credit note)\b", re.IGNORECASE)
#: A page that names somebody who sold for another: which of them the books mean, a person must say.
BETWEEN = re.compile(r"\bordered (?:through|via|on)\b|\bon behalf of\b|\bmarket ?place\b|\bsold on\b", re.IGNORECASE)
