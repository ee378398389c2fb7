"""Where a request comes from: the connection's address, or what a proxy we trust says of it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


def source(remote: str | None, forwarded: Sequence[str], proxies: Sequence[Network]) -> str:
    """The last address in X-Forwarded-For that none of our own proxies has; without such proxies the connection's.

    What stands before it the caller may have written themselves. Of an IPv6 address the /64 is meant: whoever has one
    has all of it. "" when there is none.
    """
    at = _address(remote or "")
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    while at and hops and any(at in network for network in proxies):
        before = _address(hops.pop())
        if before is None:
            break
        at = before
    if at is None:
        return ""
    return str(ip_network((at, 64), strict=False)) if at.version == 6 else str(at)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        at = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return at.ipv4_mapped or at if isinstance(at, IPv6Address) else at
