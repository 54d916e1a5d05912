"""The first page: how the hosts are, what needs a person, what is under way and what was done lately."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.pages.allowed import permissions
from dashboard.pages.audit import visible_events
from dashboard.pages.jobs import visible_jobs
from dashboard.requests import Request
from hosts.access import Capability
from hosts.inventory.read.totals import added_up, totals
from hosts.models import ACTIVE, HostState, JobState

SHOWN_HOSTS = 24
URGENCY = (HostState.CHANGED, HostState.REFUSED, HostState.DOWN, HostState.UNKNOWN, HostState.UP, HostState.DISABLED)


@require_safe
def overview(request: Request) -> HttpResponse:
    asked = permissions(request)
    hosts = sorted(asked.hosts(), key=lambda host: (URGENCY.index(HostState(host.state)), host.name))
    if not hosts:
        return render(request, "pages/overview/first.html", {"may_add_hosts": asked.may(Capability.HOST_MANAGE)})
    each = totals(hosts)
    jobs = visible_jobs(request)
    lately = timezone.now() - timedelta(days=1)
    failed = jobs.filter(state__in=(JobState.FAILED, JobState.INTERRUPTED), ended_at__gte=lately)
    context = {
        "hosts": [(host, each[host.pk]) for host in hosts[:SHOWN_HOSTS]],
        "more_hosts": len(hosts) - SHOWN_HOSTS,
        "totals": added_up(each.values()),
        "jobs": [*jobs.filter(state__in=ACTIVE)[:6], *failed[:6]],
        "trail": visible_events(request)[:8] if asked.hosts(Capability.AUDIT_VIEW) else None,
        "topics": " ".join(["hosts", "jobs", *(f"host.{host.pk}" for host in hosts)]),
    }
    template = "pages/overview/live.html" if request.htmx.target == "live" else "pages/overview.html"
    return render(request, template, context)
