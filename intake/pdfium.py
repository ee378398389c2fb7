"""Opens and draws PDFs with pdfium, with the Chinese font the package carries where pages are to be looked at."""

from __future__ import annotations

import ctypes
import gc
from functools import cache
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]
from PIL import Image

from archive.errors import Encrypted, ReaderFailed, Truncated
from intake.fonts import folder
from intake.limits import PIXELS

_POINTS = 72  # an inch


_alive: list[Any] = []  # what the library points to


def _start(*folders: str) -> None:
    """Starts the library again with these font folders only. No document may be open."""
    gc.collect()  # documents nobody holds any more are closed before, not after
    char = ctypes.POINTER(ctypes.c_char)
    texts = [ctypes.create_string_buffer(folder.encode()) for folder in folders]
    paths = (char * (len(texts) + 1))(*(ctypes.cast(text, char) for text in texts))  # a null ends the list
    raw.FPDF_DestroyLibrary()
    config = raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=paths, m_pIsolate=None, m_v8EmbedderSlot=0)
    raw.FPDF_InitLibraryWithConfig(config)
    _alive[:] = [*texts, paths, config]


#: Reading needs no fonts: loading them takes longer than reading, and what is installed must not change the result.
_start()


@cache
def use_carried_font() -> None:
    """From now on pages are drawn with the Chinese font the package carries, once a process; no document may be open.

    Many invoices don't embed their fonts and would be drawn without Chinese on a server.
    """
    where = folder()
    if where is not None:
        _start(str(where))


def open_pdf(data: bytes, name: str) -> Any:
    """A pdfium document; a user password gives Encrypted, a broken file Truncated. An owner's password is no bar."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise Encrypted(name=name) from error
        if b"%%EOF" not in data[-2048:]:
            raise Truncated(name=name) from error
        raise ReaderFailed(name=name, detail=str(error)) from error


def picture(page: Any, dpi: float, *, grey: bool = False) -> Image.Image:
    """A page drawn at a resolution, lowered where the picture would be larger than allowed."""
    width, height = page.get_size()
    scale = dpi / _POINTS
    if min(width, height) * scale < 1:  # a page without area shows nothing
        return Image.new("L" if grey else "RGB", (1, 1), "white")
    pixels = width * height * scale * scale
    if pixels > PIXELS:
        scale *= (PIXELS / pixels) ** 0.5
    drawn: Image.Image = page.render(scale=scale, grayscale=grey).to_pil()
    return drawn
