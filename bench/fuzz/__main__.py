"""Damage files for so many seconds and feed them to a reader; whatever breaks its promise is kept in out/fuzz.

python -m bench.fuzz READER|all [--seconds N] [--seed N] [--engine atheris|plain] [--more DIR]

`atheris` goes where new code is reached; it is no part of the usual set-up:
    .venv/bin/pip install --require-hashes --no-deps -r deploy/fuzz.lock
`plain` damages by chance and needs nothing. Both run in a process of their own: what kills it is kept as well.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from bench.fuzz import READERS

OUT = Path("out/fuzz")
#: Bytes of address space a reader's process may have; libFuzzer watches what is resident by itself.
_MEMORY = 4 << 30
_LONGEST = 1 << 20
_STUCK = 120


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every promise was kept."""
    parser = argparse.ArgumentParser(prog="bench.fuzz", description=__doc__)
    parser.add_argument("reader", choices=[*READERS, "all"])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=["atheris", "plain"])
    parser.add_argument("--more", type=Path, metavar="DIR", help="samples that may be damaged too")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    engine = options.engine or ("atheris" if find_spec("atheris") else "plain")
    if options.child:
        (_by_atheris if engine == "atheris" else _by_chance)(options)
        return 0
    broken = 0
    for reader in READERS if options.reader == "all" else [options.reader]:
        broken += _hunt(reader, engine, options)
    return 1 if broken else 0


def _hunt(reader: str, engine: str, options: argparse.Namespace) -> int:
    """Child after child until the time is over; the number of files kept because they broke something."""
    place = OUT / reader
    place.mkdir(parents=True, exist_ok=True)
    began, end, deaths = time.time(), time.monotonic() + options.seconds, 0
    with tempfile.TemporaryDirectory() as scratch:
        last, count = Path(scratch) / "last", Path(scratch) / "count"
        while (left := end - time.monotonic()) > 1 and deaths < 20:
            command = [sys.executable, "-m", "bench.fuzz", reader, "--seconds", f"{left:.0f}", "--seed",
                       str(options.seed + deaths), "--engine", engine, "--child", scratch]  # fmt: skip
            command += ["--more", str(options.more)] if options.more else []
            try:
                with (place / "log.txt").open("ab") as log:
                    ended = subprocess.run(command, timeout=left + _STUCK, stdout=log, stderr=log).returncode
            except subprocess.TimeoutExpired:
                ended = -1
            if ended == 0:
                break
            deaths += 1
            if last.exists():
                keep(place, f"died{ended}", last.read_bytes())
        tried = count.read_text().strip() if count.exists() else "?"
    new = [path for path in place.iterdir() if path.name != "log.txt" and path.stat().st_mtime >= began - 1]
    print(f"{reader:<8}{engine:<9}{tried:>9} tried, {deaths} deaths, {len(new)} files that break a promise", flush=True)
    for path in sorted(new):
        print(f"  {path}")
    return len(new)


def keep(place: Path, why: str, data: bytes) -> None:
    """A file that broke something, once for each reason."""
    name = "".join(c if c.isalnum() else "_" for c in why)[:80]
    path = place / f"{name}.{hashlib.sha256(data).hexdigest()[:8]}"
    known = next(place.glob(f"{name}.*"), None)
    if known:
        known.touch()
    else:
        path.write_bytes(data)


class _Feeder:
    """Feeds one reader, keeps what breaks its promise, and leaves behind what it died of."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.reader, self.place = options.reader, OUT / options.reader
        self.last, self.count = options.child / "last", options.child / "count"
        self.tried = int(self.count.read_text()) if self.count.exists() else 0
        self.file = self.last.open("wb", buffering=0)

    def __call__(self, data: bytes) -> None:
        from bench.fuzz import promise

        self.file.seek(0)
        self.file.truncate()
        self.file.write(data)
        self.tried += 1
        if self.tried % 20 == 0:
            self.count.write_text(str(self.tried))
        try:
            promise.keep(self.reader, data)
        except promise.Broken as broken:
            keep(self.place, str(broken), data)
        except Exception as error:  # the promise is that there is none
            at = error.__traceback__
            while at and at.tb_next:
                at = at.tb_next
            where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else ""
            keep(self.place, f"{type(error).__name__} {where}", data)


def _by_chance(options: argparse.Namespace) -> None:
    from bench.fuzz.damage import DAMAGES
    from bench.fuzz.seeds import seeds

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    feed, by = _Feeder(options), random.Random(options.seed)
    pool = list(seeds(options.reader, options.more))
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        data = by.choice(pool)
        for _ in range(by.choice((1, 1, 1, 2, 4))):
            data = DAMAGES[options.reader](data, by)[:_LONGEST]
        feed(data)


def _by_atheris(options: argparse.Namespace) -> None:
    import atheris

    with atheris.instrument_imports(include=["intake", "archive"]):  # whoever is imported before is not seen
        from bench.fuzz import promise
        from bench.fuzz.damage import DAMAGES
        from bench.fuzz.seeds import seeds

        for data in seeds(options.reader, options.more):  # the readers import lazily: once each under the instruments
            with suppress(promise.Broken):
                promise.keep(options.reader, data)
    corpus = options.child / "corpus"
    corpus.mkdir(exist_ok=True)
    for data in seeds(options.reader, options.more):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    def damaged(data: bytes, most: int, seed: int) -> bytes:
        by = random.Random(seed)
        if by.random() < 0.2:
            return bytes(atheris.Mutate(data, most))
        return DAMAGES[options.reader](bytes(data), by)[:most]

    atheris.Setup(
        ["fuzz", f"-max_total_time={options.seconds:.0f}", f"-timeout={_STUCK}", "-rss_limit_mb=3072",
         f"-max_len={_LONGEST}", "-len_control=0", "-print_final_stats=1", f"-seed={options.seed}",
         f"-artifact_prefix={options.child}/", str(corpus)],
        _Feeder(options), custom_mutator=damaged,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
