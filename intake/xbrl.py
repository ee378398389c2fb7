"""XBRL of the Ministry of Finance's 电子凭证会计数据标准: rail, air, bank, invoices, fiscal receipts."""

from __future__ import annotations

import re
from decimal import Decimal

from lxml import etree

from archive.document import Kind, Line
from archive.money import parse_amount
from intake import codes
from intake.draft import MONEY, Draft
from intake.einvoice import percent
from intake.fields import parse_date
from intake.markup import first, leaves, local, namespace, value

_HREF = "{http://www.w3.org/1999/xlink}href"
HOST = "xbrl.mof.gov.cn"

#: Taxonomy (last segment of its namespace, whatever its date) → kind and title where the file names none.
_SORTS: dict[str, tuple[Kind, str]] = {
    "rai": (Kind.RAIL, "电子发票（铁路电子客票）"),
    "atr": (Kind.AIR, "电子发票（航空运输电子客票行程单）"),
    "bker": (Kind.BANK_RECEIPT, "银行电子回单"),
    "bkrs": (Kind.STATEMENT, "银行电子对账单"),
    "einv": (Kind.EINVOICE, ""),
    "inv": (Kind.VAT, ""),
    "efi": (Kind.FISCAL, ""),
    "ntrev": (Kind.FISCAL, "电子非税收入一般缴款书"),
    "ctp": (Kind.BANK_RECEIPT, "国库集中支付电子凭证"),
}

#: Field → element names that hold it, the surest first. Names end the same in most taxonomies.
_FIELDS: dict[str, tuple[str, ...]] = {
    "type": ("TypeOfVoucher", "TypeOfInvoice", "EInvoiceName", "NameOfFiscalElectronicInvoice"),
    "number": (
        "ElectronicInvoiceRailwayETicketNumber",
        "ElectronicInvoiceAirTransportReceiptNumber",
        "NumberOfAirTransportElectronicTicketItinerary",
        "NumberOfBankElectronicReceipt",
        "NumberOfInvoice",
        "InvoiceNumber",
        "EInvoiceNumber",
        "EInvoiceID",
        "NumberOfPaymentVoucher",
    ),
    "code": ("CodeOfInvoice", "EInvoiceCode", "InvoiceCode"),
    "date": ("DateOfIssue", "IssueDate", "DateOfBookkeeping", "IssueTime", "RequestTime", "DateOfIssuance"),
    "check_code": ("IdentifyingCode", "CheckCode", "RandomNumber"),
    "seller_name": ("NameOfSeller", "SellerName", "AccountNameOfPayee", "InvoicingPartyName", "NameOfPayee"),
    "seller_tax_id": (
        "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOfSeller",
        "UnifiedSocialCreditCodeOfSeller",
        "SellerIdNum",
        "InvoicingPartyCode",
    ),
    "buyer_name": ("NameOfPurchaser", "BuyerName", "AccountNameOfPayer", "PayerPartyName", "NameOfPayer"),
    "buyer_tax_id": (
        "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOfPurchaser",
        "UnifiedSocialCreditCodeOfPurchaser",
        "BuyerIdNum",
        "PayerPartyCode",
    ),
    "amount_excl_tax": ("TotalAmountExcludingTax", "TotalAmWithoutTax"),
    "tax": ("TotalTaxAmount", "TotalTaxAm"),
    "total": (
        "TaxIncludedAmountInFigures",
        "TotalTax-includedAmount",
        "TotalAmount",
        "TransactionAmountInFigures",
        "AmountInFigures",
    ),
    "capitals": ("TaxIncludedAmountInWords", "TotalTax-includedAmountInChinese", "TransactionAmountInWords"),
    "remark": ("Remarks", "Remark", "Notes"),
    "blue_number": ("OriginalInvoiceNumber", "OriginalInvoiceCode"),
}

#: Extras by taxonomy: element → name.
_EXTRAS: dict[str, dict[str, str]] = {
    "rai": {
        "DepartureStation": "departure",
        "DestinationStation": "destination",
        "TrainNumber": "train",
        "TravelDate": "travel_date",
        "DepartureTime": "departure_time",
        "SeatLevel": "seat_class",
        "Carriage": "carriage",
        "Seat": "seat",
        "Name": "passenger",
        "ETicketNumber": "ticket_number",
        "IssueParty": "issuer",
        "TypeOfBusiness": "business",
    },
    "atr": {
        "Carrier": "carrier",
        "Flight": "flight",
        "FlightNumber": "flight",
        "CarrierDate": "travel_date",
        "DepartureStation": "departure",
        "DestinationStation": "destination",
        "NameOfPassenger": "passenger",
        "Fare": "fare",
        "FuelSurcharge": "fuel",
        "CivilAviationDevelopmentFund": "fund",
        "OtherTaxes": "other_taxes",
        "ETicketNumber": "ticket_number",
    },
    "bker": {
        "AccountNameOfPayer": "payer_name",
        "AccountNumberOfPayer": "payer_account",
        "DepositoryBankOfPayer": "payer_bank",
        "AccountNameOfPayee": "payee_name",
        "AccountNumberOfPayee": "payee_account",
        "DepositoryBankOfPayee": "payee_bank",
        "Usage": "usage",
        "Notes": "postscript",
        "BusinessSerialNumber": "serial",
        "TransactionCode": "transaction_code",
        "TypeOfBankElectronicReceipt": "business",
    },
    "bkrs": {
        "NameOfCustomerAccount": "account_name",
        "CustomerSettlementBankAccount": "account",
        "YearOfBankReconciliationStatement": "year",
        "MonthOfBankReconciliationStatement": "month",
        "AccountBalanceAtTheEndOfReconciliationCycleAmount": "closing_balance",
    },
}

_LINE: dict[str, tuple[str, ...]] = {
    "name": ("NameOfTaxableGoodsOrServices", "ItemName"),
    "spec": ("Specification", "SpecMod"),
    "unit": ("UnitOfGoodsOrServices", "MeaUnits", "ItemUnit"),
    "quantity": ("QuantityOfGoodsOrServices", "Quantity", "ItemQuantity"),
    "price": ("UnitPriceOfGoodsOrServices", "UnPrice", "ItemStd"),
    "amount": ("AmountExcludingTax", "Amount", "ItemAmount"),
    "rate": ("TaxRate",),
    "tax": ("TaxAmount", "ComTaxAm"),
}


def taxonomy(root: etree._Element) -> str | None:
    """Which of the ministry's taxonomies the facts belong to (rai, bker, …); None for other XBRL.

    A fact's namespace tells it, else the schema that is referred to. Facts that all taxonomies share may stand first;
    names may go on with the view or the sort of invoice (inv_ord_issuer, rai-receiver).
    """
    spaces = dict.fromkeys(namespace(element) for element in root.iter("{*}*"))
    schemas = [link.get(_HREF, "") for link in root.iter("{*}schemaRef")]
    for address in (*spaces, *root.nsmap.values(), *schemas):
        if address and HOST in address:
            for part in reversed(address.lower().rstrip("/").split("/")):
                if (sort := re.split(r"[_.-]", part)[0]) in _SORTS:
                    return sort
    return None


def read_xbrl(root: etree._Element, source: str) -> Draft | None:
    """The document of an XBRL instance; None where the taxonomy is not one of ours."""
    sort = taxonomy(root)
    if sort is None:
        return None
    kind, title = _SORTS[sort]
    draft = Draft(source, kind, text=leaves(root))
    for name, elements in _FIELDS.items():
        text = first(root, *elements)
        draft.put(name, _as(name, text))
    draft.put("type", title)
    for element, name in _EXTRAS.get(sort, {}).items():
        draft.note(name, first(root, element))
    draft.lines = [line for tuple_ in _tuples(root) if (line := _line(tuple_)).name or line.amount]
    _by_sort(draft, root, sort)
    return draft


def _as(name: str, text: str) -> object:
    if name in MONEY:
        return parse_amount(text)
    return parse_date(text) if name == "date" else text


def _by_sort(draft: Draft, root: etree._Element, sort: str) -> None:
    """What differs between the taxonomies: a rail fare is the total, an itinerary's net is fare and fuel."""
    if sort == "inv" and codes.is_toll(str(draft.get("code") or "")):
        draft.kind = Kind.TOLL
    elif sort == "rai":
        draft.put("total", parse_amount(first(root, "Fare")))
        draft.put("tax", parse_amount(first(root, "TaxAmount")))
        draft.note("refund", "yes" if draft.extra.get("business", "").startswith("退") else None)
    elif sort == "atr":
        draft.put("tax", parse_amount(first(root, "TaxAmount")))
        draft.put("seller_name", first(root, "IssueParty", "IssuingParty"))
        parts = [parse_amount(first(root, name)) for name in ("Fare", "FuelSurcharge")]
        draft.put(
            "amount_excl_tax", sum((p for p in parts if p is not None), Decimal(0)) if parts[0] is not None else None
        )
    elif sort == "bker":
        draft.values["type"] = "银行电子回单"
    elif sort == "bkrs":
        draft.put("buyer_name", draft.extra.get("account_name"))
        draft.put("total", parse_amount(draft.extra.get("closing_balance", "")))


def _tuples(root: etree._Element) -> list[etree._Element]:
    """Elements that group the facts of one goods row."""
    names = ("NameOfTaxableGoodsOrServices", "ItemName")
    parents = [e.getparent() for name in names for e in root.iter(f"{{*}}{name}")]
    return [p for p in parents if p is not None and local(p) != "xbrl"]


def _line(group: etree._Element) -> Line:
    facts = {local(e): value(e) for e in group}
    cells = {key: next((facts[n] for n in names if facts.get(n)), "") for key, names in _LINE.items()}
    cells["rate"] = percent(cells["rate"])
    return Line(**cells)
