"""How busy hosts and containers are: measured while somebody looks, once for all who look, and forgotten soon after."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from django.core.cache import cache

from hosts.access import Grant
from hosts.engine import load as engine
from hosts.engine.errors import EngineError
from hosts.engine.wire import open_wire
from hosts.facts import Noun, Sample
from hosts.models import Container

FRESH_SECONDS = 14.0  # a page asks every 15 s
_SOON_SECONDS = 1.5  # between the first sample and the second; a shorter time says little
_OLD_SECONDS = 60.0  # what a container took on the average of a longer time says nothing of now
_AGAIN_SECONDS = 30.0  # after an engine did not answer
_ENGINE_SECONDS = 8.0
_MOST_CONTAINERS = 200  # of one host
_HOSTS_AT_ONCE = 12
_COUNTS = ("memory", "limit", "counted", "running")
USING = ("running", "paused")  # states of containers that take something

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Load:
    """`cores` is the CPU time taken a second; None after a first sample, which tells memory alone. `known` is False
    when the engine did not answer. `counted` of `running` containers were sampled."""

    at: float
    known: bool = True
    cores: float | None = None
    memory: int = 0
    limit: int = 0
    counted: int = 0
    running: int = 0
    samples: dict[str, Sample] = field(default_factory=dict)

    @property
    def due(self) -> bool:
        rest = FRESH_SECONDS if self.cores is not None else _SOON_SECONDS if self.known else _AGAIN_SECONDS
        return not 0 <= time.time() - self.at < rest


def last(hosts: Iterable[int], container: str = "") -> dict[int, Load]:
    """What was measured last, by the key of the host; of the host itself, or of that container of it."""
    keys = {_key(host, container): host for host in hosts}
    found = cache.get_many(list(keys))
    return {keys[key]: load for key, value in found.items() if (load := _unpacked(value))}


def measure(grants: Sequence[Grant]) -> None:
    """Ask the engines anew, unless somebody else does so at this moment. Each grant is for a host or a container."""
    mine = [each for each in grants if cache.add(f"{_key_of(each)}:asking", 1, timeout=int(_ENGINE_SECONDS) + 4)]
    if not mine:
        return
    found = cache.get_many([_key_of(each) for each in mine])
    before = {key: load for key, value in found.items() if (load := _unpacked(value))}
    using = _using([each for each in mine if each.target.noun != Noun.CONTAINER])
    ids = {
        _key_of(each): [each.target.id] if each.target.noun == Noun.CONTAINER else using.get(each.host.pk, [])
        for each in mine
    }
    try:
        measured = async_to_sync(_measure_all)(mine, ids, before)
        cache.set_many({key: _packed(load) for key, load in measured.items()}, timeout=int(_OLD_SECONDS))
    finally:
        cache.delete_many([f"{_key_of(each)}:asking" for each in mine])


def _using(grants: Iterable[Grant]) -> dict[int, list[str]]:
    """The containers that take something, by the key of their host."""
    rows = Container.objects.filter(host__in=[each.host.pk for each in grants], gone_at=None, state__in=USING)
    found: dict[int, list[str]] = {}
    for host, container in rows.order_by("pk").values_list("host_id", "engine_id"):
        found.setdefault(host, []).append(container)
    return found


async def _measure_all(grants: Sequence[Grant], ids: dict[str, list[str]], before: dict[str, Load]) -> dict[str, Load]:
    turn = asyncio.Semaphore(_HOSTS_AT_ONCE)

    async def one(grant: Grant) -> Load:
        key = _key_of(grant)
        async with turn:
            return await _measure(grant, ids[key], before.get(key))

    return dict(zip(map(_key_of, grants), await asyncio.gather(*map(one, grants)), strict=True))


async def _measure(grant: Grant, ids: list[str], before: Load | None) -> Load:
    try:
        async with asyncio.timeout(_ENGINE_SECONDS), open_wire(grant) as wire:
            found = await engine.samples(wire, ids[:_MOST_CONTAINERS], seconds=_ENGINE_SECONDS - 1)
    except (EngineError, TimeoutError) as error:
        log.info("load not measured", host=grant.host.name, reason=str(error))
        return Load(time.time(), known=False)
    if ids and not found:
        return Load(time.time(), known=False)
    return summed(found, before.samples if before and before.known else {}, len(ids))


def summed(now: dict[str, Sample], before: dict[str, Sample], running: int) -> Load:
    """All containers together. One that was not there before counts for its memory alone, until the next time."""
    shares = [share for name, one in now.items() if (share := _share(one, before.get(name))) is not None]
    return Load(
        at=time.time(),
        cores=sum(shares) if shares or not now else None,
        memory=sum(one.memory for one in now.values()),
        limit=max((one.limit for one in now.values()), default=0),
        counted=len(now),
        running=running,
        samples=now,
    )


def _share(now: Sample, before: Sample | None) -> float | None:
    """CPU seconds a second; None where the two samples say nothing: too near, too far, or of different runs."""
    if before is None or now.cpu < before.cpu:
        return None
    passed = (now.at - before.at).total_seconds()
    if not _SOON_SECONDS / 2 <= passed <= _OLD_SECONDS:
        return None
    return (now.cpu - before.cpu) / 1e9 / passed


def _key_of(grant: Grant) -> str:
    return _key(grant.host.pk, grant.target.id if grant.target.noun == Noun.CONTAINER else "")


def _key(host: int, container: str) -> str:
    return f"load-2:{host}:{container}"  # another number when Load has another shape


def _packed(load: Load) -> dict[str, Any]:
    samples = {name: [one.at.isoformat(), one.cpu, one.memory, one.limit] for name, one in load.samples.items()}
    return {**{name: getattr(load, name) for name in (*_COUNTS, "at", "known", "cores")}, "samples": samples}


def _unpacked(value: Any) -> Load | None:
    """None for what is no load: the cache may say anything, for others may reach it."""
    try:
        counts = {name: _count(value[name]) for name in _COUNTS}
        cores = value["cores"] if value["cores"] is None else _number(value["cores"])
        samples = {str(name): _sample(*each) for name, each in value["samples"].items()}
        return Load(at=_number(value["at"]), known=value["known"] is True, cores=cores, samples=samples, **counts)
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError):
        return None


def _sample(at: Any, cpu: Any, memory: Any, limit: Any) -> Sample:
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return Sample(moment.astimezone(UTC), _count(cpu), _count(memory), _count(limit))


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError("no count")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value < 1e12:
        raise ValueError("no number")
    return float(value)
