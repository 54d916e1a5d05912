"""Where a container's published ports are found: each in Docker's words, as a link where a browser can open it.

Cookies know no ports: what answers at the console's own host name receives the session of whoever opens it, and can set
another. So no link leads there, and what an engine tells becomes part of a link only where it is an address.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboard.pages.names import (
    asked_name,
    bare,
    is_local,
    is_loopback,
    machine_of,
    names_of_console,
    other_loopback,
    ports_name,
)
from dashboard.requests import Request
from hosts.facts import Port
from hosts.models import Host

_TLS = frozenset({443, 2376, 6443, 8443, 9443})
# Ports inside of the container at which something else than HTTP usually answers.
_NO_HTTP = frozenset(
    {21, 22, 23, 25, 53, 110, 139, 143, 389, 445, 465, 587, 636, 993, 995, 1433, 1521, 1883, 2181, 3306, 3389, 4222}
    | {5432, 5672, 5900, 6379, 7687, 8883, 9042, 9092, 11211, 26257, 27017}
)


@dataclass(frozen=True, slots=True)
class Published:
    """`url` is empty where a browser has no use for it, and `note` may say why."""

    port: Port
    url: str = ""
    note: str = ""


def ports(request: Request, host: Host, listed: Iterable[Mapping[str, Any]]) -> list[Published]:
    """Those that lead outside first; the same port on IPv4 and on IPv6 is said once."""
    found: dict[tuple[Any, ...], Port] = {}
    for each in listed:
        port = Port(**each)
        where = "" if _is_everywhere(port.ip) else port.ip
        found.setdefault((port.public is None, port.private, port.protocol, port.public or 0, where), port)
    return [_placed(request, host, found[key]) for key in sorted(found)]


def _placed(request: Request, host: Host, port: Port) -> Published:
    if port.public is None:
        return Published(port, note=_("Only exposed: it is not reachable from outside."))
    if not _is_port(port.public) or not (_is_everywhere(port.ip) or _address(port.ip)):
        return Published(port, note=_("Docker reports an invalid address for this port."))
    asked, local = asked_name(request), is_local(request, host)
    if _is_everywhere(port.ip):
        name = asked if local else machine_of(host)
    else:
        name = bare(port.ip)
        if is_loopback(name) and not (local and is_loopback(asked)):
            return Published(port, note=_("Open to the host itself only."))
    if port.protocol != "tcp" or port.private in _NO_HTTP:
        return Published(port)
    if name == asked or name in names_of_console():
        name = _another(asked, here_only=is_loopback(port.ip))
    if not name:
        return Published(port, note=_("No link: cookies of the console would be sent there. Set PORTS_HOST."))
    scheme = "https" if port.private in _TLS else "http"
    return Published(port, f"{scheme}://{f'[{name}]' if ':' in name else name}:{port.public}/")


def _another(asked: str, *, here_only: bool) -> str:
    """Another name of the console's machine; empty where none is known. What is open on loopback is so there only."""
    if here_only:
        return other_loopback(asked)
    return ports_name(asked) or other_loopback(asked)


def _is_everywhere(ip: object) -> bool:
    if ip == "":
        return True
    found = _address(ip)
    return found is not None and found.is_unspecified


def _address(ip: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address that a link can hold; one with a zone means nothing on another machine."""
    try:
        found = ipaddress.ip_address(ip) if isinstance(ip, str) else None
    except ValueError:
        return None
    return None if found is None or found.is_multicast or getattr(found, "scope_id", None) else found


def _is_port(public: object) -> bool:
    return isinstance(public, int) and not isinstance(public, bool) and 1 <= public <= 65535
