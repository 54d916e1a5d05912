"""Networks of one engine: list, inspect, create, remove, and who is connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hosts.engine import masking
from hosts.engine.names import object_id
from hosts.engine.parse import fields
from hosts.engine.parse import networks as parse
from hosts.facts import Details, Network

if TYPE_CHECKING:
    from hosts.engine.connect import Engine

_SECONDS = 30


class Networks:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Network]:
        with self._engine.speaking() as api:
            return fields.facts(api.networks(), parse.network)

    def get(self, network: str) -> Details:
        with self._engine.speaking() as api:
            raw = fields.record(api.inspect_network(object_id(network)))
            return Details(parse.network(raw), masking.mask(raw))

    def create(
        self,
        name: str,
        driver: str = "bridge",
        subnet: str = "",
        gateway: str = "",
        internal: bool = False,
        attachable: bool = False,
        labels: Mapping[str, str] | None = None,
    ) -> str:
        """The new network's id."""
        # Late, like the SDK itself: the watcher never needs it, and it costs 20 MB.
        from docker.types import IPAMConfig, IPAMPool

        pool = IPAMPool(subnet=subnet or None, gateway=gateway or None) if subnet else None
        with self._engine.speaking(_SECONDS) as api:
            made = api.create_network(
                object_id(name),
                driver=driver,
                ipam=IPAMConfig(pool_configs=[pool]) if pool else None,
                check_duplicate=True,
                internal=internal,
                attachable=attachable or None,
                labels=dict(labels or {}),
            )
            return fields.key(fields.record(made).get("Id"))

    def connect(self, network: str, container: str, aliases: Sequence[str] = (), ipv4: str = "") -> None:
        with self._engine.speaking(_SECONDS) as api:
            api.connect_container_to_network(
                object_id(container), object_id(network), aliases=list(aliases) or None, ipv4_address=ipv4 or None
            )

    def disconnect(self, network: str, container: str, force: bool = False) -> None:
        with self._engine.speaking(_SECONDS) as api:
            api.disconnect_container_from_network(object_id(container), object_id(network), force=force)

    def remove(self, network: str) -> None:
        with self._engine.speaking(_SECONDS) as api:
            api.remove_network(object_id(network))
