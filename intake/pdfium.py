"""Opens and draws PDFs with pdfium, which is started with the Chinese font the package carries.

Many invoices don't embed their fonts; without this their pages would be drawn without Chinese on a server.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]
from PIL import Image

from archive.errors import Encrypted, ReaderFailed, Truncated
from intake.fonts import folder
from intake.limits import PIXELS

_POINTS = 72  # an inch


def _start() -> Any:
    """Starts the library again with our font folder, before any document is open. Gives what must stay alive."""
    where = folder()
    if where is None:
        return None
    text = ctypes.create_string_buffer(str(where).encode())
    char = ctypes.POINTER(ctypes.c_char)
    paths = (char * 2)(ctypes.cast(text, char))  # the second stays null and ends the list
    raw.FPDF_DestroyLibrary()
    config = raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=paths, m_pIsolate=None, m_v8EmbedderSlot=0)
    raw.FPDF_InitLibraryWithConfig(config)
    return text, paths, config


_ALIVE = _start()


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
    pixels = width * height * scale * scale
    if pixels > PIXELS:
        scale *= (PIXELS / pixels) ** 0.5
    drawn: Image.Image = page.render(scale=scale, grayscale=grey).to_pil()
    return drawn
