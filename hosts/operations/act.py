"""The act itself: on the engine, with the object as it is now, whose row is fetched again afterwards."""

from __future__ import annotations

import structlog
from django.db import DatabaseError
from django.utils.translation import gettext as _

from hosts import nudges
from hosts.engine.connect import Engine, open_engine
from hosts.engine.errors import EngineError
from hosts.facts import Noun
from hosts.inventory.write import refresh
from hosts.operations.base import Call, NotPossible, Operation

log = structlog.get_logger(__name__)


def act(operation: Operation, call: Call) -> str | None:
    target = call.target
    if not operation.needs_engine:
        return operation.run(call)
    with open_engine(call.grant) as engine:
        call.engine = engine
        if target.noun in list(Noun):
            call.thing = engine.get(Noun(target.noun), target.id).thing
            if not operation.offered(call.thing):
                raise NotPossible(
                    _("%(name)s has changed meanwhile, and this is no longer possible.") % {"name": target.label}
                )
            call.touch(Noun(target.noun), target.id)
        try:
            return operation.run(call)
        finally:
            _bring_up_to_date(engine, call)


def _bring_up_to_date(engine: Engine, call: Call) -> None:
    """Fetch what was touched, so that the next page shows it; when that fails the watcher will bring it."""
    host = call.grant.host
    for noun, object_id in call.touched:
        try:
            refresh(engine, noun, object_id)
        except (EngineError, DatabaseError) as error:
            log.warning("row not refreshed", host=host.name, noun=str(noun), reason=str(error))
        nudges.send(f"host.{host.pk}", str(noun))
