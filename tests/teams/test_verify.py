"""Forged requests are refused before they are parsed, and the log tells why without a secret."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from microsoft_agents.hosting.core.authorization import ClaimsIdentity

from bot.teams.channel import PATH
from bot.teams.hosts import CONNECTOR, Hosts
from bot.teams.tokens import configuration
from bot.teams.turn import Turns
from bot.teams.verify import Verified
from config.channels import KNOWN, Teams
from storage import mongo
from tests.fakes.teams import APP, ISSUER, KID, Servers
from tests.teams.house import Scene, forbidden, sample, settings_for, standing

GARBAGE = "eyJhbGciOiJub25lIn0.e30."


async def _refused(scene: Scene, token: str, status: int = 401, **changes: Any) -> None:
    got, body = await scene.post(scene.event("text_personal", **changes), token)
    assert (got, body) == (status, {"error": "refused"})
    assert scene.gate.taken == []


async def test_keys_that_come_in_pieces(servers: Servers, db: mongo.Database) -> None:
    """Microsoft's are some 20 kB and come in several packets."""
    servers.pieces = 0.2
    async with standing(servers, db) as scene:
        assert (await scene.post(scene.event("text_personal")))[0] == 202


async def test_a_body_that_never_ends_is_not_waited_for(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.capped.BODY_TIME", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" "
            await asyncio.sleep(0.1)

    headers = {"Authorization": f"Bearer {scene.servers.token()}"}
    async with scene.client.post(PATH, data=dripping(), headers=headers) as answer:
        assert answer.status == 408


async def test_a_good_token_is_let_in_and_a_replay_is_the_same_event(scene: Scene) -> None:
    token, payload = scene.servers.token(), scene.event("text_personal")
    for _ in range(3):
        assert (await scene.post(payload, token))[0] == 202
    assert len(scene.gate.taken) == 1
    assert scene.servers.keys_asked == 1


@pytest.mark.parametrize("token", ["", "x", "a.b.c", GARBAGE, "x" * 5000])
async def test_none_and_garbage(scene: Scene, token: str, caplog: pytest.LogCaptureFixture) -> None:
    await _refused(scene, token)
    assert "refused (401)" in caplog.text
    assert forbidden(caplog) == []


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "00000000-0000-4000-8000-000000000000"},
        {"aud": None},
        {"aud": [APP, "another"]},
        {"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"},
        {"iss": "https://api.botframework.us"},
        {"iss": None},
        {"exp": int(time.time()) - 301},
        {"exp": None},
        {"nbf": int(time.time()) + 40_000},
        {"serviceurl": None},
        {"serviceurl": "https://smba.trafficmanager.net/emea/"},
    ],
)
async def test_a_token_for_another_or_of_another_or_past(scene: Scene, claims: dict[str, Any]) -> None:
    await _refused(scene, scene.servers.token(**claims))


async def test_a_clock_a_little_off_is_no_harm(scene: Scene) -> None:
    assert (await scene.post(scene.event("text_personal"), scene.servers.token(exp=int(time.time()) - 200)))[0] == 202


async def test_another_key_of_the_same_name(scene: Scene) -> None:
    await _refused(scene, scene.servers.token(key=scene.servers.other))


async def test_a_key_nobody_knows(scene: Scene) -> None:
    await _refused(scene, scene.servers.token(headers={"kid": "made-up"}))
    _, claims, signature = scene.servers.token().split(".")
    for header in ('{"alg": "RS256"}', '{"alg": "RS256", "kid": ["a"]}', '{"alg": "RS256", "kid": null}', "[" * 2500):
        head = base64.urlsafe_b64encode(header.encode()).decode().rstrip("=")
        await _refused(scene, f"{head}.{claims}.{signature}")


async def test_made_up_keys_do_not_have_us_ask_again_and_again(scene: Scene) -> None:
    for n in range(20):
        await _refused(scene, scene.servers.token(headers={"kid": f"key-{n}00"}))
    assert scene.servers.keys_asked == 1


async def test_a_shared_secret_instead_of_a_key(scene: Scene) -> None:
    """The public key as an HMAC secret, and a token signed with nothing."""
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": scene.servers.service, "exp": int(time.time()) + 600}
    await _refused(scene, jwt.encode(claims, "public" * 20, "HS256", headers={"kid": KID}))
    await _refused(scene, jwt.encode(claims, "", "none", headers={"kid": KID}))


async def test_a_key_that_is_not_endorsed_for_teams(scene: Scene) -> None:
    scene.servers.endorsements = ("webchat",)
    await _refused(scene, scene.servers.token())


async def test_no_keys_is_no_way_in(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.servers.keys_down = True
    await _refused(scene, scene.servers.token(), 503)
    assert "keys of the Bot Connector" in caplog.text


async def test_two_headers(scene: Scene) -> None:
    token = scene.servers.token()
    async with scene.client.post(
        "/teams/messages", json=scene.event("text_personal"),
        headers=[("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
    ) as answer:  # fmt: skip
        assert answer.status == 401


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/",
        "http://127.0.0.1:1/emea/",
        "http://127.0.0.1@evil.example.com/",
        "",
        None,
        3,
        "https://[::1",
    ],
)
async def test_a_body_that_names_another_service(scene: Scene, url: object) -> None:
    """Trap 1: the SDK would send our token there."""
    payload = {**scene.event("text_personal"), "serviceUrl": url}
    assert (await scene.post(payload))[0] == 401
    assert scene.gate.taken == []


async def test_a_signed_service_that_is_not_microsofts(scene: Scene) -> None:
    url = "https://smba.trafficmanager.net.evil.example.com/emea/"
    payload = {**scene.event("text_personal"), "serviceUrl": url}
    assert (await scene.post(payload, scene.servers.token(serviceurl=url)))[0] == 401


async def test_this_machine_is_no_service_unless_the_settings_name_it(servers: Servers, db: mongo.Database) -> None:
    async with standing(servers, db, service_hosts=()) as scene:
        await _refused(scene, servers.token())


@pytest.mark.parametrize("place", ["conversation", "channelData", "from", "nowhere"])
async def test_another_tenant(scene: Scene, place: str, caplog: pytest.LogCaptureFixture) -> None:
    """Trap 2: signed by the right key, for us, but of a directory that isn't ours."""
    payload, foreign = scene.event("text_personal"), "99999999-0000-4000-8000-000000000000"
    if place == "conversation":
        payload["conversation"]["tenantId"] = foreign
    elif place == "channelData":
        payload["channelData"]["tenant"]["id"] = foreign
    elif place == "from":
        payload["from"]["tenantId"] = foreign
    else:
        del payload["conversation"]["tenantId"], payload["channelData"]
    assert (await scene.post(payload))[0] == 403
    assert scene.gate.taken == []
    assert "tenant" in caplog.text


async def test_another_channel_of_the_bot_service(scene: Scene) -> None:
    await _refused(scene, scene.servers.token(), 403, channelId="webchat")


async def test_a_body_that_is_too_big(scene: Scene) -> None:
    token = scene.servers.token()
    assert (await scene.post(b" " * (1100 * 1024), token))[0] == 413

    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 64 * 1024

    async with scene.client.post(
        "/teams/messages", data=pieces(), headers={"Authorization": f"Bearer {token}"}
    ) as answer:
        assert answer.status == 413


async def test_an_oversize_body_without_a_token_is_not_read(scene: Scene) -> None:
    assert (await scene.post(b"x" * (1100 * 1024), ""))[0] == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"3", b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_no_activity(scene: Scene, body: bytes) -> None:
    assert (await scene.post(body))[0] == 400


@pytest.mark.parametrize(
    ("changes", "status", "taken"),
    [
        ({"type": 7}, 400, 0),
        ({"recipient": "x"}, 202, 0),
        ({"attachments": "x"}, 202, 1),
        ({"entities": 3}, 202, 1),
        ({"replyToId": None, "name": None, "value": None}, 202, 1),
    ],
)
async def test_an_activity_of_another_shape(scene: Scene, changes: dict[str, Any], status: int, taken: int) -> None:
    """What isn't understood of it is left out; a null where the SDK's models want none is no reason to lose it."""
    assert (await scene.post(scene.event("text_personal", **changes)))[0] == status
    assert len(scene.gate.taken) == taken


async def test_a_body_changed_after_signing_can_claim_no_more_than_its_token(scene: Scene) -> None:
    """The token doesn't cover the body (TLS does): what it vouches for, the service and us, is held to it."""
    payload = scene.event("text_personal")
    payload["recipient"]["id"] = "28:another"
    assert (await scene.post(payload))[0] == 202
    head, middle, tail = scene.servers.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(middle + "=="))
    claims["serviceurl"] = "https://smba.trafficmanager.net/"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert (await scene.post(payload, f"{head}.{forged}.{tail}"))[0] == 401


async def test_the_sdk_is_told_to_refuse_another_service_too(servers: Servers) -> None:
    """Trap 1 once more, behind our own check: its validator of hosts is off unless it is given one."""

    async def never(payload: object) -> None:
        raise AssertionError

    turns = Turns(settings_for(servers), Hosts(CONNECTOR, ("127.0.0.1",)), {}, never)
    payload = {**sample("text_personal"), "serviceUrl": "https://smba.trafficmanager.net/emea/"}
    for url in ("https://evil.botframework.com/", "https://evil.example.com/"):
        identity = ClaimsIdentity({"aud": APP, "iss": ISSUER, "serviceurl": url}, "Bearer", "x")
        assert (await turns.answer(Verified(payload, identity)))[0] == 401
    payload["serviceUrl"] = "https://evil.example.com/"
    identity = ClaimsIdentity({"aud": APP, "iss": ISSUER, "serviceurl": payload["serviceUrl"]}, "Bearer", "x")
    assert (await turns.answer(Verified(payload, identity)))[0] == 401


def test_there_is_no_anonymous_mode() -> None:
    """Trap: no setting turns the SDK's on, and without a token nothing is let in (above)."""
    assert not configuration(Teams("app", "s", ("t",))).ANONYMOUS_ALLOWED
    assert not [key for key in KNOWN["teams"] if "anon" in key]
