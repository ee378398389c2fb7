"""Which OCR engines this process uses: rapidocr, or PaddleOCR where GUIDANG_OCR says so."""

from __future__ import annotations

import os
from functools import lru_cache

from intake.ocr import Engines, RapidOcr, careful_files, quick_files


@lru_cache(maxsize=1)
def engines() -> Engines:
    """This process's engines, made at first use and kept (1 s and some 300 MB once).

    The variable is read here and not handed in, for readers run in worker processes of their own.
    """
    if os.environ.get("GUIDANG_OCR") == "paddle":
        from intake.paddle import paddle_engines  # an optional extra

        return paddle_engines()
    careful = RapidOcr(careful_files())
    quick = quick_files()
    return Engines(RapidOcr(quick) if quick else careful, careful)
