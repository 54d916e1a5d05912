"""Links to published ports: never under the console's own name, and never made of what an engine made up."""

import html
from typing import Any

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from dashboard.pages import published
from hosts.models import Host
from tests import cast, rows

LOCAL = "unix:///run/docker.sock"
EVERYWHERE = {"private": 80, "public": 8080, "ip": "0.0.0.0"}


def link(rf: RequestFactory, asked: str, url: str, port: dict[str, Any]) -> str:
    request = rf.get("/", headers={"host": asked})
    return published.ports(request, Host(name="deck", url=url), [port])[0].url  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def names(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "console.test", "10.0.0.1"]
    settings.ORIGINS = ["http://127.0.0.1:8000", "https://other.test"]


@pytest.mark.parametrize(
    ("asked", "url", "ip", "name"),
    [
        ("127.0.0.1:8000", LOCAL, "0.0.0.0", "localhost"),
        ("localhost:8000", LOCAL, "0.0.0.0", "127.0.0.1"),
        ("LOCALHOST", LOCAL, "", "127.0.0.1"),
        ("[::1]:8000", LOCAL, "::", "localhost"),
        ("127.0.0.1:8000", LOCAL, "127.0.0.1", "localhost"),
        ("127.0.0.1:8000", LOCAL, "::ffff:127.0.0.1", "localhost"),
        ("localhost", LOCAL, "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "tcp://localhost:2375", "0.0.0.0", "localhost"),
        ("localhost", "tcp://127.0.0.1:2375", "0.0.0.0", "127.0.0.1"),
        ("console.test", LOCAL, "0.0.0.0", ""),
        ("console.test", "tcp://console.test:2376", "0.0.0.0", ""),
        ("console.test", "tcp://console.test.:2376", "0.0.0.0", ""),
        ("console.test", "tcp://other.test:2376", "0.0.0.0", ""),
        ("console.test", LOCAL, "10.0.0.9", "10.0.0.9"),
        ("console.test", LOCAL, "127.0.0.1", ""),
        ("10.0.0.1", LOCAL, "10.0.0.1", ""),
        ("console.test", "ssh://root@deck.test", "0.0.0.0", "deck.test"),
        ("127.0.0.1", "ssh://root@deck.test", "127.0.0.1", ""),
    ],
)
def test_the_console_has_no_link_to_its_own_name(rf: RequestFactory, asked: str, url: str, ip: str, name: str) -> None:
    assert link(rf, asked, url, {**EVERYWHERE, "ip": ip}) == (f"http://{name}:8080/" if name else "")


@pytest.mark.parametrize(
    ("given", "asked", "name"),
    [
        ("apps.test", "console.test", "apps.test"),
        ("apps.test", "127.0.0.1", "apps.test"),
        ("Console.test.", "console.test", ""),
        ("console.test", "127.0.0.1", "localhost"),
        ("[fd00::7]", "console.test", "[fd00::7]"),
    ],
)
def test_the_name_that_was_given_for_ports_is_used(
    rf: RequestFactory, settings: Settings, given: str, asked: str, name: str
) -> None:
    settings.PORTS_HOST = given
    assert link(rf, asked, LOCAL, EVERYWHERE) == (f"http://{name}:8080/" if name else "")


HOSTILE_IPS = [
    "evil.example/%2f..",
    "user:pw@evil.example",
    "evil.example",
    "javascript:alert(1)//",
    "127.0.0.1@evil.example",
    "1.2.3.4\nx",
    "1.2.3.4 ",
    "127.1",
    "0x7f.1",
    "fe80::1%eth0",
    "fe80::1%25@evil.example",
    "::1]@evil.example[",
    "[::1]",
    "224.0.0.1",
    "<script>alert(1)</script>",
    7,
    None,
]


@pytest.mark.parametrize("ip", HOSTILE_IPS)
def test_what_is_no_address_is_no_link(rf: RequestFactory, ip: Any) -> None:
    found = published.ports(
        rf.get("/", headers={"host": "console.test"}),  # type: ignore[arg-type]
        Host(url="tcp://10.1.2.3:1"),
        [{**EVERYWHERE, "ip": ip}],
    )
    assert [(each.url, bool(each.note)) for each in found] == [("", True)]


@pytest.mark.parametrize("public", [0, -1, 65536, 99999, "80", "80@evil.example/", True, 8.5])
def test_what_is_no_port_is_no_link(rf: RequestFactory, public: Any) -> None:
    assert link(rf, "console.test", "tcp://10.1.2.3:1", {**EVERYWHERE, "public": public}) == ""


@pytest.mark.django_db
def test_a_hostile_address_is_shown_as_text(client: Client) -> None:
    hostile = "user:pw@evil.example/<b>"
    host = rows.host("deck", url="tcp://10.1.2.3:2376", state="down")
    row = rows.container(host, "web", facts={"ports": [{**EVERYWHERE, "protocol": "tcp", "ip": hostile}]})
    client.force_login(cast.ada())
    for part in ("", "networks/"):
        page = client.get(f"/hosts/deck/containers/{row.engine_id}/{part}", headers={"host": "127.0.0.1"}).text
        assert html.escape(hostile) in page
        assert "://user" not in page
        assert "<b>:8080" not in page


@pytest.mark.django_db
class TestNeedsAttention:
    def page(self, name: str = "127.0.0.1", **role: Any) -> str:
        client = Client()
        client.force_login(role.get("user") or cast.ada())
        return client.get("/", headers={"host": name}, secure=role.get("secure", False)).text

    def publish(self, ports: str, url: str = LOCAL, state: str = "running") -> None:
        rows.container(rows.host("deck", url=url), "web-front", ports=ports, state=state)

    @pytest.mark.parametrize(
        ("name", "ports", "is_said"),
        [
            ("127.0.0.1", "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp", True),
            ("127.0.0.1", "127.0.0.1:8080->80/tcp", True),
            ("[::1]", "[::1]:8080->80/tcp", True),
            ("console.test", "8080->80/tcp", True),
            ("console.test", "10.0.0.9:8080->80/tcp", True),
            ("console.test", "127.0.0.1:8080->80/tcp", False),
            ("127.0.0.1", "10.0.0.9:8080->80/tcp", False),
            ("127.0.0.1", "80/tcp", False),
        ],
    )
    def test_ports_under_the_consoles_name(self, name: str, ports: str, is_said: bool) -> None:
        self.publish(ports)
        page = self.page(name)
        assert ("Needs attention" in page) == is_said
        assert ("publishes ports at" in page) == is_said

    def test_it_is_for_administrators_of_all_hosts(self) -> None:
        self.publish("0.0.0.0:8080->80/tcp")
        assert "publishes ports at" not in self.page(user=cast.otto())

    def test_other_machines_and_what_does_not_run_are_of_no_concern(self) -> None:
        self.publish("0.0.0.0:8080->80/tcp", url="tcp://10.9.9.9:2376")
        rows.container(rows.host("local", url=LOCAL), "old", ports="0.0.0.0:8080->80/tcp", state="exited")
        assert "publishes ports at" not in self.page()

    def test_it_ends_when_the_ports_have_another_name(self, settings: Settings) -> None:
        self.publish("0.0.0.0:8080->80/tcp")
        settings.PORTS_HOST = "apps.test"
        assert "publishes ports at" not in self.page("console.test")
        settings.PORTS_HOST = "console.test"
        ada = cast.person("bo", "administrator")  # type: ignore[arg-type]
        assert "publishes ports at" in self.page("console.test", user=ada)

    @pytest.mark.parametrize(
        ("name", "hsts", "is_said"),
        [("console.test", 1, False), ("10.0.0.1", 1, True), ("console.test", 0, True), ("localhost", 1, True)],
    )
    def test_https_counts_where_browsers_insist_on_it(
        self, settings: Settings, name: str, hsts: int, is_said: bool
    ) -> None:
        settings.HTTPS, settings.SECURE_HSTS_SECONDS = True, hsts
        self.publish("0.0.0.0:8080->80/tcp")
        assert ("publishes ports at" in self.page(name, secure=True)) == is_said
