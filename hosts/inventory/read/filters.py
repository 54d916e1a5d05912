"""The conditions that several lists share."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from hosts.inventory.read.spec import Where
from hosts.models.masked import safe_versions
from hosts.models.redaction import known

USE = {"yes": _("Used"), "no": _("Unused")}


def in_text(word: str) -> Q:
    """The word, in small letters, is in a row's text; of rows that were masked by older rules, in what names it."""
    named = Q(name__icontains=word) | Q(engine_id__contains=word)
    return Q(haystack__contains=word) & (Q(masked_by__in=safe_versions(known().version)) | named)


def equal(column: str) -> Where:
    """The column holds one of the values."""
    return lambda values: Q(**{f"{column}__in": values})


def yes_or_no(column: str) -> Where:
    """The column (or annotation) is true for `yes` and false for `no`."""
    return lambda values: Q(**{f"{column}__in": [value == "yes" for value in values]})


def labelled(values: tuple[str, ...]) -> Q:
    """Every one of the labels is there: `key`, or `key=value`."""
    found = Q(masked_by__in=safe_versions(known().version)) if any("=" in value for value in values) else Q()
    for value in values:
        key, equals, wanted = value.partition("=")
        found &= Q(Exact(KeyTextTransform(key, "labels"), wanted)) if equals else Q(labels__has_key=key)
    return found
