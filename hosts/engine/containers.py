"""Containers of one engine: list, inspect, and every command that changes their state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hosts.access import Capability
from hosts.engine import masking
from hosts.engine.names import object_id
from hosts.engine.parse import containers as parse
from hosts.engine.parse import fields
from hosts.facts import Container, Details

if TYPE_CHECKING:
    from hosts.engine.connect import Engine

# How long the engine itself waits for a stop when nobody says, and how long we wait for the engine beyond that.
_GRACE_SECONDS = 10
_MARGIN_SECONDS = 20
_LONGEST_GRACE = 600
# A kernel takes no longer variable.
_VALUE_LIMIT = 128 << 10
_FOR_EVER = 120  # seconds that we wait where the engine would wait for ever


class Containers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Container]:
        """All of them, running or not, as far as a list tells."""
        with self._engine.speaking() as api:
            return fields.facts(api.containers(all=True), parse.from_list)

    def get(self, container: str) -> Details:
        with self._engine.speaking() as api:
            raw = fields.record(api.inspect_container(object_id(container)))
            return Details(parse.from_inspect(raw), masking.mask(raw))

    def environment(self, container: str) -> Sequence[tuple[str, str]]:
        """Its variables by name, as the engine tells them: unmasked, for the grant that is for just that."""
        if self._engine.grant.capability is not Capability.CONTAINER_ENV:
            raise TypeError("This is not the right to see a container's environment")
        with self._engine.speaking() as api:
            config = fields.part(fields.record(api.inspect_container(object_id(container))), "Config")
        found = fields.texts(config.get("Env"), _VALUE_LIMIT)
        return sorted((name, value) for name, _equals, value in (each.partition("=") for each in found))

    def start(self, container: str) -> None:
        with self._engine.speaking(_MARGIN_SECONDS) as api:
            api.start(object_id(container))

    def stop(self, container: str, timeout: int | None = None) -> None:
        """`timeout` is how many seconds the process gets before it is killed; None leaves it to the container."""
        self._wait_for("stop", object_id(container), timeout)

    def restart(self, container: str, timeout: int | None = None) -> None:
        self._wait_for("restart", object_id(container), timeout)

    def _wait_for(self, verb: str, container: str, timeout: int | None) -> None:
        grace = timeout if timeout is not None else self._own_grace(container)
        with self._engine.speaking(_MARGIN_SECONDS + max(grace, _GRACE_SECONDS)) as api:
            api.post_waiting(f"/containers/{container}/{verb}", {} if timeout is None else {"t": timeout})

    def _own_grace(self, container: str) -> int:
        """The seconds that the container was made to get, when it is not the usual ten."""
        with self._engine.speaking() as api:
            config = fields.record(fields.record(api.inspect_container(container)).get("Config"))
            seconds = config.get("StopTimeout")
        if not isinstance(seconds, int):
            return _GRACE_SECONDS
        return min(seconds, _LONGEST_GRACE) if seconds >= 0 else _FOR_EVER

    def kill(self, container: str, signal: str = "SIGKILL") -> None:
        with self._engine.speaking(_MARGIN_SECONDS) as api:
            api.kill(object_id(container), object_id(signal))

    def pause(self, container: str) -> None:
        with self._engine.speaking(_MARGIN_SECONDS) as api:
            api.pause(object_id(container))

    def unpause(self, container: str) -> None:
        with self._engine.speaking(_MARGIN_SECONDS) as api:
            api.unpause(object_id(container))

    def rename(self, container: str, name: str) -> None:
        with self._engine.speaking() as api:
            api.rename(object_id(container), object_id(name))

    def remove(self, container: str, force: bool = False, volumes: bool = False) -> None:
        """`force` kills a running one, `volumes` removes its anonymous volumes."""
        with self._engine.speaking(60) as api:
            api.remove_container(object_id(container), v=volumes, force=force)
