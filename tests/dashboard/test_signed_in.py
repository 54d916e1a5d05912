"""Every address but the few open ones asks who you are, and the first administrator needs the one-time link."""

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse
from pytest_django.fixtures import Settings

from dashboard.middleware import client_address
from hosts.models import AuditEvent, SetupLink, User, no_administrator
from tests import cast

pytestmark = pytest.mark.django_db
OPEN = {"healthz", "setup", "account_login", "account_logout", "set_language", "manifest", "away", "away_worker"}
SAMPLES = {"host": "harbour", "id": "abc", "pk": 1, "name": "container.stop", "token": "x", "kind": "csv"}


def routes() -> list[URLPattern]:
    return [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]


def address(pattern: URLPattern) -> str:
    arguments = {}
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__
        arguments[name] = "00000000-0000-4000-8000-000000000000" if kind == "UUIDConverter" else SAMPLES.get(name, "x")
        if kind == "IntConverter":
            arguments[name] = 1
    return reverse(str(pattern.name), kwargs=arguments)


@pytest.mark.parametrize("pattern", routes(), ids=[str(pattern.name) for pattern in routes()])
def test_a_stranger_is_asked_to_sign_in(pattern: URLPattern, client: Client) -> None:
    for method in (client.get, client.post):
        response = method(address(pattern))
        if pattern.name in OPEN:
            assert response.status_code != 403
        else:
            assert response.status_code == 302
            assert response["Location"].startswith("/accounts/login/")


def test_no_cache_keeps_what_a_person_saw(client: Client) -> None:
    client.force_login(cast.ada())
    for address in ("/containers/", "/hosts/nowhere/"):
        for headers in ({}, {"HX-Request": "true"}):
            assert client.get(address, headers=headers)["Cache-Control"] == "private, no-store"


def test_a_stranger_inside_a_page_is_sent_to_sign_in(client: Client) -> None:
    response = client.get("/containers/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/accounts/login/?next=/"


def test_a_stranger_goes_on_where_they_were(client: Client) -> None:
    here, elsewhere = "http://testserver/images/?q=x", "https://elsewhere.example/images/"
    for seen, then in ((here, "/images/%3Fq%3Dx"), (elsewhere, "/"), ("http://testserver//elsewhere.example/", "/")):
        response = client.get("/jobs/tray/", headers={"HX-Request": "true", "HX-Current-URL": seen})
        assert response["HX-Redirect"] == f"/accounts/login/?next={then}"


def test_a_browser_cannot_name_its_own_address(settings: Settings) -> None:
    settings.TRUST_PROXY = True
    request = RequestFactory(headers={"X-Forwarded-For": "203.0.113.9"}, REMOTE_ADDR="192.0.2.1").get("/")
    assert client_address(request) == "192.0.2.1"


def test_the_setup_link_works_once(client: Client) -> None:
    token = SetupLink.issue()
    page = client.get(f"/setup/{token}/")
    assert page.status_code == 200
    assert "Make the first administrator" in page.text
    short = client.post(f"/setup/{token}/", {"username": "ada", "password": "short", "password_again": "short"})
    assert short.status_code == 422
    good = {"username": "Ada", "password": "quay-side-42", "password_again": "quay-side-42"}
    assert client.post(f"/setup/{token}/", good).status_code == 302
    assert not no_administrator()
    assert client.get("/jobs/").status_code == 200, "the new administrator is signed in"
    assert Client().get(f"/setup/{token}/").status_code == 410
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["person.setup", "session.login"]
    assert "quay-side-42" not in str(list(AuditEvent.objects.values()))


def test_a_guessed_or_late_setup_link_is_refused(client: Client) -> None:
    assert client.get("/setup/guess/").status_code == 410
    token = SetupLink.issue()
    cast.ada()
    assert client.post(f"/setup/{token}/", {"username": "eve"}).status_code == 410


def test_signing_in_and_failing_to_are_in_the_trail(client: Client) -> None:
    User.objects.create_user("ada", password="quay-side-42")
    wrong = client.post("/accounts/login/", {"login": "ada", "password": "canary-1618"})
    assert wrong.status_code == 200
    right = client.post("/accounts/login/", {"login": "ada", "password": "quay-side-42"})
    assert right.status_code == 302
    client.post("/accounts/logout/")
    trail = [(event.action, event.actor_name, event.ending.outcome) for event in AuditEvent.objects.order_by("pk")]
    assert trail == [
        ("session.login", "ada", "refused"),
        ("session.login", "ada", "succeeded"),
        ("session.logout", "ada", "succeeded"),
    ]
    assert "canary-1618" not in str(list(AuditEvent.objects.values()))
