"""Where a container's published ports are found: each in Docker's words, as a link where a browser can open it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from dashboard.requests import Request
from hosts.facts import Port
from hosts.models import Host

_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - read, not bound to
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
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
        where = "" if port.ip in _EVERYWHERE else port.ip
        found.setdefault((port.public is None, port.private, port.protocol, port.public or 0, where), port)
    return [_placed(request, host, found[key]) for key in sorted(found)]


def _placed(request: Request, host: Host, port: Port) -> Published:
    if port.public is None:
        return Published(port, note=_("Only exposed: it is not reachable from outside."))
    asked = urlsplit(f"//{request.get_host()}").hostname or ""
    machine = urlsplit(host.url).hostname or asked
    if port.ip in _LOOPBACK and (machine != asked or asked not in _LOOPBACK):
        return Published(port, note=_("Open to the host itself only."))
    if port.protocol != "tcp" or port.private in _NO_HTTP:
        return Published(port)
    name = machine if port.ip in _EVERYWHERE else port.ip
    scheme = "https" if port.private in _TLS else "http"
    return Published(port, f"{scheme}://{f'[{name}]' if ':' in name else name}:{port.public}/")
