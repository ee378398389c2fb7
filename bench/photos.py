"""Photos of invoices in layouts of our own (bench.variants): what is read right, what is asked about, what is wrong.

`python -m bench.photos [--each 4] [--seed 5] [--json]`. Each layout is photographed some times: 100 to 200 dpi, turned
up to 4 degrees, in perspective, blurred, in the shade, JPEG 25 to 85. Ends with 1 when a wrong value was not flagged.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import statistics
import sys
import time
from collections import Counter
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from bench.score_readers import flagged
from bench.variants import VARIANTS, Variant, picture
from intake.read import read

DESK = (90, 80, 70)


def photographed(variant: Variant, by: random.Random) -> bytes:
    """One photo as a JPEG."""
    image = picture(variant, by.choice((100, 120, 150, 200)))
    if by.random() < 0.6:
        image = _aslant(image, [by.uniform(0, 0.05) for _ in range(7)])
    image = image.rotate(by.uniform(-4, 4), Image.Resampling.BICUBIC, expand=True, fillcolor=DESK)
    image = image.filter(ImageFilter.GaussianBlur(by.choice((0, 0.6, 1.0, 1.4))))
    shade = np.linspace(1, by.uniform(0.5, 1), image.width)[None, :, None]
    image = Image.fromarray((np.asarray(image) * shade).clip(0, 255).astype("uint8"))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=by.choice((25, 40, 60, 85)))
    return out.getvalue()


def _aslant(image: Image.Image, by: list[float]) -> Image.Image:
    """In perspective: each corner moved outwards by so many widths."""
    wide, high = image.size
    a, b, c, d, e, f, g = (part * wide for part in by)
    corners = (-a, -b / 2, -c, high + d / 2, wide + e, high + f / 2, wide + g, 0)
    return image.transform((wide, high), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=DESK)


async def measure(each: int = 4, seed: int = 5) -> dict[str, Any]:
    """Photos taken; by field how many are right, flagged or missing, and surely wrong; CPU seconds of a photo."""
    return await asyncio.to_thread(_measured, each, seed)


def _measured(each: int, seed: int) -> dict[str, Any]:
    by = random.Random(seed)
    right, asked, wrong = Counter[str](), Counter[str](), list[str]()
    unread, seconds = 0, list[float]()
    flat = [v for v in VARIANTS if v.pages == 1 and not v.turned]
    for variant in flat:
        for _ in range(each):
            data, started = photographed(variant, by), time.process_time()
            reading = read(data, "photo.jpg")
            seconds.append(time.process_time() - started)
            if len(reading.found) != 1:
                unread += 1
                continue
            found = reading.found[0]
            for name, value in variant.truth.items():
                got = getattr(found.document, name)
                if got == value:
                    right[name] += 1
                elif got is None or flagged(found, name):
                    asked[name] += 1
                else:
                    wrong.append(f"{variant.name}: {name} should be {value}, is surely {got}")
    names = flat[0].truth
    return {
        "photos": len(flat) * each, "nothing_read": unread,
        "right": {n: right[n] for n in names}, "missing_or_flagged": {n: asked[n] for n in names},
        "surely_wrong": wrong, "cpu_seconds_median": round(statistics.median(seconds), 2),
    }  # fmt: skip


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="bench.photos", description=__doc__)
    parser.add_argument("--each", type=int, default=4)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(measure(options.each, options.seed))
    print(json.dumps(found, ensure_ascii=False, indent=None if options.json else 1))
    return 1 if found["surely_wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
