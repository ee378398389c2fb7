"""Requests that aren't Slack's: refused before anything in them is read, and logged without what they carried."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest

from bot.slack import listening
from bot.slack.verify import BODY_CAP, Verifier
from tests.fakes.slack import SECRET
from tests.slack.conftest import Scene, opened, sample

JSON = "application/json"


async def post(scene: Scene, body: bytes, headers: Mapping[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.post(scene.url, data=body, headers=headers) as answer:
        return answer.status


def raw(name: str = "message_im", **more: Any) -> bytes:
    return json.dumps({**sample(name), **more}, ensure_ascii=False).encode()


@pytest.fixture
def unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a body is an error from here on."""

    def no(*_: Any) -> None:
        raise AssertionError("parsed before it was verified")

    monkeypatch.setattr(listening, "_parsed", no)


@pytest.mark.usefixtures("unparsed")
async def test_forgeries_are_refused(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    body, fake = raw(), scene.fake
    good = fake.signed(body, JSON)
    without = {k: v for k, v in good.items() if k != "X-Slack-Signature"}
    forged = {
        "none": without,
        "no time": {k: v for k, v in good.items() if k != "X-Slack-Request-Timestamp"},
        "garbage": {**good, "X-Slack-Signature": "v0=zzz"},
        "garbage, not ascii": {**good, "X-Slack-Signature": "v0=签名"},
        "time is no number": {**good, "X-Slack-Request-Timestamp": "now"},
        "time is not decimal": {**good, "X-Slack-Request-Timestamp": "١٧٦٤"},
        "wrong key": fake.signed(body, JSON, secret="another"),
        "empty key": fake.signed(body, JSON, secret=""),
        "expired": fake.signed(body, JSON, time.time() - 301),
        "from the future": fake.signed(body, JSON, time.time() + 301),
        "other version": {**good, "X-Slack-Signature": good["X-Slack-Signature"].replace("v0=", "v1=")},
        "time changed": {**good, "X-Slack-Request-Timestamp": str(int(time.time()) - 7)},
    }
    for why, headers in forged.items():
        assert await post(scene, body, headers) == 401, why
    assert await post(scene, body.replace("顺丰".encode(), "中通".encode()), good) == 401, "body changed after signing"
    big = b'{"a":"' + b"x" * BODY_CAP + b'"}'
    assert await post(scene, big, fake.signed(big, JSON)) == 413
    assert scene.gate.asked == []
    assert "refused a request" in caplog.text
    for secret in (SECRET, "顺丰", good["X-Slack-Signature"]):
        assert secret not in caplog.text


async def test_a_body_without_a_length_is_capped_as_well(scene: Scene) -> None:
    async def endless() -> Any:
        for _ in range(40):
            yield b"x" * 65536

    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=00"}
    async with aiohttp.ClientSession() as session, session.post(scene.url, data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_the_same_request_again_is_refused(scene: Scene) -> None:
    body = raw()
    headers = scene.fake.signed(body, JSON)
    assert await post(scene, body, headers) == 200
    assert await post(scene, body, headers) == 401
    assert len(scene.gate.asked) == 1


async def test_what_was_not_taken_may_come_again(scene: Scene) -> None:
    body = raw()
    headers = scene.fake.signed(body, JSON)
    scene.gate.down = True
    assert await post(scene, body, headers) == 500
    scene.gate.down = False
    assert await post(scene, body, headers) == 200


async def test_another_workspace_with_the_right_signature(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    payload = sample("message_im")
    payload["team_id"] = payload["authorizations"][0]["team_id"] = "T0OTHER"
    assert await scene.event(payload) == 200
    click = sample("click_approve")
    click["team"]["id"] = "T0OTHER"
    assert (await scene.interaction(click))[0] == 200
    window = sample("submission_reject")
    window["team"]["id"] = "T0OTHER"
    await scene.interaction(window)
    await scene.interaction({**sample("command"), "team_id": "T0OTHER"}, "command")
    assert scene.gate.asked == []
    assert "another workspace" in caplog.text


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 200_000, b"7"])
@pytest.mark.parametrize("kind", [JSON, "application/x-www-form-urlencoded", "text/plain"])
async def test_signed_nonsense(scene: Scene, body: bytes, kind: str) -> None:
    assert await post(scene, body, scene.fake.signed(body, kind)) in (200, 400, 404)
    assert scene.gate.asked == []


async def test_a_body_that_never_ends_is_not_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.capped.BODY_TIME", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.1)

    headers = scene.fake.signed(b"{}", JSON)
    async with aiohttp.ClientSession() as session, session.post(scene.url, data=dripping(), headers=headers) as answer:
        assert answer.status == 408


async def test_nothing_of_a_request_is_in_the_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    scene.gate.down = True
    assert await scene.event(sample("message_im")) == 500
    await scene.interaction({"type": "no_such_thing", "secret": "机密"})
    for secret in ("顺丰", "xoxb", "机密", SECRET):
        assert secret not in caplog.text


async def test_bolt_does_not_silence_the_house(scene: Scene) -> None:
    await scene.event(sample("url_verification"))
    await scene.event(sample("message_im"))
    assert [logging.getLogger(name).level for name in ("guidang", "guidang.slack")] == [logging.NOTSET] * 2


async def test_without_a_signing_secret_there_is_no_route() -> None:
    async with opened(socket=True) as scene:
        assert scene.slack.routes() == []
    with pytest.raises(ValueError, match="no signing secret"):
        Verifier("", time.time)


async def test_the_address_is_verified_by_slack(scene: Scene) -> None:
    status, text = await scene.fake.deliver(scene.url, sample("url_verification"))
    assert (status, json.loads(text)) == (200, {"challenge": sample("url_verification")["challenge"]})
