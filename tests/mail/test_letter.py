"""Letters: who they are from, what our own server says of that, and what is attached."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail.letter import believed, opened
from config.mail import Required

OURS = "mx.guidang.example.com"
PASS = f"{OURS}; dmarc=pass (p=reject) header.from=corp.example.com"


def raw(*heads: tuple[str, str], sender: str = "李明 <Li.Ming@corp.example.com>") -> bytes:
    lines = [f"{name}: {value}" for name, value in (("From", sender), *heads)]
    return ("\r\n".join(lines) + "\r\n\r\nhello\r\n").encode()


@pytest.mark.parametrize(
    ("results", "require", "good"),
    [
        ([PASS], "dmarc", True),
        ([PASS.upper()], "dmarc", True),
        ([PASS.replace("pass", "fail")], "dmarc", False),
        ([], "dmarc", False),
        (["evil.example.net; dmarc=pass header.from=corp.example.com"], "dmarc", False),
        ([f"{OURS}; dmarc=fail", PASS], "dmarc", False),  # the sender's own, below our server's
        ([f"{OURS}; spf=pass (dmarc=pass) smtp.mailfrom=evil.net"], "dmarc", False),
        ([f"{OURS}; dmarc=pass header.from=evil.net"], "dmarc", False),
        ([f"{OURS}; spf=pass smtp.mailfrom=bounce@corp.example.com"], "dmarc", False),
        ([f"{OURS}; spf=pass smtp.mailfrom=bounce@corp.example.com"], "spf_or_dkim", True),
        ([f"{OURS} 1; dkim=pass header.d=example.com; spf=fail"], "spf_or_dkim", True),
        ([f"{OURS}; dkim=pass header.d=com"], "spf_or_dkim", False),
        ([f"{OURS}; dkim=pass header.d=evil.net"], "spf_or_dkim", False),
        ([f"{OURS}; dkim=pass header.d=notcorp.example.com"], "spf_or_dkim", False),
        ([f"{OURS}.evil.net; dmarc=pass header.from=corp.example.com"], "dmarc", False),
        ([f"{OURS}; none"], "spf_or_dkim", False),
        ([], "none", True),
    ],
)
def test_only_what_our_own_server_found_counts(results: list[str], require: Required, good: bool) -> None:
    letter, parsed = opened(raw(*(("Authentication-Results", value) for value in results)))
    assert letter.sender == "li.ming@corp.example.com"
    assert believed(parsed, letter.sender, OURS, require) is good


@pytest.mark.parametrize("sender", ["", "a@x.com, b@x.com", "nobody"])
def test_without_exactly_one_sender_there_is_none_to_believe(sender: str) -> None:
    letter, parsed = opened(raw(("Authentication-Results", PASS), sender=sender))
    assert "@" not in letter.sender
    assert not believed(parsed, letter.sender, OURS, "dmarc")


def test_two_from_headers_are_no_sender() -> None:
    assert opened(raw(("From", "boss@corp.example.com")))[0].sender == ""


def test_attachments_are_taken_and_the_logo_of_the_signature_is_not() -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "a@x.com", "<1@x.com>", "发票 十月"
    message.set_content("请查收")
    message.add_alternative('<img src="cid:logo">', subtype="html")
    message.get_payload()[1].add_related(b"png", "image", "png", cid="<logo>", filename="logo.png")  # type: ignore[index, union-attr]
    message.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="发票.pdf")
    message.add_attachment(b"<x/>", maintype="application", subtype="xml", filename="a.xml")
    letter, _ = opened(message.as_bytes())
    assert letter.files == (("发票.pdf", b"%PDF-1"), ("a.xml", b"<x/>"))
    assert letter.subject == "发票 十月"
    assert letter.key == opened(message.as_bytes() + b"\r\nReceived again")[0].key


@given(st.binary(max_size=2000))
def test_nothing_that_comes_breaks_it(data: bytes) -> None:
    letter, parsed = opened(data)
    believed(parsed, letter.sender, OURS, "spf_or_dkim")


@given(st.text(max_size=300))
def test_no_header_makes_a_stranger_believed(value: str) -> None:
    one = " ".join(value.split())
    if OURS not in one.lower():
        _, parsed = opened(raw(("Authentication-Results", one)))
        assert not believed(parsed, "li.ming@corp.example.com", OURS, "spf_or_dkim")
