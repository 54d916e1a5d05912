"""Keeps the mirror in SQL: what the engine told goes in, only what differs is written, and what is gone stays a while.

Nothing here speaks to an engine except `refresh`, and that outside of any transaction.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.utils import timezone

from hosts import facts
from hosts.engine.errors import NotFound
from hosts.facts import Noun, Thing
from hosts.inventory.write_facts import ROWS, as_json, columns, links, masked
from hosts.models import Container, Host, Link, Row, masker

if TYPE_CHECKING:
    from hosts.engine.connect import Engine

_T = TypeVar("_T")

KEPT_WHEN_GONE = timedelta(days=14)
_CHUNK = 400
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one engine has. A noun that is missing in `present` was not asked for and stays as it is.

    `present` holds the ids of everything there is, `things` the facts that are to be written.
    """

    present: Mapping[Noun, frozenset[str]] = field(default_factory=dict)
    things: Mapping[Noun, tuple[Thing, ...]] = field(default_factory=dict)


def sync(host: Host, snapshot: Snapshot) -> set[Noun]:
    """Make the rows of a host equal to the snapshot; gives back the nouns in which anything changed."""
    changed = set()
    for noun, present in snapshot.present.items():
        written = apply(host, noun, snapshot.things.get(noun, ()))
        missing = [engine_id for engine_id in _alive(host, noun) if engine_id not in present]
        if written + mark_gone(host, noun, missing):
            changed.add(noun)
    return changed


def apply(host: Host, noun: Noun, things: Thing | Iterable[Thing]) -> int:
    """Write the facts that differ from their rows; gives back how many did."""
    # One engine tells an id once; a hostile one twice, which no upsert takes.
    wanted = {thing.id: thing for thing in ([things] if isinstance(things, Thing) else things)}
    return sum(_apply_some(host, noun, dict(some)) for some in _chunks(list(wanted.items())))


def mark_gone(host: Host, noun: Noun, engine_ids: Iterable[str]) -> int:
    """The engine has these no more; gives back how many of them we had."""
    now = timezone.now()
    return sum(
        ROWS[noun]._default_manager.filter(host=host, engine_id__in=some, gone_at=None).update(gone_at=now)
        for some in _chunks(list(engine_ids))
    )


def drop_old(host: Host) -> None:
    """Forget what has been gone for two weeks."""
    before = timezone.now() - KEPT_WHEN_GONE
    for model in ROWS.values():
        model._default_manager.filter(host=host, gone_at__lt=before).delete()


def refresh(engine: Engine, noun: Noun, object_id: str) -> Row | None:
    """Ask the engine for one object and write it down; gives back its row, marked gone when there is no such object."""
    host = engine.grant.host
    try:
        thing = engine.get(noun, object_id).thing
    except NotFound:
        mark_gone(host, noun, [object_id])
    else:
        apply(host, noun, thing)
        object_id = thing.id
    return ROWS[noun]._default_manager.filter(host=host, engine_id=object_id).first()


def to_inspect(host: Host, listed: Iterable[facts.Container], *, after_a_gap: bool) -> list[str]:
    """The ids of listed containers whose rows are missing or differ; `after_a_gap`, when events may have been missed,
    those that run too, for a list does not tell since when. Rows that were masked by other rules differ as well."""
    rows = Container.objects.filter(host=host, gone_at=None).values_list("engine_id", "facts", "masked_by")
    version = masker().version
    # One that was masked again from what was stored is asked for: its text may have to show more than is left of it.
    known = {engine_id: told for engine_id, told, masked_by in rows if masked_by == version}
    return [
        each.id for each in listed if (after_a_gap and each.state != "exited") or _differs(each, known.get(each.id, {}))
    ]


def _differs(listed: facts.Container, known: Mapping[str, Any]) -> bool:
    """Whether the list tells of a change. Ports count only while it runs: `inspect` and a list disagree otherwise."""
    said = as_json(listed)
    if not known:
        return True
    if any(said[name] != known.get(name) for name in ("name", "state", "image_id")):
        return True
    if listed.state == "running" and listed.health != known.get("health"):
        return True
    if listed.exit_code is not None and listed.exit_code != known.get("exit_code"):
        return True
    return {each["network"] for each in said["networks"]} != {each["network"] for each in known["networks"]}


def _apply_some(host: Host, noun: Noun, wanted: dict[str, Thing]) -> int:
    model = ROWS[noun]
    now, rules = timezone.now(), masker()
    with transaction.atomic():
        found = model._default_manager.filter(host=host, engine_id__in=list(wanted))
        told_before = found.values_list("engine_id", "facts", "gone_at", "masked_by")
        known = {each: (said, gone, masked_by) for each, said, gone, masked_by in told_before}
        rows, relink = [], []
        for engine_id, told in wanted.items():
            old, gone, masked_by = known.get(engine_id, ({}, None, ""))
            thing = _with_what_lists_omit(told, old)
            said = as_json(thing)
            if said == old and gone is None and masked_by == rules.version:
                continue
            # The rules may have changed since it was parsed: what is written is masked by those that it names.
            thing = masked(thing, rules)
            said = as_json(thing)
            if said == old and gone is None and masked_by == rules.version:
                continue
            values = columns(noun, thing) | {"masked_by": rules.version}
            row = model(host=host, engine_id=engine_id, facts=said, seen_at=now, gone_at=None, **values)
            rows.append(row)
            if isinstance(thing, facts.Container) and _links_differ(said, old):
                relink.append((row, thing))
        if rows:
            update = [each.name for each in model._meta.concrete_fields if each.name not in ("id", "host", "engine_id")]
            model._default_manager.bulk_create(
                rows, _BATCH, update_conflicts=True, unique_fields=["host", "engine_id"], update_fields=update
            )
        _relink(host, relink)
    return len(rows)


def _with_what_lists_omit(thing: Thing, old: Mapping[str, Any]) -> Thing:
    if isinstance(thing, facts.Image) and not thing.architecture and old:
        return dataclasses.replace(thing, architecture=old.get("architecture", ""), os=old.get("os", ""))
    return thing


def _links_differ(said: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return any(said[name] != old.get(name) for name in ("networks", "mounts"))


def _relink(host: Host, containers: list[tuple[Any, facts.Container]]) -> None:
    if not containers:
        return
    Link.objects.filter(container__in=[row.pk for row, _ in containers]).delete()
    Link.objects.bulk_create(
        [
            Link(host=host, container=row, kind=kind, other_id=other_id, name=name)
            for row, thing in containers
            for kind, other_id, name in links(thing)
        ]
    )


def _alive(host: Host, noun: Noun) -> Iterable[str]:
    return ROWS[noun]._default_manager.filter(host=host, gone_at=None).values_list("engine_id", flat=True)


def _chunks(items: list[_T]) -> Iterable[list[_T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
