"""Pixels → lines of text: the port every OCR engine fits, and rapidocr behind it in two tiers, quick and careful."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

#: One picture: height x width x 3, blue-green-red, as OpenCV and the engines take it.
Pixels = npt.NDArray[np.uint8]
#: Four corners in pixels, clockwise from the text's own top left: shape (4, 2).
Quad = npt.NDArray[np.float32]

#: Longest side shown to the finder. Measured on the drawn photos: 1280 finds what 2000 finds for a third of the time.
FINDER_SIDE = 1280
#: Lines read below this score are noise: seals, wood grain, security print.
NOISE = 0.5


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One run of text as an engine read it; score 0…1."""

    text: str
    quad: Quad
    score: float


class Ocr(Protocol):
    """What an engine must do: read a page, and read a strip that holds one line."""

    def lines(self, image: Pixels) -> tuple[OcrLine, ...]: ...
    def line(self, strip: Pixels) -> tuple[str, float]: ...


@dataclass(frozen=True, slots=True)
class Engines:
    """The quick engine reads everything, the careful one again what is doubtful; they may be the same."""

    quick: Ocr
    careful: Ocr

    @property
    def tiered(self) -> bool:
        """Whether a second look can say anything new."""
        return self.quick is not self.careful


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where one tier's models lie; `keys` is the recogniser's alphabet when it isn't inside the model."""

    finder: Path
    reader: Path
    keys: Path | None = None


class RapidOcr:
    """PP-OCR through rapidocr and onnxruntime: one thread, local files only, the text classifier off."""

    def __init__(self, files: ModelFiles) -> None:
        from rapidocr import RapidOCR  # heavy: readers of XML and PDF text never need it

        cv2.setNumThreads(1)
        params = {
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Global.log_level": "error",
            "Det.limit_type": "max",
            "Det.limit_side_len": FINDER_SIDE,
            "Det.model_path": str(files.finder),
            "Rec.model_path": str(files.reader),
        }
        if files.keys:
            params["Rec.rec_keys_path"] = str(files.keys)
        # Two instances, for the switches are the instance's state; each loads only the model it uses.
        self._find = RapidOCR(params={**params, "Global.use_cls": False, "Global.use_rec": False})
        self._read = RapidOCR(params={**params, "Global.use_cls": False, "Global.use_det": False})

    def lines(self, image: Pixels) -> tuple[OcrLine, ...]:
        """Every line on the page, in the engine's order."""
        boxes = getattr(self._find(image), "boxes", None)
        if boxes is None:
            return ()
        return read_quads(self, image, [ordered(np.asarray(box, np.float32)) for box in boxes])

    def line(self, strip: Pixels) -> tuple[str, float]:
        """The text of a strip with one line in it, and its score; ("", 0.0) when there is none."""
        result = self._read(strip)
        texts, scores = getattr(result, "txts", None), getattr(result, "scores", None)
        return (str(texts[0]), float(scores[0])) if texts and scores else ("", 0.0)


def read_quads(ocr: Ocr, image: Pixels, quads: Sequence[Quad]) -> tuple[OcrLine, ...]:
    """Read the given places of a page, one strip each, cut from the full picture; noise is dropped."""
    lines = []
    for quad in quads:
        text, score = ocr.line(cut(image, quad))
        if text.strip() and score >= NOISE:
            lines.append(OcrLine(text.strip(), quad, score))
    return tuple(lines)


def ordered(quad: Quad) -> Quad:
    """The corners clockwise from the text's top left. Finders name the corners by their place, which misleads on a
    long line that leans: its two topmost corners may both be at one end."""
    across, down = quad[1] - quad[0], quad[2] - quad[1]
    if across[0] * down[1] - across[1] * down[0] < 0:
        quad = quad[::-1]
    sides = [quad[(i + 1) % 4] - quad[i] for i in range(4)]
    first = 0 if np.linalg.norm(sides[0]) >= np.linalg.norm(sides[1]) else 1
    lying = abs(sides[first][0]) >= abs(sides[first][1])
    tops = (first, first + 2) if lying else ((first + 1) % 4, (first + 3) % 4)
    start = max(tops, key=lambda i: float(sides[i][0]))
    return np.roll(quad, -start, axis=0).astype(np.float32)


def cut(image: Pixels, quad: Quad) -> Pixels:
    """The strip under a quad, straightened; stacked (vertical) Chinese is laid out in a row, sideways text turned."""
    top_left, top_right, bottom_right, bottom_left = quad
    width = max(1, round(max(_far(top_left, top_right), _far(bottom_left, bottom_right))))
    height = max(1, round(max(_far(top_left, bottom_left), _far(top_right, bottom_right))))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    strip = cv2.warpPerspective(
        image,
        cv2.getPerspectiveTransform(quad, flat),
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.ascontiguousarray(strip if height < 1.5 * width else np.rot90(strip), dtype=np.uint8)


def _far(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> float:
    return float(np.linalg.norm(a - b))


def model_folders() -> tuple[Path, ...]:
    """Where set-up (`python -m config.ocr_models`) may have put the quick models, in order."""
    named = os.environ.get("GUIDANG_MODELS")
    data = Path(os.environ.get("GUIDANG_DATA") or "data")
    return (Path(named),) if named else (Path(__file__).parents[1] / "models", data / "models")


def quick_files() -> ModelFiles | None:
    """The tiny models, if set-up has been run."""
    for folder in model_folders():
        files = ModelFiles(folder / "tiny_det.onnx", folder / "tiny_rec.onnx", folder / "tiny_dict.txt")
        if files.finder.is_file() and files.reader.is_file() and files.keys and files.keys.is_file():
            return files
    return None


def careful_files() -> ModelFiles:
    """The small models, which travel inside the rapidocr wheel."""
    spec = find_spec("rapidocr")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("rapidocr is not installed", name="rapidocr")
    folder = Path(spec.submodule_search_locations[0]) / "models"
    return ModelFiles(folder / "PP-OCRv6_det_small.onnx", folder / "PP-OCRv6_rec_small.onnx")
