"""Through the door: every drawn and real document gives the values it was made from, and bad files a reason."""

from __future__ import annotations

import pickle
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.document import Kind
from archive.errors import (
    EmptyFile,
    Encrypted,
    NoDocument,
    NotWhatItSays,
    TooBigToRead,
    Truncated,
    UnknownFormat,
    UnsafeXml,
)
from archive.finding import Level
from bench.score_readers import FIELDS, scored
from intake import doubts, limits
from intake.fields import fold
from intake.read import read
from intake.reading import Reading
from tests.intake.samples import DRAWN, REAL, needs_real, sample, truths

GOOD = [
    name
    for name, truth in truths(DRAWN).items()
    if name.endswith((".pdf", ".xml"))
    and truth["kind"] not in ("pdf_bad", "pdf_scan")
    and not any(word in truth.get("expect", "") for word in ("rejected", "damaged"))
]


def drawn(name: str) -> Reading:
    return read(sample(name), name)


@pytest.mark.parametrize("name", GOOD)
def test_every_drawn_document_is_read_right(name: str) -> None:
    reading = drawn(name)
    truth = truths(DRAWN)[name]
    assert reading.error is None
    for expected in truth.get("invoices") or [truth]:
        (document,) = [f.document for f in reading.found if f.document.number == expected["number"]]
        for field in FIELDS:
            wanted, got = expected.get(field), getattr(document, field)
            if wanted is None or (document.kind is Kind.CONTRACT and field.endswith("tax_id")):
                continue  # the contract doesn't print the tax ids that its truth names
            assert fold(str(got)) == fold(wanted), field


@needs_real
@pytest.mark.parametrize("folder", ["ofd_invoice", "ofd_attachment_xml", "einvoice_xml"])
def test_real_text_documents_are_read_right(folder: str) -> None:
    for path in sorted((REAL / folder).iterdir()):
        document = read(path.read_bytes(), path.name).found[0].document
        for field, wanted in truths(REAL)[path.name].items():
            if field in FIELDS and wanted is not None:
                assert fold(str(getattr(document, field))) == fold(str(wanted)), (path.name, field)


def test_an_export_of_several_invoices_gives_each_of_them() -> None:
    parts = [re.sub(rb"^[^<]*<\?xml[^>]*\?>", b"", sample(name)) for name in ("xml_01", "xml_04")]
    reading = read(b"<Export><List>" + b"".join(parts) + b"</List></Export>", "a.xml")
    alone = [read(sample(name), "a.xml").found[0].document for name in ("xml_01", "xml_04")]
    assert [found.document for found in reading.found] == alone


def test_the_lines_of_the_goods_table() -> None:
    for name in ("dev_03", "dev_06", "dev_08", "dev_22", "dev_29", "xml_02"):
        file = next(n for n in truths(DRAWN) if n.startswith(name))
        expected = truths(DRAWN)[file].get("lines") or []
        document = drawn(file).found[0].document
        if expected:
            assert [(x.amount, x.rate) for x in document.lines] == [(x["amt"], x["rate"]) for x in expected], name
        assert document.amount_excl_tax == sum(Decimal(x.amount) for x in document.lines), name


def test_a_red_invoice_names_the_blue_one() -> None:
    for name in ("dev_18", "xml_03"):
        document = drawn(name).found[0].document
        assert document.is_red
        assert document.blue_number == "26319990000017000001"
        assert document.extra["credit_note_number"] == "31019926060000000001"


def test_attached_data_is_believed_and_the_printed_text_gives_the_places() -> None:
    found = drawn("dev_24").found[0]
    assert found.source["total"] == "attachment"
    assert found.document.extra["train"] == "G9936"
    left, top, right, bottom = found.places["number"].box
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1


def test_an_itinerary_keeps_the_fund_beside_net_and_tax() -> None:
    found = drawn("dev_26").found[0]
    assert found.document.extra["fund"] == "50.00"
    assert not any(f.code == doubts.SUM for f in found.warnings)


def test_a_contract_is_no_invoice() -> None:
    (found,) = drawn("dev_30").found
    assert found.document.kind is Kind.CONTRACT


def test_text_outside_the_crop_box_is_not_seen() -> None:
    assert drawn("dev_22").found[0].document.date.isoformat() == "2026-04-23"  # type: ignore[union-attr]


def test_a_wrong_check_character_is_a_warning_only() -> None:
    reading = drawn("dev_07")
    (finding,) = [f for f in reading.found[0].warnings if f.code == doubts.TAX_ID]
    assert (finding.level, finding.field) == (Level.WARN, "seller_tax_id")


def test_a_signed_xml_is_said_to_be_unverified() -> None:
    assert any(f.code == doubts.SIGNATURE for f in drawn("xml_02").warnings)


@pytest.mark.parametrize(
    ("data", "name", "problem"),
    [
        (b"", "a.pdf", EmptyFile),
        (b"  \r\n", "a.xml", EmptyFile),
        (b"MZ\x90\x00" + bytes(200), "a.pdf", UnknownFormat),
        (b"<html><body>expired</body></html>", "a.pdf", NotWhatItSays),
        (b"plain words", "a.pdf", NotWhatItSays),
        (b"plain words", "a.txt", UnknownFormat),
        (b"<rss><item>news</item></rss>", "a.xml", NoDocument),
        (b"%PDF-1.7\nnothing", "a.pdf", Truncated),
        (b"PK\x03\x04OFD.xml", "a.ofd", Truncated),
    ],
)
def test_bad_files_get_a_reason(data: bytes, name: str, problem: type[Exception]) -> None:
    reading = read(data, name)
    assert isinstance(reading.error, problem)
    assert reading.found == ()
    assert reading.error.code in str(reading.error)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("dev_35", Encrypted),
        ("dev_37", Truncated),
        ("dev_38", NotWhatItSays),
        ("xml_07", UnsafeXml),
        ("xml_08", Truncated),
    ],
)
def test_bad_samples_get_a_reason(name: str, problem: type[Exception]) -> None:
    file = next(n for n in truths(DRAWN) if n.startswith(name))
    assert isinstance(drawn(file).error, problem)


def test_too_large_is_not_read() -> None:
    assert isinstance(read(b"%PDF-" + bytes(limits.FILE_BYTES), "a.pdf").error, TooBigToRead)


def test_a_reading_survives_the_way_between_processes() -> None:
    for name in ("dev_03", "dev_35"):
        reading = drawn(name)
        again = pickle.loads(pickle.dumps(reading))
        assert again.found == reading.found
        assert str(again.error) == str(reading.error)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["dev_03", "dev_24", "xml_02", "dev_28"]), st.data())
def test_damaged_files_never_raise(name: str, data: st.DataObject) -> None:
    content = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    reading = read(bytes(content[:cut]), "damaged")
    assert (reading.error is None) == bool(reading.found)


def test_the_bench_counts_what_it_reads(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text('{"file": "a.xml", "kind": "x", "number": "1", "total": "742.00"}\n', "utf-8")
    (tmp_path / "a.xml").write_bytes(sample("xml_01"))
    score = scored([tmp_path]).kinds["x"]
    assert (score.right, score.scored, score.files) == (1, 2, 1)
