"""A spreadsheet's bytes → its tables of cells: xlsx, xls and xlsb by calamine, text in whatever encoding it is."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from archive.errors import EmptyFile, Encrypted, NotABook, ReaderFailed, TooBigToRead, Truncated, ZipBomb
from archive.plain import plain
from archive.words import Text
from intake.limits import FILE_BYTES, MEGABYTE, ZIP_RATIO, megabytes

Cell: TypeAlias = "str | float | int | bool | date | datetime | time | timedelta"

SHEETS = 20  # of one workbook that are looked at
ROWS = 300_000
COLUMNS = 300
UNPACKED = 512 * MEGABYTE  # of a workbook's parts
CELL_LENGTH = 2_000  # characters of one cell that are kept
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What the native reader raises where it trips over a damaged file: no Exception, and a class nobody can import.
_PANIC = "PanicException"
_LOCKED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet. `encoding` is empty for workbooks."""

    sheet: str
    rows: Sequence[Sequence[Cell]]
    encoding: str = ""


def tables(data: bytes, name: str) -> list[Table]:
    """Every sheet that isn't empty.

    Raises EmptyFile, Encrypted, Truncated, ZipBomb, TooBigToRead, NotABook, ReaderFailed.
    """
    if len(data) > FILE_BYTES:
        raise TooBigToRead(name=name, size=megabytes(len(data)), limit=megabytes(FILE_BYTES))
    if not data.strip(b"\xef\xbb\xbf \r\n\t\x00"):
        raise EmptyFile(name=name)
    if data.startswith(b"PK\x03\x04"):
        _weigh(data, name)
        return _workbook(data, name)
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise Encrypted(name=name)
        _walk(data, name)
        return _workbook(data, name)
    return [_text(data, name)]


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are an xlsx, xlsb or xls, by what lies inside."""
    if data.startswith(_OLE):
        return b"W\x00o\x00r\x00k\x00b\x00o\x00o\x00k" in data or b"B\x00o\x00o\x00k" in data
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(each in ("xl/workbook.xml", "xl/workbook.bin") for each in archive.namelist()[:5000])
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def _weigh(data: bytes, name: str) -> None:
    """Before anything is unpacked: a sheet of zeros of a gigabyte is a few kB in its zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise ReaderFailed(name=name, detail=str(error)) from error
    whole = sum(part.file_size for part in parts)
    if whole > UNPACKED or (whole > 64 * MEGABYTE and whole > ZIP_RATIO * len(data)):
        raise ZipBomb(name=name)


def _walk(data: bytes, name: str) -> None:
    """Before the native reader follows an old workbook's chains of sectors: in a circle, it would take all memory."""
    from olefile import DEFECT_INCORRECT, OleFileIO  # lazily, as all readers

    try:
        with OleFileIO(io.BytesIO(data), raise_defects=DEFECT_INCORRECT) as compound:
            for path in compound.listdir()[:SHEETS]:
                compound.openstream(path)
    # The declared border: it trips over a broken file in many manners
    except (OSError, LookupError, ValueError, TypeError, AttributeError, struct.error, RecursionError) as error:
        raise Truncated(name=name) from error


def _workbook(data: bytes, name: str) -> list[Table]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found: list[Table] = []
        for sheet_name in book.sheet_names[:SHEETS]:
            sheet = book.get_sheet_by_name(sheet_name)
            _measure(sheet.total_height, sheet.total_width, name)
            rows = sheet.to_python(skip_empty_area=False)
            if rows:
                found.append(Table(plain(sheet_name), rows))
    except PasswordError as error:
        raise Encrypted(name=name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise ReaderFailed(name=name, detail=str(error)[:200]) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise ReaderFailed(name=name, detail=str(error)[:200]) from error
    if not found:
        raise EmptyFile(name=name)
    return found


def _measure(rows: int, columns: int, name: str) -> None:
    if rows > ROWS:
        size, limit = Text(f"{rows} 行", f"{rows} rows"), Text(f"{ROWS} 行", f"{ROWS} rows")
        raise TooBigToRead(name=name, size=size, limit=limit)
    if columns > COLUMNS * 60:
        size, limit = Text(f"{columns} 列", f"{columns} columns"), Text(f"{COLUMNS} 列", f"{COLUMNS} columns")
        raise TooBigToRead(name=name, size=size, limit=limit)


def _text(data: bytes, name: str) -> Table:
    text, encoding = decoded(data, name)
    rows: list[Sequence[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text)):
            rows.append([cell[:CELL_LENGTH] for cell in row[:COLUMNS]])
            if len(rows) > ROWS:
                _measure(len(rows), 1, name)
    except csv.Error as error:
        raise ReaderFailed(name=name, detail=f"CSV: {error}") from error
    return Table("", rows, encoding)


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding: by its mark, as UTF-8, as UTF-16 by its zeros, else GB18030. Raises NotABook."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[:2000].count(b"\x00") > len(data[:2000]) // 5:
        encodings = ["utf-16-le", "utf-16-be"] if data[1:2] == b"\x00" else ["utf-16-be", "utf-16-le"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise NotABook(name=name)


def _delimiter(text: str) -> str:
    """The character that stands equally often in most of the lines: comma, tab, semicolon or bar."""
    lines = [line for line in text[:20_000].splitlines()[:40] if line.strip()]
    return max(",\t;|", key=lambda mark: sorted(line.count(mark) for line in lines)[len(lines) // 2] if lines else 0)
