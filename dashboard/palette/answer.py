"""What the palette answers: to no words what was used last and the pages, to words what they may mean, to an object
what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.navigation import PLACES
from dashboard.pages.allowed import permissions
from dashboard.pages.jobs import visible_jobs
from dashboard.palette import actions
from dashboard.palette.hits import (
    Group,
    Hit,
    begins,
    contains,
    of_host,
    of_job,
    of_person,
    of_project,
    of_row,
    recent_first,
)
from dashboard.requests import Request
from dashboard.views import shown, visible
from hosts.access import Capability
from hosts.inventory.read import search as read
from hosts.inventory.read.every import SPECS
from hosts.models import Host, Row, User

MOST_RECENT, MOST_ACTIONS, MOST_PAGES, MOST_FURTHER = 8, 10, 6, 4
# Pages that the navigation has no room for.
FURTHER = (
    ("log_search", gettext_lazy("Search logs"), "search", None),
    ("views", gettext_lazy("Saved views"), "list-details", None),
    ("glossary", gettext_lazy("Docker's words"), "help-circle", None),
    ("account_change_password", gettext_lazy("Change password"), "key", None),
)
INSIDE_A_HOST = ("containers", "images", "networks", "volumes")


class Recent:
    """What this browser says was chosen lately: only keys, which are looked up anew as the person who asks."""

    def __init__(self, request: Request, keys: Sequence[str]) -> None:
        self.request = request
        self.keys = keys[:MOST_RECENT]
        self.rows: dict[str, Row] = {}
        places: dict[str, list[tuple[str, str]]] = {}
        for key in self.keys:
            noun, host, object_id = _parts(key.rpartition("@")[2])
            if noun in SPECS and noun != "host":
                places.setdefault(noun, []).append((host, object_id))
        for noun, wanted in places.items():
            found = read.by_id(SPECS[noun], wanted, permissions(request))
            self.rows |= {f"{noun}:{host}:{key}": row for (host, key), row in found.items()}

    def of(self, noun: str) -> list[Row]:
        return [row for ref, row in self.rows.items() if ref.startswith(f"{noun}:")]

    def hits(self) -> Iterator[Hit]:
        """Each that is still there and may still be seen, the latest first."""
        pages = {hit.key: hit for hit in _pages(self.request, ())}
        if any(key.startswith("view::") for key in self.keys):
            pages |= {hit.key: hit for hit in _views(self.request, ())}
        for key in self.keys:
            operation, _at, ref = key.rpartition("@")
            thing = self.thing(ref)
            hit = None
            if operation:
                hit = actions.one(self.request, operation, ref.partition(":")[0], thing) if thing else None
            elif isinstance(thing, Host):
                hit = of_host(thing)
            elif thing is not None:
                hit = of_row(ref.partition(":")[0], thing)
            else:
                hit = pages.get(key) or actions.of_the_console(self.request, key)
            if hit:
                yield hit

    def thing(self, ref: str) -> Row | Host | None:
        noun, name, _id = _parts(ref)
        if noun == "host":
            return next((host for host in permissions(self.request).hosts() if host.name == name), None)
        return self.rows.get(ref)


def groups(request: Request, text: str, keys: Sequence[str]) -> list[Group]:
    """In the order in which they are likely meant; none is empty."""
    words = text.lower().split()
    recent = Recent(request, keys)
    if not words:
        listed = [Group(_("Recent"), list(recent.hits())), Group(_("Pages"), _pages(request, ()))]
    else:
        listed = _meant(request, words, recent)
    return [group for group in listed if group.results]


def on_object(request: Request, ref: str, text: str) -> list[Group]:
    """What can be done with one object."""
    recent = Recent(request, [ref])
    thing = recent.thing(ref)
    if thing is None:
        return []
    noun = ref.partition(":")[0]
    name = thing.name if isinstance(thing, Host) else of_row(noun, thing).name
    where = name if isinstance(thing, Host) else _("%(name)s on %(host)s") % {"name": name, "host": thing.host.name}
    hits = actions.on_row(request, noun, thing, text.lower().split())
    return [Group(where, hits)] if hits else []


def _meant(request: Request, words: Sequence[str], recent: Recent) -> list[Group]:
    found = read.search(" ".join(words), permissions(request))
    labels = {
        "container": _("Containers"),
        "image": _("Images"),
        "network": _("Networks"),
        "volume": _("Volumes"),
    }
    objects = [Group(_("Projects"), [of_project(name) for name in found.projects])]
    for noun, rows in found.rows.items():
        known = [row for row in recent.of(noun) if contains(words, row.name)]
        seen = {row.pk for row in known}
        hits = [of_row(noun, row) for row in [*known, *(row for row in rows if row.pk not in seen)]]
        objects.append(Group(labels[noun], recent_first(hits, recent.keys, read.MOST)))
    hosts = Group(_("Hosts"), [of_host(host) for host in found.hosts])
    done = recent_first(actions.actions(request, words, recent.of), recent.keys, MOST_ACTIONS)
    pages = Group(_("Pages"), _pages(request, words)[:MOST_PAGES])
    views = Group(_("Saved views"), _views(request, words)[:MOST_PAGES])
    further = [Group(_("Jobs"), _jobs(request, words)), Group(_("People"), _people(request, words))]
    # One word is more often the name of a thing than of what to do with all things.
    if len(words) == 1:
        return [pages, views, hosts, *objects, *further, Group(_("Actions"), done[:MOST_PAGES])]
    return [pages, views, Group(_("Actions"), done), hosts, *objects, *further]


def _pages(request: Request, words: Sequence[str]) -> list[Hit]:
    may = permissions(request).may
    found = []
    for name, label, icon, capability in (*PLACES, *FURTHER):
        if capability and not may(capability):
            continue
        if begins(words, str(label)):
            found.append(Hit(f"page:{name}", reverse(name), str(label), icon))
        elif name in INSIDE_A_HOST and len(words) > 1:
            found += _inside(request, words, name, str(label), icon)
    return found


def _inside(request: Request, words: Sequence[str], name: str, label: str, icon: str) -> list[Hit]:
    """“containers pier”: that list of that host."""
    rest = [word for word in words if not label.lower().startswith(word)]
    if not 0 < len(rest) < len(words):
        return []
    return [
        Hit(f"page:{name}:{host.name}", reverse(f"host_{name}", args=[host.name]), label, icon, host=host.name)
        for host in permissions(request).hosts()
        if contains(rest, host.name)
    ][:3]


def _views(request: Request, words: Sequence[str]) -> list[Hit]:
    rows = visible(request)
    for word in words:
        rows = rows.filter(name__icontains=word)
    return [
        Hit(each.ref, each.url, each.view.name, "list-details", str(each.view.get_page_display()))
        for each in shown(request, rows)
    ]


def _jobs(request: Request, words: Sequence[str]) -> list[Hit]:
    """The newest first."""
    rows = visible_jobs(request).only("title", "state", "host__name")
    for word in words:
        rows = rows.filter(title__icontains=word)
    return [of_job(row) for row in rows[:MOST_FURTHER]]


def _people(request: Request, words: Sequence[str]) -> list[Hit]:
    if not permissions(request).may(Capability.PERSON_MANAGE):
        return []
    rows = User.objects.order_by("username")
    for word in words:
        rows = rows.filter(username__icontains=word)
    return [of_person(row) for row in rows[:MOST_FURTHER]]


def _parts(ref: str) -> tuple[str, str, str]:
    noun, _colon, rest = ref.partition(":")
    host, _colon, object_id = rest.partition(":")
    return noun, host, object_id
