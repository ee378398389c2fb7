"""Damage that knows the format: it keeps a file enough of what it was that readers get past its first bytes."""

from __future__ import annotations

import base64
import io
import random
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping

#: Values that trip somebody: edges of numbers, dates and text.
VALUES = (
    "", "0", "-0", "-1", "1e999", "NaN", "Infinity", "-Infinity", "9" * 40, "0." + "0" * 40 + "1", "1,2,3", "１２３４",
    "٣٤٥", "½", "2026-02-30", "0000-00-00", "9999-12-31", "2026年13月41日", "20260000", "\u202e1.00", "\x00", "\ud7ff",
    "零", "壹佰亿亿亿", "（负数）", "¥", "¥-", "***", "%", "13%", "{0.__class__}", "&", "<a>", "]]>", "../../x",
    "发票" * 300,     "24442000000012345678", "91310000MA1FL0000X", "\U0001f4a9", "e\u0301", "\ufeff", "-" * 60,
    "(1.00)", "1 234,56", "㊣",
)  # fmt: skip
_TAGS = re.compile(rb"<[^<>]*>|[^<>]+")
_NUMBERS = re.compile(rb"-?\d+(?:\.\d+)?")
_INTS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)

Damage = Callable[[bytes, random.Random], bytes]


def bits(data: bytes, by: random.Random) -> bytes:
    """Any bytes: flipped, dropped, doubled, put elsewhere, replaced by the edges of integers, cut off."""
    content = bytearray(data)
    for _ in range(by.choice((1, 1, 2, 4, 8))):
        if not content:
            return bytes(by.getrandbits(8) for _ in range(8))
        at, length = by.randrange(len(content)), by.choice((1, 2, 4, 16, 256))
        how = by.randrange(7)
        if how == 0:
            content[at] ^= 1 << by.randrange(8)
        elif how == 1:
            del content[at : at + length]
        elif how == 2:
            content[at:at] = content[at : at + length]
        elif how == 3:
            form = by.choice(("<H", ">H", "<I", ">I"))
            size = struct.calcsize(form)
            content[at : at + size] = struct.pack(form, by.choice(_INTS) & (256**size - 1))
        elif how == 4:
            other = by.randrange(len(content))
            content[at : at + length] = content[other : other + length]
        elif how == 5:
            content[at : at + length] = by.choice(VALUES).encode("utf-8", "surrogatepass")
        elif by.random() < 0.3:
            del content[at:]
    return bytes(content)


def markup(data: bytes, by: random.Random) -> bytes:
    """XML: elements dropped, doubled, swapped, nested, their texts and attributes replaced."""
    parts = _TAGS.findall(data)
    if len(parts) < 3 or len(parts) > 60_000:
        return bits(data, by)
    for _ in range(by.choice((1, 1, 2, 5))):
        at, other = by.randrange(len(parts)), by.randrange(len(parts))
        how = by.randrange(8)
        if how == 0:
            parts[at] = b""
        elif how == 1:
            parts[at] += parts[at]
        elif how == 2:
            parts[at], parts[other] = parts[other], parts[at]
        elif how == 3:
            parts[at] = parts[other] * by.choice((1, 3, 70))
        elif how == 4:
            start = min(at, other)
            parts[start:start] = parts[start : min(max(at, other), start + 400)]
        elif how == 5:
            parts[at] = bits(parts[at], by)
        elif how == 6:
            parts[at] = re.sub(rb'"[^"]*"', b'"' + _value(by) + b'"', parts[at], count=1)
        if how > 5 and not parts[at].startswith(b"<"):
            parts[at] = _value(by)
        parts = parts or [b""]
    return b"".join(parts)


def _value(by: random.Random) -> bytes:
    value = by.choice(VALUES).encode("utf-8", "surrogatepass")
    return value if by.random() < 0.3 else value.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b"\x00", b"")


def package(data: bytes, by: random.Random) -> bytes:
    """A zip (OFD, xlsx, zip): one of its parts damaged by what it is, lost, renamed or doubled, and packed anew."""
    if by.random() < 0.15:
        return bits(data, by)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(info.filename, archive.read(info)) for info in archive.infolist()[:400]]
    except Exception:  # damaged before: damage it further
        return bits(data, by)
    if not parts:
        return bits(data, by)
    for _ in range(by.choice((1, 1, 2, 3))):
        at = by.randrange(len(parts))
        name, content = parts[at]
        how = by.randrange(10)
        if how == 0 and len(parts) > 1:
            del parts[at]
        elif how == 1:
            parts[at] = (by.choice(("../" + name, "/" + name, name.upper(), name * 20, "OFD.xml", "x\ud7ff")), content)
        elif how == 2:
            parts.append((name, by.choice(parts)[1]))
        elif how == 3:
            parts[at] = (name, by.choice(parts)[1])
        else:
            parts[at] = (name, markup(content, by) if content.lstrip()[:1] in (b"<", b"\xef") else bits(content, by))
    out = io.BytesIO()
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(out, "w", by.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive,
    ):
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = archive.compression
            archive.writestr(info, content)
    return out.getvalue()


def numbers(data: bytes, by: random.Random) -> bytes:
    """A PDF's objects: numbers (sizes, matrices, references) and names replaced, streams unpacked and damaged."""
    how = by.randrange(6)
    if how == 0:
        return bits(data, by)
    if how == 1:
        return _stream(data, by)
    found = list(_NUMBERS.finditer(data[:400_000]))
    if not found:
        return bits(data, by)
    for _ in range(by.choice((1, 2, 6))):
        match = by.choice(found)
        value = by.choice((b"0", b"-1", b"1e9", b"99999999999", b"0.000001", b"2147483647", b"-2147483648", b"1"))
        end = match.end()
        data = data[: match.start()] + value[: max(1, end - match.start())].ljust(end - match.start()) + data[end:]
    return data


def _stream(data: bytes, by: random.Random) -> bytes:
    """One Flate stream opened, its content damaged, and packed again; its length is left to be wrong."""
    starts = [m.end() for m in re.finditer(rb"stream\r?\n", data)]
    if not starts:
        return bits(data, by)
    start = by.choice(starts)
    end = data.find(b"endstream", start)
    try:
        opened = zlib.decompressobj().decompress(data[start:end], 1 << 20)
    except zlib.error:
        return bits(data, by)
    damaged = by.choice((bits, markup, numbers if by.random() < 0.5 else bits))(opened, by)
    return data[:start] + zlib.compress(damaged) + b"\n" + data[end:]


def chunks(data: bytes, by: random.Random) -> bytes:
    """A picture: bytes changed and, in a PNG, the checksums made right again, so that the decoder goes on."""
    damaged = bits(data, by)
    if not damaged.startswith(b"\x89PNG\r\n\x1a\n") or by.random() < 0.2:
        return damaged
    out, at = damaged[:8], 8
    while at + 12 <= len(damaged):
        length = min(int.from_bytes(damaged[at : at + 4], "big"), len(damaged) - at - 12)
        body = damaged[at + 4 : at + 8 + length]
        out += damaged[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return out


def cells(data: bytes, by: random.Random) -> bytes:
    """A table: a workbook's parts, or the cells of a text."""
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return package(data, by) if data.startswith(b"PK") else bits(data, by)
    if data.lstrip()[:1] == b"<":
        return markup(data, by)
    mark = max((b",", b"\t", b";", b"|"), key=data[:4000].count)
    rows = [row.split(mark) for row in data.split(b"\n")]
    for _ in range(by.choice((1, 3, 9))):
        row = by.choice(rows)
        at = by.randrange(max(1, len(row)))
        how = by.randrange(6)
        if how < 3 and row:
            row[at] = _value(by)
        elif how == 3:
            row.insert(at, b'"')
        elif how == 4:
            rows.append(list(row))
        elif row:
            del row[at]
    return b"\n".join(mark.join(row) for row in rows)


def letters(data: bytes, by: random.Random) -> bytes:
    """A bundle: a zip's parts, a mail's headers and coded parts, or the bytes of a 7z or .msg."""
    if data.startswith(b"PK"):
        return package(data, by)
    if data.startswith((b"7z", b"\xd0\xcf")):
        return bits(data, by)
    lines = data.split(b"\n")
    for _ in range(by.choice((1, 2, 4))):
        at = by.randrange(len(lines))
        how = by.randrange(6)
        if how == 0:
            del lines[at : at + by.choice((1, 5))]
        elif how == 1:
            lines[at:at] = lines[at : at + 20]
        elif how == 2:
            lines[at] = bits(lines[at], by)
        elif how == 3:
            lines[at] = re.sub(
                rb"[\w-]+/[\w.-]+", by.choice((b"message/rfc822", b"multipart/mixed", b"text/html")), lines[at]
            )
        elif how == 4:
            lines[at] = lines[at].partition(b":")[0] + b": =?gb18030?B?" + base64.b64encode(_value(by)) + b"?="
        else:
            lines[at] = lines[at].replace(b"utf-8", by.choice((b"nonsense", b"utf-16", b"gbk", b"idna", b"rot13")))
        lines = lines or [b""]
    return b"\n".join(lines)


def parts(data: bytes, by: random.Random) -> bytes:
    """A code's text: its fields replaced, dropped, doubled."""
    fields = data.split(b",") or [b""]
    for _ in range(by.choice((1, 2))):
        at = by.randrange(len(fields))
        fields[at] = by.choice((_value(by), bits(fields[at], by), fields[at] + b"," + fields[at], b""))
    return b",".join(fields)


def places(data: bytes, by: random.Random) -> bytes:
    """Words on a page: lost, moved, joined, exchanged, split, or replaced."""
    lines = data.split(b"\n")
    for _ in range(by.choice((1, 3, 10, 30))):
        at, other = by.randrange(len(lines)), by.randrange(len(lines))
        one, two = lines[at].split(b" ", 5), lines[other].split(b" ", 5)
        how = by.randrange(6)
        if how == 0 and len(lines) > 1:
            del lines[at]
        elif len(one) == len(two) == 6:
            if how == 1:
                one[5], two[5] = two[5], one[5]
            elif how == 2:
                one[5] = _value(by).replace(b"\n", b"")
            elif how == 3:
                one[by.randrange(1, 5)] = b"%.4f" % by.uniform(-0.2, 1.2)
            elif how == 4:
                one[5] = one[5] + two[5]
            else:
                one[0] = str(by.randrange(4)).encode()
            lines[at], lines[other] = b" ".join(one), b" ".join(two)
    return b"\n".join(lines)


DAMAGES: Mapping[str, Damage] = {
    "xml": markup, "xbrl": markup, "ofd": package, "pdf": numbers, "image": chunks, "sheet": cells, "bundle": letters,
    "judge": lambda data, by: package(data, by) if data.startswith(b"PK") else by.choice((bits, markup))(data, by),
    "code": parts, "text": places,
}  # fmt: skip
