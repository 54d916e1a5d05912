"""The list of images, with how many containers were made from each."""

from __future__ import annotations

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability
from hosts.inventory.read.filters import USE, equal, labelled, yes_or_no
from hosts.inventory.read.spec import YES_NO, Column, Filter, Spec
from hosts.models import Container, Image


def _users() -> QuerySet[Container]:
    return Container.objects.filter(host=OuterRef("host"), image_id=OuterRef("engine_id"), gone_at=None)


USED = Exists(_users())
USED_BY = Coalesce(
    Subquery(_users().order_by().values("image_id").annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
)

TAGGED = {"yes": _("Dangling"), "no": _("Tagged")}

IMAGES = Spec(
    noun="image",
    model=Image,
    capability=Capability.IMAGE_VIEW,
    searched=_("Tag, digest, id or label"),
    columns=(
        Column("name", _("Name"), ("dangling", "name"), fixed=True),
        Column("used", _("Used by"), ("used_by",), downwards=True, end=True),
        Column("size", _("Size"), ("size",), downwards=True, end=True),
        Column("host", _("Host"), ("host__name",)),
        Column("created", _("Created"), ("created_at",), downwards=True),
        Column("id", _("Id"), ("engine_id",)),
        Column("seen", _("Last seen"), ("seen_at",), downwards=True, shown=False),
    ),
    filters=(
        Filter("used", _("Used"), yes_or_no("used"), YES_NO, facet="used", words=USE),
        Filter("dangling", _("Dangling"), yes_or_no("dangling"), YES_NO, facet="dangling", words=TAGGED),
        Filter("label", _("Label"), labelled),
        Filter("name", _("Name"), equal("name")),
    ),
    light=("engine_id", "name", "project", "tags", "size", "dangling", "created_at", "seen_at", "gone_at"),
    extra={"used_by": USED_BY},
    counted={"used": USED},
    projects=False,
)
