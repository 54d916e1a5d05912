"""Brings an engine's objects into the inventory: all of them, or the few that were touched."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from hosts import nudges
from hosts.engine import looking
from hosts.engine.wire import Wire
from hosts.facts import EngineInfo, Noun, Thing
from hosts.inventory import write
from hosts.models import Host
from hosts.watch import states
from hosts.watch.database import in_database
from hosts.watch.keep import keeper
from hosts.watch.touched import Batch


@dataclass(slots=True)
class Mirror:
    """One host's, over one connection."""

    host: Host
    wire: Wire

    async def bring_all(self, *, after_a_gap: bool) -> EngineInfo:
        """The full sync: one list a noun, and a look at each container that differs from its row.

        `after_a_gap` says that events may have been missed.
        """
        info = await looking.info(self.wire)
        listed = await looking.list_containers(self.wire)
        wanted = await in_database(write.to_inspect, self.host, listed, after_a_gap=after_a_gap)
        containers, gone = await looking.inspect(self.wire, Noun.CONTAINER, wanted)
        lists: dict[Noun, tuple[Thing, ...]] = {
            Noun.IMAGE: tuple(await looking.list_images(self.wire)),
            Noun.NETWORK: tuple(await looking.list_networks(self.wire)),
            Noun.VOLUME: tuple(await looking.list_volumes(self.wire)),
        }
        present = {noun: frozenset(thing.id for thing in things) for noun, things in lists.items()}
        present[Noun.CONTAINER] = frozenset(each.id for each in listed) - frozenset(gone)
        snapshot = write.Snapshot(present, {**lists, Noun.CONTAINER: tuple(containers)})
        await self._nudge(await in_database(self._write_all, snapshot, info))
        return info

    @transaction.atomic
    def _write_all(self, snapshot: write.Snapshot, info: EngineInfo) -> set[Noun]:
        changed = write.sync(self.host, snapshot)
        write.drop_old(self.host)
        states.synced(self.host.pk, info)
        return changed

    async def bring(self, batch: Batch) -> None:
        """Look at each touched object once, write what differs, and say so."""
        found: dict[Noun, list[Thing]] = {}
        gone: dict[Noun, list[str]] = {}
        for noun, ids in batch.ids.items():
            found[noun], gone[noun] = await looking.inspect(self.wire, noun, ids)
        images = tuple(await looking.list_images(self.wire)) if batch.images else None
        await self._nudge(await in_database(self._write_some, batch, found, gone, images))

    @transaction.atomic
    def _write_some(
        self,
        batch: Batch,
        found: dict[Noun, list[Thing]],
        gone: dict[Noun, list[str]],
        images: tuple[Thing, ...] | None,
    ) -> set[Noun]:
        changed = set()
        if images is not None:
            present = {Noun.IMAGE: frozenset(image.id for image in images)}
            changed |= write.sync(self.host, write.Snapshot(present, {Noun.IMAGE: images}))
        for noun, things in found.items():
            if write.apply(self.host, noun, things) + write.mark_gone(self.host, noun, gone[noun]):
                changed.add(noun)
        if batch.events:
            states.keep_events(self.host, tuple(batch.events))
        return changed

    async def _nudge(self, changed: set[Noun]) -> None:
        if Noun.CONTAINER in changed:
            keeper.look_soon()
        for noun in changed:
            await nudges.asend(f"host.{self.host.pk}", noun)
