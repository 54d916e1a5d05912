"""A login goes to the engines of its hosts and to no other; and what may be pulled from is on a list."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from hosts.access import Actor, Target
from hosts.engine.errors import Cancelled
from hosts.models import (
    AllowedRegistry,
    AuditEvent,
    Host,
    HostGroup,
    Job,
    JobState,
    RefusalTally,
    Registry,
    RegistryScope,
)
from hosts.models.registries import login_for
from hosts.operations import run
from hosts.operations.base import find
from hosts.operations.images import may_pull
from hosts.operations.perform import Result, perform
from hosts.operations.registries import allowed
from tests import cast, rows
from tests.hosts.operations.conftest import Do

pytestmark = pytest.mark.django_db
CONSOLE = Target("console")
LOGIN = {"server": "registry.corp.test:5000", "username": "ci-bot", "password": "canary-7781"}


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hosts.jobs.queue.dispatch", lambda job: True)


@pytest.fixture
def edge() -> HostGroup:
    return HostGroup.objects.create(name="edge")


@pytest.fixture
def core() -> HostGroup:
    return HostGroup.objects.create(name="core")


def login(server: str, user: str, *groups: HostGroup | None) -> Registry:
    registry = Registry(server=server, username=user)
    registry.set_secret("password", "canary")
    registry.save()
    for group in groups:
        RegistryScope.objects.create(registry=registry, server=server, group=group)
    return registry


def used(host: Host, server: str) -> str:
    found = login_for(host, server)
    return found.username if found else ""


def test_a_login_is_for_the_hosts_of_its_groups(edge: HostGroup, core: HostGroup) -> None:
    inside, both, outside = rows.host("inside", edge), rows.host("both", edge, core), rows.host("outside")
    login("corp.test", "for-edge", edge)
    assert [used(host, "corp.test") for host in (inside, both, outside)] == ["for-edge", "for-edge", ""]
    login("corp.test", "for-all", None)
    login("corp.test", "for-core", core)
    assert [used(host, "corp.test") for host in (inside, both, outside)] == ["for-edge", "for-core", "for-all"]
    inside.groups.set([core])
    assert used(inside, "corp.test") == "for-core"
    login("other.test", "lost")
    assert used(inside, "other.test") == "", "without a scope it is for nobody"


@pytest.mark.django_db(transaction=True)
def test_a_queued_pull_gets_the_login_that_its_host_has_when_it_runs(
    do: Do, harbour: Host, edge: HostGroup, core: HostGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the login and the host were when somebody clicked."""
    got: list[Any] = []

    def pull(_grant: Any, _ref: Any, auth: Any, *_more: Any) -> None:
        got.append(auth and auth["username"])
        raise Cancelled

    monkeypatch.setattr("hosts.engine.pulls.pull", pull)
    rows.allow("corp.test")
    registry = login("corp.test", "for-edge", edge)

    def pulled_after(change: Callable[[], Any]) -> str | None:
        job = do("image.pull", Target.of(harbour), reference="corp.test/team/app:1").job
        assert job is not None
        change()
        run.run(str(job.pk))
        assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
        found: str | None = got.pop()
        return found

    harbour.groups.set([edge])
    assert pulled_after(lambda: None) == "for-edge"
    assert pulled_after(lambda: harbour.groups.set([core])) is None
    assert pulled_after(lambda: registry.scopes.update(group=core)) == "for-edge"
    scope = Target("registry", id=str(registry.pk), name="corp.test")
    assert pulled_after(lambda: do("registry.scope", scope, over="groups", groups=["edge"])) is None
    assert pulled_after(lambda: do("registry.scope", scope, over="all")) == "for-edge"
    assert pulled_after(lambda: do("registry.remove", scope)) is None


def test_one_login_per_server_and_group(do: Do, edge: HostGroup, core: HostGroup) -> None:
    assert do("registry.add", CONSOLE, **LOGIN, over="all").ok
    assert do("registry.add", CONSOLE, **LOGIN, over="groups", groups=["edge"]).ok
    for server in ("registry.corp.test:5000", "Registry.CORP.test:5000"):
        for over in ({"over": "all"}, {"over": "groups", "groups": ["core", "edge"]}):
            again = do("registry.add", CONSOLE, **{**LOGIN, "server": server}, **over)
            assert again.form is not None
            assert "over" in again.form.errors
    assert do("registry.add", CONSOLE, **LOGIN, over="groups", groups=["core"]).ok
    last = Registry.objects.latest("pk")
    target = Target("registry", id=str(last.pk), name=last.server)
    taken = do("registry.scope", target, over="groups", groups=["core", "edge"])
    assert taken.form is not None
    assert "over" in taken.form.errors
    assert do("registry.scope", target, over="groups", groups=["core"]).ok, "its own place is not taken"


@pytest.mark.parametrize("server", ["docker.io", "index.docker.io", "registry-1.docker.io:443", "Docker.IO"])
def test_docker_hub_has_one_name(do: Do, server: str) -> None:
    assert do("registry.add", CONSOLE, **{**LOGIN, "server": server}, over="all").ok
    assert used(rows.host(), "docker.io") == "ci-bot"
    again = do("registry.add", CONSOLE, **{**LOGIN, "server": "index.docker.io"}, over="all")
    assert again.form is not None
    assert "over" in again.form.errors


def test_who_is_slower_hears_it_and_nothing_is_kept(do: Do, monkeypatch: pytest.MonkeyPatch) -> None:
    assert do("registry.add", CONSOLE, **LOGIN, over="all").ok
    monkeypatch.setattr("hosts.operations.registries._taken", lambda *words: False)
    again = do("registry.add", CONSOLE, **LOGIN, over="all")
    assert (again.outcome, Registry.objects.count()) == ("failed", 1)
    assert "already" in again.message


@pytest.mark.parametrize("over", [{}, {"over": ""}, {"over": "groups"}, {"over": "groups", "groups": ["nowhere"]}])
def test_nobody_gives_a_login_to_all_hosts_by_leaving_something_out(do: Do, over: dict[str, Any]) -> None:
    result = do("registry.add", CONSOLE, **LOGIN, **over)
    assert result.outcome is None
    assert not Registry.objects.exists()


def pull(host: Host, reference: str) -> Result:
    operation = find("image.pull")
    assert operation is not None
    return perform(Actor.shell(), operation, Target.of(host), {"reference": reference})


def test_docker_hub_is_allowed_and_what_a_login_is_for_there(edge: HostGroup) -> None:
    inside, outside = rows.host("inside", edge), rows.host("outside")
    login("corp.test", "for-edge", edge)
    login("127.0.0.1:5000", "for-all", None)
    assert pull(outside, "nginx").job
    assert pull(outside, "index.docker.io/grafana/grafana").job
    assert pull(inside, "corp.test/x").job
    for host, name in ((outside, "corp.test/x"), (inside, "corp.test:80/x"), (inside, "127.0.0.1:5000/x")):
        refused = pull(host, name)
        assert (refused.outcome, refused.job) == ("refused", None)
        assert "An administrator of all hosts can allow it under Registries." in refused.message
        assert refused.form is not None
        event = AuditEvent.objects.latest("pk")
        assert (event.action, event.ending.outcome) == ("image.pull", "refused")
        assert event.inputs["reference"] == name or RefusalTally.objects.filter(objects_seen__0__startswith=name)


@pytest.mark.parametrize(
    "name",
    [
        "evil.example/x", "10.0.0.7/x", "localhost/x", "localhost:5000/x", "a.localhost/x", "127.0.0.1/x",
        "127.1/x", "127.0.0.1:9191/admin/page:x", "2130706433:80/x", "0x7f.1/x", "0177.0.0.1/x", "[::1]:80/x",
        "[::]/x", "0.0.0.0/x", "[::ffff:127.0.0.1]/x", "[::ffff:7f00:1]/x", "[64:ff9b::7f00:1]/x",
        "169.254.169.254/latest/meta-data", "LOCALHOST/x", "docker.io/127.0.0.1/x", "docker.io/evil.example/x",
        "library/../x", "evil.example./x", "docker.io:80/x",
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_not_pulled(name: str) -> None:
    result = pull(rows.host(), name)
    assert result.job is None
    assert not Job.objects.exists()


def test_the_list_is_kept_in_the_console(do: Do) -> None:
    host = rows.host()
    assert do("registry.allow", CONSOLE, servers="docker.io\n Registry.corp.TEST:443 \n127.0.0.1:5000\n\n").ok
    assert allowed() == ["127.0.0.1:5000", "docker.io", "registry.corp.test"]
    event = AuditEvent.objects.latest("pk")
    assert event.inputs["added"] == ["127.0.0.1:5000", "registry.corp.test"]
    assert pull(host, "127.0.0.1:5000/x").job, "an administrator has written it out"
    assert not pull(host, "127.0.0.1:5001/x").job
    assert do("registry.allow", CONSOLE, servers="registry.corp.test").ok
    assert AuditEvent.objects.latest("pk").inputs["removed"] == ["127.0.0.1:5000", "docker.io"]
    assert not pull(host, "nginx").job, "Docker Hub goes, too"
    for nonsense in ("", "https://x.test", "docker.io\n127.1", "*", "x.test/team"):
        assert do("registry.allow", CONSOLE, servers=nonsense).outcome is None
    assert allowed() == ["registry.corp.test"]


def test_a_job_is_refused_when_its_registry_is_off_the_list_by_the_time_it_runs(do: Do) -> None:
    rows.allow("corp.test")
    job = do("image.pull", Target.of(rows.host()), reference="corp.test/x").job
    assert job is not None
    AllowedRegistry.objects.filter(server="corp.test").delete()
    run.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "can allow it under Registries" in job.message
    assert job.audit is not None
    assert AuditEvent.objects.get(pk=job.audit.pk).ending.outcome == "refused"
    operation = find("job.retry")
    assert operation is not None
    again = perform(Actor.shell(), operation, Target("job", job.host, str(job.pk), job.title))
    assert (again.outcome, again.job) == ("failed", None)


def test_the_machine_itself_needs_the_list_even_with_a_login() -> None:
    host = rows.host()
    login("localhost:5000", "x", None)
    assert not may_pull(host, "localhost:5000")
    rows.allow("localhost:5000")
    assert may_pull(host, "localhost:5000")


def test_what_an_upgrade_makes_of_logins_and_images(client: Client, do: Do) -> None:
    """As the migration finds a database of before: logins without hosts, in whatever spelling was taken."""
    host = rows.host()
    for server in ("index.docker.io", "docker.io", "corp.test:443", "127.0.0.1:5000"):
        Registry.objects.create(server=server, username=server, password="", confirmed=True)
    for name in (
        "nginx:1.27",
        "quay.example/team/app:1",
        "127.0.0.1:5000/x:1",
        "sha256:" + "a" * 64,
        "127.1/x:1",
        "A b",
    ):
        rows.container(host, name[:12], image=name)
    rows.image(host, tags=["ghcr.example/a/b:2", "<none>:<none>", "localhost/x:1"])
    rows.image(host, "gone", tags=["gone.example/a:1"], gone_at=host.added_at)
    importlib.import_module("hosts.migrations.0013_registries_of_before").forward(apps, connection.schema_editor())
    assert {server: used(host, server) for server in ("docker.io", "corp.test", "127.0.0.1:5000")} == {
        "docker.io": "docker.io",
        "corp.test": "corp.test:443",
        "127.0.0.1:5000": "127.0.0.1:5000",
    }
    assert allowed() == ["docker.io", "ghcr.example", "quay.example"]
    assert not pull(host, "127.0.0.1:5000/x:1").job, "nobody has written that out"
    client.force_login(cast.ada())
    assert "4 logins are older" in client.get("/registries/").text
    assert "4 logins to registries are used on all hosts" in client.get("/").text
    for registry in Registry.objects.all():
        target = Target("registry", id=str(registry.pk), name=registry.server)
        HostGroup.objects.get_or_create(name=f"group-{registry.pk}")
        assert do("registry.scope", target, over="groups", groups=[f"group-{registry.pk}"]).ok
    assert "older than the choice" not in client.get("/registries/").text
    assert "to registries" not in client.get("/").text


def test_the_notice_is_for_who_manages_logins(client: Client) -> None:
    rows.host()
    Registry.objects.create(server="corp.test", username="x", password="", confirmed=False)
    client.force_login(cast.otto())
    assert "login to a registry" not in client.get("/").text
