"""What reading pictures costs and how right it is: our reader beside its quick and its careful engine alone.

python -m bench.ocr [--json] [--folder DIR …]

Pictures: the drawn photos, and one drawn PDF of each family rendered at 150 dpi: clean, lightly degraded (lean,
blur, shade, noise, JPEG 60) and as photographed by hand on a desk. All three readers share the field reader, so only
recognition differs. CPU seconds of this process.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter, ImageOps

from archive.document import Document
from bench.score_readers import FIELDS, same
from intake.engines import engines
from intake.image import read_picture
from intake.ocr import Engines
from intake.reading import Found

DRAWN = Path(__file__).parent.parent / "tests" / "samples" / "drawn"
DPI = 150
#: One PDF of each family of layouts, among them the scan.
CHOSEN = tuple(f"dev_{n:02}" for n in (1, 3, 6, 9, 11, 14, 16, 18, 20, 22, 24, 26, 27, 34))
#: A rail ticket prints no net amount and tax: their true values are computed.
UNPRINTED = ("amount_excl_tax", "tax")


@dataclass(slots=True)
class Tally:
    """One reader's result: CPU seconds of every page, fields right and scored, and the misses in words."""

    seconds: list[float] = field(default_factory=list)
    right: int = 0
    scored: int = 0
    misses: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """The figures, for JSON."""
        return {
            "pages": len(self.seconds),
            "cpu_seconds_median": round(statistics.median(self.seconds), 2),
            "cpu_seconds_mean": round(statistics.fmean(self.seconds), 2),
            "cpu_seconds_max": round(max(self.seconds), 2),
            "right": self.right,
            "scored": self.scored,
            "percent": round(100 * self.right / self.scored, 2),
        }


def degraded(image: Image.Image, seed: int) -> Image.Image:
    """The page as a hasty scan: a lean of up to 2.5°, blur, shade to one side, noise and strong JPEG."""
    chance = np.random.default_rng(seed)
    leaning = image.rotate(chance.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, expand=True, fillcolor=(235, 233, 228))
    paper = np.asarray(leaning.filter(ImageFilter.GaussianBlur(0.7)), np.float64)
    grain = paper * np.linspace(1, 0.72, paper.shape[1])[None, :, None] + chance.normal(0, 5, paper.shape)
    buffer = io.BytesIO()
    Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=60)
    return Image.open(buffer).convert("RGB")


def photographed(image: Image.Image, seed: int) -> Image.Image:
    """The page on a dark desk, taken by hand: perspective, a lean, a quarter turn at random, shade, blur, noise."""
    chance = np.random.default_rng(seed)
    wide, high = 2400, 1800
    scale = chance.uniform(0.65, 0.85) * min(wide / image.width, high / image.height)
    lean = np.deg2rad(chance.uniform(-6, 6))
    turn = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    half = np.array([image.width, image.height]) * scale / 2
    around = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half * chance.uniform(0.96, 1.04, (4, 2))
    corners = (around @ turn.T + (wide / 2, high / 2)).astype(np.float32)
    flat = np.array([[0, 0], [image.width, 0], [image.width, image.height], [0, image.height]], np.float32)
    desk = np.clip(chance.uniform(40, 120, 3) + chance.normal(0, 8, (high, wide, 1)), 0, 255).astype(np.uint8)
    warp = cv2.getPerspectiveTransform(flat, corners)
    cv2.warpPerspective(np.asarray(image), warp, (wide, high), dst=desk, borderMode=cv2.BORDER_TRANSPARENT)
    left, right = (float(light) for light in chance.uniform(0.6, 1, 2))
    shade = np.linspace(left, right, wide)[None, :, None]
    grain = cv2.GaussianBlur(desk, (0, 0), chance.uniform(0.6, 1.2)) * shade + chance.normal(0, 5, desk.shape)
    return Image.fromarray(np.rot90(grain.clip(0, 255).astype(np.uint8), int(chance.integers(0, 4))).copy())


def pages(folder: Path) -> Iterator[tuple[str, Image.Image, Mapping[str, Any]]]:
    """Every picture with its name and true values."""
    table = (folder / "truth.jsonl").read_text("utf-8").splitlines()
    truths = {truth["file"]: truth for truth in map(json.loads, table)}
    for path in sorted((folder / "img").iterdir()):
        yield path.name, ImageOps.exif_transpose(Image.open(path)).convert("RGB"), truths[path.name]
    for number, path in enumerate(sorted((folder / "pdf").glob("*.pdf"))):
        if path.name.startswith(CHOSEN):
            page = pdfium.PdfDocument(path)[0].render(scale=DPI / 72).to_pil().convert("RGB")
            yield f"{path.stem} clean", page, truths[path.name]
            yield f"{path.stem} degraded", degraded(page, number), truths[path.name]
            yield f"{path.stem} photographed", photographed(page, number), truths[path.name]


def compared(folders: Sequence[Path]) -> dict[str, Tally]:
    """All readers over all pictures, turn by turn, so that the machine's load falls on all alike."""
    both = engines()
    readers = {
        "ours": both,
        "quick alone": Engines(both.quick, both.quick),
        "careful alone": Engines(both.careful, both.careful),
    }
    warm = Image.new("RGB", (320, 200), "white")
    tallies = {name: Tally() for name in readers}
    for used in readers.values():
        read_picture(warm, "warm-up", 0, used)
    for folder in folders:
        for name, image, truth in pages(folder):
            for reader, used in readers.items():
                started = time.process_time()
                found = read_picture(image, name, 0, used)
                tallies[reader].seconds.append(time.process_time() - started)
                for expected in truth.get("invoices") or [truth]:
                    _compare(tallies[reader], name, expected, _matching(expected, found))
                    if name.startswith("dev_"):
                        break  # only the first page of a PDF is drawn
    return tallies


async def measure(folders: Sequence[Path] = (DRAWN,)) -> dict[str, Any]:
    """The figures of each reader, and what ours missed."""
    return _facts(compared(folders))


def _facts(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    return {"readers": {name: tally.facts() for name, tally in tallies.items()}, "misses": tallies["ours"].misses}


def _matching(expected: Mapping[str, Any], found: Sequence[Found]) -> Document:
    """The document of the same number, else the first, else an empty one."""
    documents = [one.document for one in found]
    same_number = [d for d in documents if d.number == expected.get("number")]
    return (same_number or documents or [Document()])[0]


def _compare(tally: Tally, name: str, expected: Mapping[str, Any], document: Document) -> None:
    for field_name in FIELDS:
        wanted = expected.get(field_name)
        if wanted is None or (expected.get("train") and field_name in UNPRINTED):
            continue
        tally.scored += 1
        got = getattr(document, field_name)
        if same(field_name, wanted, got):
            tally.right += 1
        else:
            tally.misses.append(f"{name}: {field_name} should be {wanted}, is {got}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.ocr", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--folder", type=Path, action="append", help="folders laid out like tests/samples/drawn")
    options = parser.parse_args(arguments)
    facts = _facts(compared(options.folder or [DRAWN]))
    if options.json:
        print(json.dumps(facts, ensure_ascii=False, indent=1))
        return 0
    for name, row in facts["readers"].items():
        print(f"{name:<14}" + "  ".join(f"{key} {value}" for key, value in row.items()))
    print("", *facts["misses"], sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
