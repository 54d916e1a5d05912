"""Which jobs and saved views does this person see at all? Lists, pages, references and topics ask here."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import QueryDict

from hosts.access import Capability, Permissions
from hosts.models import Job, SavedView, ViewPage

# What a page needs besides, where not everybody may open it at all.
NEEDS = {ViewPage.AUDIT: Capability.AUDIT_VIEW}


def jobs(asked: Permissions) -> QuerySet[Job]:
    """One's own, and those on the hosts whose jobs one may see."""
    rows = Job.objects.select_related("host").order_by("-queued_at")
    if asked.may(Capability.JOB_VIEW):
        return rows
    hosts = [host.pk for host in asked.hosts(Capability.JOB_VIEW)]
    return rows.filter(Q(person_id=asked.actor.user_id or 0) | Q(host_id__in=hosts))


def views(asked: Permissions) -> QuerySet[SavedView]:
    """Own ones, and with a role those that others share, of pages that the person may open; but see `may_show`."""
    own = Q(owner=asked.actor.user_id or 0)
    rows = SavedView.objects.select_related("owner")
    if not asked.may(Capability.VIEW_SAVE):
        return rows.filter(own)
    closed = [each for each, capability in NEEDS.items() if not asked.may_anywhere(capability)]
    return rows.filter(own | Q(shared=True)).exclude(page__in=closed)


def may_show(view: SavedView, asked: Permissions) -> bool:
    """Whether a view of somebody else names no host that this person does not see."""
    if view.owner_id == asked.actor.user_id or asked.may(Capability.JOB_VIEW):
        return True
    return _hosts_in(view.query) <= {host.name for host in asked.hosts()}


def _hosts_in(query: str) -> set[str]:
    parameters = QueryDict(query)
    on = {text.removeprefix("container:").partition(":")[0] for text in parameters.getlist("on")}
    return {*parameters.getlist("host"), *on} - {""}
