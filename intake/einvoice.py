"""数电票 in the tax bureau's own XML, its fiscal cousin (CZ-EI), and original_invoice.xml of older OFD invoices."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from archive.document import Kind, Line
from archive.money import parse_amount
from intake import codes, doubts
from intake.draft import Draft
from intake.fields import parse_date, squeeze
from intake.markup import first, leaves, local, value

_TITLES = {"01": "电子发票（增值税专用发票）", "02": "电子发票（普通发票）"}
#: SpecificInformation → extras. Several blocks of one sort are joined with `;`.
_SPECIFIC = {
    "PlateNumber": "plate",
    "VehicleType": "vehicle",
    "StartDatesOfPassage": "passage_from",
    "EndDatesOfPassage": "passage_to",
    "Departure": "departure",
    "Destination": "destination",
    "Traveler": "passenger",
    "TravelDate": "travel_date",
    "Grade": "seat_class",
    "Vehicletype": "vehicle_type",
    "CreditNoteNumber": "credit_note_number",
}


def read_einvoice(root: etree._Element, source: str) -> Draft:
    """A document whose root is EInvoice: 数电票, or a fiscal receipt where its tag says CZ-EI."""
    if first(root, "EInvoiceTag").startswith("CZ-EI"):
        return _fiscal(root, source)
    draft = Draft(source, Kind.EINVOICE, text=leaves(root))
    draft.put("type", _title(root))
    draft.put("number", first(root, "InvoiceNumber", "EIid"))
    draft.put("date", parse_date(first(root, "IssueTime", "RequestTime")))
    for side in ("Seller", "Buyer"):
        draft.put(f"{side.lower()}_name", first(root, f"{side}Name"))
        draft.put(f"{side.lower()}_tax_id", first(root, f"{side}IdNum"))
    draft.put("amount_excl_tax", parse_amount(first(root, "TotalAmWithoutTax")))
    draft.put("tax", parse_amount(first(root, "TotalTaxAm")))
    draft.put("total", parse_amount(first(root, "TotalTax-includedAmount")))
    draft.put("capitals", first(root, "TotalTax-includedAmountInChinese"))
    draft.put("remark", first(root, "Remark"))
    draft.put("blue_number", first(root, "OriginalInvoiceCode", "OriginalInvoiceNumber", "BlueInvoiceNumber"))
    draft.lines = [_native_line(item) for item in root.iter("{*}IssuItemInformation")]
    draft.note("drawer", first(root, "Drawer"))
    _specific(draft, root)
    if next(root.iter("{*}Toll"), None) is not None:
        draft.kind = Kind.TOLL
    if next(root.iter("{*}SignatureValue"), None) is not None:
        draft.warnings.append(doubts.doubt(doubts.SIGNATURE))
    return draft


def _title(root: etree._Element) -> str:
    sort = next(root.iter("{*}GeneralOrSpecialVAT"), None)
    if sort is None:
        return ""
    code, name = first(sort, "LabelCode"), first(sort, "LabelName")
    return _TITLES.get(code) or (f"电子发票（{name}）" if name else "")


def _native_line(item: etree._Element) -> Line:
    return Line(
        name=first(item, "ItemName"),
        spec=first(item, "SpecMod"),
        unit=first(item, "MeaUnits"),
        quantity=first(item, "Quantity"),
        price=first(item, "UnPrice"),
        amount=first(item, "Amount"),
        rate=percent(first(item, "TaxRate")),
        tax=first(item, "ComTaxAm"),
    )


def percent(rate: str) -> str:
    """0.13 → 13%; words such as 免税 and rates that are percentages already stay."""
    number = parse_amount(rate)
    if number is None or not 0 <= number < 1:
        return rate
    return f"{(number * 100).normalize():f}%"


def _specific(draft: Draft, root: etree._Element) -> None:
    block = next(root.iter("{*}SpecificInformation"), None)
    if block is None:
        return
    for element in block.iter("{*}*"):
        key, text = _SPECIFIC.get(local(element)), value(element)
        if key in ("passage_from", "passage_to"):
            text = text[:8] if text[:8].isdigit() else text
        if key and text and text not in draft.extra.get(key, "").split(";"):
            draft.extra[key] = f"{draft.extra[key]};{text}" if key in draft.extra else text


def _fiscal(root: etree._Element, source: str) -> Draft:
    """财政电子票据 XML: the receiver is the seller, the payer the buyer."""
    draft = Draft(source, Kind.FISCAL, text=leaves(root))
    draft.put("type", first(root, "EInvoiceName", "EInvoiceTypeName", "InvoiceName"))
    draft.put("number", first(root, "EInvoiceNumber", "EInvoiceNo", "InvoiceNumber", "EInvoiceID"))
    draft.put("code", first(root, "EInvoiceCode", "InvoiceCode"))
    draft.put("check_code", first(root, "RandomNumber", "CheckCode"))
    draft.put("date", parse_date(first(root, "IssueDate", "IssueTime")))
    draft.put("seller_name", first(root, "InvoicingPartyName"))
    draft.put("seller_tax_id", first(root, "InvoicingPartyCode"))
    draft.put("buyer_name", first(root, "PayerPartyName", "PayerName"))
    draft.put("buyer_tax_id", first(root, "PayerPartyCode", "PayerCode"))
    draft.put("total", parse_amount(first(root, "TotalAmount")))
    draft.put("remark", first(root, "Remark"))
    for item in root.iter("{*}Item"):
        amount = first(item, "ItemAmount", "Amount")
        if amount:
            name, unit = first(item, "ItemName"), first(item, "ItemUnit", "Unit")
            quantity, price = first(item, "ItemQuantity", "Quantity"), first(item, "ItemStd", "ItemStandard")
            draft.lines.append(Line(name=name, unit=unit, quantity=quantity, price=price, amount=amount))
    return draft


def read_original(root: etree._Element, source: str) -> Draft:
    """original_invoice.xml (root eInvoice, edrm.org.cn): the older 增值税电子发票 inside its OFD."""
    code = first(root, "InvoiceCode")
    draft = Draft(source, Kind.TOLL if codes.is_toll(code) else Kind.VAT, text=leaves(root))
    draft.put("type", codes.title(code), sure=0.8)
    draft.put("code", code)
    draft.put("number", first(root, "InvoiceNo"))
    draft.put("date", parse_date(first(root, "IssueDate")))
    draft.put("check_code", first(root, "InvoiceCheckCode").replace(" ", ""))
    for side in ("Seller", "Buyer"):
        draft.put(f"{side.lower()}_name", first(root, f"{side}Name"))
        draft.put(f"{side.lower()}_tax_id", first(root, f"{side}TaxID"))
    draft.put("amount_excl_tax", _money(first(root, "TaxExclusiveTotalAmount")))
    draft.put("tax", _money(first(root, "TaxTotalAmount")))
    draft.put("total", _money(first(root, "TaxInclusiveTotalAmount")))
    draft.put("capitals", first(root, "TaxInclusiveTotalAmountWithWords"))
    draft.put("remark", first(root, "Note"))
    draft.put("blue_number", first(root, "OriginalInvoiceNo"))
    draft.note("blue_code", first(root, "OriginalInvoiceCode"))
    draft.note("machine", first(root, "MachineNo"))
    draft.note("drawer", first(root, "InvoiceClerk"))
    draft.lines = [_original_line(item) for item in root.iter("{*}GoodsInfo")]
    return draft


def _money(text: str) -> Decimal | None:
    return parse_amount(squeeze(text)) if text else None


def _original_line(item: etree._Element) -> Line:
    return Line(
        name=first(item, "Item"),
        spec=first(item, "Specification"),
        unit=first(item, "MeasurementDimension"),
        quantity=first(item, "Quantity"),
        price=first(item, "Price"),
        amount=first(item, "Amount"),
        rate=percent(first(item, "TaxScheme")),
        tax=first(item, "TaxAmount"),
    )
