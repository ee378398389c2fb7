"""PaddleOCR behind the same port: its own pipeline on onnxruntime, no PaddlePaddle, local model folders only."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from intake.ocr import FINDER_SIDE, NOISE, Engines, OcrLine, Pixels, model_folders, ordered

_FINDER, _READER = "PP-OCRv6_{size}_det", "PP-OCRv6_{size}_rec"


class PaddleOcr:
    """One tier, `size` tiny or small, of the models that `python -m config.ocr_models --paddle` put into `folder`."""

    def __init__(self, folder: Path, size: str) -> None:
        # PaddleX would look for model hosts at import; nothing is fetched, for every model has a folder.
        os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
        paddleocr: Any = import_module("paddleocr")  # an optional extra, untyped
        finder, reader = _FINDER.format(size=size), _READER.format(size=size)
        shared: dict[str, Any] = {
            "engine": "onnxruntime",
            "engine_config": {"intra_op_num_threads": 1, "inter_op_num_threads": 1},
            "device": "cpu",
        }
        self._page = paddleocr.PaddleOCR(
            text_detection_model_name=finder,
            text_detection_model_dir=str(folder / finder),
            text_recognition_model_name=reader,
            text_recognition_model_dir=str(folder / reader),
            text_det_limit_type="max",
            text_det_limit_side_len=FINDER_SIDE,
            use_doc_orientation_classify=False,
            use_doc_unwarping=False,
            use_textline_orientation=False,
            **shared,
        )
        self._strip = paddleocr.TextRecognition(model_name=reader, model_dir=str(folder / reader), **shared)

    def lines(self, image: Pixels) -> tuple[OcrLine, ...]:
        """Every line on the page, in the pipeline's order; noise is dropped."""
        page = self._page.predict(image)[0]
        found = zip(page["rec_texts"], page["rec_polys"], page["rec_scores"], strict=True)
        return tuple(
            OcrLine(text.strip(), ordered(np.asarray(quad, np.float32)), float(score))
            for text, quad, score in found
            if text.strip() and score >= NOISE and len(quad) == 4
        )

    def line(self, strip: Pixels) -> tuple[str, float]:
        """The text of a strip with one line in it, and its score."""
        result = self._strip.predict(input=strip)[0]
        return str(result["rec_text"]), float(result["rec_score"])


def paddle_engines() -> Engines:
    """Both tiers; FileNotFoundError says what to run when the folders aren't there."""
    for folder in model_folders():
        if (folder / _READER.format(size="small") / "inference.onnx").is_file():
            return Engines(PaddleOcr(folder, "tiny"), PaddleOcr(folder, "small"))
    raise FileNotFoundError("no PaddleOCR models; run: python -m config.ocr_models --paddle")
