"""入账信息结构化数据文件: what a voucher booked, under the names of the booking block of 电子凭证会计数据标准.

The element names are those of the receiver side of the standard (InformationOfAccountingDocumentsTuple and what is in
it); the official schema of a file for a voucher alone wasn't at hand, so the root is our own and says its version.
"""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

from archive.voucher import Line, Voucher

ROOT, VERSION = "AccountingEntryInformation", "1"
_BAD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def booking_xml(company: str, tax_id: str, voucher: Voucher) -> bytes:
    """UTF-8 XML; empty facts are left out."""
    root = ET.Element(ROOT, {"version": VERSION})
    _put(root, "UnifiedSocialCreditCodeOfAccountingEntity", tax_id)
    _put(root, "NameOfAccountingEntity", company)
    block = ET.SubElement(root, "InformationOfAccountingDocumentsTuple")
    _put(block, "NumberOfAccountingDocuments", f"{voucher.word}-{voucher.number}")
    _put(block, "PostingDate", voucher.date.isoformat() if voucher.date else "")
    _put(block, "AccountingPeriod", voucher.period)
    _put(block, "SummaryOfAccountingDocuments", next((x.summary for x in voucher.lines if x.summary), ""))
    _put(block, "NumberOfAttachments", "" if voucher.attachments is None else str(voucher.attachments))
    _put(block, "Preparer", voucher.maker)
    _put(block, "Reviewer", voucher.checker)
    _put(block, "Poster", voucher.poster)
    for line in voucher.lines:
        for side, amount in (("借方", line.debit), ("贷方", line.credit)):
            if amount:
                _line(block, line, side, amount)
    ET.indent(root, " ")
    made: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return made


def _line(block: ET.Element, line: Line, side: str, amount: Decimal) -> None:
    entry = ET.SubElement(block, "InformationOfDebitAndCreditEntryTuple")
    _put(entry, "DebitOrCredit", side)
    _put(entry, "CodeOfLedgerSubject", line.account)
    first, _, rest = line.account_name.partition("/")
    _put(entry, "NameOfGeneralLedgerSubject", first)
    _put(entry, "NameOfSubsidiaryLedgerSubject", rest)
    _put(entry, "Summary", line.summary)
    _put(entry, "RecordedAmount", f"{amount:f}")
    _put(entry, "Counterparty", line.party)
    _put(entry, "NumberOfSourceDocument", line.document)
    if line.foreign is not None:
        _put(entry, "Currency", line.currency)
        _put(entry, "AmountInForeignCurrency", f"{line.foreign:f}")


def _put(parent: ET.Element, name: str, value: str) -> None:
    if value:
        ET.SubElement(parent, name).text = _BAD.sub("�", value)
