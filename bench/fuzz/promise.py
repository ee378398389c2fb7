"""What every reader promises on any bytes: a value that can be kept, or a named error; nothing else, and in time."""

from __future__ import annotations

import json
import pickle
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from archive.authentic import Trust
from archive.errors import Problem, ReadProblem
from intake.authentic import judge
from intake.read import read
from intake.reading import Reading
from intake.sheet.book import Book
from intake.sheet.read import could_be_book, read_book
from intake.unpack import is_bundle, unpack

#: CPU seconds one damaged file may take; pictures are recognised, which takes seconds of its own.
SECONDS, SECONDS_TO_RECOGNISE = 10.0, 40.0
#: MongoDB keeps decimals of 34 digits.
_DIGITS = 34
#: How intake.read and intake.sheet.read tell of an exception that no reader foresaw.
_UNFORESEEN = re.compile(r"^[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Iteration)\b: ")


class Broken(Exception):
    """The promise was not kept; the message says in which way, the same for all files that break it so."""


def keep(reader: str, data: bytes) -> None:
    """Feed the reader; raises Broken where it doesn't keep its promise."""
    started = time.thread_time()
    PROMISES[reader](data)
    spent = time.thread_time() - started
    limit = SECONDS_TO_RECOGNISE if reader in ("image", "pdf") else SECONDS
    if spent > limit:
        raise Broken(f"{reader}: slower than {limit:g} s")


def _file(data: bytes) -> None:
    """Through the door, as the bytes of an upload."""
    reading = read(data, "样本.bin", _trust())
    if not isinstance(reading, Reading) or bool(reading.found) == (reading.error is not None):
        raise Broken("neither a document nor an error")
    _named(reading.error)
    _can_be_kept(reading)
    for found in reading.found:
        if not all(0 <= sure <= 1 for sure in found.confidence.values()):
            raise Broken("a confidence beyond 0…1")
        if not 0 <= found.pages[0] <= found.pages[1] < max(1, reading.pages):
            raise Broken("a page that isn't there")


def _sheet(data: bytes) -> None:
    could_be_book(data)
    book = read_book(data, "样本.xlsx")
    if not isinstance(book, Book):
        raise Broken("no book")
    _named(book.error)
    _can_be_kept(book)


def _bundle(data: bytes) -> None:
    if not is_bundle(data):
        return
    try:
        files = unpack(data, "样本.zip")
    except ReadProblem as problem:
        _named(problem)
        return
    _can_be_kept(tuple(name for name, _ in files))


def _judge(data: bytes) -> None:
    for carrier in ("ofd", "pdf", "xml"):
        _can_be_kept(judge(data, "样本.bin", carrier, _trust()))


def _code(data: bytes) -> None:
    from intake import qr

    payload = qr.parse(data.decode("utf-8", "replace"))
    _can_be_kept(payload)


def _text(data: bytes) -> None:
    """Lines `page left top right bottom words`: the words of a page, wherever they were found."""
    from intake import layout
    from intake.agree import agree, checked

    for source in ("text", "ocr"):
        drafts = layout.find_all(tuple(words_in(data)), source)
        _can_be_kept(tuple(checked(agree([draft])) for draft in drafts))


def words_in(data: bytes) -> Iterator[Any]:
    """The words that such lines mean; what is no such line is left out."""
    from intake.rows import Word

    for line in data.decode("utf-8", "replace").split("\n")[:6000]:
        parts = line.split(" ", 5)
        try:
            page, box = int(parts[0]), tuple(float(part) for part in parts[1:5])
        except (ValueError, IndexError):
            continue
        if len(parts) == 6 and len(box) == 4 and 0 <= page < 200 and all(-9 < edge < 9 for edge in box):
            yield Word(parts[5], (box[0], box[1], box[2], box[3]), page, 0.9)


#: One for each of bench.fuzz.READERS.
PROMISES: Mapping[str, Callable[[bytes], None]] = {
    "xml": _file, "xbrl": _file, "ofd": _file, "pdf": _file, "image": _file,
    "sheet": _sheet, "bundle": _bundle, "judge": _judge, "code": _code, "text": _text,
}  # fmt: skip


def _named(problem: Problem | None) -> None:
    """A problem of ours that says what happened; an exception nobody foresaw, told by its class, is none."""
    if problem is None:
        return
    if not isinstance(problem, ReadProblem):
        raise Broken(f"not a ReadProblem: {type(problem).__name__}")
    for lang in ("zh", "en"):
        if not problem.say(lang):  # type: ignore[arg-type]
            raise Broken("an error without words")
    detail = str(problem.facts.get("detail", ""))
    if _UNFORESEEN.match(detail):
        raise Broken(f"unforeseen: {re.sub(r'[0-9]+', 'N', detail)[:80]}")


def _can_be_kept(value: Any) -> None:
    """It goes from process to process, into a JSON answer and into the database."""
    pickle.loads(pickle.dumps(value))
    for each in _leaves(value):
        if isinstance(each, str):
            try:
                json.dumps(each, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                raise Broken("a text that is no Unicode") from error
        elif isinstance(each, Decimal) and not (each.is_finite() and len(each.as_tuple().digits) <= _DIGITS):
            raise Broken("a number that can't be kept")
        elif isinstance(each, int) and not isinstance(each, bool) and abs(each) >= 1 << 63:
            raise Broken("a whole number that can't be kept")


def _leaves(value: Any) -> Iterator[Any]:
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _leaves(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves(key)
            yield from _leaves(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, Problem):
        yield from _leaves(dict(value.facts))
    else:
        yield value


@cache
def _trust() -> Trust:
    """Somebody who signed none of it: signatures are computed, and none passes."""
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fuzz")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2020, 1, 1, tzinfo=UTC),
                                   datetime(2040, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())  # fmt: skip
    return Trust((made.public_bytes(serialization.Encoding.DER),))
