"""The containers that need a look, by what is wrong with them: on the overview of all hosts and on the page of one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.pages.lists import object_url
from hosts.inventory.read import attention
from hosts.inventory.read.attention import Ended, Trouble
from hosts.inventory.read.totals import Totals
from hosts.models import Container, Host

SHOWN_OF_EACH = 4
# What each kind is called, and the filter of the list of containers that shows all of it.
KINDS: dict[Trouble, tuple[str | Promise, str]] = {
    Trouble.UNHEALTHY: (_("Unhealthy"), "health=unhealthy&state=running"),
    Trouble.RESTARTING: (_("Restarting"), "state=restarting"),
    Trouble.DEAD: (_("Dead"), "state=dead"),
    Trouble.FAILED: (_("Failed in the last day"), "ended=failed"),
    Trouble.ENDED: (_("Ended without an error in the last day"), "ended=well"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of trouble: how many there are, where all of them are listed, and the first few with their pages."""

    label: str | Promise
    total: int
    url: str
    rows: list[tuple[Container, str]]


def troubled(hosts: list[Host], totals: Totals, ended: Ended, containers_url: str) -> list[Group]:
    counts = {
        Trouble.UNHEALTHY: totals.unhealthy,
        Trouble.RESTARTING: totals.restarting,
        Trouble.DEAD: totals.states.get("dead", 0),
        Trouble.FAILED: ended.failed,
        Trouble.ENDED: ended.lately - ended.failed,
    }
    found = attention.troubled(hosts, SHOWN_OF_EACH)
    return [
        Group(
            KINDS[kind][0],
            max(counts[kind], len(rows)),
            f"{containers_url}?{KINDS[kind][1]}",
            [(row, object_url("container", row.host.name, row.engine_id)) for row in rows],
        )
        for kind, rows in found.items()
    ]
