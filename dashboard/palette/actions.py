"""The operations that a few words mean: “restart web” and “web restart” are Restart on the container web."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext

from dashboard.pages.allowed import may_on, permissions
from dashboard.pages.lists import is_away
from dashboard.palette.hits import Hit, begins, contains, of_log, of_operation
from dashboard.requests import Request
from hosts.access import Capability
from hosts.inventory.read.every import SPECS
from hosts.inventory.read.search import matching
from hosts.models import Host, Row
from hosts.operations.base import Operation, every, find, offered_for

# What makes something: on a host, and of the console's own. No row has a button for it.
ON_A_HOST = ("image.pull", "network.create", "volume.create")
OF_THE_CONSOLE = ("host.add", "person.add", "registry.add", "registry.allow", "history.keep", "redaction.add")
MOST, LEAST_LETTERS = 8, 2
LOGS = "logs"
Candidates = Callable[[str], list[Row]]


def actions(request: Request, words: Sequence[str], recent: Candidates) -> list[Hit]:
    """`recent` gives the objects of a noun that were opened lately: what is meant where no object is named."""
    found: list[Hit] = _of_the_console(request, words)
    rows: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
    for operation in _on_objects():
        rest = _rest(words, operation)
        if rest is None:
            continue
        noun = operation.noun
        if (noun, rest) not in rows:
            rows[noun, rest] = _things(request, noun, rest, recent)
        found += [
            of_operation(operation, noun, thing) for thing in rows[noun, rest] if _possible(request, operation, thing)
        ]
    return found + _logs(request, words, rows, recent)


def on_row(request: Request, noun: str, row: Row | Host, words: Sequence[str] = ()) -> list[Hit]:
    """Everything that can be done with one object now, its log first."""
    host = row if isinstance(row, Host) else row.host
    may = may_on(request, host)
    offered = offered_for(noun, row, may)
    if isinstance(row, Host):
        made = [find(name) for name in ON_A_HOST]
        offered = [each for each in made if each and may(each.capability) and not is_away(host)] + offered
    elif is_away(host):
        offered = []
    reads = noun == "container" and isinstance(row, Row) and may(Capability.CONTAINER_LOGS)
    hits = [replace(of_log(row), name=gettext("Logs"))] if reads and isinstance(row, Row) else []
    hits += [replace(of_operation(operation, noun, row), name=str(operation.label)) for operation in offered]
    return [replace(hit, detail="", host="") for hit in hits if contains(words, hit.name)]


def one(request: Request, name: str, noun: str, thing: Row | Host) -> Hit | None:
    """The operation of that name on that object, where it is possible."""
    if name == LOGS and isinstance(thing, Row) and noun == "container":
        return of_log(thing) if may_on(request, thing.host)(Capability.CONTAINER_LOGS) else None
    operation = find(name)
    if operation is None or operation.noun != noun or not _possible(request, operation, thing):
        return None
    return of_operation(operation, noun, thing) if operation in _on_objects() else None


def of_the_console(request: Request, name: str) -> Hit | None:
    operation = find(name) if name in OF_THE_CONSOLE else None
    if operation is None or not permissions(request).may(operation.capability):
        return None
    url = reverse("do", args=[operation.name])
    return Hit(operation.name, url, str(operation.label), operation.icon, asks=True)


def _of_the_console(request: Request, words: Sequence[str]) -> list[Hit]:
    hits = [of_the_console(request, name) for name in OF_THE_CONSOLE]
    return [hit for hit in hits if hit and begins(words, f"{hit.name} {hit.key.partition('.')[0]}")]


def _logs(request: Request, words: Sequence[str], rows: dict[Any, list[Any]], recent: Candidates) -> list[Hit]:
    name = gettext("Logs").lower()
    rest = tuple(word for word in words if len(word) < LEAST_LETTERS or not name.startswith(word))
    if len(rest) == len(words):
        return []
    listed = rows.get(("container", rest))
    if listed is None:
        listed = _things(request, "container", rest, recent)
    return [of_log(row) for row in listed if may_on(request, row.host)(Capability.CONTAINER_LOGS)]


@lru_cache(1)
def _on_objects() -> tuple[Operation, ...]:
    """Not a constant, for the registry fills later."""
    nouns = set(SPECS)
    return tuple(each for each in every() if each.noun in nouns and (each.listed or each.name in ON_A_HOST))


def _rest(words: Sequence[str], operation: Operation) -> tuple[str, ...] | None:
    """The words that do not name the operation; None when none does."""
    label, nouns = _spoken(get_language(), operation)
    named = [word for word in words if len(word) >= LEAST_LETTERS and any(each.startswith(word) for each in label)]
    if not named:
        return None
    return tuple(word for word in words if word not in named and word not in nouns)


@lru_cache(512)
def _spoken(_language: str | None, operation: Operation) -> tuple[frozenset[str], frozenset[str]]:
    verb = operation.name.partition(".")[2]
    return frozenset({*str(operation.label).lower().split(), verb}), frozenset({operation.noun, f"{operation.noun}s"})


def _things(request: Request, noun: str, words: Sequence[str], recent: Candidates) -> list[Any]:
    if noun == "host":
        return [host for host in permissions(request).hosts() if contains(words, host.name)][:MOST]
    known = [row for row in recent(noun) if contains(words, row.name)]
    if not words and noun != "container":
        return known  # no object is named, and these are rarely meant: no query for a guess
    seen = {row.pk for row in known}
    found = matching(SPECS[noun], words, permissions(request), MOST)
    return [*known, *(row for row in found if row.pk not in seen)][:MOST]


def _possible(request: Request, operation: Operation, thing: Row | Host) -> bool:
    """May this person, does it make sense now, and is the host there to do it?"""
    host = thing if isinstance(thing, Host) else thing.host
    if not permissions(request).may(operation.capability, host):
        return False
    if operation.name in ON_A_HOST:
        return not is_away(host)
    return operation.offered(thing) and (isinstance(thing, Host) or not is_away(host))
