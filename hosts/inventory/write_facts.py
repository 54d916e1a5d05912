"""How does a fact stand in its row? The JSON of it, the columns to filter and sort by, the text to search."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hosts import facts, models
from hosts.engine.errors import cut
from hosts.facts import Noun, Thing
from hosts.lines.masker import Masker

HAYSTACK_LIMIT = 8 << 10
ROWS: dict[Noun, type[models.Row]] = {
    Noun.CONTAINER: models.Container,
    Noun.IMAGE: models.Image,
    Noun.NETWORK: models.Network,
    Noun.VOLUME: models.Volume,
}
_PROJECT = ("com.docker.compose.project", "com.docker.stack.namespace")
_SERVICE = ("com.docker.compose.service", "com.docker.swarm.service.name")


def as_json(value: Any) -> Any:
    """A fact as JSON: dataclasses as objects, tuples as lists, times as ISO texts."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def columns(noun: Noun, thing: Thing) -> dict[str, Any]:
    """Every column of the row except host, times of seeing and `facts`; each fits its width."""
    labels = dict(thing.labels)
    own = _OWN[noun](thing)
    return {
        "name": cut(thing.name, 255),
        "project": cut(_first(labels, _PROJECT), 255),
        "service": cut(_first(labels, _SERVICE), 255),
        "labels": labels,
        "haystack": haystack(thing),
        "created_at": thing.created,
        **own,
    }


def haystack(thing: Thing) -> str:
    """The lower-case text that a search looks through."""
    return _joined([thing.name, thing.id, *_more_words(thing)], thing.labels)


def masked(thing: Thing, masker: Masker) -> Thing:
    """The fact with its free text as these rules leave it."""
    told: dict[str, Any] = {"labels": {name: masker.value(name, each) for name, each in thing.labels.items()}}
    if isinstance(thing, facts.Container):
        told |= {"command": masker.text(thing.command), "error": masker.text(thing.error)}
    if isinstance(thing, facts.Volume):
        told["options"] = {name: masker.value(name, each) for name, each in thing.options.items()}
    return dataclasses.replace(thing, **told)


def masked_again(noun: Noun, masker: Masker, row: models.Row) -> dict[str, Any]:
    """The columns of a stored row in which these rules may hide more."""
    told: dict[str, Any] = row.hidden("facts", row.facts, masker)
    labels = row.hidden("labels", row.labels, masker)
    return {
        "facts": told,
        "labels": labels,
        "project": cut(_first(labels, _PROJECT), 255),
        "service": cut(_first(labels, _SERVICE), 255),
        "haystack": _joined([row.name, row.engine_id, *_stored_words(noun, told)], labels),
    }


def links(container: facts.Container) -> list[tuple[str, str, str]]:
    """The networks and named volumes that a container uses, as (kind, other_id, name), each once."""
    networks = [
        (models.LinkKind.NETWORK.value, each.network_id or each.network, each.network) for each in container.networks
    ]
    volumes = [
        (models.LinkKind.VOLUME.value, cut(mount.source, 255), cut(mount.source, 255))
        for mount in container.mounts
        if mount.kind == "volume" and mount.source
    ]
    return list(dict.fromkeys(networks + volumes))


def _first(labels: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((labels[name] for name in names if labels.get(name)), "")


def _joined(words: list[str], labels: Mapping[str, str]) -> str:
    words += [f"{key}={value}" for key, value in labels.items()]
    return cut("\n".join(words).lower(), HAYSTACK_LIMIT)


def _stored_words(noun: Noun, told: Mapping[str, Any]) -> list[str]:
    """As `_more_words`, of a fact as JSON."""
    if noun is Noun.CONTAINER:
        ports = (str(facts.Port(**each)) for each in told.get("ports", ()))
        return [told.get("image", ""), *ports, *(each["network"] for each in told.get("networks", ()))]
    names = {Noun.IMAGE: ("tags", "digests"), Noun.NETWORK: ("subnets",)}.get(noun, ())
    return [str(each) for name in names for each in told.get(name, ())] or [str(told.get("mountpoint", ""))]


def _more_words(thing: Thing) -> list[str]:
    if isinstance(thing, facts.Container):
        return [thing.image, *map(str, thing.ports), *(each.network for each in thing.networks)]
    if isinstance(thing, facts.Image):
        return [*thing.tags, *thing.digests]
    return list(thing.subnets) if isinstance(thing, facts.Network) else [thing.mountpoint]


def _container(thing: Any) -> dict[str, Any]:
    return {
        "image": thing.image,
        "image_id": thing.image_id,
        "state": thing.state,
        "health": thing.health,
        "exit_code": thing.exit_code,
        "restarts": max(0, thing.restarts),
        "started_at": thing.started,
        "finished_at": thing.finished,
        "ports": cut(", ".join(map(str, thing.ports)), 1024),
    }


def _image(thing: Any) -> dict[str, Any]:
    return {"tags": list(thing.tags), "size": thing.size, "dangling": not thing.tags}


def _network(thing: Any) -> dict[str, Any]:
    return {
        "driver": thing.driver,
        "scope": thing.scope,
        "subnets": cut(", ".join(thing.subnets), 255),
        "internal": thing.internal,
        "predefined": thing.predefined,
    }


def _volume(thing: Any) -> dict[str, Any]:
    return {"driver": thing.driver, "scope": thing.scope, "mountpoint": thing.mountpoint}


_OWN: dict[Noun, Callable[[Any], dict[str, Any]]] = {
    Noun.CONTAINER: _container,
    Noun.IMAGE: _image,
    Noun.NETWORK: _network,
    Noun.VOLUME: _volume,
}
