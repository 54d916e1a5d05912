"""Permissions decided for a whole page are the same answers as those of `grant`, one by one."""

import itertools

import pytest

from hosts.access import Actor, Capability, Grant, Permissions, Target, grant, visible_hosts
from hosts.models import HostGroup, Role
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


def test_a_page_full_of_questions_costs_two_queries(django_assert_num_queries: object) -> None:
    north = HostGroup.objects.create(name="north")
    for number in range(20):
        rows.host(f"host-{number}", north)
    asked = Permissions(cast.actor(cast.otto(north)))
    with django_assert_num_queries(2):  # type: ignore[operator]
        for host in asked.hosts():
            assert all(asked.may(capability, host) for capability in (Capability.IMAGE_PULL, Capability.IMAGE_VIEW))
