"""What else is hidden in log lines? The administrators' own rules, beside the built-in ones."""

from __future__ import annotations

from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.lines.patterns import PATTERN_CHARACTERS
from hosts.lines.redaction import Redactor, own_rule


class RedactionRule(models.Model):
    """`pattern` is RE2's; what its first group finds is hidden, or without groups all that it finds."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    pattern = models.CharField(_("pattern"), max_length=PATTERN_CHARACTERS)
    enabled = models.BooleanField(_("in use"), default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def redactor() -> Redactor:
    """The built-in rules with the own ones that are in use now: one query, and compiled only when they have changed.

    Raises PatternError when a stored pattern can no longer be read: then no log may be shown.
    """
    return _compiled(tuple(RedactionRule.objects.filter(enabled=True).values_list("name", "pattern")))


@lru_cache(maxsize=2)
def _compiled(rules: tuple[tuple[str, str], ...]) -> Redactor:
    return Redactor(own_rule(name, pattern) for name, pattern in rules)
