"""Whose address counts, behind proxies of ours and behind none."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from bot.desk.address import source

PROXIES = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/24"), ip_network("::1/128"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "counts"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),  # not through a proxy of ours: forged
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),  # what stands before was there already: forged
        ("127.0.0.1", ["203.0.113.9, 10.0.0.5"], "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1", "203.0.113.9", "10.0.0.5"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, nonsense"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("::1", ["[2001:db8:1:2:3:4:5:6]"], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        (None, ["203.0.113.9"], ""),
        ("", [], ""),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours(remote: str | None, forwarded: list[str], counts: str) -> None:
    assert source(remote, forwarded, PROXIES) == counts
