"""Calling addresses that others have given: https only, and never this machine or its private networks.

The address is looked at where the name is resolved, and that very address is called: a name that changes its mind in
between (DNS rebinding) gains nothing. Redirects are not followed by those who call.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from archive.errors import UnsafeAddress

LONGEST = 2000  # characters of an address
#: IPv6 that stands for IPv4 elsewhere: NAT64, 6to4, Teredo. Nobody's server lives there, somebody's inside may.
_DISGUISED = tuple(ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


def checked(url: str, *, private: bool) -> str:
    """The address, if it may be called as far as it shows by itself. Raises UnsafeAddress."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnsafeAddress(url=url[:200]) from error
    schemes = ("https", "http") if private else ("https",)
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or len(url) > LONGEST or parts.scheme not in schemes or not parts.hostname or port == 0:
        raise UnsafeAddress(url=url[:200])
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UnsafeAddress(url=url[:200])
    if not private and not _may(parts.hostname, named=True):
        raise UnsafeAddress(url=url[:200])
    return url


def public(address: str) -> bool:
    """Whether an IP address is one of the open network."""
    return _may(address, named=False)


def _may(host: str, *, named: bool) -> bool:
    try:
        at: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:  # a name: told apart when it is resolved
        return named and host.rstrip(".").lower() not in ("localhost",) and not host.lower().endswith(".localhost")
    if isinstance(at, IPv6Address):
        at = at.ipv4_mapped or at
    if any(at in net for net in _DISGUISED if net.version == at.version):
        return False
    return at.is_global and not at.is_multicast and not at.is_reserved and not at.is_unspecified


class Resolver(AbstractResolver):
    """Names to addresses of the open network; one private address among them and none is used."""

    def __init__(self, under: AbstractResolver | None = None) -> None:
        self._under = under or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError for a name that leads inside."""
        found = await self._under.resolve(host, port, family)
        if not found or not all(public(each["host"]) for each in found):
            raise OSError(f"{host} leads to a private address")
        return found

    async def close(self) -> None:
        await self._under.close()


def session(*, private: bool, seconds: float = 10.0) -> ClientSession:
    """A way out. Keeps no cookies and asks no proxy of the environment."""
    connector = TCPConnector(limit=16, use_dns_cache=False) if private else TCPConnector(
        limit=16, use_dns_cache=False, resolver=Resolver()
    )  # fmt: skip
    return ClientSession(
        connector=connector, timeout=ClientTimeout(total=seconds), cookie_jar=DummyCookieJar(), trust_env=False
    )
