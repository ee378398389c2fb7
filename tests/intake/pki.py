"""Keys, certificates and seals made for tests: SM2 as GB/T 38540 and GB/T 35275 want them, written by the standards."""

from __future__ import annotations

import base64
import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import quoteattr

import gmalg  # type: ignore[import-untyped]
from asn1crypto import core, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes

SM2_SIGN, SM2_CURVE, SM3 = "1.2.156.10197.1.501", "1.2.156.10197.1.301", "1.2.156.10197.1.401"
SINCE, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2026, 5, 12, 2, 0, tzinfo=UTC)
NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def seq(*parts: bytes) -> bytes:
    return core.Sequence(contents=b"".join(parts)).dump()  # type: ignore[no-any-return]


def octets(data: bytes) -> bytes:
    return core.OctetString(data).dump()  # type: ignore[no-any-return]


def bits(data: bytes) -> bytes:
    return core.OctetBitString(data).dump()  # type: ignore[no-any-return]


def oid(dotted: str) -> bytes:
    return core.ObjectIdentifier(dotted).dump()  # type: ignore[no-any-return]


def number(value: int) -> bytes:
    return core.Integer(value).dump()  # type: ignore[no-any-return]


def ia5(words: str) -> bytes:
    return core.IA5String(words).dump()  # type: ignore[no-any-return]


def utf8(words: str) -> bytes:
    return core.UTF8String(words).dump()  # type: ignore[no-any-return]


def moment(at: datetime) -> bytes:
    return core.GeneralizedTime(at).dump()  # type: ignore[no-any-return]


def utc(at: datetime) -> bytes:
    return core.UTCTime(at).dump()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Holder:
    """An SM2 key and its certificate."""

    secret: bytes
    point: bytes
    certificate: bytes
    name: str

    def signs(self, message: bytes) -> bytes:
        r, s = gmalg.SM2(sk=self.secret, uid=b"1234567812345678", pk=self.point).sign(message)
        return seq(number(int.from_bytes(r, "big")), number(int.from_bytes(s, "big")))


_serial = iter(range(1000, 10_000))


def holder(name: str, issuer: Holder | None = None, *, ca: bool = False, until: datetime = UNTIL) -> Holder:
    """A new key with a certificate from the issuer; its own issuer where there is none."""
    secret, point = gmalg.SM2().generate_keypair()
    subject = x509.Name.build({"country_name": "CN", "common_name": name}).dump()
    by = x509.Name.build({"country_name": "CN", "common_name": issuer.name if issuer else name}).dump()
    algorithm = seq(oid(SM2_SIGN))
    extension = seq(
        seq(oid("2.5.29.19"), core.Boolean(True).dump(), octets(seq(core.Boolean(ca).dump() if ca else b"")))
    )
    tbs = seq(
        core.Integer(2, explicit=0).dump(), number(next(_serial)), algorithm, by, seq(utc(SINCE), utc(until)), subject,
        seq(seq(oid("1.2.840.10045.2.1"), oid(SM2_CURVE)), bits(point)),
        b"\xa3" + core.OctetString(extension).dump()[1:],
    )  # fmt: skip
    made = Holder(secret, point, b"", name)
    signed = (issuer or made).signs(tbs)
    return Holder(secret, point, seq(tbs, algorithm, bits(signed)), name)


@dataclass(frozen=True)
class Bureau:
    """Root, maker of seals, signer: who a sealed invoice needs."""

    root: Holder
    maker: Holder
    signer: Holder


@cache
def bureau() -> Bureau:
    root = holder("样例根证书", ca=True)
    return Bureau(root, holder("样例印章制作系统", root), holder("样例省税务局", root))


def seal(by: Bureau, *, newer: bool = True, until: datetime = UNTIL, holders: tuple[bytes, ...] = ()) -> bytes:
    """SESeal: GB/T 38540 (newer), or GM/T 0031."""
    head = seq(ia5("ES"), number(4 if newer else 1), ia5("guidang"))
    listed = seq(*(octets(c) for c in holders or (by.signer.certificate,)))
    when = [f(at) for f in ((moment,) if newer else (utc,)) for at in (SINCE, SINCE, until)]
    properties = seq(number(1), utf8("样例发票专用章"), *([number(1)] if newer else []), listed, *when)
    picture = seq(ia5("PNG"), octets(b"png"), number(30), number(20))
    info = seq(head, ia5("0001"), properties, picture)
    if newer:
        return seq(info, octets(by.maker.certificate), oid(SM2_SIGN), bits(by.maker.signs(info)))
    signed = by.maker.signs(seq(info, octets(by.maker.certificate), oid(SM2_SIGN)))
    return seq(info, seq(octets(by.maker.certificate), oid(SM2_SIGN), bits(signed)))


def stamp(
    content: bytes, by: Bureau, *, newer: bool = True, pressed: bytes = b"", signer: Holder | None = None
) -> bytes:
    """SES_Signature over Signature.xml."""
    signer = signer or by.signer
    pressed = pressed or seal(by, newer=newer)
    version, where = number(4 if newer else 1), ia5("/Doc_0/Signs/Sign_0/Signature.xml")
    if newer:
        tbs = seq(version, pressed, moment(SIGNED_AT), bits(sm3(content)), where)
        return seq(tbs, octets(signer.certificate), oid(SM2_SIGN), bits(signer.signs(tbs)))
    at = bits(SIGNED_AT.strftime("%Y%m%d%H%M%SZ").encode())
    tbs = seq(version, pressed, at, bits(sm3(content)), where, octets(signer.certificate), oid(SM2_SIGN))
    return seq(tbs, bits(signer.signs(tbs)))


def message(content: bytes, by: Holder, issuer: Holder) -> bytes:
    """SignedData of GB/T 35275 about a content that lies beside it, with signed attributes."""
    attributes = seq(
        seq(oid("1.2.840.113549.1.9.3"), b"\x31" + seq(oid("1.2.156.10197.6.1.4.2.1"))[1:]),
        seq(oid("1.2.840.113549.1.9.5"), b"\x31" + seq(utc(SIGNED_AT))[1:]),
        seq(oid("1.2.840.113549.1.9.4"), b"\x31" + seq(octets(sm3(content)))[1:]),
    )
    name = x509.Name.build({"country_name": "CN", "common_name": issuer.name}).dump()
    serial = number(x509.Certificate.load(by.certificate).serial_number)
    signed = by.signs(b"\x31" + attributes[1:])
    info = seq(
        number(1), seq(name, serial), seq(oid(SM3)), b"\xa0" + attributes[1:],
        seq(oid("1.2.156.10197.1.301.1")), octets(signed),
    )  # fmt: skip
    data = seq(
        number(1), b"\x31" + seq(seq(oid(SM3)))[1:], seq(oid("1.2.156.10197.6.1.4.2.1")),
        b"\xa0" + core.OctetString(by.certificate).dump()[1:], b"\x31" + seq(info)[1:],
    )  # fmt: skip
    return seq(oid("1.2.156.10197.6.1.4.2.2"), b"\xa0" + octets(data)[1:])


def entries(data: bytes) -> dict[str, bytes]:
    """The files of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sealed(
    data: bytes, by: Bureau, *, value: object = None, leave_out: tuple[str, ...] = (), method: str = SM3
) -> bytes:
    """An OFD with a seal over all its files; `value(content)` makes another signed value than a GB/T 38540 stamp."""
    files = entries(data)
    files["OFD.xml"] = files["OFD.xml"].replace(
        b"</ofd:DocBody>", b"<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody>"
    )
    listed = "".join(
        f"<ofd:Reference FileRef={quoteattr('/' + name)}><ofd:CheckValue>{base64.b64encode(sm3(content)).decode()}"
        "</ofd:CheckValue></ofd:Reference>"
        for name, content in files.items()
        if name not in leave_out
    )
    content = (
        f'<ofd:Signature {NS}><ofd:SignedInfo><ofd:References CheckMethod="{method}">{listed}</ofd:References>'
        "</ofd:SignedInfo><ofd:SignedValue>SignedValue.dat</ofd:SignedValue></ofd:Signature>"
    ).encode()
    folder = "Doc_0/Signs"
    files[f"{folder}/Signatures.xml"] = (
        f'<ofd:Signatures {NS}><ofd:Signature ID="1" BaseLoc="Sign_0/Signature.xml"/></ofd:Signatures>'.encode()
    )
    files[posixpath.join(folder, "Sign_0/Signature.xml")] = content
    made = value(content) if callable(value) else stamp(content, by)
    files[posixpath.join(folder, "Sign_0/SignedValue.dat")] = made
    return packed(files)
