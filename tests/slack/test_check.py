"""`guidang channels check`: says what is wrong and how to mend it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.found import Found
from bot.slack.check import SCOPES, check
from config import channels
from tests.fakes.slack import APP_TOKEN, SECRET, TOKEN
from tests.slack.conftest import Scene


def settings(scene: Scene) -> channels.Slack:
    return channels.Slack(TOKEN, SECRET, APP_TOKEN, scene.fake.api)


def bad(found: Sequence[Found]) -> list[str]:
    """What isn't well; each says in both languages what to do."""
    wrong = [f for f in found if not f.ok]
    assert all(f.then and f.then.zh and f.then.en for f in wrong)
    return [f.what.en for f in wrong]


def address(scene: Scene) -> str:
    return scene.url.removesuffix("/slack/events")


async def test_all_is_well(scene: Scene) -> None:
    found = await check(settings(scene), address(scene))
    assert bad(found) == []
    assert len(found) == 5


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_a_missing_scope(scene: Scene, scope: str) -> None:
    scene.fake.scopes.discard(scope)
    (wrong,) = bad(await check(settings(scene), address(scene)))
    assert scope in wrong


async def test_scopes_that_only_some_settings_need(scene: Scene) -> None:
    scene.fake.scopes -= {"files:write", "users:read.email"}
    assert bad(await check(settings(scene), address(scene))) == []
    leaving = channels.Leaving("direct", masked=False, link_by_email=True)
    wrong = bad(await check(replace(settings(scene), leaving=leaving), address(scene)))
    assert len(wrong) == 2


async def test_wrong_tokens(scene: Scene) -> None:
    wrong = bad(await check(replace(settings(scene), bot_token="xoxb-x", app_token="xapp-x"), address(scene)))
    assert wrong == [
        "SLACK_BOT_TOKEN is wrong or was revoked",
        "Socket Mode is not available: apps.connections.open: invalid_auth",
    ]


async def test_another_signing_secret_than_the_service_has(scene: Scene) -> None:
    (wrong,) = bad(await check(replace(settings(scene), signing_secret="other"), address(scene)))
    assert "HTTP 401" in wrong


async def test_an_address_that_leads_elsewhere_or_nowhere(scene: Scene) -> None:
    elsewhere = scene.fake.api.removesuffix("/api/")
    for url, why in (
        (elsewhere, "HTTP 404"),
        ("http://127.0.0.1:9", "ClientConnectorError"),
        ("", "no public address"),
    ):
        (wrong,) = bad(await check(settings(scene), url))
        assert why in wrong


@pytest.mark.parametrize("off", [-400, 400])
async def test_a_clock_that_is_off(scene: Scene, off: float) -> None:
    scene.fake.skew = off
    (wrong,) = bad(await check(replace(settings(scene), signing_secret=""), now=time.time))
    assert "the clock is" in wrong


async def test_slack_out_of_reach(scene: Scene) -> None:
    wrong = bad(await check(replace(settings(scene), api_url="http://127.0.0.1:9/api/"), address(scene)))
    assert wrong[0].startswith("Slack can't be reached")
    scene.fake.slow = 1.0
    wrong = bad(await check(settings(scene), address(scene), limit=0.2))
    assert wrong[0] == "Slack can't be reached: TimeoutError"


async def test_no_secret_is_told(scene: Scene) -> None:
    found = await check(settings(scene), address(scene))
    told = repr(found)
    for secret in (TOKEN, SECRET, APP_TOKEN):
        assert secret not in told
