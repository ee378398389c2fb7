"""XML from outside: nothing is expanded, fetched or followed too deep."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import Problem, ReaderFailed, TooBigToRead, TooDeep, Truncated, UnsafeXml
from intake import limits, markup


def test_encodings_and_marks() -> None:
    text = "<a><b>发票</b></a>"
    declared = '<?xml version="1.0" encoding="{}"?>' + text
    for data in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        declared.format("GB18030").encode("gb18030"),
        declared.format("GBK").encode("gbk"),
        declared.format("UTF-16").encode("utf-16"),
        declared.format("UTF-8").encode("gb18030"),  # says one thing and is another
    ):
        assert markup.first(markup.parse(data, "x"), "b") == "发票"


@pytest.mark.parametrize(
    "data",
    [
        b"<:a><:b>1</:b></:a>",
        b"<e:a><e:b>1</e:b></e:a>",  # a prefix nobody declared
        b'<a><c xsi:nil="true">2</c><b>1</b></a>',
        b"<a><d>A&B Co</d><b>1</b></a>",
        b'\n <?xml version="1.0"?><a><b>1</b></a>',
        b'\xef\xbb\xbf\xef\xbb\xbf<?xml version="1.0"?><a><b>1</b></a>',
        b"<a><b>1</b></a>\x00\x00\x1a",
        '<?xml version="1.0" encoding="UTF-16"?><a><b>1</b></a>'.encode("utf-16-le"),
    ],
)
def test_what_exports_get_wrong_is_forgiven(data: bytes) -> None:
    root = markup.parse(data, "x")
    assert markup.first(root, "b") == "1"
    assert markup.first(root, "d") in ("", "A&B Co")
    assert markup.first(root, "c") == ""


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>',
        b"<!doctype a><a/>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'.encode("utf-16"),
    ],
)
def test_dtd_and_entities_are_refused(data: bytes) -> None:
    with pytest.raises(UnsafeXml):
        markup.parse(data, "x")


def test_depth_and_size() -> None:
    for depth in (limits.XML_DEPTH + 1, 5000):
        with pytest.raises(TooDeep):
            markup.parse(b"<a>" * depth + b"</a>" * depth, "x")
    with pytest.raises(TooBigToRead, match="没有读取内容"):
        markup.parse(b"<a>" + bytes(limits.XML_BYTES) + b"</a>", "x")
    with pytest.raises(TooBigToRead, match="上限是 400000 个元素"):
        markup.parse(b"<a>" + b"<b/>" * (limits.XML_NODES + 1) + b"</a>", "x")


def test_cut_off_is_told_from_broken() -> None:
    with pytest.raises(Truncated):
        markup.parse(b"<a><b>1</b>", "x")
    with pytest.raises(Truncated):
        markup.parse(b"<a><b>1</", "x")
    with pytest.raises(ReaderFailed):
        markup.parse(b"<a><b attr></b></a>", "x")


def test_nil_is_empty() -> None:
    root = markup.parse(
        b'<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><b xsi:nil="true">x</b><b xsi:nil="1"/><b>y</b></a>',
        "x",
    )
    assert markup.first(root, "b") == "y"


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    with contextlib.suppress(Problem):
        assert markup.local(markup.parse(data, "x"))
