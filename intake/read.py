"""The one door: a file's bytes → what it holds. Chooses the reader by content and never raises for bad input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.authentic import NOBODY, Trust
from archive.errors import (
    EmptyFile,
    NotWhatItSays,
    OutlookPacked,
    Problem,
    ReaderFailed,
    TooBigToRead,
    TooHeavy,
    UnknownFormat,
)
from archive.plain import plainly
from intake.agree import checked
from intake.authentic import judged
from intake.limits import FILE_BYTES, READER_MEMORY, megabytes
from intake.names import safe_name
from intake.reading import Reading
from intake.sniff import Carrier, sniff

#: How a winmail.dat begins (MS-OXTNEF 2.1.2.1).
_WINMAIL = b"\x78\x9f\x3e\x22"


def read(data: bytes, name: str, trust: Trust = NOBODY) -> Reading:
    """Every document in a file, each field with source, confidence and place. Picklable; problems are in `error`.

    `trust`: whose seals and signatures pass.

    Zip archives are not opened here: `intake.unpack` gives their files one by one.
    """
    name = safe_name(name)
    carrier: Carrier = "unknown"
    try:
        carrier = _carrier(data, name)
        reading = _READERS[carrier](data, name)
    except Problem as problem:
        return Reading(name, carrier, error=problem)
    except MemoryError:  # the reader's process may have no more (bot.workers)
        return Reading(name, carrier, error=TooHeavy(name=name, limit=READER_MEMORY))
    # The declared border: whatever a reader trips over in an untrusted file becomes one error of ours, the cause named.
    except Exception as error:  # the border: whatever a reader trips over is a named error
        return Reading(name, carrier, error=ReaderFailed(name=name, detail=f"{type(error).__name__}: {error}"[:200]))
    reading = replace(reading, found=tuple(checked(plainly(found)) for found in reading.found))
    return judged(reading, data, trust)


def _carrier(data: bytes, name: str) -> Carrier:
    """What the file is, if it is one we read; raises the ReadProblem that says why not."""
    if len(data) > FILE_BYTES:
        raise TooBigToRead(name=name, size=megabytes(len(data)), limit=megabytes(FILE_BYTES))
    carrier = sniff(data)
    if carrier == "empty":
        raise EmptyFile(name=name)
    if carrier in _READERS:
        return carrier
    if data.startswith(_WINMAIL):
        raise OutlookPacked(name=name)
    claims = name.rpartition(".")[2].upper() if "." in name else ""
    if claims in ("PDF", "OFD", "XML", "PNG", "JPG", "JPEG") and carrier != "unknown":
        raise NotWhatItSays(name=name, says=claims, found=carrier.upper())
    raise UnknownFormat(name=name)


def _pdf(data: bytes, name: str) -> Reading:
    from intake.pdf import read_pdf  # lazily, as all readers: an idle process stays small

    return read_pdf(data, name)


def _ofd(data: bytes, name: str) -> Reading:
    from intake.ofd import read_ofd

    return read_ofd(data, name)


def _xml(data: bytes, name: str) -> Reading:
    from intake.xml_reader import read_xml

    return read_xml(data, name)


def _image(data: bytes, name: str) -> Reading:
    from intake.image import read_image

    return read_image(data, name)


_READERS: dict[Carrier, Callable[[bytes, str], Reading]] = {"pdf": _pdf, "ofd": _ofd, "xml": _xml, "image": _image}
