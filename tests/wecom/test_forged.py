"""What isn't WeCom's is refused before it is parsed, and told in the log without what it carried."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.wecom import crypto, verify
from intake import markup
from tests.fakes.wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN
from tests.wecom.conftest import AppScene, sample

OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


@pytest.fixture(autouse=True)
def parsing(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was parsed."""
    seen: list[bytes] = []

    def parse(data: bytes, name: str) -> Any:
        seen.append(data)
        return markup.parse(data, name)

    monkeypatch.setattr(verify, "parse", parse)
    return seen


async def sent(scene: AppScene, query: dict[str, str], body: bytes) -> int:
    async with aiohttp.ClientSession() as session, session.post(f"{scene.url}?{urlencode(query)}", data=body) as answer:
        assert not await answer.read()
        return answer.status


FORGED: dict[str, Any] = {
    "nothing": lambda q, b, s: ({}, b""),
    "no signature": lambda q, b, s: ({k: v for k, v in q.items() if k != "msg_signature"}, b),
    "garbage": lambda q, b, s: (q, b"\x00\xff not xml"),
    "wrong signature": lambda q, b, s: ({**q, "msg_signature": "0" * 40}, b),
    "signature not ascii": lambda q, b, s: ({**q, "msg_signature": "签名"}, b),
    "another token": lambda q, b, s: s.fake.sealed(sample("app_text"), token="another"),
    "another key": lambda q, b, s: s.fake.sealed(sample("app_text"), key=OTHER_KEY),
    "another company": lambda q, b, s: s.fake.sealed(sample("app_text"), corp="ww0000000000000000"),
    "old": lambda q, b, s: s.fake.sealed(sample("app_text"), at=time.time() - 3600),
    "of tomorrow": lambda q, b, s: s.fake.sealed(sample("app_text"), at=time.time() + 86400),
    "made younger": lambda q, b, s: ({**q, "timestamp": str(int(q["timestamp"]) + 1)}, b),
    "timestamp is no number": lambda q, b, s: ({**q, "timestamp": "1e9"}, b),
    "body changed": lambda q, b, s: (q, b.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA")),
    "two envelopes": lambda q, b, s: (q, b + b),
    "not an envelope": lambda q, b, s: (q, b.replace(b"Encrypt", b"Plain")),
    "a DTD around it": lambda q, b, s: (
        {**q, "msg_signature": "0" * 40},
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + b,
    ),
}


@pytest.mark.parametrize("how", FORGED)
async def test_forged(app: AppScene, parsing: list[bytes], how: str, caplog: pytest.LogCaptureFixture) -> None:
    query, body = app.fake.sealed(sample("app_text"))
    query, body = FORGED[how](query, body, app)
    assert await sent(app, query, body) == 403
    assert parsing == []
    assert app.gate.asked == []
    assert "refused a request to /wecom/callback" in caplog.text
    for told in (TOKEN, SECRET, "顺丰", query.get("msg_signature") or "?no"):
        assert told not in caplog.text


async def test_too_big(app: AppScene, parsing: list[bytes]) -> None:
    query, body = app.fake.sealed(sample("app_text"))
    assert await sent(app, query, body + b" " * verify.MOST) == 413
    assert parsing == []


async def test_too_big_without_saying_so(app: AppScene) -> None:
    async def pieces() -> Any:
        for _ in range(8):
            yield b"x" * 65536

    async with aiohttp.ClientSession() as session, session.post(app.url, data=pieces()) as answer:
        assert answer.status == 413


async def test_entities_inside_the_envelope_are_refused(app: AppScene) -> None:
    xml = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>'
    sealed = crypto.sealed(crypto.aes_key(AES_KEY), xml, CORP)
    stamp = str(int(time.time()))
    query = {"timestamp": stamp, "nonce": "n", "msg_signature": crypto.signature(TOKEN, stamp, "n", sealed)}
    assert await sent(app, query, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()) == 403
    assert app.gate.asked == []


async def test_a_repeat_byte_for_byte_does_nothing_more(app: AppScene) -> None:
    assert await app.event(sample("app_text"), repeat=True) == 200
    assert len(app.gate.taken) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"ToUserName": "ww0000000000000000"}, {"AgentID": str(AGENT + 1)}, {"AgentID": ""}, {"FromUserName": ""},
        {"FromUserName": "a b"}, {"FromUserName": "../../x"}, {"FromUserName": "x" * 65},
    ],
)  # fmt: skip
async def test_for_another_app_or_from_nobody(app: AppScene, changed: dict[str, str]) -> None:
    assert await app.event({**sample("app_text"), **changed}) == 200
    assert app.gate.asked == []


async def test_the_echo_of_a_stranger(app: AppScene) -> None:
    async with aiohttp.ClientSession() as session:
        query = {"msg_signature": "0" * 40, "timestamp": str(int(time.time())), "nonce": "1", "echostr": "abcd"}
        async with session.get(f"{app.url}?{urlencode(query)}") as answer:
            assert answer.status == 403
        async with session.get(app.url) as answer:
            assert answer.status == 403
        async with session.put(app.url, data=b"x") as answer:
            assert answer.status == 405
