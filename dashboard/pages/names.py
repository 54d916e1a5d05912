"""Under which names is a machine reached, and is it the console's own? Host names as a browser writes them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from hosts.models import Host

_LOCALHOST = "localhost"


def bare(name: str) -> str:
    """One spelling: lower case, no final dot, no brackets, and an address as `ipaddress` writes it."""
    name = name.strip().lower().rstrip(".")
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return name
    return str(getattr(found, "ipv4_mapped", None) or found)


def asked_name(request: HttpRequest) -> str:
    """The name by which the person's browser reaches the console, without the port."""
    return bare(urlsplit(f"//{request.get_host()}").hostname or "")


def names_of_console() -> set[str]:
    """Those by which it may be reached; a browser has a session for each by which it was."""
    origins = [urlsplit(origin).hostname or "" for origin in settings.ORIGINS]
    return {bare(name) for name in (*settings.ALLOWED_HOSTS, *origins) if name and not name.startswith(("*", "."))}


def ports_name(asked: str) -> str:
    """The name given for published ports of the console's own machine; empty where none was, or one of the console."""
    given = bare(settings.PORTS_HOST)
    return "" if given == asked or given in names_of_console() else given


def machine_of(host: Host) -> str:
    """The name in the host's address; empty for a socket of the console's own machine."""
    return bare(urlsplit(host.url).hostname or "")


def is_local(request: HttpRequest, host: Host) -> bool:
    """Whether the host is the console's own machine, as far as its address tells."""
    machine = machine_of(host)
    return not machine or is_loopback(machine) or machine == asked_name(request)


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    name = bare(name)
    if name == _LOCALHOST or name.endswith(f".{_LOCALHOST}"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def other_loopback(name: str) -> str:
    """Another name for this very machine; empty when that is not how it was called."""
    if not is_loopback(name):
        return ""
    return "127.0.0.1" if name == _LOCALHOST else _LOCALHOST
