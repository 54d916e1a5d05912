"""Who may do what, as the table in policy.json has it, and the small fleet on which tests hold the console against it.

The people are letters: S has no role, V O A are viewer, operator and administrator over all hosts, v o a the same over
the group `north`. A row of the table names the places it is about: `inside` is a host of that group and what is on it,
`outside` a host of another group, `console` whatever is on no host, `own` and `another's` what a person keeps.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from hosts.access import Target
from hosts.models import (
    AuditEnding,
    AuditEvent,
    Host,
    HostEvent,
    HostGroup,
    Job,
    KeepRule,
    KeptLog,
    RedactionRule,
    Registry,
    Role,
    RoleAssignment,
    Row,
    SavedView,
    User,
)
from tests import rows

FILE = Path(__file__).with_name("policy.json")
POLICY: dict[str, dict[str, dict[str, str]]] = json.loads(FILE.read_text())
PEOPLE = "SVOAvoa"
ROLES = dict(zip("voa", Role, strict=True))
INSIDE, OUTSIDE = "inside", "outside"
NOUNS = ("container", "image", "network", "volume")


def letters(*found: str) -> str:
    """In the order of the table."""
    return "".join(letter for letter in PEOPLE if letter in found)


@dataclass
class Place:
    """A host with one of everything; `words` are what nobody may read who may not see the host."""

    host: Host
    rows: dict[str, Row]
    job: Job
    event: AuditEvent
    words: tuple[str, ...]

    def target(self, noun: str) -> Target:
        if noun == "host":
            return Target("host", self.host, str(self.host.pk), self.host.name)
        if noun == "job":
            return Target("job", self.host, str(self.job.pk), self.job.title)
        return Target(noun, self.host, self.rows[noun].engine_id, self.rows[noun].name)


@dataclass
class Fleet:
    """Two hosts, the people, one of each thing that is on no host, and everybody's own view and job."""

    places: dict[str, Place]
    people: dict[str, User]
    of_the_console: dict[str, Target]
    views: dict[str, SavedView]
    jobs: dict[str, Job]

    def target(self, noun: str, place: str, person: str = "A") -> Target:
        """Something of that kind in that place."""
        others = next(letter for letter in PEOPLE if letter != person)
        if noun == "job" and place in ("own", "another's"):
            job = self.jobs[person if place == "own" else others]
            return Target("job", id=str(job.pk), name=job.title, owner=job.person_id)
        if noun == "view":
            view = self.views[person if place == "own" else others]
            return Target("view", id=str(view.pk), name=view.name, owner=view.owner_id)
        return self.places[place].target(noun) if place in self.places else self.of_the_console[noun]

    def every_target(self) -> list[Target]:
        """Of every kind, inside, outside and of the console."""
        found = [place.target(noun) for place in self.places.values() for noun in ("host", "job", *NOUNS)]
        return [*found, *self.of_the_console.values(), self.target("view", "own")]


def fleet() -> Fleet:
    north, south = HostGroup.objects.create(name="north"), HostGroup.objects.create(name="southern-vaults")
    people = {letter: _person(letter, north) for letter in PEOPLE}
    places = {
        INSIDE: _place("harbour", north, people["A"], "shop"),
        OUTSIDE: _place("citadel", south, people["A"], "treasury"),
    }
    paul = User.objects.create(username="paul")
    registry = Registry.objects.create(server="registry.test", username="x", password="")
    rule = KeepRule.objects.create(kind="project", value="shop", days=30, bytes_each=1 << 30)
    hidden = RedactionRule.objects.create(name="Customers", pattern="[0-9]+")
    many = Job.objects.create(operation="container.stop", title="Stop: 2 objects", actor={}, noun="container")
    things: list[tuple[str, Any]] = [
        ("person", paul),
        ("registry", registry),
        ("history", rule),
        ("redaction", hidden),
        ("job", many),
    ]
    console = {noun: Target(noun, id=str(thing.pk), name=str(thing)) for noun, thing in things}
    views = {
        letter: SavedView.objects.create(owner=person, page="containers", name="Mine", query="state=dead", shared=True)
        for letter, person in people.items()
    }
    jobs = {
        letter: Job.objects.create(operation="container.stop", title="Own", person=person, actor={}, noun="container")
        for letter, person in people.items()
    }
    return Fleet(places, people, {"console": Target("console"), **console}, views, jobs)


def _person(letter: str, group: HostGroup) -> User:
    person = User.objects.create(username=f"{letter}-{'all' if letter.isupper() else 'group'}")
    if letter != "S":
        over = group if letter.islower() else None
        RoleAssignment.objects.create(user=person, role=ROLES[letter.lower()], group=over)
    return person


def _place(name: str, group: HostGroup, owner: User, project: str) -> Place:
    """Its engine is not there: whatever is permitted fails at once."""
    now = timezone.now()
    host = rows.host(name, group, url=f"unix:///nowhere/{name}.sock", engine_id=f"ENGINE:{name}")
    made: dict[str, Row] = {
        "container": rows.container(host, f"{project}-web", project=project, image=f"{project}:1"),
        "image": rows.image(host, f"{project}:1"),
        "network": rows.network(host, f"{project}-net"),
        "volume": rows.volume(host, f"{project}-data"),
    }
    web = made["container"]
    KeptLog.objects.create(
        host=host, engine_id=web.engine_id, name=web.name, project=project, days=9, bytes_each=1 << 20
    )
    HostEvent.objects.create(
        host=host, at=now, kind="container", action="start", engine_id=web.engine_id, name=web.name
    )
    job = Job.objects.create(
        operation="image.pull",
        title=f"Pull {project}:2",
        person=owner,
        actor={},
        host=host,
        noun="host",
        state="failed",
    )
    event = AuditEvent.objects.create(
        at=now, actor_kind="person", actor_name="ada", action="container.start", host_id=host.pk, host_name=name,
        noun="container", object_id=web.engine_id, object_name=web.name,
    )  # fmt: skip
    AuditEnding.objects.create(event=event, at=now, outcome="succeeded", milliseconds=1)
    return Place(host, made, job, event, (name, project, web.engine_id[:12], group.name))
