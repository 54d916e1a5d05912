"""Which registry is meant? One spelling for each server, and a refusal for what could be read in two ways."""

from __future__ import annotations

import ipaddress
import re

from django.utils.translation import gettext as _

from hosts.engine.errors import Invalid

DOCKER_HUB = "docker.io"
_HUB = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io"})
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SERVER = re.compile(rf"(?P<host>\[[0-9a-f:]{{2,39}}\]|{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?")
# What the name service of a machine takes for an address of IPv4, in octal or hexadecimal too: 127.1, 0x7f.1.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_OWN_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")
# Where clouds answer their machines without a password, besides 169.254.169.254 and its like.
_METADATA = frozenset({"100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"})
_CARRIES_IPV4 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")


def canonical(written: str) -> str:
    """The server in its one spelling, lower-case and without TLS's own port; Invalid for what is none, or not only one.

    All the names of Docker Hub are `docker.io`. A name without a dot needs its port: else Docker would take it for a
    part of a name on Docker Hub.
    """
    match = _SERVER.fullmatch(written.lower()) if len(written) <= 255 else None
    port = int(match["port"] or 443) if match else 0
    if match is None or port > 65535:
        raise Invalid(_no_server(), written)
    host = _host(match["host"], written)
    told_apart = "." in host or ":" in host or host == "localhost"
    if not told_apart and not match["port"]:
        raise Invalid(_no_server(), written)
    if host in _HUB and port == 443:
        return DOCKER_HUB
    return host if port == 443 and told_apart else f"{host}:{port}"


def leads_inward(server: str) -> bool:
    """Whether a server in its one spelling is the machine itself, or what only its own link or cloud can reach.

    Where a name leads that the name service answers for is not known here.
    """
    host = server if server.endswith("]") else server.rpartition(":")[0] or server
    host = host.strip("[]")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in _OWN_NAMES or host.endswith((".localhost", ".localhost.localdomain"))
    return any(_is_inward(each) for each in (address, *_within(address)))


def _host(written: str, whole: str) -> str:
    if written.startswith("["):
        try:
            address = ipaddress.IPv6Address(written[1:-1])
        except ValueError:
            raise Invalid(_no_server(), whole) from None
        if address.ipv4_mapped:
            raise Invalid(_("Write this address as %s.") % address.ipv4_mapped, whole)
        return f"[{address.compressed}]"
    if _NUMBER.fullmatch(written.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(written))
        except ValueError:
            raise Invalid(_("Write the registry's address as four decimal numbers, or use its name."), whole) from None
    return written


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The addresses of IPv4 that one of IPv6 stands for on its way."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _CARRIES_IPV4):
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _is_inward(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
        or (address.version == 4 and address.packed[0] == 0)
        or str(address) in _METADATA
    )


def _no_server() -> str:
    return _("Write the server as in an image's name, without https://: registry.example.com or 127.0.0.1:5000.")
