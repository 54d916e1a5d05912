"""A host row for the real engine, and a short way to perform an operation on it and see its record."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from hosts.access import Actor, Target
from hosts.facts import Noun
from hosts.models import AuditEvent, Host
from hosts.operations.base import find
from hosts.operations.perform import Result, perform
from tests import rows
from tests.testbed.engine import Engine


class Do(Protocol):
    def __call__(self, name: str, target: Target, /, **data: Any) -> Result: ...


@pytest.fixture
def harbour(db: None, engine: Engine) -> Host:
    return rows.host("harbour", url=f"unix://{engine.socket}")


@pytest.fixture
def on(harbour: Host) -> Callable[..., Target]:
    """`on(Noun.CONTAINER, id, name)` is that object of the host; `on()` is the host itself."""

    def target(noun: Noun | str = "host", object_id: str = "", name: str = "") -> Target:
        if noun == "host":
            return Target("host", harbour, id=str(harbour.pk), name=harbour.name)
        return Target(noun, harbour, object_id, name or object_id)

    return target


@pytest.fixture
def do(db: None) -> Do:
    """Perform as somebody at the shell; each run must leave one record with one ending that says the same."""

    def run(name: str, target: Target, /, **data: Any) -> Result:
        operation = find(name)
        assert operation is not None, name
        result = perform(Actor.shell(), operation, target, data)
        if result.outcome is not None:
            event = AuditEvent.objects.latest("pk")
            assert (event.action, event.ending.outcome) == (name, result.outcome)
            assert event.ending.message == result.message
        return result

    return run
