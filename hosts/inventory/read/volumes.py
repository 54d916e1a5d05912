"""The list of volumes, with how many containers mount each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hosts.access import Capability
from hosts.inventory.read.filters import USE, equal, labelled, yes_or_no
from hosts.inventory.read.links import used, used_by
from hosts.inventory.read.spec import YES_NO, Column, Filter, Spec
from hosts.models import LinkKind, Volume

USED_BY = used_by(LinkKind.VOLUME)

VOLUMES = Spec(
    noun="volume",
    model=Volume,
    capability=Capability.VOLUME_VIEW,
    searched=_("Name, label or mount point"),
    columns=(
        Column("name", _("Name"), ("name",), fixed=True),
        Column("used", _("Used by"), ("used_by",), downwards=True, end=True),
        Column("driver", _("Driver"), ("driver",)),
        Column("host", _("Host"), ("host__name",)),
        Column("project", _("Project"), ("project",)),
        Column("mountpoint", _("Mount point"), ("mountpoint",), shown=False),
        Column("scope", _("Scope"), ("scope",), shown=False),
        Column("created", _("Created"), ("created_at",), downwards=True),
    ),
    filters=(
        Filter("used", _("Used"), yes_or_no("used"), YES_NO, facet="used", words=USE),
        Filter("driver", _("Driver"), equal("driver"), facet="driver"),
        Filter("project", _("Project"), equal("project")),
        Filter("label", _("Label"), labelled),
    ),
    light=("engine_id", "name", "driver", "scope", "mountpoint", "project", "created_at", "seen_at", "gone_at"),
    extra={"used_by": USED_BY},
    counted={"used": used(LinkKind.VOLUME)},
)
