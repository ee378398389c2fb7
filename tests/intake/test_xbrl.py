"""XBRL of every taxonomy, whatever its date, and XML invoices with what is odd about them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from archive.document import Document, Kind
from archive.errors import NoDocument
from intake import doubts
from intake.einvoice import percent
from intake.read import read
from tests.intake.samples import sample


def xbrl(sort: str, facts: str, day: str = "2023-12-31", prefix: str = "t") -> bytes:
    """An instance; facts are `Name=value` lines, an indented block under `Name:` is a tuple."""
    body = []
    closing: str | None = None
    for line in facts.strip("\n").splitlines():
        name = line.strip()
        if closing and not line.startswith("  "):
            body.append(closing)
            closing = None
        if name.endswith(":"):
            body.append(f"<{prefix}:{name[:-1]}>")
            closing = f"</{prefix}:{name[:-1]}>"
        else:
            key, _, value = name.partition("=")
            body.append(f'<{prefix}:{key} contextRef="c">{value}</{prefix}:{key}>')
    space = f"http://xbrl.mof.gov.cn/taxonomy/{day}/{sort}"
    head = f'<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:{prefix}="{space}">'
    return (head + "".join(body) + (closing or "") + "</xbrl>").encode()


def document(data: bytes) -> Document:
    (found,) = read(data, "x.xml").found
    return found.document


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ("inv_ord_issuer", Kind.VAT), ("inv_spcl_receiver", Kind.VAT), ("inv_tlf", Kind.VAT), ("inv", Kind.VAT),
        ("einv_ord_receiver", Kind.EINVOICE), ("einv_spcl_receiver", Kind.EINVOICE), ("rai_issuer", Kind.RAIL),
        ("atr-receiver", Kind.AIR), ("bker_receiver", Kind.BANK_RECEIPT), ("bkrs", Kind.STATEMENT),
        ("efi", Kind.FISCAL), ("ntrev_gpm_issuer", Kind.FISCAL), ("ctp", Kind.BANK_RECEIPT),
    ],
)  # fmt: skip
def test_every_taxonomy_is_known_whatever_its_name_goes_on_with(config: str, kind: Kind) -> None:
    """domain.md 2.3: the configIds of the ministry's toolkit. Facts that all taxonomies share stand first here."""
    space = b"http://xbrl.mof.gov.cn/taxonomy/2023-12-31/gen"
    shared = b'<g:NameOfAccountingEntity xmlns:g="%b">x</g:NameOfAccountingEntity>' % space
    data = xbrl(config, "InvoiceNumber=99934328\nTotalAmount=9.00").replace(b"<t:", shared + b"<t:", 1)
    assert document(data).kind is kind
    by_schema = data.replace(f"/{config}".encode(), b"/gen").replace(
        b"<g:",
        f'<link:schemaRef xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xlink:href="http://xbrl.mof.gov.cn/taxonomy/2023-12-31/{config}/{config}_entry.xsd"/><g:'.encode(),
        1,
    )
    assert document(by_schema).kind is kind


def test_a_toll_invoice_is_told_by_its_code() -> None:
    assert document(xbrl("inv_tlf", INVOICE.replace("033002200211", "033002200112"))).kind is Kind.TOLL


INVOICE = """
TypeOfInvoice=增值税电子普通发票
CodeOfInvoice=033002200211
NumberOfInvoice=99934328
DateOfIssue=2022-09-01
NameOfSeller=甲公司
TotalAmountExcludingTax=9.91
TotalTaxAmount=1.29
TaxIncludedAmountInFigures=11.20
InformationOfTaxableGoodsOrServicesDetailItemsTuple:
  NameOfTaxableGoodsOrServices=*金属制品*螺丝批
  QuantityOfGoodsOrServices=1.00
  AmountExcludingTax=9.91
  TaxRate=0.13
  TaxAmount=1.29
Remarks=无
"""


@pytest.mark.parametrize("day", ["2021-09-30", "2023-12-31", "2031-01-01"])
def test_the_date_of_a_taxonomy_does_not_matter(day: str) -> None:
    got = document(xbrl("inv", INVOICE, day))
    assert (got.kind, got.code, got.number) == (Kind.VAT, "033002200211", "99934328")
    assert (got.amount_excl_tax, got.tax, got.total) == (Decimal("9.91"), Decimal("1.29"), Decimal("11.20"))
    assert [(x.name, x.quantity, x.rate) for x in got.lines] == [("*金属制品*螺丝批", "1.00", "13%")]


def test_a_bank_statement_keeps_account_and_balance() -> None:
    facts = """
NameOfCustomerAccount=杭州云岫样例软件有限公司
CustomerSettlementBankAccount=1000000000000000001
YearOfBankReconciliationStatement=2026
MonthOfBankReconciliationStatement=03
AccountBalanceAtTheEndOfReconciliationCycleAmount=12,345.67
"""
    got = document(xbrl("bkrs", facts))
    assert (got.type, got.total, got.extra["account"]) == ("银行电子对账单", Decimal("12345.67"), "1000000000000000001")


def test_a_refunded_ticket_says_so() -> None:
    got = document(
        xbrl("rai", "ElectronicInvoiceRailwayETicketNumber=26519990000066600025\nFare=30.80\nTypeOfBusiness=退")
    )
    assert (got.kind, got.total, got.extra["refund"]) == (Kind.RAIL, Decimal("30.80"), "yes")
    assert got.type == "电子发票（铁路电子客票）"


def test_other_taxonomies_and_hosts_are_no_document() -> None:
    assert isinstance(read(xbrl("zzz", INVOICE), "x.xml").error, NoDocument)
    foreign = xbrl("inv", INVOICE).replace(b"xbrl.mof.gov.cn", b"example.com")
    assert isinstance(read(foreign, "x.xml").error, NoDocument)


def test_what_is_special_about_a_digital_invoice() -> None:
    travel = document(sample("xml_04"))
    assert travel.extra["destination"] == "北京市;杭州市"
    assert travel.extra["passenger"] == "样一"
    toll = document(sample("xml_05"))
    assert (toll.kind, toll.extra["plate"], toll.extra["passage_from"]) == (Kind.TOLL, "浙A0X000", "20260421")
    exempt = document(sample("xml_06"))
    assert [line.rate for line in exempt.lines] == ["免税", "9%", "不征税"]
    assert exempt.lines[0].tax == ""
    assert exempt.remark is None


def test_a_number_that_is_missing_is_missed() -> None:
    data = sample("xml_01").replace(b"26339990000088000001", b"")
    (found,) = read(data, "x.xml").found
    assert found.document.number is None
    assert [f.field for f in found.warnings if f.code == doubts.INCOMPLETE] == ["number"]


def test_dates_with_time() -> None:
    assert document(sample("xml_01")).date == date(2026, 4, 21)


@pytest.mark.parametrize(
    ("rate", "printed"),
    [("0.13", "13%"), ("0.06", "6%"), ("0.015", "1.5%"), ("0", "0%"), ("13.00%", "13.00%"), ("免税", "免税"), ("", "")],
)
def test_rates(rate: str, printed: str) -> None:
    assert percent(rate) == printed
