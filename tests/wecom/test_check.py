"""`guidang channels check`: says what is wrong and how to mend it. And the samples, which WeCom would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.found import Found
from bot.wecom.check import check, check_bot
from bot.wecom.listening import PATH
from bot.wecom.samples import samples
from tests.fakes.wecom import AES_KEY, SECRET, TOKEN
from tests.fakes.wecom_bot import BOT_SECRET
from tests.fakes.wecom_cards import fault
from tests.wecom.conftest import AppScene, BotScene, app_settings, bot_settings


def bad(found: Sequence[Found]) -> list[str]:
    """What isn't well; each says in both languages what to do."""
    wrong = [f for f in found if not f.ok]
    assert all(f.then and f.then.zh and f.then.en for f in wrong)
    return [f.what.en for f in wrong]


def address(scene: AppScene) -> str:
    return scene.url.removesuffix(PATH)


async def test_all_is_well(app: AppScene) -> None:
    found = await check(app_settings(app.fake), address(app))
    assert bad(found) == []
    assert len(found) == 4
    assert "归档" in found[2].what.zh


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"corp_id": "ww0"}, "WECOM_CORP_ID is wrong"), ({"secret": "x"}, "WECOM_SECRET is wrong"),
        ({"agent_id": 7}, "AgentId 7 isn't this secret's"), ({"token": "x"}, "HTTP 403"),
        ({"aes_key": "short"}, "no EncodingAESKey"),
    ],
)  # fmt: skip
async def test_wrong_settings(app: AppScene, change: dict[str, object], why: str) -> None:
    wrong = bad(await check(replace(app_settings(app.fake), **change), address(app)))  # type: ignore[arg-type]
    assert any(why in each for each in wrong)


async def test_an_address_that_is_not_trusted(app: AppScene) -> None:
    app.fake.trusted = False
    found = await check(app_settings(app.fake), address(app))
    assert bad(found) == ["WeCom does not trust our address 203.0.113.9"]
    assert "203.0.113.9" in "".join(f.then.zh for f in found if f.then)


async def test_an_app_that_is_switched_off(app: AppScene) -> None:
    app.fake.closed = True
    assert bad(await check(app_settings(app.fake), address(app))) == ["the app “归档” is switched off"]


@pytest.mark.parametrize("off", [-700, 700])
async def test_a_clock_that_is_off(app: AppScene, off: float) -> None:
    app.fake.skew = off
    (wrong,) = bad(await check(app_settings(app.fake), address(app)))
    assert "the clock is" in wrong


async def test_a_callback_that_leads_elsewhere_or_nowhere(app: AppScene) -> None:
    for url, why in ((app.fake.url, "HTTP 404"), ("http://127.0.0.1:9", "ClientConnectorError"), ("", "no public")):
        (wrong,) = bad(await check(app_settings(app.fake), url))
        assert why in wrong


async def test_wecom_out_of_reach(app: AppScene) -> None:
    wrong = bad(await check(replace(app_settings(app.fake), api_url="http://127.0.0.1:9"), address(app)))
    assert wrong[0].startswith("WeCom can't be reached")
    app.fake.slow = 1.0
    wrong = bad(await check(app_settings(app.fake), address(app), limit=0.2))
    assert wrong[0] == "WeCom can't be reached: TimeoutError"


async def test_no_secret_is_told(app: AppScene, bot: BotScene) -> None:
    found = [*await check(app_settings(app.fake), address(app)), *await check_bot(bot_settings(bot.fake))]
    app.fake.secret = "another"
    found += await check(app_settings(app.fake), address(app))
    for secret in (SECRET, TOKEN, AES_KEY, BOT_SECRET):
        assert secret not in repr(found)


async def test_the_bot(bot: BotScene) -> None:
    assert bad(await check_bot(bot_settings(bot.fake))) == []
    assert bot.fake.kicked == 0  # the running service keeps its connection
    assert len(await check_bot(bot_settings(bot.fake), sign_in=True)) == 2
    assert bot.fake.kicked == 1
    (wrong,) = bad(await check_bot(replace(bot_settings(bot.fake), secret="x"), sign_in=True))
    assert "id or secret" in wrong
    (wrong,) = bad(await check_bot(replace(bot_settings(bot.fake), url="ws://127.0.0.1:9")))
    assert "can't be reached" in wrong


def test_samples() -> None:
    made = samples()
    assert {name.partition("-")[0] for name in made} == {"app", "bot"}
    assert {name.rpartition("-")[2] for name in made} == {"zh", "en"}
    for name, payload in made.items():
        body = payload.get("body", payload)
        if "template_card" in body:
            assert fault(body["template_card"]) == "", name
        if "text" in body and name.startswith("app"):
            assert len(body["text"]["content"].encode()) <= 2048
    assert "app-update-card-zh" in made
    assert "bot-progress-en" in made
