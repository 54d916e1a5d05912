"""Which logs does somebody want to read together? Those named, or whatever a query of the list of containers finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from dashboard.live.opening import container_target
from hosts.access import Actor, Capability, Permissions, Target
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.lists import listing
from hosts.inventory.read.query import Query, QueryError, parse
from hosts.inventory.read.removed import removed_logs
from hosts.models import Container, Host, KeptLog

MOST_SOURCES = 100
# The parameters that say which containers are meant.
MEANING = ("q", "host", "on", *(each.name for each in CONTAINERS.filters))
# With those that are gone and whose lines were kept, as in the list of containers.
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Wish:
    """`named` are (host, container) pairs; `query` is None when only these are wanted."""

    named: tuple[tuple[str, str], ...]
    query: Query | None
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """One log to be read: what it is called, and what stays the same when its container is made anew (`key`)."""

    target: Target
    name: str
    key: str
    project: str = ""
    service: str = ""
    state: str = ""
    started: str = ""

    @property
    def is_removed(self) -> bool:
        return self.state == GONE

    @property
    def identity(self) -> tuple[int, str]:
        return (self.target.host.pk if self.target.host else 0), self.target.id


@dataclass(frozen=True, slots=True)
class Found:
    """`total` is how many match, which may be more than are read; `refused` are (what was asked for, why not)."""

    sources: list[Source]
    total: int
    refused: list[tuple[Target, str]]


def parameters_in(text: str) -> QueryDict:
    """The query string of a socket's message; raises QueryError in words."""
    try:
        return QueryDict(text, mutable=True)
    except (SuspiciousOperation, ValueError) as error:
        raise QueryError(_("This query cannot be understood: it has too many parts.")) from error


def wish_of(parameters: QueryDict) -> Wish:
    """From the query string of the page; raises QueryError in words."""
    named = []
    for text in dict.fromkeys(parameters.getlist("on")):
        host, _colon, container = text.removeprefix("container:").partition(":")
        if not host or not container or len(text) > 400 or not text.isprintable():
            raise QueryError(_("“on” names a container as host:id."))
        named.append((host, container))
    if len(named) > MOST_SOURCES:
        raise QueryError(_("At most %s logs can be read together.") % MOST_SOURCES)
    query = parse(parameters, CONTAINERS)
    asked = query.narrowed or not named
    kept = {name for name in parameters if name in (*MEANING, GONE)}
    text = "&".join(f"{name}={value}" for name in sorted(kept) for value in parameters.getlist(name) if value)
    return Wish(tuple(named), query if asked else None, text)


def find_sources(wish: Wish, actor: Actor, followed: Iterable[Source] = ()) -> Found:
    """What there is now, what runs first. `followed` were named before: whoever has their name now is meant too."""
    permissions = Permissions(actor)
    found: dict[tuple[int, str], Source] = {}
    refused: list[tuple[Target, str]] = []
    total = 0
    for host, container in wish.named:
        try:
            target = container_target(host, container)
        except Http404 as missing:
            refused.append((Target("container", None, container, f"{host}:{container}"), str(missing)))
            continue
        if target.host is None or not permissions.may(Capability.CONTAINER_LOGS, target.host):
            refused.append((target, _("You need the role “Viewer” on its host to read its log.")))
            continue
        row = Container.objects.filter(host=target.host, engine_id=target.id).first()
        source = source_of(row, target.host) if row else Source(target, target.label, f"{host}/{target.label}")
        found[source.identity] = source
    rows = _successors(permissions, followed)
    if wish.query is not None:
        query = replace(wish.query, sort="-state", page=1, size=MOST_SOURCES, by_project=False, gone=False)
        page = listing(CONTAINERS, query, permissions)
        total = page.total
        rows += [row for row in page.rows if permissions.may(Capability.CONTAINER_LOGS, row.host)]
    for row in rows:
        source = source_of(row, row.host)
        found.setdefault(source.identity, source)
    if wish.query is not None and wish.query.gone:
        for kept, its_host in removed_logs(wish.query, permissions, MOST_SOURCES):
            source = removed_source(kept, its_host)
            total += source.identity not in found
            found.setdefault(source.identity, source)
    sources = list(found.values())[:MOST_SOURCES]
    sources.sort(key=lambda source: (source.project == "", source.project, source.service, source.name, source.key))
    return Found(sources, max(total, len(found)), refused)


def _successors(permissions: Permissions, followed: Iterable[Source]) -> list[Container]:
    names = {(source.target.host.pk, source.name) for source in followed if source.target.host}
    if not names:
        return []
    hosts = {host.pk: host for host in permissions.hosts(Capability.CONTAINER_LOGS)}
    rows = Container.objects.filter(
        host__in=[pk for pk, _name in names if pk in hosts], name__in=[name for _pk, name in names], gone_at=None
    )
    found = [row for row in rows if (row.host_id, row.name) in names]
    for row in found:
        row.host = hosts[row.host_id]
    return found


def source_of(row: Container, host: Host) -> Source:
    """As the inventory has it."""
    return Source(
        Target("container", host, row.engine_id, row.name),
        row.name or row.engine_id[:12],
        f"{host.name}/{row.name or row.engine_id[:12]}",
        row.project,
        row.service,
        GONE if row.gone_at else row.state,
        row.started_at.isoformat() if row.started_at else "",
    )


def removed_source(kept: KeptLog, host: Host) -> Source:
    """It shares its key with no other container of its name, for it will not go on."""
    target = Target("container", host, kept.engine_id, kept.name)
    key = f"{host.name}/{kept.name}/{kept.engine_id[:12]}"
    return Source(target, kept.name or kept.engine_id[:12], key, kept.project, kept.service, GONE)


def whole_targets(sources: Sequence[Source]) -> list[Target]:
    """With all that is needed to connect to their hosts, which a list leaves out."""
    hosts = Host.objects.in_bulk({each.target.host.pk for each in sources if each.target.host})
    targets = [(each.target, hosts.get(each.target.host.pk)) for each in sources if each.target.host]
    return [Target(target.noun, host, target.id, target.name) for target, host in targets if host]
