"""Which logs does somebody want to read together? Those named, or whatever a query of the list of containers finds."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from dashboard.live.opening import container_on
from dashboard.pages.errors import Missing
from hosts.access import Actor, Capability, Permissions, Target
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.lists import listing
from hosts.inventory.read.query import Query, QueryError, parse
from hosts.inventory.read.removed import removed_logs
from hosts.lines.redaction import Redactor
from hosts.models import Container, Host, KeptLog, redactor
from hosts.operations.recording import record_readings

MOST_SOURCES = 100
# The parameters that say which containers are meant.
MEANING = ("q", "host", "on", *(each.name for each in CONTAINERS.filters))
# With those that are gone and whose lines were kept, as in the list of containers.
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Wish:
    """`named` are (host, container) pairs; `query` is None when only these are wanted.

    `pairs` are the names and values that were asked for, the names in their order.
    """

    named: tuple[tuple[str, str], ...]
    query: Query | None
    pairs: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The same for the same wish only."""
        return "&".join(f"{name}={_escaped(value)}" for name, value in self.pairs)

    def recorded(self, hides: Redactor, host: Host | None = None) -> str:
        """As the trail keeps it: whole, and what looks like a credential is masked as it is in logs.

        With what is on one host only that host is named, for the record is read by who may not see others.
        """
        pairs = [(name, value if host is None else _of_host(name, value, host)) for name, value in self.pairs]
        text = "&".join(f"{name}={_escaped(hides.mask_text(value)[0])}" for name, value in pairs)
        return text or _("everything")


def _of_host(name: str, value: str, host: Host) -> str:
    named = value.removeprefix("container:").partition(":")[0] if name == "on" else value
    return "…" if name == "hosts" or (name in ("on", "host") and named.strip() != host.name) else value


def _escaped(value: str) -> str:
    """Legible in the trail, and no value can be taken for two."""
    return value.replace("%", "%25").replace("&", "%26")


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
    pairs = tuple((name, value) for name in sorted(kept) for value in parameters.getlist(name) if value)
    return Wish(tuple(named), query if asked else None, pairs)


def find_sources(wish: Wish, actor: Actor, followed: Iterable[Source] = ()) -> Found:
    """What there is now, what runs first. `followed` were named before: whoever has their name now is meant too."""
    permissions = Permissions(actor)
    found: dict[tuple[int, str], Source] = {}
    targets, refused = _named(wish, permissions)
    total = 0
    for target in targets:
        row = Container.objects.filter(host=target.host, engine_id=target.id).first()
        source = source_of(row, target.host) if row and target.host else _unlisted(target)
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


def _named(wish: Wish, permissions: Permissions) -> tuple[list[Target], list[tuple[Target, str]]]:
    """The containers that are named and may be read. A hidden one is refused as one that never was."""
    hosts = {host.name: host for host in Host.objects.filter(name__in={host for host, _container in wish.named})}
    visible = {host.pk for host in permissions.hosts(Capability.CONTAINER_LOGS)}
    targets, refused = [], []
    for host_name, container in wish.named:
        host = hosts.get(host_name)
        try:
            if host is None or host.pk not in visible:
                raise Missing(_("There is no host “%s”, or you may not see it.") % host_name[:63])
            targets.append(container_on(host, container))
        except Http404 as missing:
            refused.append((Target("container", host, container, f"{host_name}:{container}"), str(missing)))
    return targets, refused


def _unlisted(target: Target) -> Source:
    """Of a container that the inventory does not have yet."""
    return Source(target, target.label, f"{target.host.name if target.host else ''}/{target.label}")


@contextlib.contextmanager
def refusal_recorded(actor: Actor, wish: Wish, action: str = "") -> Iterator[None]:
    """Where the query names a host that is hidden or never was, the trail has that too."""
    try:
        yield
    except QueryError as error:
        inputs = {"query": wish.recorded(redactor())}
        refused = [(Target("container", name=_("%s objects") % 0), str(error))]
        record_readings(actor, Capability.CONTAINER_LOGS, [], inputs, refused, action=action)
        raise


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
