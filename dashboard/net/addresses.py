"""Whose address counts: the connection's own, or behind a proxy that TRUSTED_PROXIES names the one that it tells."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable, Sequence

from django.conf import settings

# What an IPv6 provider gives to one customer: all of its addresses are one person's.
_ONE_CUSTOMER = 64
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d{1,5})?|([^:\[\]]+):\d{1,5}")


def readable(text: str) -> str:
    """The address that is written there, whatever the port; nothing when there is none."""
    match = _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((match[1] or match[2] or "") if match else text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return ""
        address = address.ipv4_mapped or address
    return str(address)


def group_of(address: str) -> str:
    """What limits count as one client."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network((address, _ONE_CUSTOMER), strict=False))


def is_proxy(address: str) -> bool:
    """Whether this is a proxy whose word is believed. What comes over a unix socket has no address."""
    return settings.TRUST_PROXY and _trusts(tuple(settings.TRUSTED_PROXIES), address)


@functools.lru_cache(4096)
def _trusts(proxies: tuple[str, ...], address: str) -> bool:
    if "*" in proxies:
        return True
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address in proxies
    return any(ip in network for network in _networks(proxies))


@functools.lru_cache(8)
def _networks(proxies: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for text in proxies:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue  # a name, compared as it is
    return found


def client_of(peer: str, forwarded: Sequence[str]) -> str:
    """Who is behind `peer`, by the values of X-Forwarded-For, each of which may name several, the nearest last.

    Each proxy is believed about the one before it. Where that cannot be read, the last that could be read counts.
    """
    client = peer
    named = [each.strip() for value in forwarded for each in value.split(",")]
    for text in reversed(named):
        if not is_proxy(client):
            break
        before = readable(text)
        if not before:
            break
        client = before
    return client
