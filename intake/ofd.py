"""OFD (GB/T 33190) → documents: attached data, then tags, then properties, then the printed text, then recognition."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from archive.document import Kind
from archive.errors import NoDocument, Problem
from archive.finding import Finding
from archive.money import parse_amount
from archive.words import same
from intake import doubts, layout, xml_reader
from intake.agree import agree
from intake.coded import CODED, with_codes
from intake.doubts import doubt
from intake.draft import MONEY, Draft
from intake.fields import parse_date, squeeze, tidy
from intake.limits import PICTURE_PAGES, SPEAKING
from intake.markup import first, local, parse, value
from intake.ofd_codes import codes_on
from intake.ofd_text import texts_by_id, words_of
from intake.package import Leaf, Package, resolve
from intake.reading import Found, Reading
from intake.sniff import sniff

_CUSTOM_DATA = {
    "发票号码": "number",
    "发票代码": "code",
    "开票日期": "date",
    "校验码": "check_code",
    "销售方纳税人识别号": "seller_tax_id",
    "销售方名称": "seller_name",
    "购买方纳税人识别号": "buyer_tax_id",
    "购买方名称": "buyer_name",
    "合计金额": "amount_excl_tax",
    "合计税额": "tax",
    "价税合计": "total",
}
_TAGS = {
    "InvoiceNo": "number",
    "InvoiceCode": "code",
    "IssueDate": "date",
    "InvoiceCheckCode": "check_code",
    "SellerName": "seller_name",
    "SellerTaxID": "seller_tax_id",
    "BuyerName": "buyer_name",
    "BuyerTaxID": "buyer_tax_id",
    "TaxExclusiveTotalAmount": "amount_excl_tax",
    "TaxTotalAmount": "tax",
    "TaxInclusiveTotalAmount": "total",
}
_DPI = 200


def read_ofd(data: bytes, name: str) -> Reading:
    """Every document in an OFD package. Raises ReadProblems."""
    package = Package(data, name)
    found: list[Found] = []
    warnings: list[Finding] = []
    pages = 0
    for path, document in package.documents():
        leaves = list(package.pages(path, document))
        one: list[Found] = []
        drafts, unread = _attached(package, path, document)
        warnings += unread
        words = [w for i, leaf in enumerate(leaves) for w in words_of(leaf, pages + i)]
        printed = list(layout.find_all(words, "text"))
        drafts += [d for d in (_from_tags(package, path, document, leaves), _from_data(package, path)) if d]
        if not printed and not drafts and sum(len(w.text) for w in words) < SPEAKING:
            found += _recognised(package, path, document, leaves, pages)
            warnings.append(doubt(doubts.SCANNED))
        elif len(printed) > 1 and not drafts:
            one = [agree([draft]) for draft in printed]
        elif printed or drafts:
            one = [agree([*drafts, *printed[:1]])]
        found += _by_code(one, package, path, document, leaves, pages)
        pages += len(leaves)
    if next(package.root.iter("{*}Signatures"), None) is not None:
        warnings.append(doubt(doubts.SIGNATURE))
    if not found:
        raise NoDocument(name=name)
    return Reading(name, "ofd", tuple(found), pages, tuple(warnings))


def _attached(package: Package, path: str, document: etree._Element) -> tuple[list[Draft], list[Finding]]:
    """The document's data in an attached XML or XBRL file; broken attachments become warnings."""
    drafts: list[Draft] = []
    findings: list[Finding] = []
    for title, content in package.attachments(path, document):
        if sniff(content) != "xml":
            continue
        try:
            draft = xml_reader.draft_of(content, title, "attachment")
        except Problem as problem:
            findings.append(doubt(doubts.ATTACHMENT, name=same(title), why=problem.what.filled(name=title)))
            continue
        if draft:
            drafts.append(draft)
    return drafts, findings


def _from_tags(package: Package, path: str, document: etree._Element, leaves: list[Leaf]) -> Draft | None:
    """CustomTag.xml: each field points to the text objects that print it."""
    texts = {(leaf.id, key): text for leaf in leaves for key, text in texts_by_id(leaf).items()}
    draft = Draft("custom_tag")
    try:
        roots = list(_tag_files(package, path, document))
    except Problem:  # tags only point to printed text, which is read anyway
        return None
    for root in roots:
        for element in root.iter("{*}*"):
            name = _TAGS.get(local(element))
            if name:
                refs = element.findall("{*}ObjectRef")
                _put(draft, name, "".join(texts.get((r.get("PageRef", ""), value(r)), "") for r in refs))
    return _with_kind(draft)


def _tag_files(package: Package, path: str, document: etree._Element) -> Iterator[etree._Element]:
    listed = first(document, "CustomTags")
    where = resolve(path, listed)
    content = package.content(where) if listed else None
    if content is None:
        return
    for element in parse(content, package.name).iter("{*}FileLoc"):
        inner = package.content(resolve(where, value(element)))
        if inner is not None:
            yield parse(inner, package.name)


def _from_data(package: Package, path: str) -> Draft | None:
    """CustomData in the package's properties."""
    draft = Draft("custom_data")
    for title, text in package.custom_data(path).items():
        name = _CUSTOM_DATA.get(squeeze(title))
        if name:
            _put(draft, name, text)
    return _with_kind(draft)


def _put(draft: Draft, name: str, text: str) -> None:
    if name in MONEY:
        draft.put(name, _money(text))
    elif name == "date":
        draft.put(name, parse_date(text))
    elif name.endswith("_name"):
        draft.put(name, tidy(text))
    else:
        draft.put(name, squeeze(text))


def _money(text: str) -> Decimal | None:
    return parse_amount(squeeze(text))


def _with_kind(draft: Draft) -> Draft | None:
    """The draft if it says anything; a twenty-digit number makes it a 数电票. What else it is the page must tell."""
    if not draft.values:
        return None
    number = str(draft.get("number") or "")
    if len(number) == 8:
        draft.kind = Kind.VAT
    return draft


def _by_code(
    found: list[Found], package: Package, path: str, document: etree._Element, leaves: list[Leaf], start: int
) -> list[Found]:
    """Each document compared with the QR code on its first page."""
    firsts = [one.pages[0] for one in found]
    compared = []
    for one, first_page in zip(found, firsts, strict=True):
        if one.document.kind in CODED and 0 <= first_page - start < len(leaves):
            marks = codes_on(package, path, document, leaves[first_page - start])
            one = with_codes(one, marks, first_page, firsts.count(first_page) == 1)
        compared.append(one)
    return compared


def _recognised(package: Package, path: str, document: etree._Element, leaves: list[Leaf], start: int) -> list[Found]:
    """Pages that hold no text, drawn and recognised."""
    from intake.image import read_picture  # lazily: recognition is heavy and most files need none
    from intake.ofd_picture import draw_leaf

    found: list[Found] = []
    for number, leaf in enumerate(leaves[:PICTURE_PAGES]):
        found += read_picture(draw_leaf(package, path, document, leaf, _DPI), package.name, start + number)
    return found
