"""[archive]: how the archive is classed, what is kept longer than the law asks, what lies on paper as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.keeping import Paperless, longer
from archive.shelving import Scheme, class_no
from config.legal import retention

KNOWN = {"archive": {"scheme", "office", "paper", "terms"}}


@dataclass(frozen=True, slots=True)
class Archiving:
    """`scheme`: DA/T 94 D.1, D.2, D.3; `office`: the level 机构 of D.3; `terms`: 档案名称 → 40年, 永久 (longer only);
    `paper`: print_permanent (79号令 Art 8⑥) or electronic_only (财会〔2024〕11号 Art 32).
    """

    scheme: Scheme = Scheme.D1
    office: str = "CW"
    paper: Paperless = Paperless.PRINT_PERMANENT
    terms: Mapping[str, str] = field(default_factory=dict)


USUAL = Archiving()


def read(given: Mapping[str, Any], mistakes: list[str]) -> Archiving:
    """From the TOML table; mistakes are added to the list."""
    made = USUAL
    try:
        made = Archiving(
            Scheme(str(given.get("scheme", "D.1"))),
            str(given.get("office", "CW")),
            Paperless(str(given.get("paper", "print_permanent"))),
            {str(name): str(term) for name, term in dict(given.get("terms", {})).items()},
        )
        class_no(made.scheme, "", "JZ", 2026, "D30", made.office)
        longer(retention(), made.terms)
    except (ValueError, TypeError) as error:
        mistakes.append(f"archive: {error}")
        return USUAL
    return made
