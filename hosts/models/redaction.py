"""What else is hidden? The administrators' own rules beside the built-in ones, and the masker that knows them all."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from hosts.lines.masker import Masker
from hosts.lines.patterns import PATTERN_CHARACTERS, PatternError
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
    found = _compiled(_in_use())
    if isinstance(found, PatternError):
        raise found
    return _keep(found).redactor


def masker() -> Masker:
    """As `redactor`, for everything that is no log; where a rule cannot be read it hides all that it is given."""
    found = _compiled(_in_use())
    return _keep(_SHUT if isinstance(found, PatternError) else found)


def latest() -> Masker:
    """What `masker` last gave in this process, without asking the database: from whatever opens an engine on, and
    for texts that no database may be waited for. Before that, the built-in rules."""
    return _known.masker


def known() -> Masker:
    """As `latest`, but of a process that has not asked yet it asks."""
    return latest() if _known.at else masker()


def recent() -> Masker:
    """What `masker` gave a few seconds ago at most."""
    return latest() if _known.at and time.monotonic() - _known.at < _RECENT_SECONDS else masker()


def forget_rules() -> None:
    """As in a new process; for tests."""
    _known.masker, _known.at = _BUILT_IN, 0.0


@dataclass(slots=True)
class _Known:
    masker: Masker
    at: float


_RECENT_SECONDS = 5.0
_BUILT_IN, _SHUT = Masker(), Masker(shut=True)
_known = _Known(_BUILT_IN, 0.0)


def _keep(found: Masker) -> Masker:
    _known.masker, _known.at = found, time.monotonic()
    return found


def _in_use() -> tuple[tuple[str, str], ...]:
    return tuple(RedactionRule.objects.filter(enabled=True).values_list("name", "pattern"))


@lru_cache(maxsize=2)
def _compiled(rules: tuple[tuple[str, str], ...]) -> Masker | PatternError:
    try:
        return Masker(own_rule(name, pattern) for name, pattern in rules) if rules else _BUILT_IN
    except PatternError as error:
        return error  # kept as well: it would cost the same again each time
