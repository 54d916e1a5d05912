"""The people of every test: Ada the administrator, Otto the operator, Vera the viewer, Stan the stranger."""

from hosts.access import Actor, ActorKind
from hosts.models import HostGroup, Role, RoleAssignment, User


def person(name: str, role: Role | None = None, group: HostGroup | None = None) -> User:
    """A person who can sign in; with a role over all hosts, or over the group."""
    user = User.objects.create(username=name)
    if role is not None:
        RoleAssignment.objects.create(user=user, role=role, group=group)
    return user


def ada() -> User:
    return person("ada", Role.ADMINISTRATOR)


def otto(group: HostGroup | None = None) -> User:
    return person("otto", Role.OPERATOR, group)


def vera(group: HostGroup | None = None) -> User:
    return person("vera", Role.VIEWER, group)


def stan() -> User:
    return person("stan")


def actor(user: User) -> Actor:
    return Actor(ActorKind.PERSON, user.username, user.pk)
