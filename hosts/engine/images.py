"""Images of one engine: list, inspect, history, pull and remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hosts.engine import masking, pulls
from hosts.engine.names import image_id, reference
from hosts.engine.parse import fields
from hosts.engine.parse import images as parse
from hosts.facts import Details, Image, Layer, PullProgress

if TYPE_CHECKING:
    from hosts.engine.connect import Engine


class Images:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Image]:
        with self._engine.speaking() as api:
            return fields.facts(api.images(), parse.from_list)

    def get(self, image: str) -> Details:
        with self._engine.speaking() as api:
            raw = fields.record(api.inspect_image(image_id(image)))  # type: ignore[no-untyped-call]
            return Details(parse.from_inspect(raw), masking.mask(raw))

    def history(self, image: str) -> Sequence[Layer]:
        """Its layers, the newest first."""
        with self._engine.speaking() as api:
            return fields.facts(api.history(image_id(image)), parse.layer)  # type: ignore[no-untyped-call]

    def pull(
        self,
        ref: str,
        auth: Mapping[str, str] | None,
        on_progress: Callable[[PullProgress], None],
        closes: Callable[[Callable[[], None] | None], None] = lambda _closer: None,
    ) -> str:
        """Pull it and give back its full id.

        `auth` is `{"username", "password", "serveraddress"}`. `closes` is handed a function that calls the pull off
        from any thread (and None at the end); the pull then ends at once, with Cancelled.
        """
        pulls.pull(self._engine.grant, reference(ref), auth, on_progress, closes)
        return self.get(reference(ref).text).thing.id

    def remove(self, image: str, force: bool = False) -> None:
        """By a reference one tag goes, by the id all of it."""
        with self._engine.speaking(120) as api:
            api.remove_image(image_id(image), force=force)
