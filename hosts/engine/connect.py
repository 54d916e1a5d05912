"""Opens the engine of a grant for commands: no grant, no engine.

with open_engine(grant) as engine:
    engine.containers.stop(id, timeout=10)
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hosts.access import Grant
from hosts.engine import admission, versions
from hosts.engine.address import Address, Scheme
from hosts.engine.containers import Containers
from hosts.engine.errors import EngineError
from hosts.engine.images import Images
from hosts.engine.networks import Networks
from hosts.engine.parse import system
from hosts.engine.tunnel import Tunnel, shared_socket, somebody_listens
from hosts.engine.volumes import Volumes
from hosts.engine.wire import GREETING_SECONDS, READ_SECONDS
from hosts.facts import Details, EngineInfo, Noun, UsageRow

if TYPE_CHECKING:
    from hosts.engine.sdk import Client


class Engine:
    """One engine, for one thread and the life of one `with`; every error is an EngineError."""

    def __init__(self, grant: Grant, address: Address, client: Client, tunnel: Tunnel | None = None) -> None:
        self.grant = grant
        self.address = address
        self.containers = Containers(self)
        self.images = Images(self)
        self.networks = Networks(self)
        self.volumes = Volumes(self)
        self._client = client
        self._tunnel = tunnel

    def get(self, noun: Noun, object_id: str) -> Details:
        """One object as the engine describes it now."""
        nouns: dict[Noun, Containers | Images | Networks | Volumes] = {
            Noun.CONTAINER: self.containers,
            Noun.IMAGE: self.images,
            Noun.NETWORK: self.networks,
            Noun.VOLUME: self.volumes,
        }
        return nouns[noun].get(object_id)

    def info(self) -> EngineInfo:
        with self.speaking() as api:
            return system.info(api.info(), api.version(api_version=False))

    def usage(self) -> list[UsageRow]:
        """What takes the space on its disk; the engine may need a minute to count, and stands still meanwhile."""
        with self.speaking(120) as api:
            return system.usage(api.df())

    @contextlib.contextmanager
    def speaking(self, seconds: float = READ_SECONDS) -> Iterator[Client]:
        """The SDK's client, for the nouns alone: waits that long for an answer, and fails with an EngineError."""
        from hosts.engine.sdk import understood

        self._client.timeout = seconds  # type: ignore[assignment] # the stubs know whole seconds only
        try:
            with understood(self.address):
                yield self._client
        except EngineError as error:
            better = self._tunnel.reason(error) if self._tunnel else error
            if better is error:
                raise
            raise better from error


@contextlib.contextmanager
def open_engine(grant: Grant) -> Iterator[Engine]:
    """The engine of the grant's host, its version negotiated; a changing grant only on the engine that we trust."""
    # Late: whoever imports this module may never open an engine, and the SDK costs 20 MB.
    from hosts.engine.sdk import Client

    address = admission.admit(grant)
    with contextlib.ExitStack() as stack:
        socket, tunnel = _way(address, grant.host.pk, stack)
        client = stack.enter_context(contextlib.closing(Client(address, socket)))
        engine = Engine(grant, address, client, tunnel)
        with engine.speaking(GREETING_SECONDS) as api:
            api.speak(versions.negotiate(api.version(api_version=False)))
        if admission.must_know_engine(grant):
            with engine.speaking() as api:
                admission.check_engine(grant, api.info())
        yield engine


def _way(address: Address, host_pk: int | None, stack: contextlib.ExitStack) -> tuple[str, Tunnel | None]:
    """The local socket that leads there, when it is not the address itself."""
    if address.scheme is not Scheme.SSH:
        return "", None
    if host_pk is not None and somebody_listens(shared := shared_socket(address, host_pk)):
        return str(shared), None
    tunnel = stack.enter_context(Tunnel(address))
    return str(tunnel.path), tunnel
