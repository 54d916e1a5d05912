"""How many containers use a network or a volume, as the engine that has them knows it."""

from __future__ import annotations

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hosts.models import Link, LinkKind


def uses(kind: LinkKind) -> QuerySet[Link]:
    """The links of containers that are still there to the network or volume of the outer query.

    A container that never ran knows its networks by name only.
    """
    named = [OuterRef("engine_id"), OuterRef("name")]
    return Link.objects.filter(host=OuterRef("host"), kind=kind, other_id__in=named, container__gone_at=None)


def used(kind: LinkKind) -> Exists:
    return Exists(uses(kind))


def used_by(kind: LinkKind) -> Coalesce:
    """The number of containers; one that mounts a volume twice counts once."""
    counted = uses(kind).order_by().values("kind").annotate(n=Count("container", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
