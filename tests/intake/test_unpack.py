"""Zip archives: safe names, one nesting, and no bombs."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import EmptyFile, Encrypted, Truncated, ZipBomb
from intake import limits
from intake.names import safe_name
from intake.unpack import unpack
from tests.intake.samples import sample


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_files_come_out_with_safe_and_different_names() -> None:
    data = zipped(
        {
            "../../etc/发票.pdf": b"%PDF-1",
            "b/发票.pdf": b"%PDF-2",
            "__MACOSX/._x": b"x",
            "c/": b"",
            "a\\d\u202e.xml": b"<x/>",
        }
    )
    assert unpack(data, "all.zip") == (("发票.pdf", b"%PDF-1"), ("发票 (2).pdf", b"%PDF-2"), ("d.xml", b"<x/>"))


def test_names_written_by_a_chinese_windows() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("x" * 8 + ".pdf")
        archive.writestr(entry, b"%PDF-1")
    data = out.getvalue().replace(b"x" * 8, "电子发票".encode("gb18030"))
    assert unpack(data, "all.zip")[0][0] == "电子发票.pdf"


def test_one_nested_archive_is_opened_a_second_is_refused() -> None:
    inner = zipped({"a.xml": b"<a/>"})
    assert unpack(zipped({"in.zip": inner, "b.xml": b"<b/>"}), "x.zip") == (("a.xml", b"<a/>"), ("b.xml", b"<b/>"))
    with pytest.raises(ZipBomb):
        unpack(zipped({"o.zip": zipped({"in.zip": inner})}), "x.zip")


def test_an_ofd_inside_stays_one_file() -> None:
    ofd = zipped({"OFD.xml": b"<OFD/>", "Doc_0/Document.xml": b"<D/>"})
    assert unpack(zipped({"a.ofd": ofd}), "x.zip") == (("a.ofd", ofd),)


def test_dense_many_and_locked_archives_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZipBomb):
        unpack(zipped({"zeros": bytes(30 * limits.MEGABYTE)}), "bomb.zip")
    with pytest.raises(ZipBomb):
        unpack(zipped({f"{n}": b"x" for n in range(limits.ZIP_ENTRIES + 1)}), "many.zip")
    data = bytearray(zipped({"a": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Encrypted):
        unpack(bytes(data), "locked.zip")


def test_empty_and_broken_archives() -> None:
    with pytest.raises(EmptyFile):
        unpack(zipped({}), "x.zip")
    whole = zipped({"a.pdf": sample("dev_03")})
    with pytest.raises(Truncated):
        unpack(whole[: len(whole) // 2], "x.zip")


@given(st.text(max_size=200))
def test_any_name_is_made_safe(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= limits.NAME_LENGTH
    assert not set(safe) & set('/\\\x00\n\r<>:"|?*\u202e')
    assert safe not in (".", "..")
    assert safe_name(safe) == safe
