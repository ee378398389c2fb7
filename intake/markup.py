"""XML from outside, parsed without DTD, entities, network, or more depth and size than is good."""

from __future__ import annotations

import re

from lxml import etree

from archive.errors import ReaderFailed, TooBigToRead, TooDeep, Truncated, UnsafeXml
from archive.words import Text
from intake.limits import XML_BYTES, XML_DEPTH, XML_NODES, megabytes

_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_EMPTY_PREFIX = re.compile(rb"<(/?):(?=[A-Za-z])")
_EDGES = b"\xef\xbb\xbf \r\n\t\x00\x1a"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_LONE_AND = re.compile(rb"&(?!#?\w{1,10};)")
_FIRST_TAG = re.compile(rb"<[A-Za-z_][^\s/>]*")
_PREFIX = re.compile(rb"[<\s/]([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_DECLARED = re.compile(rb"xmlns:([\w.-]+)\s*=")
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_INSTANCE}}}nil"


def parse(data: bytes, name: str, times: int = 1) -> etree._Element:
    """The root of a document; of books, so many times as large.

    Raises UnsafeXml, TooDeep, TooBigToRead, Truncated, or ReaderFailed for damaged XML.
    """
    if len(data) > XML_BYTES * times:
        raise TooBigToRead(name=name, size=megabytes(len(data)), limit=megabytes(XML_BYTES * times))
    if _DECLARATION.search(data) or _DECLARATION.search(data.replace(b"\x00", b"")):
        raise UnsafeXml(name=name)
    try:
        root = _parsed(data)
    except etree.XMLSyntaxError as error:
        raise _problem(error, data, name) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeXml(name=name)
    _measure(root, name, XML_NODES * times)
    return root


def _parsed(data: bytes) -> etree._Element:
    try:
        return etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        mended = _mended(data)
        text = _decoded(mended)
        if text is None and mended == data:
            raise
        try:
            return etree.fromstring(
                mended if text is None else text.encode(), _parser(None if text is None else "utf-8")
            )
        except etree.XMLSyntaxError:
            raise error from None


def _mended(data: bytes) -> bytes:
    """What exports get wrong without damage to what they say.

    Blanks, marks and zeros around the document; an empty namespace prefix (`<:eInvoice>`); prefixes that nobody
    declared; an & that stands for itself.
    """
    if data.startswith(_UTF16):
        return data
    data = _EMPTY_PREFIX.sub(rb"<\1", data.strip(_EDGES))
    data = _LONE_AND.sub(b"&amp;", data)
    missing = sorted({*_PREFIX.findall(data)} - {*_DECLARED.findall(data), b"xml", b"xmlns"})[:20]
    spaces = {name: _INSTANCE.encode() if name == b"xsi" else b"undeclared:" + name for name in missing}
    added = b"".join(b' xmlns:%b="%b"' % pair for pair in spaces.items())
    return _FIRST_TAG.sub(lambda tag: tag[0] + added, data, count=1)


def _parser(encoding: str | None = None) -> etree.XMLParser:
    """A parser that expands and fetches nothing; an encoding given overrides what the file declares."""
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _decoded(data: bytes) -> str | None:
    """The text of a document whose declared encoding is wrong: GB18030 reads what isn't UTF-8. None where it isn't."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            return None
    declared = re.search(rb"""encoding\s*=\s*["']([\w-]+)""", data[:200])
    wrong = declared is not None and declared[1].lower() not in (b"utf-8", b"utf8")
    return data.decode("utf-8-sig") if wrong else None


def _problem(error: etree.XMLSyntaxError, data: bytes, name: str) -> Exception:
    said = str(error)
    if "depth" in said.lower():
        return TooDeep(name=name)
    if not data.rstrip(b" \r\n\t\x00").endswith(b">") or "Premature end" in said or "EndTag" in said:
        return Truncated(name=name)
    return ReaderFailed(name=name, detail=f"XML: {said[:120]}")


def _measure(root: etree._Element, name: str, most: int) -> None:
    nodes = depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        nodes += event == "start"
        if depth > XML_DEPTH:
            raise TooDeep(name=name)
        if nodes > most:
            limit = Text(f"{most} 个元素", f"{most} elements")
            raise TooBigToRead(name=name, size=Text("更多元素", "more elements"), limit=limit)


def local(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """An element's namespace, or an empty string."""
    return str(element.tag).rpartition("}")[0].lstrip("{")


def value(element: etree._Element | None) -> str:
    """An element's own text, stripped; empty for xsi:nil and for None."""
    if element is None or element.get(_NIL) in ("true", "1"):
        return ""
    return (element.text or "").strip()


def first(root: etree._Element, *names: str) -> str:
    """The first non-empty text among elements with one of these local names, in the order of the names."""
    for name in names:
        for element in root.iter(f"{{*}}{name}"):
            if text := value(element):
                return text
    return ""


def leaves(root: etree._Element) -> str:
    """All values of a document, one a line: what search may find."""
    return "\n".join(text for e in root.iter() if (text := value(e)))
