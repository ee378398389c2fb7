"""[archive] in the settings: scheme, paper, longer terms; what the law forbids is refused at the start."""

from pathlib import Path

import pytest

from archive.errors import BadSettings
from archive.keeping import Paperless
from archive.shelving import Scheme
from config.archiving import USUAL
from config.settings import Settings, read


def _read(folder: Path, words: str) -> Settings:
    file = folder / "guidang.toml"
    file.write_text(f"[archive]\n{words}\n", "utf-8")
    return read({}, file)


def test_what_is_set_and_what_is_usual(tmp_path: Path) -> None:
    assert read({}, data=tmp_path).archiving == USUAL
    words = 'scheme = "D.3"\noffice = "CWB"\npaper = "electronic_only"\nterms = { "总账" = "永久" }'
    made = _read(tmp_path, words).archiving
    assert (made.scheme, made.office, made.paper, dict(made.terms)) == (
        Scheme.D3, "CWB", Paperless.ELECTRONIC_ONLY, {"总账": "永久"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        'scheme = "D.4"',
        'scheme = "D.3"\noffice = "财务"',
        'paper = "none"',
        'terms = { "总账" = "10年" }',
        'terms = { "奏折" = "10年" }',
        'terms = { "总账" = "很久" }',
        'term = "x"',
    ],
)
def test_mistakes_are_told(tmp_path: Path, words: str) -> None:
    with pytest.raises(BadSettings, match="archive"):
        _read(tmp_path, words)
