"""Write docs/errors.md from the error tree and what `verify` finds; a test holds both.

`python -m bench.errors_page > docs/errors.md`
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from archive.errors import Problem
from storage.verify import FAULTS


def kinds(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    """Every error class with a code of its own that a person can meet."""
    for kind in of.__subclasses__():
        if not kind.code.endswith("00"):
            yield kind
        yield from kinds(kind)


def page() -> str:
    """The page, by code."""
    lines = [
        "# Errors 错误代码",
        "",
        "Every error says what happened, why, and what to do next. `{names}` are filled in when it is told.",
        "Made by `python -m bench.errors_page`.",
        "",
    ]
    groups: dict[str, list[type[Problem]]] = defaultdict(list)
    for kind in kinds():
        groups[kind.code[0]].append(kind)
    for letter in sorted(groups):
        lines += [f"## {letter}", "", "| code | 什么 · 为什么 · 怎么办 | what · why · next |", "|---|---|---|"]
        for kind in sorted(groups[letter], key=lambda k: k.code):
            zh = " · ".join(t.zh for t in (kind.what, kind.why, kind.then) if t.zh)
            en = " · ".join(t.en for t in (kind.what, kind.why, kind.then) if t.en)
            lines.append(f"| {kind.code} | {zh} | {en} |")
        lines.append("")
    lines += ["## V", "", "What `guidang verify` finds.", "", "| code | 什么 | what |", "|---|---|---|"]
    lines += [f"| {code} | {text.zh} | {text.en} |" for code, text in FAULTS.items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(page(), end="")
