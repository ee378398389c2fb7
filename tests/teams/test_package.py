"""The app package holds what Teams asks for, within its lengths, and no secret."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from PIL import Image

from archive.errors import BadSettings
from bot.teams.package import english, package
from config.channels import Teams
from tests.fakes.teams import APP, SECRET, TENANT

SETTINGS = Teams(APP, SECRET, (TENANT,))


def _opened() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package(SETTINGS, "https://archive.example.cn/"))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_everything_is_at_the_top_of_the_zip_and_nothing_secret() -> None:
    files = _opened()
    assert set(files) == {"manifest.json", "en.json", "color.png", "outline.png"}
    assert SECRET.encode() not in b"".join(files.values())
    assert TENANT.encode() not in b"".join(files.values())


@pytest.mark.parametrize("address", ["", "http://127.0.0.1:8480"])
def test_without_a_public_address_there_is_no_package(address: str) -> None:
    with pytest.raises(BadSettings, match="public_url"):
        package(SETTINGS, address)


def test_the_manifest() -> None:
    made: dict[str, Any] = json.loads(_opened()["manifest.json"])
    assert made["id"] == made["bots"][0]["botId"] == APP
    assert made["bots"][0]["supportsFiles"] is True
    assert set(made["bots"][0]["scopes"]) == {"personal", "team", "groupchat"}
    assert made["validDomains"] == ["archive.example.cn"]
    assert made["developer"]["websiteUrl"] == "https://archive.example.cn"
    assert made["manifestVersion"] in made["$schema"]
    assert "webApplicationInfo" not in made  # no permission of Graph is asked for
    assert len(made["name"]["short"]) <= 30
    for words in (
        made["description"],
        {"short": english()["description.short"], "full": english()["description.full"]},
    ):
        assert len(words["short"]) <= 80
        assert len(words["full"]) <= 4000
    for command in made["bots"][0]["commandLists"][0]["commands"]:
        assert len(command["title"]) <= 32
        assert len(command["description"]) <= 128


def test_the_icons_are_as_teams_wants_them() -> None:
    files = _opened()
    colour, outline = (Image.open(io.BytesIO(files[name])) for name in ("color.png", "outline.png"))
    assert colour.size == (192, 192)
    assert outline.size == (32, 32)
    assert outline.mode == "RGBA"
    seen = {pixel[:3] for pixel in outline.get_flattened_data() if pixel[3]}  # type: ignore[index]
    assert seen == {(255, 255, 255)}
    assert sum(map(len, files.values())) < 40_000


def test_the_same_settings_make_the_same_package() -> None:
    assert package(SETTINGS, "https://a.example.cn") == package(SETTINGS, "https://a.example.cn")
