"""Adding, trying, changing and forgetting hosts, over every kind of address."""

from collections.abc import Callable
from typing import Any

import pytest

from hosts.access import Target
from hosts.engine.address import Address
from hosts.engine.ssh import HostKey, scan_host_key
from hosts.models import AuditEvent, Host, HostState
from tests import rows
from tests.hosts.operations.conftest import Do
from tests.testbed.engine import Engine
from tests.testbed.process import free_port
from tests.testbed.ssh import SshServer

pytestmark = pytest.mark.django_db
CONSOLE = Target("console")


def of(host: Host) -> Target:
    return Target("host", host, id=str(host.pk), name=host.name)


def test_unix(do: Do, engine: Engine) -> None:
    data = {"name": "local", "url": f"unix://{engine.socket}", "groups": "edge, core", "tags": "Red, big"}
    tried = do("host.probe", CONSOLE, **data)
    assert tried.ok, tried.message
    assert "Docker" in tried.message
    assert not Host.objects.exists(), "trying keeps nothing"
    assert do("host.add", CONSOLE, **data).ok
    host = Host.objects.get()
    assert [group.name for group in host.groups.all()] == ["core", "edge"]
    assert host.tags == ["red", "big"]


def tls_of(engine: Engine) -> dict[str, Any]:
    assert engine.tls is not None
    material = engine.tls
    return {
        "tls_ca": material.ca.read_text(),
        "tls_cert": material.client_cert.read_text(),
        "tls_key": material.client_key.read_text(),
    }


def test_tls(do: Do, tls_engine: Engine) -> None:
    data = {"name": "remote", "url": tls_engine.tcp_url, **tls_of(tls_engine)}
    assert do("host.probe", CONSOLE, **data).ok
    without_key = do("host.probe", CONSOLE, name="remote", url=tls_engine.tcp_url, tls_ca=data["tls_ca"])
    assert without_key.outcome in ("failed", "unknown")
    stranger = do("host.probe", CONSOLE, name="remote", url=tls_engine.tcp_url)
    assert not stranger.ok
    assert do("host.add", CONSOLE, **data).ok
    host = Host.objects.get()
    assert "PRIVATE" not in host.tls_key
    assert host.secret("tls_key") == data["tls_key"]
    assert "PRIVATE" not in str(list(AuditEvent.objects.values()))
    edited = do(
        "host.edit", of(host), name="renamed", url=tls_engine.tcp_url, tls_ca=data["tls_ca"], tls_cert=data["tls_cert"]
    )
    assert edited.ok, edited.message
    assert Host.objects.get().secret("tls_key") == data["tls_key"], "an empty secret stays as it was"


def test_a_stored_key_stays_behind_when_the_address_changes(do: Do, tls_engine: Engine, engine: Engine) -> None:
    keys = tls_of(tls_engine)
    assert do("host.add", CONSOLE, name="remote", url=tls_engine.tcp_url, **keys).ok
    elsewhere = {"name": "remote", "url": tls_engine.tcp_url.replace("127.0.0.1", "localhost")}
    without_key = {**keys, "tls_key": ""}
    for name in ("host.test", "host.edit"):
        result = do(name, of(Host.objects.get()), **elsewhere, **without_key)
        assert result.form is not None
        assert list(result.form.errors) == ["tls_key"]
        assert "The address has changed" in str(result.form.errors)
    assert Host.objects.get().url == tls_engine.tcp_url
    assert do("host.test", of(Host.objects.get()), **elsewhere, **keys).ok
    assert Host.objects.get().url == tls_engine.tcp_url, "a test changes nothing"
    moved = do("host.edit", of(Host.objects.get()), name="remote", url=f"unix://{engine.socket}")
    assert moved.message == "Saved the host remote. Its address has changed, so its stored keys were deleted."
    assert Host.objects.get().tls_key == ""
    assert do("host.edit", of(Host.objects.get()), **elsewhere, **keys).message == "Saved the host remote."
    assert Host.objects.get().secret("tls_key") == keys["tls_key"]


def test_a_stored_ssh_key_is_not_used_at_another_address(do: Do, engine: Engine, ssh_server: SshServer) -> None:
    address = f"{ssh_server.url}{engine.socket}"
    data = {"name": "far", "ssh_host_key": ssh_server.host_key}
    assert do("host.add", CONSOLE, **data, url=address, ssh_key=ssh_server.client_key.read_text()).ok
    tried = do("host.test", of(Host.objects.get()), **data, url=address.replace("127.0.0.1", "localhost"))
    assert tried.form is not None
    assert list(tried.form.errors) == ["ssh_key"]
    assert do("host.test", of(Host.objects.get()), **data, url=address).ok


def test_keys_that_are_none_are_said_at_their_field(do: Do) -> None:
    result = do("host.add", CONSOLE, name="x", url="tcp://127.0.0.1:2376", tls_ca="nonsense")
    assert result.form is not None
    assert list(result.form.errors) == ["tls_ca"]


def test_ssh_shows_its_host_key_first(do: Do, engine: Engine, ssh_server: SshServer) -> None:
    data = {"name": "far", "url": f"{ssh_server.url}{engine.socket}", "ssh_key": ssh_server.client_key.read_text()}
    first = do("host.add", CONSOLE, **data)
    assert first.form is not None
    assert list(first.form.errors) == ["ssh_host_key"]
    assert "SHA256:" in str(first.form.errors)
    shown = first.form.data["ssh_host_key"]
    scan = AuditEvent.objects.latest("pk")
    assert (scan.action, scan.ending.outcome) == ("host.scan", "succeeded")
    assert ssh_server.fingerprint in scan.ending.message
    assert not Host.objects.exists()
    second = do("host.probe", CONSOLE, **data, ssh_host_key=shown)
    assert second.ok, second.message
    assert do("host.add", CONSOLE, **data, ssh_host_key=shown).ok
    assert "PRIVATE" not in Host.objects.get().ssh_key


@pytest.mark.parametrize("name", ["host.probe", "host.add"])
def test_asking_for_a_host_key_is_recorded_before_it_is_asked(
    do: Do, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str, bool]] = []

    def scan(address: Address) -> HostKey:
        event = AuditEvent.objects.latest("pk")
        seen.append((event.action, event.object_name, hasattr(event, "ending")))
        return scan_host_key(address)

    monkeypatch.setattr("hosts.operations.host_form.scan_host_key", scan)
    closed = free_port()
    result = do(name, CONSOLE, name="far", url=f"ssh://ada@127.0.0.1:{closed}", ssh_key="canary-2718")
    assert result.form is not None
    assert list(result.form.errors) == ["url"]
    assert seen == [("host.scan", "far", False)]
    event = AuditEvent.objects.get()
    assert (event.action, event.ending.outcome, event.capability) == ("host.scan", "failed", "host.add")
    assert str(closed) in event.ending.message
    assert str(closed) in event.inputs["url"]
    assert "canary" not in str(event.inputs)


def test_a_form_that_is_wrong_otherwise_asks_nobody(do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosts.operations.host_form.scan_host_key", lambda address: pytest.fail("it was asked"))
    for change in ({"name": "a b"}, {"url": "ssh://127.0.0.1"}, {"ssh_key": ""}):
        data = {"name": "far", "url": "ssh://ada@127.0.0.1:1", "ssh_key": "x", **change}
        assert do("host.add", CONSOLE, **data).form is not None
    assert not AuditEvent.objects.exists()


def test_ssh_refuses_another_host_key(do: Do, engine: Engine, ssh_server: SshServer) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X"
    data = {"name": "far", "url": f"{ssh_server.url}{engine.socket}", "ssh_key": ssh_server.client_key.read_text()}
    result = do("host.probe", CONSOLE, **data, ssh_host_key=other)
    assert result.outcome == "failed"
    assert "another SSH host key" in result.message


@pytest.mark.parametrize(
    "url",
    ["", "docker", "http://x", "tcp://", "tcp://x:0", "tcp://x:99999", "unix://relative", "unix:///../../etc",
     "ssh://host", "file:///x",
     "tcp://user@x", "tcp://x:2375/path", "ssh://-oProxyCommand=x@h", "tcp://x\n:1", "unix:///a b"],
)  # fmt: skip
def test_an_address_that_is_none_is_said_at_its_field(do: Do, url: str) -> None:
    result = do("host.add", CONSOLE, name="x", url=url)
    assert result.form is not None
    assert list(result.form.errors) == ["url"]


def test_a_name_is_given_once(do: Do) -> None:
    rows.host("harbour")
    result = do("host.add", CONSOLE, name="harbour", url="unix:///x.sock")
    assert result.form is not None
    assert list(result.form.errors) == ["name"]


def test_nobody_at_home_is_said(do: Do) -> None:
    result = do("host.probe", CONSOLE, name="x", url="unix:///nowhere/docker.sock")
    assert result.outcome == "failed"
    assert "/nowhere/docker.sock" in result.message


def test_disabled_hosts_do_nothing(do: Do, harbour: Host, on: Callable[..., Target]) -> None:
    assert do("host.disable", of(harbour)).ok
    harbour.refresh_from_db()
    assert (harbour.enabled, harbour.state) == (False, HostState.DISABLED)
    assert "disabled" in do("volume.create", of(harbour), name="v", driver="local").message
    assert do("host.enable", of(harbour)).ok


def test_a_different_engine_blocks_changes_until_it_is_accepted(do: Do, harbour: Host) -> None:
    Host.objects.update(engine_id="SOME:OTHER", seen_engine_id="", state=HostState.UP)
    harbour.refresh_from_db()
    blocked = do("volume.create", of(harbour), name="v", driver="local")
    assert blocked.outcome == "failed"
    assert "Another engine answers" in blocked.message
    Host.objects.update(seen_engine_id="THE:NEW", state=HostState.CHANGED)
    harbour.refresh_from_db()
    assert do("host.trust", of(harbour)).ok
    harbour.refresh_from_db()
    assert harbour.engine_id == "THE:NEW"


def test_usage(do: Do, harbour: Host) -> None:
    assert do("host.usage", of(harbour)).ok
    harbour.refresh_from_db()
    assert {row["kind"] for row in harbour.usage} >= {"image", "container", "volume"}
    assert harbour.usage_at is not None


def test_remove(do: Do) -> None:
    host = rows.host()
    rows.container(host)
    assert do("host.remove", of(host)).ok
    assert not Host.objects.exists()
    assert AuditEvent.objects.filter(action="host.remove", host_name="harbour").exists()
