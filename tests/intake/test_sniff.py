"""What a file is, by content."""

import io
import zipfile
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from intake.sniff import Carrier, sniff
from tests.intake.samples import sample


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, kind)
    return out.getvalue()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_pictures(kind: str) -> None:
    assert sniff(picture(kind)) == "image"


@pytest.mark.parametrize(
    ("data", "carrier"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"junk before\n%PDF-1.4", "pdf"),
        (zipped("a.pdf"), "zip"),
        (zipped("OFD.xml"), "ofd"),
        (zipped("/ofd.XML", "Doc_0/Document.xml"), "ofd"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "xml"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "xml"),
        (b"<!DOCTYPE html><p>", "html"),
        (b"\r\n<HTML>", "html"),
        ("发票,金额\n1,2\n".encode("gb18030"), "text"),
        (bytes(range(256)), "unknown"),
        (b"< not xml", "text"),
    ],
)
def test_carriers(data: bytes, carrier: str) -> None:
    assert sniff(data) == carrier


def test_the_samples() -> None:
    assert [sniff(sample(name)) for name in ("dev_03", "dev_38", "xml_06", "img_10")] == ["pdf", "html", "xml", "image"]


@given(st.binary(max_size=200))
def test_any_bytes_are_something(data: bytes) -> None:
    assert sniff(data) in get_args(Carrier)
