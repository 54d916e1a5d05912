"""Masks stored rows again when the rules have changed: the mirror, hosts and jobs, a few at a time, the newest first.

A row of older rules is masked whenever it is read, but a search asks the database: so the rows themselves follow,
within seconds of a change or of the first start of a new version. Whoever changes a row meanwhile has written it by the
new rules, and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from hosts import nudges
from hosts.inventory.write_facts import ROWS, masked_again
from hosts.lines.masker import Masker
from hosts.models import Host, Job, KeptLog, Row, masker
from hosts.models.masked import AGAIN, Masked, safe_versions

BATCH = 100


def mask_some() -> int:
    """One batch of one table; gives back how many rows it has written, and 0 when none is left."""
    rules = masker()
    if rules.shut:
        return 0
    for noun, model in ROWS.items():
        if done := _some(model, rules, partial(masked_again, noun, rules)):
            return done
    others: tuple[type[Masked], ...] = (Host, Job, KeptLog)
    return next((done for model in others if (done := _some(model, rules, partial(_told, rules)))), 0)


def rules_now() -> str:
    """Which rules rows should be masked by."""
    return masker().version


def _told(rules: Masker, row: Masked) -> dict[str, Any]:
    return {name: row.hidden(name, getattr(row, name), rules) for name in row.TOLD}


def _some(model: type[Masked], rules: Masker, hide: Callable[[Any], dict[str, Any]]) -> int:
    """The write is for the row as it was read: its version says whether somebody else came first."""
    with transaction.atomic():
        rows = list(_old(model, rules).order_by("-pk")[:BATCH])
        for row in rows:
            same = {"pk": row.pk, "masked_by": row.masked_by}
            if isinstance(row, Row):
                same["seen_at"] = row.seen_at
            model._default_manager.filter(**same).update(**hide(row), masked_by=rules.version + AGAIN)
    for host in {row.host_id for row in rows if isinstance(row, Row)}:
        nudges.send(f"host.{host}", "masked")
    return len(rows)


def _old(model: type[Masked], rules: Masker) -> QuerySet[Any]:
    return model._default_manager.exclude(masked_by__in=safe_versions(rules.version))
