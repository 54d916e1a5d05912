"""Logins to registries: one a server, sealed where they are kept, and gone when removed."""

import pytest

from hosts.access import Target
from hosts.models import AuditEvent, Registry
from tests.hosts.operations.conftest import Do

CONSOLE = Target("console")
LOGIN = {"server": "registry.test:5000", "username": "robot", "password": "open-sesame-42", "over": "all"}


def test_a_login_is_kept_sealed_and_removed(do: Do) -> None:
    assert do("registry.add", CONSOLE, **LOGIN).ok
    kept = Registry.objects.get()
    assert "sesame" not in kept.password
    assert kept.secret("password") == LOGIN["password"]
    assert "sesame" not in str(list(AuditEvent.objects.values()))
    again = do("registry.add", CONSOLE, **LOGIN)
    assert again.form is not None
    assert "over" in again.form.errors
    target = Target("registry", id=str(kept.pk), name=kept.server)
    assert do("registry.remove", target).ok
    assert not Registry.objects.exists()
    assert do("registry.remove", target).outcome == "failed"


@pytest.mark.parametrize(
    "server", ["", "https://registry.test", "registry.test/team", "a b", "-x.test", "x:0", "x" * 300, "naïve.test"]
)
def test_what_is_no_server(do: Do, server: str) -> None:
    result = do("registry.add", CONSOLE, **{**LOGIN, "server": server})
    assert result.form is not None
    assert "server" in result.form.errors
