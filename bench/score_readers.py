"""How many fields the readers get exactly right, against the true values beside the samples.

python -m bench.score_readers [DIR …] [--json | --fields] [--times]

A wrong value must have been flagged: with a confidence below what passes without a person (archive.checks.SURE), or
with a warning on the field. One that wasn't is a confident wrong value; each is named, and the command ends with 1.
The name of a document's sort (`type`) is scored but can't be confidently wrong: the truth files word it as they like.
`--fields` prints a table by kind and field for docs/reading.md; `--times` the warm median of each kind's files.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from archive.checks import SURE
from archive.document import Document
from archive.finding import Level
from intake.fields import fold
from intake.read import read
from intake.reading import Found

FIELDS = (
    "type number code date seller_name seller_tax_id buyer_name buyer_tax_id amount_excl_tax tax total".split()  # noqa: SIM905
)
MONEY = ("amount_excl_tax", "tax", "total")
FOLDED = ("type", "seller_name", "buyer_name")
DEFAULT = (Path(__file__).parent.parent / "tests" / "samples" / "drawn", Path("../shared/samples/real"))


@dataclass(slots=True)
class Score:
    """One kind of file: fields right and scored, files, CPU seconds."""

    right: int = 0
    scored: int = 0
    files: int = 0
    seconds: float = 0.0
    fields: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))  # name → right, scored
    warm: list[float] = field(default_factory=list)  # CPU seconds of a second reading


@dataclass(slots=True)
class Result:
    """The whole measurement: scores by kind, and every miss in words."""

    kinds: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    misses: list[str] = field(default_factory=list)
    confident: list[str] = field(default_factory=list)  # wrong, and nobody was warned


def scored(folders: Sequence[Path], *, times: bool = False) -> Result:
    """Reads every file that a truth.jsonl under the folders names, and compares; `times`: reads it once more, warm."""
    result = Result()
    for path, truth in _samples(folders):
        started = time.process_time()
        reading = read(path.read_bytes(), path.name)
        score = result.kinds[str(truth.get("kind", "?"))]
        score.seconds += time.process_time() - started
        score.files += 1
        if times:
            data, started = path.read_bytes(), time.process_time()
            read(data, path.name)
            score.warm.append(time.process_time() - started)
        if _to_refuse(truth):
            score.scored += 1
            score.right += reading.error is not None
            if reading.error is None:
                result.misses.append(f"{path.name}: should have been refused ({truth['expect']})")
            continue
        for expected in truth.get("invoices") or [truth]:
            _compare(result, score, path.name, expected, _matching(expected, reading.found))
        if reading.error is not None:
            result.misses.append(f"{path.name}: {reading.error}")
    return result


async def measure(folders: Sequence[Path] = ()) -> dict[str, Any]:
    """The scores by kind, and every miss; of the samples that are on this machine unless told."""
    return _facts(scored(folders or _there()))


def _there() -> list[Path]:
    return [folder for folder in DEFAULT if folder.exists()]


def _facts(result: Result) -> dict[str, Any]:
    kinds = {
        kind: {"files": s.files, "right": s.right, "scored": s.scored, "cpu_seconds": round(s.seconds, 3)}
        for kind, s in result.kinds.items()
    }
    fields = {kind: {name: tuple(counts) for name, counts in s.fields.items()} for kind, s in result.kinds.items()}
    warm = {k: round(1000 * statistics.median(s.warm), 1) for k, s in result.kinds.items() if s.warm}
    return {"kinds": kinds, "fields": fields, "warm_ms": warm, "misses": result.misses, "confident": result.confident}


def _to_refuse(truth: Mapping[str, Any]) -> bool:
    """Whether a good reader gives an error for the file instead of fields."""
    expected = str(truth.get("expect", ""))
    return truth.get("kind") == "pdf_bad" or any(word in expected for word in ("rejected", "damaged"))


def _samples(folders: Sequence[Path]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for folder in folders:
        files = {p.name: p for p in folder.rglob("*") if p.is_file()}
        for table in sorted(folder.rglob("truth.jsonl")):
            for line in table.read_text("utf-8").splitlines():
                truth = json.loads(line) if line.strip() else {}
                if truth.get("file") in files and any(truth.get(name) is not None for name in FIELDS) | (
                    "expect" in truth
                ):
                    yield files[truth["file"]], truth


def _matching(expected: Mapping[str, Any], found: Sequence[Found]) -> Found:
    """The document of the same number, else the first, else an empty one."""
    for one in found:
        if one.document.number == expected.get("number"):
            return one
    return found[0] if found else Found(Document())


def _compare(result: Result, score: Score, name: str, expected: Mapping[str, Any], found: Found) -> None:
    for field_name in FIELDS:
        wanted = expected.get(field_name)
        if wanted is None:
            continue
        score.scored += 1
        score.fields[field_name][1] += 1
        got = getattr(found.document, field_name)
        if same(field_name, wanted, got):
            score.right += 1
            score.fields[field_name][0] += 1
        else:
            if got is not None and field_name != "type" and not flagged(found, field_name):
                result.confident.append(f"{name}: {field_name} should be {wanted!r}, is surely {str(got)!r}")
            result.misses.append(f"{name}: {field_name} should be {wanted!r}, is {'' if got is None else str(got)!r}")


def flagged(found: Found, name: str) -> bool:
    """Whether a person is asked to look at the field."""
    warned = any(w.field == name and w.level is not Level.NOTE for w in found.warnings)
    return warned or found.confidence.get(name, 1.0) < SURE


def same(name: str, wanted: Any, got: Any) -> bool:
    """Whether a field was read right: amounts by value, names and titles whatever their width and blanks."""
    return _plain(name, wanted) == _plain(name, got)


def _plain(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in MONEY:
        try:
            return f"{Decimal(str(value)):.2f}"
        except InvalidOperation:
            return str(value)
    if name == "number":  # “Invoice # 12”: the sign is the label's
        return str(value).lstrip("# ")
    return fold(str(value)).replace(" ", "") if name in FOLDED else str(value)


def table(result: Result) -> str:
    """The scores as a table, the misses below it."""
    rows = [f"{'kind':<22}{'files':>6}{'right':>7}{'scored':>8}{'%':>8}{'CPU s/file':>12}"]
    total = Score()
    for kind, score in sorted(result.kinds.items()):
        rows.append(_row(kind, score))
        total.right += score.right
        total.scored += score.scored
        total.files += score.files
        total.seconds += score.seconds
    confident = [f"confident and wrong: {line}" for line in result.confident] or ["no confident wrong value"]
    return "\n".join([*rows, _row("all", total), "", *result.misses, "", *confident])


def by_field(result: Result) -> str:
    """Right of scored by kind and field, as a table in Markdown; what no truth file tells is a dash."""
    rows = ["| kind | files | " + " | ".join(FIELDS) + " |", "|---" * (len(FIELDS) + 2) + "|"]
    for kind, score in sorted(result.kinds.items()):
        if score.fields:
            cells = [f"{r}/{n}" if n else "–" for r, n in (score.fields[name] for name in FIELDS)]
            rows.append(f"| {kind} | {score.files} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def by_time(result: Result) -> str:
    """Files, warm median and most, milliseconds of CPU, by kind."""
    rows = [f"{'kind':<22}{'files':>6}{'median ms':>12}{'most ms':>12}"]
    for kind, score in sorted(result.kinds.items()):
        if score.warm:
            middle, most = 1000 * statistics.median(score.warm), 1000 * max(score.warm)
            rows.append(f"{kind:<22}{score.files:>6}{middle:>12.1f}{most:>12.1f}")
    return "\n".join(rows)


def _row(kind: str, score: Score) -> str:
    share = 100 * score.right / score.scored if score.scored else 0.0
    each = score.seconds / score.files if score.files else 0.0
    return f"{kind:<22}{score.files:>6}{score.right:>7}{score.scored:>8}{share:>8.2f}{each:>12.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="bench.score_readers", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print the scores as JSON")
    parser.add_argument("--fields", action="store_true", help="print a table by kind and field")
    parser.add_argument("--times", action="store_true", help="read every file twice and tell the second time")
    options = parser.parse_args(arguments)
    result = scored(options.folders or _there(), times=options.times)
    if options.fields:
        print(by_field(result))
    elif options.json:
        print(json.dumps(_facts(result), ensure_ascii=False, indent=1))
    else:
        print(table(result))
    if options.times and not options.json:
        print(by_time(result))
    return 1 if result.confident else 0


if __name__ == "__main__":
    sys.exit(main())
