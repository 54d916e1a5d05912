"""The list of containers: its columns and its filters."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability
from hosts.inventory.read.exits import WELL
from hosts.inventory.read.filters import equal, labelled
from hosts.inventory.read.spec import Column, Filter, Spec
from hosts.models import Container, Host, Link, LinkKind

STATES = ("running", "restarting", "paused", "exited", "created", "removing", "dead")
HEALTH = ("healthy", "unhealthy", "starting")
# Since when it is in its state: up since its start, else down since its end.
SINCE = Case(
    When(state__in=("running", "paused", "restarting"), then=F("started_at")),
    When(state="created", then=F("created_at")),
    default=F("finished_at"),
)

LATELY = timedelta(days=1)
ENDED = {
    "lately": _("in the last day"),
    "failed": _("with an error, in the last day"),
    "well": _("without an error, in the last day"),
}
FAILED = Q(exit_code__isnull=False) & ~Q(exit_code__in=WELL)


def ended(values: tuple[str, ...]) -> Q:
    """Containers that do not run and ended within a day: all of them, those that failed, or the others."""
    found = Q()
    if "lately" not in values and len(values) == 1:
        found = FAILED if values[0] == "failed" else ~FAILED
    return found & Q(state__in=("exited", "dead"), finished_at__gte=timezone.now() - LATELY)


def linked(kind: LinkKind, values: tuple[str, ...]) -> Q:
    """Containers that use a network or volume of one of these names or ids."""
    links = Link.objects.filter(Q(name__in=values) | Q(other_id__in=values), container=OuterRef("pk"), kind=kind)
    return Q(Exists(links))


CONTAINERS = Spec(
    noun="container",
    model=Container,
    capability=Capability.CONTAINER_VIEW,
    searched=_("Name, image, id, label or port"),
    columns=(
        Column("name", _("Name"), ("name",), fixed=True),
        Column("state", _("State"), ("state", "health", SINCE)),
        Column("image", _("Image"), ("image",)),
        Column("host", _("Host"), ("host__name",)),
        Column("project", _("Project"), ("project", "service")),
        Column("service", _("Service"), ("service",), shown=False),
        Column("ports", _("Ports"), ("ports",)),
        Column("restarts", _("Restarts"), ("restarts",), downwards=True, shown=False, end=True),
        Column("since", _("Since"), (SINCE,), downwards=True),
        Column("created", _("Created"), ("created_at",), downwards=True, shown=False),
        Column("id", _("Id"), ("engine_id",), shown=False),
    ),
    filters=(
        Filter("state", _("State"), equal("state"), STATES, facet="state"),
        Filter("health", _("Health"), equal("health"), HEALTH, facet="health"),
        Filter("ended", _("Ended"), ended, tuple(ENDED), words=ENDED),
        Filter("project", _("Project"), equal("project")),
        Filter("service", _("Service"), equal("service")),
        Filter("hosts", _("Host group"), lambda values: Q(host__in=Host.objects.filter(groups__name__in=values))),
        Filter("image", _("Image"), lambda values: Q(image__in=values) | Q(image_id__in=values)),
        Filter("network", _("Network"), lambda values: linked(LinkKind.NETWORK, values)),
        Filter("volume", _("Volume"), lambda values: linked(LinkKind.VOLUME, values)),
        Filter("label", _("Label"), labelled),
    ),
    light=(
        "engine_id", "name", "image", "image_id", "state", "health", "exit_code", "project", "service", "ports",
        "restarts", "started_at", "finished_at", "created_at", "seen_at", "gone_at",
    ),
)  # fmt: skip
