"""Which logs are searched? What engines have, what is kept, and of a log that is both, each part once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from dashboard.live.search_wish import SearchWish
from dashboard.live.wish import Source, find_sources, source_of
from dashboard.pages.lists import is_away
from hosts import history
from hosts.access import Actor, Capability, Permissions, Target
from hosts.history.reach import Reach, reaches
from hosts.inventory.read.containers import CONTAINERS
from hosts.inventory.read.filters import labelled
from hosts.inventory.read.lists import chosen_hosts, listing
from hosts.inventory.read.query import Query
from hosts.lines.redaction import Redactor
from hosts.models import Container, Host
from hosts.streams.backwards import Backwards
from hosts.streams.looking_back import EngineFeed, Feed, KeptFeed, connect_for
from hosts.streams.sift import Sift

# So many containers are searched on engines; of kept logs all that match.
MOST_LOGS = 1_000
_SECOND = 1_000_000_000
# What a kept log knows of its container.
_KNOWN = frozenset(("project", "service", "hosts", "label"))


@dataclass(slots=True)
class Looked:
    """The logs that are searched, by number; `kept` are those that the console keeps, by the same numbers."""

    sources: list[Source] = field(default_factory=list)
    kept: dict[int, history.Source] = field(default_factory=dict)
    refused: list[tuple[Target, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def targets(self) -> list[Target]:
        return [source.target for source in self.sources]


def find_logs(asked: SearchWish, actor: Actor, most: int = MOST_LOGS) -> Looked:
    """What there is now that this person may read; raises QueryError for a host that is none.

    At most so many containers that engines have; of kept logs all that match.
    """
    permissions, looked = Permissions(actor), Looked()
    numbers: dict[tuple[int, str], int] = {}

    def add(source: Source) -> int:
        if source.identity not in numbers:
            numbers[source.identity] = len(looked.sources)
            looked.sources.append(source)
        return numbers[source.identity]

    if asked.wish.named:
        named = find_sources(replace(asked.wish, query=None), actor)
        looked.refused = named.refused
        for source in named.sources:
            add(source)
    if asked.wish.query is not None:
        for row in _rows(asked.wish.query, asked.since, most, permissions, looked):
            add(source_of(row, row.host))
    for kept in _kept(asked, actor, permissions, looked):
        host = next(host for host in permissions.hosts(Capability.CONTAINER_LOGS) if host.pk == kept.host_id)
        looked.kept[add(_removed(kept, host))] = kept
    return looked


def _rows(query: Query, since: int | None, most: int, permissions: Permissions, looked: Looked) -> list[Container]:
    query = replace(query, sort="-state", page=1, size=most, by_project=False)
    page = listing(CONTAINERS, query, permissions)
    if page.total > most:
        words = {"total": page.total, "most": most}
        looked.notes.append(_("%(total)s containers match; the first %(most)s are searched. Ask for less.") % words)
    rows = [row for row in page.rows if permissions.may(Capability.CONTAINER_LOGS, row.host)]
    return [row for row in rows if not _was_over(row, since)]


def _was_over(row: Container, since: int | None) -> bool:
    """Whether it has said nothing since then: it had ended."""
    if since is None or row.state not in ("exited", "dead") or row.finished_at is None:
        return False
    # A host's clock may be a little off.
    return row.finished_at.timestamp() + 60 < since / _SECOND


def _kept(asked: SearchWish, actor: Actor, permissions: Permissions, looked: Looked) -> list[history.Source]:
    ids = [source.target.id for source in looked.sources]
    where = Q(engine_id__in=ids)
    query = asked.wish.query
    if query is not None and not set(query.chosen) - _KNOWN:
        hosts = chosen_hosts(permissions.hosts(Capability.CONTAINER_LOGS), query.hosts)
        where |= Q(host__in=[host.pk for host in hosts]) & _named_so(query)
    return history.sources(actor, where=where)


def _named_so(query: Query) -> Q:
    found = Q()
    for word in query.q.split():
        found &= (
            Q(name__icontains=word)
            | Q(project__icontains=word)
            | Q(service__icontains=word)
            | Q(engine_id__startswith=word.lower())
        )
    for name in ("project", "service"):
        if name in query.chosen:
            found &= Q(**{f"{name}__in": query.chosen[name]})
    if "hosts" in query.chosen:
        found &= Q(host__groups__name__in=query.chosen["hosts"])
    return found & labelled(query.chosen["label"]) if "label" in query.chosen else found


def _removed(kept: history.Source, host: Host) -> Source:
    """A log of which only the kept lines may be left; one that is among the others is that."""
    target = Target("container", host, kept.container, kept.name)
    return Source(target, kept.name, f"{host.name}/{kept.name}", kept.project, kept.service, "gone")


def feeds(looked: Looked, asked: SearchWish, actor: Actor, hides: Redactor) -> list[Feed]:
    """What is to be looked through, and in the notes of `looked` what cannot be."""
    reach = reaches(looked.kept.values())
    found: list[Feed] = []
    away: set[str] = set()
    for number, source in enumerate(looked.sources):
        host = source.target.host
        if host is None or source.state == "gone":
            continue
        if is_away(host):
            away.add(host.name)
            continue
        kept = reach.get(looked.kept[number].pk) if number in looked.kept else None
        for since, until in _on_the_engine(asked, kept):
            sift = Sift(asked.filter, hides, source.name, since, until)
            reader = Backwards(connect_for(actor, source.target), source.target.id, sift, since, until)
            found.append(EngineFeed(number, reader))
    for name in sorted(away):
        looked.notes.append(_("%s does not answer: of its logs only kept lines are searched.") % name)
    if looked.kept:
        found.append(_kept_feed(looked, asked, hides))
    return found


def _on_the_engine(asked: SearchWish, kept: Reach | None) -> Iterator[tuple[int | None, int | None]]:
    """The parts of a log, from when to when, that only its engine has."""
    if kept is None:
        yield asked.since, asked.until
        return
    if asked.until is None or asked.until > kept.last:
        yield max(asked.since or 0, kept.last), asked.until
    if kept.dropped and (asked.since is None or asked.since < kept.first):
        yield asked.since, min(asked.until or kept.first + 1, kept.first + 1)


def _kept_feed(looked: Looked, asked: SearchWish, hides: Redactor) -> KeptFeed:
    sources = list(looked.kept.values())
    return KeptFeed(
        lambda room: history.sift(sources, asked.filter, hides, asked.since, asked.until, most=room),
        {kept.pk: number for number, kept in looked.kept.items()},
        Sift(asked.filter, hides),
    )


def shown_moment(at: int | None) -> str | None:
    """As the messages have it, in whole seconds."""
    return None if at is None else datetime.fromtimestamp(at // _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
