"""People and their roles; and that somebody is always left who can administer everything."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hosts.access import Target
from hosts.models import AuditEvent, HostGroup, Role, RoleAssignment, User
from hosts.models.people import PeopleManager
from tests import cast
from tests.hosts.operations.conftest import Do

pytestmark = pytest.mark.django_db
NEW: dict[str, Any] = {
    "username": "nora",
    "password": "quay-side-42",
    "password_again": "quay-side-42",
    "role": "operator",
}


def of(person: User) -> Target:
    return Target("person", id=str(person.pk), name=person.username)


def test_add_over_all_hosts_and_over_a_group(do: Do) -> None:
    HostGroup.objects.create(name="edge")
    assert do("person.add", Target("console"), **NEW).ok
    assert do("person.add", Target("console"), **{**NEW, "username": "Gus", "group": "edge"}).ok
    assert {str(role) for role in RoleAssignment.objects.all()} == {"nora operator *", "gus operator edge"}
    assert User.objects.get(username="nora").check_password("quay-side-42")


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("username", {"username": "ADA"}),
        ("username", {"username": "a b"}),
        ("password", {"password": "12345678", "password_again": "12345678"}),
        ("password_again", {"password_again": "other-than-42"}),
        ("role", {"role": "king"}),
        ("group", {"group": "nowhere"}),
    ],
)
def test_bad_input_is_said_at_its_field(do: Do, field: str, change: dict[str, str]) -> None:
    cast.ada()
    result = do("person.add", Target("console"), **{**NEW, **change})
    assert result.form is not None
    assert field in result.form.errors
    assert not User.objects.filter(username="nora").exists()


def test_roles_are_given_changed_and_taken(do: Do) -> None:
    cast.ada()
    otto = cast.otto()
    assert do("person.role", of(otto), role="viewer").ok
    assert RoleAssignment.objects.get(user=otto).role == Role.VIEWER
    assert do("person.role", of(otto), role="none").ok
    assert not RoleAssignment.objects.filter(user=otto).exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("person.remove", {}),
        ("person.disable", {}),
        ("person.role", {"role": "viewer"}),
        ("person.role", {"role": "none"}),
    ],
)
def test_the_last_administrator_stays(do: Do, name: str, data: dict[str, str]) -> None:
    ada = cast.ada()
    result = do(name, of(ada), **data)
    assert result.outcome == "failed"
    assert "last administrator" in result.message
    ada.refresh_from_db()
    assert ada.is_active
    assert RoleAssignment.objects.get(user=ada).role == Role.ADMINISTRATOR


def test_disable_enable_and_remove(do: Do) -> None:
    cast.ada()
    otto = cast.otto()
    assert do("person.disable", of(otto)).ok
    otto.refresh_from_db()
    assert not otto.is_active
    assert do("person.enable", of(otto)).ok
    assert do("person.password", of(otto), password="other-side-42", password_again="other-side-42").ok
    assert do("person.remove", of(otto)).ok
    assert not User.objects.filter(username="otto").exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("person.disable", {}),
        ("person.enable", {}),
        ("person.role", {"role": "none"}),
        ("person.password", {"password": "other-side-42", "password_again": "other-side-42"}),
    ],
)
def test_sessions_end_for_good(do: Do, name: str, data: dict[str, str]) -> None:
    cast.ada()
    otto = cast.otto()
    before = otto.get_session_auth_hash()
    assert do(name, of(otto), **data).ok
    otto.refresh_from_db()
    assert otto.get_session_auth_hash() != before


def test_a_role_that_is_changed_ends_no_session(do: Do) -> None:
    cast.ada()
    otto = cast.otto()
    before = otto.get_session_auth_hash()
    assert do("person.role", of(otto), role="viewer").ok
    otto.refresh_from_db()
    assert otto.get_session_auth_hash() == before


def test_an_account_made_in_the_shell_is_recorded_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "quay-side-42")
    seen: list[bool] = []
    real = User.objects.create_superuser

    def create(**values: Any) -> User:
        seen.append(hasattr(AuditEvent.objects.get(action="person.add"), "ending"))
        return real(**values)

    monkeypatch.setattr(PeopleManager, "create_superuser", lambda manager, **values: create(**values))
    call_command("createsuperuser", username="root", email="", interactive=False)
    event = AuditEvent.objects.get()
    assert seen == [False]
    assert (event.object_name, event.ending.outcome, event.ending.message) == ("root", "succeeded", "root")
    with pytest.raises(CommandError):
        call_command("createsuperuser", username="root", email="", interactive=False)
    assert AuditEvent.objects.latest("pk").ending.outcome == "failed"


def test_a_password_changed_in_the_shell_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    otto = cast.otto()
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "other-side-42")
    call_command("changepassword", "otto")
    otto.refresh_from_db()
    assert otto.check_password("other-side-42")
    event = AuditEvent.objects.get()
    assert (event.action, event.object_name, event.ending.outcome) == ("person.password", "otto", "succeeded")
    with pytest.raises(CommandError):
        call_command("changepassword", "nobody")
    assert AuditEvent.objects.latest("pk").ending.outcome == "failed"
