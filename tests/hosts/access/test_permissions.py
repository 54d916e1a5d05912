"""Permissions decided for a whole page are the same answers as those of `grant`, one by one."""

import itertools

import pytest

from hosts.access import Actor, Capability, Grant, Permissions, Target, grant, grant_each, visible_hosts
from hosts.models import Host, HostGroup, Role
from tests import cast, rows

pytestmark = pytest.mark.django_db


def test_they_say_what_grant_says_for_everybody_everywhere() -> None:
    north, empty = HostGroup.objects.create(name="north"), HostGroup.objects.create(name="empty")
    hosts = [rows.host("harbour", north), rows.host("pier")]
    people = [
        cast.ada(),
        cast.otto(north),
        cast.vera(),
        cast.stan(),
        cast.person("greta", Role.ADMINISTRATOR, north),
        cast.person("nobody-yet", Role.ADMINISTRATOR, empty),
    ]
    gone = cast.person("left", Role.ADMINISTRATOR)
    gone.is_active = False
    gone.save()
    actors = [*map(cast.actor, [*people, gone]), Actor.shell(), Actor.system("watcher"), Actor.nobody()]
    for actor, capability in itertools.product(actors, Capability):
        asked = Permissions(actor)
        for host in (None, *hosts):
            noun = "console" if host is None else "host"
            assert asked.may(capability, host) is isinstance(grant(actor, capability, Target(noun, host)), Grant)
        assert asked.hosts(capability) == list(visible_hosts(actor, capability))
        places = [Target("console"), *(Target("host", host) for host in hosts)]
        somewhere = any(isinstance(grant(actor, capability, target), Grant) for target in places)
        assert asked.may_anywhere(capability) is somewhere


def test_many_targets_are_answered_as_one_by_one(django_assert_num_queries: object) -> None:
    group = HostGroup.objects.create(name="north")
    inside, outside, ada = rows.host("harbour", group), rows.host("pier"), cast.ada()
    targets = [
        Target(noun, host, id=str(number), owner=owner)
        for noun in ("container", "host", "job", "view", "console")
        for host in (inside, outside, None, Host(name="new"))
        for owner in (None, ada.pk)
        for number in range(2)
    ]
    for person in (ada, cast.otto(group), cast.person("greta", Role.ADMINISTRATOR, group), cast.stan()):
        actor = cast.actor(person)
        for capability in Capability:
            answers = list(grant_each(actor, capability, targets))
            for target, answer in zip(targets, answers, strict=True):
                alone = grant(actor, capability, target)
                assert isinstance(answer, Grant) is isinstance(alone, Grant), (actor, capability, target)
                assert not isinstance(answer, Grant) or answer.target is target
    actor, hundred = cast.actor(ada), [Target("container", inside, id=str(number)) for number in range(100)]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(list(grant_each(actor, Capability.CONTAINER_VIEW, hundred))) == 100


def test_a_page_full_of_questions_costs_two_queries(django_assert_num_queries: object) -> None:
    north = HostGroup.objects.create(name="north")
    for number in range(20):
        rows.host(f"host-{number}", north)
    asked = Permissions(cast.actor(cast.otto(north)))
    with django_assert_num_queries(2):  # type: ignore[operator]
        for host in asked.hosts():
            assert all(asked.may(capability, host) for capability in (Capability.IMAGE_PULL, Capability.IMAGE_VIEW))
