"""Opens the engine of a grant for commands: no grant, no engine.

with open_engine(grant) as engine:
    engine.containers.stop(id, timeout=10)
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from hosts.access import Grant
from hosts.engine import admission, versions
from hosts.engine.address import Address, Scheme
from hosts.engine.errors import EngineError
from hosts.engine.sdk import Client, understood
from hosts.engine.tunnel import Tunnel, shared_socket, somebody_listens


class Engine:
    """One engine, for one thread and the life of one `with`; every error is an EngineError."""

    def __init__(self, address: Address, client: Client, tunnel: Tunnel | None = None) -> None:
        self.address = address
        self.client = client
        self._tunnel = tunnel

    @contextlib.contextmanager
    def understood(self) -> Iterator[None]:
        """Whatever goes wrong inside comes out as an EngineError that says what a person can do."""
        try:
            with understood(self.address):
                yield
        except EngineError as error:
            better = self._tunnel.reason(error) if self._tunnel else error
            if better is error:
                raise
            raise better from error

    def raw_version(self) -> Any:
        with self.understood():
            return self.client.version(api_version=False)

    def raw_info(self) -> Any:
        with self.understood():
            return self.client.info()


@contextlib.contextmanager
def open_engine(grant: Grant) -> Iterator[Engine]:
    """The engine of the grant's host, its version negotiated; a changing grant only on the engine that we trust."""
    address = admission.admit(grant)
    with contextlib.ExitStack() as stack:
        socket, tunnel = _way(address, grant.host.pk, stack)
        engine = Engine(address, stack.enter_context(contextlib.closing(Client(address, socket))), tunnel)
        engine.client.speak(versions.negotiate(engine.raw_version()))
        if admission.must_know_engine(grant):
            admission.check_engine(grant, engine.raw_info())
        yield engine


def _way(address: Address, host_pk: int | None, stack: contextlib.ExitStack) -> tuple[str, Tunnel | None]:
    if address.scheme is not Scheme.SSH:
        return "", None
    if host_pk is not None and somebody_listens(shared := shared_socket(address, host_pk)):
        return str(shared), None
    tunnel = stack.enter_context(Tunnel(address))
    return str(tunnel.path), tunnel
