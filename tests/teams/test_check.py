"""`guidang channels check` tells what is wrong and what to do; `guidang channels cards` shows everything we send."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from bot.found import Found
from bot.teams.check import check, ids
from bot.teams.samples import samples
from config.channels import Teams
from tests.fakes.teams import APP, TENANT, Servers, faults
from tests.teams.house import Scene, settings_for


def _wrong(found: Sequence[Found]) -> list[str]:
    for one in found:
        assert one.what.zh
        assert one.what.en
        assert one.ok or (one.then and one.then.zh and one.then.en)
    return [one.what.en for one in found if not one.ok]


async def test_all_is_well(scene: Scene) -> None:
    address = str(scene.client.make_url("/")).rstrip("/")
    found = await check(settings_for(scene.servers), address)
    assert _wrong(found) == []
    assert len(found) == 5


@pytest.mark.parametrize(
    ("changes", "code"), [({"secret": "wrong"}, "AADSTS7000215"), ({"tenants": (APP,)}, "AADSTS700016")]
)
async def test_what_entra_refuses(servers: Servers, changes: dict[str, Any], code: str) -> None:
    found = await check(settings_for(servers, **changes), "https://localhost:1")
    assert f"A token from Entra ({code})" in _wrong(found)
    assert "wrong" not in str(found).replace("wrong secret", "")


async def test_nothing_can_be_reached(servers: Servers) -> None:
    settings = settings_for(servers, authority="https://localhost:1", keys_url="http://127.0.0.1:1/keys")
    found = await check(settings, "http://archive.example.cn", limit=2)
    assert len(_wrong(found)) == 3


async def test_a_clock_that_is_off(scene: Scene) -> None:
    found = await check(settings_for(scene.servers), "https://localhost:1", now=lambda: time.time() + 400)
    assert [what for what in _wrong(found) if "clock" in what]


async def test_keys_for_something_else(servers: Servers) -> None:
    servers.endorsements = ("webchat",)
    found = await check(settings_for(servers), "https://localhost:1")
    assert "Public keys of the Bot Connector" in _wrong(found)


def test_ids_and_clouds() -> None:
    assert _wrong(ids(Teams(APP, "s", (TENANT,)))) == []
    assert _wrong(ids(Teams("guidang", "s", (TENANT,))))
    mixed = Teams(APP, "s", (TENANT,), authority="https://login.partner.microsoftonline.cn")
    assert _wrong(ids(mixed)) == ["Addresses of 21Vianet and of the worldwide cloud are mixed"]
    vianet = Teams(
        APP, "s", (TENANT,), "https://login.partner.microsoftonline.cn", "https://api.botframework.azure.cn",
        "https://login.botframework.azure.cn/v1/.well-known/keys",
    )  # fmt: skip
    assert _wrong(ids(vianet)) == []


def _cards(value: object) -> Iterable[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "AdaptiveCard" and "$schema" in value:
            yield value
        for part in value.values():
            yield from _cards(part)
    elif isinstance(value, list):
        for part in value:
            yield from _cards(part)


def test_every_sample_is_as_teams_takes_it() -> None:
    made = samples()
    assert len(made) == 34
    cards = list(_cards(list(made.values())))
    assert len(cards) == 16
    assert [wrong for card in cards for wrong in faults(card)] == []
    assert not any("1732414600123" in str(card) for card in cards)
