"""The first page: how the hosts are, what needs a person, what is under way and what was done lately."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import permissions
from dashboard.pages.audit import visible_events
from dashboard.pages.chain import chain
from dashboard.pages.jobs import visible_jobs
from dashboard.pages.lists import is_away, object_url
from dashboard.pages.shared_name import shared_name
from dashboard.pages.troubled import troubled
from dashboard.requests import Request
from hosts.access import Capability
from hosts.inventory import load
from hosts.inventory.read import attention
from hosts.inventory.read.totals import added_up, totals
from hosts.models import ACTIVE, AuditEvent, Host, HostState, Image, JobState, Registry
from hosts.operations.base import every

SHOWN_HOSTS = 24
# On a phone, where each takes a hand's breadth; whoever is in trouble is shown in any case.
SHOWN_ON_A_PHONE = 4
SHOWN_IMAGES = 6
SHOWN_EVENTS = 8
URGENCY = (HostState.CHANGED, HostState.REFUSED, HostState.DOWN, HostState.UNKNOWN, HostState.UP, HostState.DISABLED)


@require_safe
def overview(request: Request) -> HttpResponse:
    asked = permissions(request)
    hosts = sorted(asked.hosts(), key=lambda host: (URGENCY.index(HostState(host.state)), host.name))
    if not hosts:
        steps = {
            "may_add_hosts": asked.may(Capability.HOST_ADD),
            "may_add_people": asked.may(Capability.PERSON_MANAGE),
        }
        return render(request, "pages/overview/first.html", steps)
    each, ended = totals(hosts), attention.ended(hosts)
    whole = added_up(each.values())
    shown = hosts[:SHOWN_HOSTS]
    rooms, loads = attention.room(shown), load.last([host.pk for host in shown])
    folded = [host for host in shown[SHOWN_ON_A_PHONE:] if host.state == HostState.UP]
    context = {
        "folded": folded,
        "folded_hosts": len(folded) + max(0, len(hosts) - SHOWN_HOSTS),
        "hosts": [(host, each[host.pk], rooms[host.pk], loads.get(host.pk), is_away(host)) for host in shown],
        "more_hosts": len(hosts) - SHOWN_HOSTS,
        "all_hosts": len(hosts),
        "up_hosts": sum(host.state == HostState.UP for host in hosts),
        "totals": whole,
        "troubled": troubled(hosts, whole, ended, reverse("containers")),
        "ended": ended,
        "shared_name": shared_name(request, hosts) if asked.may(Capability.PERSON_MANAGE) else None,
        "images": _images(hosts),
        "chain": chain(request),
        "trail": _changes(request) if asked.hosts(Capability.AUDIT_VIEW) else None,
        "unconfirmed_logins": _unconfirmed_logins(request),
        "topics": " ".join(["hosts", "jobs", *(f"host.{host.pk}" for host in hosts)]),
        **_jobs(request),
    }
    template = "pages/overview/live.html" if request.htmx.target == "live" else "pages/overview.html"
    return render(request, template, context)


def _unconfirmed_logins(request: Request) -> int:
    """Logins of which nobody has said yet which hosts may have them, for who can."""
    may = permissions(request).may(Capability.REGISTRY_MANAGE)
    return Registry.objects.filter(confirmed=False).count() if may else 0


def _images(hosts: list[Host]) -> list[tuple[Image, str]]:
    return [
        (row, object_url("image", row.host.name, row.engine_id))
        for row in attention.largest_images(hosts, SHOWN_IMAGES)
    ]


def _jobs(request: Request) -> dict[str, Any]:
    """What is under way, and what failed within a day."""
    jobs = visible_jobs(request)
    lately = timezone.now() - timedelta(days=1)
    active = list(jobs.filter(state__in=ACTIVE)[:50])
    failed = list(jobs.filter(state__in=(JobState.FAILED, JobState.INTERRUPTED), ended_at__gte=lately)[:50])
    return {"jobs": [*active[:6], *failed[:6]], "active_jobs": len(active), "failed_jobs": len(failed)}


def _changes(request: Request) -> list[tuple[AuditEvent, Any]]:
    """The last changes, each with its operation's own word; what was only read is in the trail itself."""
    labels = {operation.name: operation.label for operation in every()}
    events = visible_events(request).filter(action__in=labels)[:SHOWN_EVENTS]
    return [(event, labels[event.action]) for event in events]
