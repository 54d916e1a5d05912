"""The one decision: by role, by scope, unknown means no, and nobody else can say yes."""

import pytest
from django.db import IntegrityError

from hosts.access import Actor, Capability, Denied, Grant, Target, grant, visible_hosts
from hosts.access.capabilities import About
from hosts.models import HostGroup, Role, RoleAssignment
from tests import cast, rows

pytestmark = pytest.mark.django_db


def test_a_capability_that_is_not_known_is_denied() -> None:
    answer = grant(cast.actor(cast.ada()), "container.fly", Target("host", rows.host()))
    assert isinstance(answer, Denied)
    assert "container.fly" in answer.reason


def test_a_grant_cannot_be_made_elsewhere() -> None:
    with pytest.raises(TypeError):
        Grant(object(), Actor.system("watcher"), Capability.HOST_VIEW, Target("host"))


def test_a_role_over_a_group_counts_on_its_hosts_only() -> None:
    group = HostGroup.objects.create(name="edge")
    inside, outside = rows.host("inside", group), rows.host("outside")
    otto = cast.actor(cast.otto(group))
    assert isinstance(grant(otto, Capability.CONTAINER_OPERATE, Target("container", inside)), Grant)
    assert isinstance(grant(otto, Capability.CONTAINER_OPERATE, Target("container", outside)), Denied)
    assert list(visible_hosts(otto)) == [inside]


def test_a_role_over_a_group_does_not_reach_the_console() -> None:
    group = HostGroup.objects.create(name="edge")
    person = cast.person("greta", Role.ADMINISTRATOR, group)
    assert isinstance(grant(cast.actor(person), Capability.PERSON_MANAGE, Target("console")), Denied)
    assert isinstance(grant(cast.actor(person), Capability.HOST_MANAGE, Target("host", rows.host("in", group))), Grant)


def test_a_disabled_person_may_nothing() -> None:
    ada = cast.ada()
    host = rows.host()
    ada.is_active = False
    ada.save()
    assert isinstance(grant(cast.actor(ada), Capability.HOST_VIEW, Target("host", host)), Denied)
    assert not visible_hosts(cast.actor(ada)).exists()


def test_a_role_taken_away_counts_at_once() -> None:
    otto = cast.otto()
    target = Target("container", rows.host())
    assert isinstance(grant(cast.actor(otto), Capability.CONTAINER_OPERATE, target), Grant)
    RoleAssignment.objects.all().delete()
    assert isinstance(grant(cast.actor(otto), Capability.CONTAINER_OPERATE, target), Denied)


def test_the_system_reads_and_changes_nothing() -> None:
    watcher, target = Actor.system("watcher"), Target("container", rows.host())
    assert isinstance(grant(watcher, Capability.CONTAINER_VIEW, target), Grant)
    assert isinstance(grant(watcher, Capability.CONTAINER_OPERATE, target), Denied)
    assert isinstance(grant(watcher, Capability.HOST_MANAGE, target), Denied)


def test_nobody_may_nothing() -> None:
    assert isinstance(grant(Actor.nobody("eve"), Capability.HOST_VIEW, Target("host", rows.host())), Denied)


@pytest.mark.parametrize("capability", [each for each in Capability if each.about is About.CONSOLE])
def test_what_is_about_the_console_is_decided_without_a_host(capability: Capability) -> None:
    group = HostGroup.objects.create(name="edge")
    inside = rows.host("inside", group)
    greta = cast.actor(cast.person("greta", Role.ADMINISTRATOR, group))
    ada = cast.actor(cast.ada())
    for target in (Target("console"), Target("console", inside), Target("host", inside), Target("container", inside)):
        answer = grant(greta, capability, target)
        assert isinstance(answer, Denied)
        assert "over all hosts" in answer.reason
        assert isinstance(grant(ada, capability, target), Grant)


@pytest.mark.parametrize("capability", [each for each in Capability if each.about is About.HOST])
def test_what_is_about_a_host_is_granted_on_nothing_else(capability: Capability) -> None:
    host = rows.host()
    for actor in (cast.actor(cast.ada()), Actor.shell(), Actor.system("watcher")):
        for target in (Target("console"), Target("console", host), Target("person", host), Target("container")):
            assert isinstance(grant(actor, capability, target), Denied)


@pytest.mark.parametrize("capability", [each for each in Capability if each.about is About.BOTH])
def test_what_is_about_both_is_decided_by_the_kind_of_the_target(capability: Capability) -> None:
    group = HostGroup.objects.create(name="edge")
    inside = rows.host("inside", group)
    greta = cast.actor(cast.person("greta", Role.ADMINISTRATOR, group))
    assert isinstance(grant(greta, capability, Target("host", inside)), Grant)
    assert isinstance(grant(greta, capability, Target("job", inside)), Grant)
    for target in (Target("audit"), Target("audit", inside), Target("job")):
        assert isinstance(grant(greta, capability, target), Denied)


@pytest.mark.parametrize("grouped", [True, False])
def test_a_person_has_one_role_over_the_same_hosts(grouped: bool) -> None:
    group = HostGroup.objects.create(name="edge") if grouped else None
    otto = cast.otto(group)
    with pytest.raises(IntegrityError):
        RoleAssignment.objects.create(user=otto, group=group, role=Role.VIEWER)
