"""Was the same refused a moment ago? Then it is counted, so that nobody fills the trail by being refused.

The first refusal is recorded by itself. What the same actor is refused within a minute of it, by the same operation on
the same host and for the same reason, is counted in a row of the database, and goes into the trail as one record with
its number: at the first refusal after that minute, or by the sweep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hosts.access import Actor, ActorKind, Target
from hosts.models import Host, RefusalTally

WINDOW = timedelta(minutes=1)
_NAMES = 50


def counted(
    actor: Actor,
    action: str,
    capability: str,
    targets: list[Target],
    reason: str,
    write: Callable[[RefusalTally], None],
    *,
    kind: str = "",
) -> bool:
    """Count it and say True, or say False: then it is to be recorded, in the same transaction.

    `write` records what was counted in a minute that is over. `kind` stands for the reason where that names the input.
    """
    fresh = _fresh(actor, action, capability, targets, reason)
    words = (actor.kind, actor.name, actor.user_id, action, fresh["host_id"], kind or reason)
    key = hashlib.sha256(repr(words).encode()).hexdigest()
    tally, made = RefusalTally.objects.get_or_create(key=key, defaults=fresh)
    locked = None if made else RefusalTally.objects.select_for_update().filter(pk=tally.pk).first()
    if locked is None:  # new, or the sweep has just written and removed it
        return False
    if locked.since > fresh["since"] - WINDOW:
        locked.more += 1
        locked.of += len(targets)
        locked.last_at = fresh["last_at"]
        names = [f"{target.name} {target.id}".strip() for target in targets]
        locked.objects_seen = list(dict.fromkeys([*locked.objects_seen, *names]))[:_NAMES]
        locked.save()
        return True
    _close(locked, write)
    RefusalTally.objects.filter(pk=locked.pk).update(**fresh, more=0, of=0, objects_seen=[])
    return False


def _fresh(actor: Actor, action: str, capability: str, targets: list[Target], reason: str) -> dict[str, Any]:
    host, now = targets[0].host, timezone.now()
    return {
        "since": now,
        "last_at": now,
        "actor": {"kind": actor.kind, "name": actor.name, "user_id": actor.user_id, "address": actor.address},
        "action": action,
        "capability": capability,
        "host_id": host.pk if host else None,
        "host_name": host.name if host else "",
        "noun": targets[0].noun,
        "reason": reason,
    }


def close_old(write: Callable[[RefusalTally], None]) -> None:
    """Write what was counted in the minutes that are over."""
    old = RefusalTally.objects.filter(since__lte=timezone.now() - WINDOW)
    for key in list(old.values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            tally = old.select_for_update().filter(pk=key).first()
            if tally is not None:
                _close(tally, write)
                tally.delete()


def actor_of(tally: RefusalTally) -> Actor:
    kept = tally.actor
    return Actor(ActorKind(kept["kind"]), kept["name"], kept["user_id"], kept["address"])


def target_of(tally: RefusalTally) -> Target:
    """The host as it was named then, be it removed since."""
    host = Host(pk=tally.host_id, name=tally.host_name) if tally.host_id is not None else None
    return Target(tally.noun, host)


def _close(tally: RefusalTally, write: Callable[[RefusalTally], None]) -> None:
    if tally.more:
        write(tally)
