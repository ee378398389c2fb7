"""The OCR port and its default engine: local models, one line, a whole page, nothing fetched."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from PIL import Image

from intake import ocr
from intake.engines import engines
from tests.intake import paper


def pixels(image: Image.Image) -> ocr.Pixels:
    return np.ascontiguousarray(np.asarray(image.convert("RGB"), np.uint8)[:, :, ::-1])


@pytest.fixture(scope="module")
def careful() -> ocr.Ocr:
    return engines().careful


def test_a_page_is_found_and_read_with_places(careful: ocr.Ocr) -> None:
    lines = careful.lines(pixels(paper.slip("发票号码 00990123\n\n伍拾元整")))
    texts = {line.text.replace(" ", ""): line for line in lines}
    assert {"发票号码00990123", "伍拾元整"} <= set(texts)
    upper, lower = texts["发票号码00990123"].quad, texts["伍拾元整"].quad
    assert upper[:, 1].max() < lower[:, 1].min()
    assert all(0 < line.score <= 1 for line in lines)


def test_a_strip_is_read_as_one_line(careful: ocr.Ocr) -> None:
    sheet = paper.slip("91330199X0109Y039K    ")
    text, score = careful.line(pixels(sheet.crop((20, 40, sheet.width, 85))))
    assert text == "91330199X0109Y039K"
    assert score > 0.9


def test_an_empty_page_has_no_lines(careful: ocr.Ocr) -> None:
    assert careful.lines(np.full((200, 300, 3), 255, np.uint8)) == ()


def test_a_leaning_quad_is_cut_out_straight() -> None:
    quad = np.array([[10, 20], [110, 30], [108, 50], [8, 40]], np.float32)
    strip = ocr.cut(np.zeros((100, 200, 3), np.uint8), quad)
    assert strip.shape == (20, 101, 3) or strip.shape == (20, 100, 3)


def test_a_standing_quad_is_laid_down() -> None:
    quad = np.array([[10, 10], [30, 10], [30, 110], [10, 110]], np.float32)
    assert ocr.cut(np.zeros((120, 60, 3), np.uint8), quad).shape[:2] == (20, 100)


def test_nothing_is_fetched_when_an_engine_is_made_and_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("an engine asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    text, _ = ocr.RapidOcr(ocr.careful_files()).line(pixels(paper.slip("发票")))
    assert text == "发票"


def test_without_the_quick_models_the_careful_engine_serves_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUIDANG_MODELS", "/nowhere")
    assert ocr.quick_files() is None
    engines.cache_clear()
    try:
        assert not engines().tiered
    finally:
        engines.cache_clear()
