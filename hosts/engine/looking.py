"""Looks at an engine on asyncio: what is it, what does it have, how is this one object now? The watcher's eyes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import structlog

from hosts.engine.errors import BadAnswer, Invalid, NotFound, TimedOut
from hosts.engine.names import object_id
from hosts.engine.parse import containers, fields, images, networks, system, volumes
from hosts.engine.wire import Wire
from hosts.facts import Container, EngineInfo, Image, Network, Noun, Thing, Volume

# More at once would be felt by everybody else who talks to this engine.
_AT_ONCE = 6
_LIST_SECONDS = 60.0

log = structlog.get_logger(__name__)

_ONE: dict[Noun, tuple[str, Callable[[Any], Thing]]] = {
    Noun.CONTAINER: ("/containers/{}/json", containers.from_inspect),
    Noun.NETWORK: ("/networks/{}", networks.network),
    Noun.VOLUME: ("/volumes/{}", volumes.volume),
}


async def info(wire: Wire) -> EngineInfo:
    return system.info(await wire.json("/info"), await wire.json("/version"))


async def list_containers(wire: Wire) -> list[Container]:
    """All of them, as far as a list tells."""
    return fields.facts(
        await wire.json("/containers/json", {"all": "1"}, timeout=_LIST_SECONDS, is_list=True), containers.from_list
    )


async def list_images(wire: Wire) -> list[Image]:
    return fields.facts(await wire.json("/images/json", timeout=_LIST_SECONDS, is_list=True), images.from_list)


async def list_networks(wire: Wire) -> list[Network]:
    return fields.facts(await wire.json("/networks", timeout=_LIST_SECONDS, is_list=True), networks.network)


async def list_volumes(wire: Wire) -> list[Volume]:
    return volumes.volumes(await wire.json("/volumes", timeout=_LIST_SECONDS, is_list=True))


async def inspect(wire: Wire, noun: Noun, ids: Iterable[str]) -> tuple[list[Thing], list[str]]:
    """The objects as they are now, and the ids of those that are no more; what cannot be read is in neither."""
    path, read = _ONE[noun]
    turn = asyncio.Semaphore(_AT_ONCE)
    found: list[Thing] = []
    gone: list[str] = []

    async def one(object_name: str) -> None:
        async with turn:
            try:
                found.append(read(await wire.json(path.format(quote(object_id(object_name), safe="")))))
            except NotFound:
                gone.append(object_name)
            except (BadAnswer, Invalid, TimedOut) as error:
                # One object that is locked for long does not make an engine dead; that is for the ping to find.
                log.warning("object not read", noun=str(noun), object=object_name[:80], reason=error.sentence)

    await asyncio.gather(*(one(each) for each in ids))
    return found, gone
