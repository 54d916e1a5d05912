"""How each state looks everywhere: an icon of its own shape, its word, and a tone; never colour alone."""

from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from dashboard.templatetags.drawing import icon


class Look(NamedTuple):
    """`tone` is one of ok, busy, warn, bad, odd, idle: a CSS class `state-<tone>`."""

    icon: str
    tone: str
    label: str


CONTAINERS = {
    "running": Look("player-play-filled", "ok", _("running")),
    "paused": Look("player-pause-filled", "warn", _("paused")),
    "restarting": Look("refresh", "warn", _("restarting")),
    "exited": Look("player-stop-filled", "idle", _("exited")),
    "dead": Look("skull", "bad", _("dead")),
    "created": Look("circle-dashed", "idle", _("created")),
    "removing": Look("trash", "busy", _("removing")),
    "healthy": Look("heart-filled", "ok", _("healthy")),
    "unhealthy": Look("heart-broken", "bad", _("unhealthy")),
    "starting": Look("heartbeat", "busy", _("starting")),
    "gone": Look("circle-off", "idle", _("removed")),
}
HOSTS = {
    "up": Look("plug-connected", "ok", _("up")),
    "down": Look("plug-connected-x", "bad", _("down")),
    "unknown": Look("help-circle", "idle", _("unknown")),
    "refused": Look("ban", "bad", _("refused")),
    "changed": Look("arrows-exchange", "odd", _("changed")),
    "disabled": Look("circle-off", "idle", _("disabled")),
}
JOBS = {
    "queued": Look("clock", "idle", _("queued")),
    "running": Look("loader-2", "busy", _("running")),
    "succeeded": Look("circle-check-filled", "ok", _("succeeded")),
    "failed": Look("circle-x-filled", "bad", _("failed")),
    "cancelled": Look("circle-minus", "idle", _("cancelled")),
    "interrupted": Look("bolt-off", "warn", _("interrupted")),
}
AUDIT = {
    "begun": Look("hourglass", "busy", _("begun")),
    "succeeded": JOBS["succeeded"],
    "failed": JOBS["failed"],
    "refused": Look("shield-x", "bad", _("refused")),
    "cancelled": JOBS["cancelled"],
    "unknown": Look("help-circle", "warn", _("unknown")),
}
USE = {
    "used": Look("circle-dot", "idle", _("used")),
    "unused": Look("circle-dashed", "idle", _("unused")),
}
KINDS = {"container": CONTAINERS, "host": HOSTS, "job": JOBS, "audit": AUDIT, "use": USE}
ANY = {**AUDIT, **JOBS, **USE, **HOSTS, **CONTAINERS}


def look(word: str, kind: str = "") -> Look:
    """A word that Docker may add one day is shown as it is, beside a question mark."""
    return KINDS.get(kind, ANY).get(word) or Look("help-circle", "idle", word or _("unknown"))


def state(word: object, kind: str = "", note: object = "", tone: str = "") -> SafeString:
    """{% state container.state %}: icon, word and tone of a state.

    `kind` (container, host, job, audit, use) parts words that mean two things: {% state job.state kind="job" %}. `note`
    is set behind the word: {% state "exited" note="code 1" tone="bad" %}, where `tone` overrides the usual one.
    """
    return _drawn(get_language(), str(word or ""), kind, str(note or ""), tone)


@lru_cache(2048)
def _drawn(_language: str | None, word: str, kind: str, note: str, tone: str) -> SafeString:
    """The same few states stand on every row of a list: each is made once for a language."""
    shown = look(word, kind)
    behind = format_html('<span class="state-note">{}</span>', note) if note else ""
    return format_html(
        '<span class="state state-{}">{}<span class="state-word">{}</span>{}</span>',
        tone or shown.tone,
        icon(shown.icon),
        gettext(shown.label),
        behind,
    )
