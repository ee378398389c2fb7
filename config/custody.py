"""Settings of the archive's later life: the virus scanner, the yearly check, the schemes, who signs a hand-over."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from archive.four_properties.scheme import Scheme, schemes
from archive.four_properties.verdict import Stage

KNOWN: Mapping[str, set[str]] = {
    "virus": {"clamd", "timeout"},
    "inspection": {"yearly", "schemes"},
    "handover": {"deputies"},
}
_ADDRESS = re.compile(r"/.+|[^\s/:]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5}")
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])")


@dataclass(frozen=True, slots=True)
class Custody:
    """`clamd` empty: no scanner, and the check says 未检. `yearly` empty: only the notice that a check is overdue."""

    clamd: str = ""
    timeout: float = 30.0
    yearly: str = ""  # 01-15
    schemes: Mapping[Stage, Scheme] = field(default_factory=lambda: usual_schemes())
    deputies: Mapping[str, str] = field(default_factory=dict)  # absent person id → deputy's


def usual_schemes() -> dict[Stage, Scheme]:
    """The packaged schemes (four_properties.json)."""
    return schemes(_packaged())


def read(env: Mapping[str, str], given: Mapping[str, Mapping[str, Any]], mistakes: list[str]) -> Custody:
    """`[virus] clamd` (GUIDANG_CLAMD), `[inspection] yearly, schemes`, `[handover] deputies`."""
    virus, inspection = given.get("virus", {}), given.get("inspection", {})
    clamd = str(env.get("GUIDANG_CLAMD") or virus.get("clamd") or "")
    if clamd and not _ADDRESS.fullmatch(clamd):
        mistakes.append(f"virus.clamd = {clamd!r} should be host:port or /path/of.sock")
    timeout = virus.get("timeout", 30)
    if not isinstance(timeout, int | float) or not 0 < timeout <= 600:
        mistakes.append(f"virus.timeout = {timeout!r} is not within 0…600 s")
        timeout = 30
    yearly = str(inspection.get("yearly", ""))
    if yearly and not _DAY.fullmatch(yearly):
        mistakes.append(f"inspection.yearly = {yearly!r} should be a month and day like 01-15")
    deputies = given.get("handover", {}).get("deputies", {})
    if not isinstance(deputies, dict):
        mistakes.append("handover.deputies should be a table of absent = deputy, by account")
        deputies = {}
    return Custody(
        clamd, float(timeout), yearly, _schemes(inspection.get("schemes"), mistakes),
        {str(a): str(b) for a, b in deputies.items()},
    )  # fmt: skip


def _schemes(given: object, mistakes: list[str]) -> Mapping[Stage, Scheme]:
    """Those given go before the packaged ones, stage by stage; a changed scheme needs a version of its own."""
    if given is None:
        return usual_schemes()
    table = _packaged()
    try:
        for stage, row in dict(given).items():  # type: ignore[call-overload]
            if row.get("version") == table.get(stage, {}).get("version"):
                raise ValueError(f"{stage}: a scheme of your own needs a version of its own")
            table[stage] = row
        return schemes(table)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        mistakes.append(f"inspection.schemes: {error}")
        return usual_schemes()


def _packaged() -> dict[str, Any]:
    table = json.loads(files("config").joinpath("four_properties.json").read_text("utf-8"))
    return {name: row for name, row in table.items() if name != "source"}
