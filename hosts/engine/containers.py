"""Containers of one engine: list, inspect, and every command that changes their state."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

    def start(self, container: str) -> None:
        with self._engine.speaking(_MARGIN_SECONDS) as api:
            api.start(object_id(container))

    def stop(self, container: str, timeout: int | None = None) -> None:
        """`timeout` is how many seconds the process gets before it is killed; None leaves it to the container."""
        with self._engine.speaking(_patience(timeout)) as api:
            api.post_waiting(f"/containers/{object_id(container)}/stop", _grace(timeout))

    def restart(self, container: str, timeout: int | None = None) -> None:
        with self._engine.speaking(_patience(timeout)) as api:
            api.post_waiting(f"/containers/{object_id(container)}/restart", _grace(timeout))

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


def _grace(timeout: int | None) -> dict[str, int]:
    return {} if timeout is None else {"t": timeout}


def _patience(timeout: int | None) -> float:
    """How long to wait for the answer; a container may be configured to take longer than Docker's usual 10 s."""
    return _MARGIN_SECONDS + (120 if timeout is None or timeout < 0 else max(timeout, _GRACE_SECONDS))
