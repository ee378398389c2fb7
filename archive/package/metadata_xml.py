# ruff: noqa: E501  a document in a string
"""元数据.xml of a unit: written here, and its schema beside it; read again by intake/package_xml.py.

Element names are plain ASCII for other programs; each metadata item bears its number and name of DA/T 94-2022 App A.
"""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from archive.four_properties.authenticity import STRANGE
from archive.four_properties.completeness import values
from archive.four_properties.parameters import M_NAMES
from archive.package.card import Told, UnitCard

NAMESPACE = "urn:guidang:unit:1"


def xml_of(card: UnitCard) -> bytes:
    """UTF-8. The same card gives the same bytes."""
    u = card.unit
    out = ['<?xml version="1.0" encoding="UTF-8"?>']
    out.append(
        f'<unit xmlns="{NAMESPACE}"'
        + _attributes(
            nth=card.nth, id=u.id, fonds=u.company, kind=u.kind, category=u.category, archiveNo=u.archive_no,
            volume=u.volume, fileNo=u.file_no, formed=u.formed.isoformat() if u.formed else "", year=u.year,
            month=u.month, retention=u.retention, expires=u.expires.isoformat() if u.expires else "",
        )
        + ">"
    )  # fmt: skip
    out.append(f"  <title>{_text(u.title)}</title>")
    out.append("  <metadata>")
    for number, value in sorted(values(u).items(), key=lambda pair: (len(pair[0]), pair[0])):
        name = M_NAMES[number].zh if number in M_NAMES else ""
        out.append(f"    <m{_attributes(no=number, name=name)}>{_text(value)}</m>")
    out.append("  </metadata>")
    out.append("  <files>")
    for paper, path in zip(u.papers, card.paths, strict=True):
        f = paper.file
        attributes = _attributes(
            nth=paper.nth, part=paper.part.value, path=path, name=f.name, size=f.size, sha256=f.sha256, sm3=f.sm3,
            mediaType=f.media_type, item=paper.item,
        )  # fmt: skip
        out.append(f"    <file{attributes}>{_text(paper.title)}</file>")
    out.append("  </files>")
    for document in card.documents:
        out += _document(document)
    if card.checks:
        out.append(f"  <checks{_attributes(run=card.run, rules=card.rules)}>")
        for code, (outcome, why) in card.checks.items():
            out.append(f"    <check{_attributes(item=code, outcome=outcome)}>{_text(why)}</check>")
        out.append("  </checks>")
    out.append("</unit>\n")
    return "\n".join(out).encode()


def _document(told: Told) -> list[str]:
    attributes = _attributes(
        item=told.item, archiveNo=told.archive_no, owner=told.owner, department=told.department,
        category=told.category, receivedAt=_moment(told.received_at), archivedAt=_moment(told.archived_at),
    )  # fmt: skip
    fields = [f"    <field{_attributes(name=name)}>{_text(value)}</field>" for name, value in told.fields.items()]
    return [f"  <document{attributes}>", *fields, "  </document>"]


def _attributes(**named: object) -> str:
    """` name="value"` of each that isn't empty."""
    return "".join(
        f" {name}={quoteattr(STRANGE.sub('�', str(value)), {chr(10): '&#10;', chr(9): '&#9;', chr(13): '&#13;'})}"
        for name, value in named.items()
        if value not in ("", None)
    )


def _text(words: str) -> str:
    return escape(STRANGE.sub("�", words), {"\r": "&#13;"})


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


SCHEMA = f"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{NAMESPACE}" targetNamespace="{NAMESPACE}"
           elementFormDefault="qualified">
  <!-- 归档 Guidang: 件的元数据 (DA/T 94-2022 附录A M1–M95 by number) -->
  <xs:simpleType name="word"><xs:restriction base="xs:string"><xs:maxLength value="2000"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="long"><xs:restriction base="xs:string"><xs:maxLength value="200000"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="digest"><xs:restriction base="xs:string"><xs:pattern value="[0-9a-f]{{64}}"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="number"><xs:restriction base="xs:string"><xs:pattern value="[A-Z][A-Z0-9_]{{0,30}}"/></xs:restriction></xs:simpleType>
  <xs:element name="unit">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="title" type="word"/>
        <xs:element name="metadata">
          <xs:complexType><xs:sequence>
            <xs:element name="m" minOccurs="0" maxOccurs="200">
              <xs:complexType><xs:simpleContent><xs:extension base="long">
                <xs:attribute name="no" type="number" use="required"/>
                <xs:attribute name="name" type="word"/>
              </xs:extension></xs:simpleContent></xs:complexType>
            </xs:element>
          </xs:sequence></xs:complexType>
        </xs:element>
        <xs:element name="files">
          <xs:complexType><xs:sequence>
            <xs:element name="file" maxOccurs="2000">
              <xs:complexType><xs:simpleContent><xs:extension base="word">
                <xs:attribute name="nth" type="xs:positiveInteger" use="required"/>
                <xs:attribute name="part" use="required"><xs:simpleType><xs:restriction base="xs:string">
                  <xs:enumeration value="voucher"/><xs:enumeration value="source"/><xs:enumeration value="other"/>
                </xs:restriction></xs:simpleType></xs:attribute>
                <xs:attribute name="path" type="word" use="required"/>
                <xs:attribute name="name" type="word" use="required"/>
                <xs:attribute name="size" type="xs:nonNegativeInteger" use="required"/>
                <xs:attribute name="sha256" type="digest" use="required"/>
                <xs:attribute name="sm3" type="digest" use="required"/>
                <xs:attribute name="mediaType" type="word"/>
                <xs:attribute name="item" type="word"/>
              </xs:extension></xs:simpleContent></xs:complexType>
            </xs:element>
          </xs:sequence></xs:complexType>
        </xs:element>
        <xs:element name="document" minOccurs="0" maxOccurs="2000">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="field" minOccurs="0" maxOccurs="20000">
                <xs:complexType><xs:simpleContent><xs:extension base="long">
                  <xs:attribute name="name" type="word" use="required"/>
                </xs:extension></xs:simpleContent></xs:complexType>
              </xs:element>
            </xs:sequence>
            <xs:attribute name="item" type="word" use="required"/>
            <xs:attribute name="archiveNo" type="word" use="required"/>
            <xs:attribute name="owner" type="word"/>
            <xs:attribute name="department" type="word"/>
            <xs:attribute name="category" type="word"/>
            <xs:attribute name="receivedAt" type="xs:dateTime" use="required"/>
            <xs:attribute name="archivedAt" type="xs:dateTime" use="required"/>
          </xs:complexType>
        </xs:element>
        <xs:element name="checks" minOccurs="0">
          <xs:complexType>
            <xs:sequence>
              <xs:element name="check" maxOccurs="100">
                <xs:complexType><xs:simpleContent><xs:extension base="long">
                  <xs:attribute name="item" type="word" use="required"/>
                  <xs:attribute name="outcome" use="required"><xs:simpleType><xs:restriction base="xs:string">
                    <xs:enumeration value="pass"/><xs:enumeration value="fail"/>
                    <xs:enumeration value="not_run"/><xs:enumeration value="not_applicable"/>
                  </xs:restriction></xs:simpleType></xs:attribute>
                </xs:extension></xs:simpleContent></xs:complexType>
              </xs:element>
            </xs:sequence>
            <xs:attribute name="run" type="word"/>
            <xs:attribute name="rules" type="word"/>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
      <xs:attribute name="nth" type="xs:positiveInteger" use="required"/>
      <xs:attribute name="id" type="word" use="required"/>
      <xs:attribute name="fonds" type="word" use="required"/>
      <xs:attribute name="kind" type="word" use="required"/>
      <xs:attribute name="category" type="word" use="required"/>
      <xs:attribute name="archiveNo" type="word"/>
      <xs:attribute name="volume" type="word"/>
      <xs:attribute name="fileNo" type="word"/>
      <xs:attribute name="formed" type="xs:date"/>
      <xs:attribute name="year" type="xs:gYear" use="required"/>
      <xs:attribute name="month" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="retention" type="word" use="required"/>
      <xs:attribute name="expires" type="xs:date"/>
    </xs:complexType>
  </xs:element>
</xs:schema>
""".encode()
