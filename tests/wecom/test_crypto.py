"""The envelope: the official vector, and wechatpy as an oracle both ways."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto  # type: ignore[import-untyped]

from bot.capped import Refused
from bot.wecom import crypto
from bot.wecom.crypto import BadEnvelope, Seal
from bot.wecom.verify import Callback

TOKEN, KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
STAMP, NONCE = "1409659589", "263014780"
ECHO = (
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
)  # fmt: skip
SIGNED = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"


def callback(at: float = float(STAMP)) -> Callback:
    return Callback(token=TOKEN, aes_key_=KEY, corp_id=CORP, now=lambda: datetime.fromtimestamp(at, UTC))


def test_the_official_url_verification() -> None:
    query = {"msg_signature": SIGNED, "timestamp": STAMP, "nonce": NONCE, "echostr": ECHO}
    assert callback().echo(query) == b"1616140317555161061"


def test_wechatpy_reads_what_we_seal() -> None:
    for words in ("", "你好", "x" * 100_000, "😀"):
        sealed = crypto.sealed(crypto.aes_key(KEY), words.encode(), CORP)
        signed = crypto.signature(TOKEN, STAMP, NONCE, sealed)
        assert WeChatCrypto(TOKEN, KEY, CORP).decrypt_message({"Encrypt": sealed}, signed, STAMP, NONCE) in (
            words,
            words.encode(),
        )


def test_we_read_what_wechatpy_seals() -> None:
    for words in ("<xml><MsgType>text</MsgType></xml>", "<xml><Content><![CDATA[发票 😀 ]]></Content></xml>"):
        xml = WeChatCrypto(TOKEN, KEY, CORP).encrypt_message(words, NONCE, STAMP)
        found = re.search(r"<MsgSignature><!\[CDATA\[(.*?)\]\]>", xml)
        assert found
        fields = callback().message({"msg_signature": found[1], "timestamp": STAMP, "nonce": NONCE}, xml.encode())
        assert fields


@given(st.binary(max_size=400))
def test_there_and_back(message: bytes) -> None:
    key = crypto.aes_key(KEY)
    assert crypto.opened(key, crypto.sealed(key, message, CORP), CORP) == message


def test_padding_is_to_32() -> None:
    for size in range(70):
        sealed = crypto.encrypted(crypto.aes_key(KEY), b"x" * size)
        assert len(sealed) % 32 == 0
        assert len(sealed) > size


@given(st.binary(max_size=200))
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(BadEnvelope):
        crypto.opened(crypto.aes_key(KEY), base64.b64encode(data).decode(), CORP)


def test_for_another_receiver() -> None:
    key = crypto.aes_key(KEY)
    with pytest.raises(BadEnvelope, match="another receiver"):
        crypto.opened(key, crypto.sealed(key, b"x", "another"), CORP)


@pytest.mark.parametrize("key", ["", "short", "=" * 43, "ä" * 43, "A" * 44])
def test_keys_that_are_none(key: str) -> None:
    with pytest.raises(BadEnvelope):
        crypto.aes_key(key)


def test_what_replicas_share_is_sealed() -> None:
    sealed = Seal("secret", "tokens").shut({"token": "an access token"})
    assert b"access" not in sealed
    assert Seal("secret", "tokens").open(sealed) == {"token": "an access token"}
    for other in (Seal("another", "tokens"), Seal("secret", "files")):
        with pytest.raises(BadEnvelope):
            other.open(sealed)
    with pytest.raises(BadEnvelope):
        Seal("secret", "tokens").open(b"")


@pytest.mark.parametrize("off", [-700, 700])
def test_too_old_or_from_the_future(off: float) -> None:
    with pytest.raises(Refused, match="too old"):
        callback(float(STAMP) + off).echo(
            {"msg_signature": SIGNED, "timestamp": STAMP, "nonce": NONCE, "echostr": ECHO}
        )
