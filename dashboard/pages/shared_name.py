"""Which containers publish ports under the host name by which the console is reached, and so get its cookies?"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings

from dashboard.pages.lists import object_url
from dashboard.pages.names import asked_name, bare, is_address, is_local, is_loopback, ports_name
from dashboard.requests import Request
from hosts.inventory.read import attention
from hosts.models import Host

SHOWN = 4
# Docker's text: an address, or none for all of them, before the port.
_WHERE = re.compile(r"(?:(?P<ip>\[[^\]]*\]|[^\[\],\s]*?):)?\d{1,5}->")
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - read, not bound to


def shared_name(request: Request, hosts: list[Host]) -> dict[str, Any] | None:
    """For who can change it. None when there are none, and where the console has a name of its own.

    It has one where another name was given to the ports, and where a browser insists on a certificate: a container has
    none for the console's name, and gets no secure cookie without. Nobody insists at an address, or without HSTS.
    """
    asked = asked_name(request)
    insists = settings.HTTPS and settings.SECURE_HSTS_SECONDS and request.is_secure()
    if (insists and not is_address(asked) and not is_loopback(asked)) or ports_name(asked):
        return None
    local = [host for host in hosts if is_local(request, host)]
    found = [row for row in attention.publishing(local) if _is_reached(asked, row.ports)]
    if not found:
        return None
    shown = [(row, object_url("container", row.host.name, row.engine_id)) for row in found[:SHOWN]]
    return {"name": asked, "total": len(found), "more": len(found) - len(shown), "shown": shown}


def _is_reached(asked: str, ports: str) -> bool:
    """Whether one of the ports is open at that name. A name leads to an address that is not known here: then it may."""
    where = [bare(match["ip"] or "") for match in _WHERE.finditer(ports)]
    if is_loopback(asked):
        return any(ip in _EVERYWHERE or is_loopback(ip) for ip in where)
    return any(ip in _EVERYWHERE or not is_loopback(ip) for ip in where)
