"""Volumes of one engine: list, inspect, create and remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hosts.engine import masking
from hosts.engine.names import object_id
from hosts.engine.parse import fields
from hosts.engine.parse import volumes as parse
from hosts.facts import Details, Volume

if TYPE_CHECKING:
    from hosts.engine.connect import Engine


class Volumes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Volume]:
        with self._engine.speaking() as api:
            return parse.volumes(api.volumes())

    def get(self, volume: str) -> Details:
        with self._engine.speaking() as api:
            raw = fields.record(api.inspect_volume(object_id(volume)))
            return Details(parse.volume(raw), masking.mask(raw))

    def create(
        self,
        name: str,
        driver: str = "local",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> str:
        """The new volume's name."""
        with self._engine.speaking(60) as api:
            made = api.create_volume(
                object_id(name), driver=driver, labels=dict(labels or {}), driver_opts=dict(options or {})
            )
            return parse.volume(made).name

    def remove(self, volume: str, force: bool = False) -> None:
        with self._engine.speaking(60) as api:
            api.remove_volume(object_id(volume), force=force)
