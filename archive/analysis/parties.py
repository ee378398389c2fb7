"""What parties are called: as the balance tables name their codes, else as the words of their vouchers do."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from archive.anomalies.payee import named
from archive.ledger import Ledger
from archive.voucher import Line, Voucher

#: Of the organisations the words name, the share one must have to be the party's name.
MOSTLY = 0.8
#: Nordhafen Logistics GmbH, Pacific Crest Automation Inc.
_FOREIGN = re.compile(
    r"(?<![A-Za-z])[A-Z][A-Za-z&.,'\- ]{1,50} "
    r"(?:GmbH|AG|Inc|LLC|Ltd|Limited|Corp|Co|S\.A|B\.V|Pty|PLC|SAS|SpA)(?![A-Za-z])\.?"
)


def names(ledger: Ledger, vouchers: Iterable[Voucher]) -> Mapping[str, str]:
    """Code → name, of every code for which one is known."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for v in vouchers:
        codes = {line.party for line in v.lines if line.party and line.party not in ledger.party_names}
        if len(codes) == 1 and all(code.isascii() for code in codes):
            told = {name for line in v.lines if (name := _said(line))}
            if len(told) == 1:
                said[codes.pop()][told.pop()] += 1
    found = {code: words.most_common(1)[0] for code, words in said.items()}
    shown = {code: name for code, (name, n) in found.items() if n >= MOSTLY * said[code].total()}
    return {**{code: _printed(name) for code, name in shown.items()}, **ledger.party_names}


def _said(line: Line) -> str:
    foreign = _FOREIGN.search(line.summary)
    return foreign[0].strip() if foreign else named(line)


def _printed(name: str) -> str:
    """Chinese names have wide brackets."""
    wide = any(unicodedata.east_asian_width(c) == "W" for c in name)
    return name.replace("(", "（").replace(")", "）") if wide else name
