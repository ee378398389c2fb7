"""The second engine, run for real in an environment of its own: the same port, the same fields."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from intake.image import read_image
from intake.ocr import model_folders

ROOT = Path(__file__).parents[2]
PICTURES = [ROOT / "tests/samples/drawn/img" / name for name in ("img_04_800px.jpg", "img_08_bank_receipt.jpg")]
FIELDS = ("number", "date", "total", "seller_name", "buyer_name", "buyer_tax_id")

READ_THERE = """
import json, sys
from pathlib import Path
from intake.image import read_image
from intake.engines import engines
fields = sys.argv[1].split(",")
found = {n: read_image(Path(n).read_bytes(), n).found[0].document for n in sys.argv[2:]}
print(json.dumps([type(engines().quick).__name__, {n: [str(getattr(d, f)) for f in fields] for n, d in found.items()}]))
"""


def test_paddleocr_reads_the_same_fields_through_the_same_port() -> None:
    python = os.environ.get("GUIDANG_PADDLE_PYTHON")
    if not python or subprocess.run([python, "-c", "import paddleocr"], capture_output=True).returncode:
        pytest.skip("GUIDANG_PADDLE_PYTHON names no Python with paddleocr, onnxruntime and zxing-cpp")
    if not any((folder / "PP-OCRv6_small_rec").is_dir() for folder in model_folders()):
        pytest.skip("no PaddleOCR model folders: run python -m config.ocr_models --paddle")
    run = subprocess.run(
        [python, "-c", READ_THERE, ",".join(FIELDS), *map(str, PICTURES)],
        cwd=ROOT,
        env={**os.environ, "GUIDANG_OCR": "paddle"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    engine, theirs = json.loads(run.stdout.strip().splitlines()[-1])
    assert engine == "PaddleOcr"
    for picture in PICTURES:
        document = read_image(picture.read_bytes(), picture.name).found[0].document
        assert theirs[str(picture)] == [str(getattr(document, field)) for field in FIELDS]
