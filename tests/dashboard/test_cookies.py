"""The console's cookies: their names, and what becomes of a request that has a second one beside ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client, RequestFactory

from dashboard.cookies import are_doubled
from hosts.models import User
from tests import cast

PROJECT = Path(__file__).resolve().parents[2]
_NAMES = """
import json, django
django.setup()
from django.conf import settings as s
print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME,
    s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE, s.SESSION_COOKIE_PATH,
    s.SESSION_COOKIE_DOMAIN]))
"""


@pytest.mark.parametrize(
    ("environment", "prefix", "path"),
    [
        ({}, "", "/"),
        ({"ORIGINS": "https://console.test"}, "__Host-", "/"),
        ({"HTTPS": "1"}, "__Host-", "/"),
        ({"ORIGINS": "https://console.test", "SCRIPT_NAME": "/quayside"}, "__Secure-", "/quayside"),
        ({"ORIGINS": "https://console.test,http://console.test"}, "", "/"),
    ],
)
def test_a_prefix_wherever_browsers_allow_it(
    tmp_path: Path, environment: dict[str, str], prefix: str, path: str
) -> None:
    base = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "dashboard.settings", "DOTENV": os.devnull}
    whole = {"PATH": os.environ["PATH"], **base, **environment}
    done = subprocess.run([sys.executable, "-c", _NAMES], cwd=PROJECT, env=whole, capture_output=True, check=True)
    names = [f"{prefix}quayside_{name}" for name in ("session", "csrf", "device", "language")]
    assert json.loads(done.stdout) == [*names, bool(prefix), path, None]


@pytest.fixture
def ada(db: None) -> User:
    return cast.ada()


def ask(client: Client, header: str, path: str = "/jobs/", method: str = "get") -> object:
    client.cookies.clear()
    return getattr(client, method)(path, headers={"cookie": header})


@pytest.mark.parametrize("path", ["/jobs/", "/", "/accounts/login/", "/do/container.stop"])
def test_a_second_session_cookie_is_refused_whichever_comes_first(ada: User, path: str) -> None:
    client = Client()
    client.force_login(ada)
    mine = client.cookies["quayside_session"].value
    assert client.get("/jobs/").status_code == 200
    for header in (
        f"quayside_session={mine}; quayside_session=planted",
        f"quayside_session=planted; quayside_session={mine}",
        f"quayside_session={mine};quayside_session ={mine}",
        f"quayside_session={mine}; quayside_csrf=a; x=y; quayside_csrf=b",
    ):
        answer = Client().get(path, headers={"cookie": header})
        assert answer.status_code == 400
        assert "Sign in again" in answer.text
        assert "ada" not in answer.text
    alone = Client().get("/jobs/", headers={"cookie": f"a=quayside_session; quayside_session={mine}"})
    assert alone.status_code == 200


def test_both_are_taken_from_the_browser(ada: User) -> None:
    header = "quayside_session=a; quayside_session=b"
    answer = Client().get("/hosts/deck/", headers={"cookie": header, "host": "localhost"})
    gone = {(each.key, each["path"]) for each in answer.cookies.values() if each["max-age"] == "0"}
    assert {("quayside_session", path) for path in ("/", "/hosts", "/hosts/", "/hosts/deck", "/hosts/deck/")} <= gone
    assert any(each["domain"] == "" and each["path"] == "/" for each in answer.cookies.values())


def test_what_counts_as_doubled(rf: RequestFactory) -> None:
    assert not are_doubled("")
    assert not are_doubled("quayside_session=a; quayside_csrf=b; other=1; other=2")
    assert are_doubled("quayside_session=a;quayside_session=b")


@pytest.mark.parametrize("change", ["disable", "role", "password", "removed"])
def test_a_stolen_session_does_not_live_again(ada: User, change: str) -> None:
    from hosts.access import Target
    from hosts.operations.base import find
    from hosts.operations.perform import perform

    otto = cast.otto()
    thief = Client()
    thief.force_login(otto)
    assert thief.get("/jobs/").status_code == 200

    def do(name: str, **data: str) -> None:
        operation = find(name)
        assert operation is not None
        console = name == "person.add"
        target = Target("console") if console else Target("person", id=str(otto.pk), name="otto")
        assert perform(cast.actor(ada), operation, target, data).ok

    new = {"password": "other-side-42", "password_again": "other-side-42"}
    if change == "disable":
        do("person.disable")
        assert thief.get("/jobs/").status_code == 302
        do("person.enable")
    elif change == "role":
        do("person.role", role="none")
        do("person.role", role="operator")
    elif change == "password":
        do("person.password", **new)
    else:
        do("person.remove")
        do("person.add", username="otto", role="operator", **new)
    assert thief.get("/jobs/").status_code == 302
    fresh = Client()
    fresh.force_login(User.objects.get(username="otto"))
    assert fresh.get("/jobs/").status_code == 200


def test_a_session_of_before_the_upgrade_goes_on(ada: User) -> None:
    from django.contrib.auth.base_user import AbstractBaseUser

    assert ada.sessions == ""
    assert ada.get_session_auth_hash() == AbstractBaseUser._get_session_auth_hash(ada)  # type: ignore[attr-defined]
