"""Opens engines as the console does, in its two ways: the SDK in a thread, and asyncio."""

import asyncio
from typing import Any

from hosts.access import Actor, Capability, Grant, Target, grant
from hosts.engine import looking
from hosts.engine.connect import open_engine
from hosts.engine.wire import open_wire
from hosts.facts import EngineInfo
from hosts.models import Host
from tests.testbed.ssh import SshServer
from tests.testbed.tls import TlsMaterial

WAYS = ("sdk", "wire")
_SECRET = ("tls_key", "ssh_key")


def host(url: str, **columns: Any) -> Host:
    """A host that is in no database; secrets are given as they are."""
    made = Host(name="harbour", url=url)
    for name, value in columns.items():
        if name in _SECRET:
            made.set_secret(name, value)
        else:
            setattr(made, name, value)
    return made


def permit(on: Host, capability: Capability = Capability.HOST_VIEW) -> Grant:
    answer = grant(Actor.shell(), capability, Target("host", on))
    assert isinstance(answer, Grant)
    return answer


def info(way: str, on: Host, capability: Capability = Capability.HOST_VIEW) -> EngineInfo:
    """What the engine says of itself, asked in one of the ways."""
    if way == "sdk":
        with open_engine(permit(on, capability)) as engine:
            return engine.info()

    async def ask() -> EngineInfo:
        async with open_wire(permit(on, capability)) as wire:
            return await looking.info(wire)

    return asyncio.run(ask())


def tls_columns(material: TlsMaterial) -> dict[str, str]:
    return {
        "tls_ca": material.ca.read_text(),
        "tls_cert": material.client_cert.read_text(),
        "tls_key": material.client_key.read_text(),
    }


def ssh_columns(server: SshServer) -> dict[str, str]:
    return {"ssh_key": server.client_key.read_text(), "ssh_host_key": server.host_key}
