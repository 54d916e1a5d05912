"""The list of networks, with how many containers are in each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from hosts.access import Capability
from hosts.inventory.read.filters import USE, equal, labelled, yes_or_no
from hosts.inventory.read.links import used, used_by
from hosts.inventory.read.spec import YES_NO, Column, Filter, Spec
from hosts.models import LinkKind, Network

USED_BY = used_by(LinkKind.NETWORK)

NETWORKS = Spec(
    noun="network",
    model=Network,
    capability=Capability.NETWORK_VIEW,
    searched=_("Name, subnet, id or label"),
    columns=(
        Column("name", _("Name"), ("name",), fixed=True),
        Column("driver", _("Driver"), ("driver",)),
        Column("subnets", _("Subnets"), ("subnets",)),
        Column("used", _("Containers"), ("used_by",), downwards=True, end=True),
        Column("host", _("Host"), ("host__name",)),
        Column("project", _("Project"), ("project",)),
        Column("scope", _("Scope"), ("scope",), shown=False),
        Column("internal", _("Internal"), ("internal",), downwards=True, shown=False),
        Column("created", _("Created"), ("created_at",), downwards=True),
        Column("id", _("Id"), ("engine_id",), shown=False),
    ),
    filters=(
        Filter("driver", _("Driver"), equal("driver"), facet="driver"),
        Filter("used", _("Used"), yes_or_no("used"), YES_NO, facet="used", words=USE),
        Filter("project", _("Project"), equal("project")),
        Filter("label", _("Label"), labelled),
    ),
    light=(
        "engine_id", "name", "driver", "scope", "subnets", "internal", "predefined", "project", "created_at",
        "seen_at", "gone_at",
    ),
    extra={"used_by": USED_BY},
    counted={"used": used(LinkKind.NETWORK)},
)  # fmt: skip
