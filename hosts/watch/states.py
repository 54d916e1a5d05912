"""Writes what the watcher learns about a host itself: its state and since when, which engine answers, what happened."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from hosts.engine.errors import AddressError, ChangedEngine, EngineError, Refused, TooOld
from hosts.facts import EngineEvent, EngineInfo
from hosts.inventory.write_facts import as_json
from hosts.models import Host, HostEvent, HostState

EVENTS_KEPT = 500


def state_of(error: EngineError) -> HostState:
    """The state that a failed attempt puts a host into."""
    if isinstance(error, ChangedEngine):
        return HostState.CHANGED
    return HostState.REFUSED if isinstance(error, Refused | TooOld | AddressError) else HostState.DOWN


def set_state(host_pk: int, state: HostState, reason: str = "") -> bool:
    """Whether anything changed; `state_since` stands for as long as the state does."""
    mine = Host.objects.filter(pk=host_pk, enabled=state != HostState.DISABLED)
    values = {"state": state, "state_reason": reason, "state_since": timezone.now()}
    if mine.exclude(state=state).update(**values):
        return True
    return bool(mine.exclude(state_reason=reason).update(state_reason=reason))


def meet(host_pk: int, info: EngineInfo) -> str:
    """Note which engine answers, trust the first one, and give back the id of the one that is trusted."""
    Host.objects.filter(pk=host_pk, engine_id="").update(engine_id=info.id)
    Host.objects.filter(pk=host_pk).exclude(seen_engine_id=info.id).update(seen_engine_id=info.id)
    return Host.objects.filter(pk=host_pk).values_list("engine_id", flat=True).get()


def changed_engine(info: EngineInfo) -> ChangedEngine:
    return ChangedEngine(
        _("Another engine answers at this address (%(name)s, %(id)s). Nothing is changed on it until you confirm it.")
        % {"name": info.name, "id": info.id}
    )


def synced(host_pk: int, info: EngineInfo) -> None:
    Host.objects.filter(pk=host_pk).update(info=as_json(info), synced_at=timezone.now())


def keep_events(host: Host, events: Sequence[EngineEvent]) -> None:
    """Add to the host's last events; the oldest beyond 500 go."""
    HostEvent.objects.bulk_create(
        [
            HostEvent(host=host, at=event.at, kind=event.kind, action=event.action, engine_id=event.id, name=event.name)
            for event in events[-EVENTS_KEPT:]
        ]
    )
    mine = HostEvent.objects.filter(host=host).order_by("-pk")
    oldest_kept = mine.values_list("pk", flat=True)[EVENTS_KEPT - 1 : EVENTS_KEPT].first()
    if oldest_kept is not None:
        mine.filter(pk__lt=oldest_kept).delete()
