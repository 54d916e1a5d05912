"""When something happened, in words a person reads at a glance, with the exact time kept beside them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from dashboard.fill import fill
from dashboard.templatetags.drawing import dash

# app.js steps through the same limits, so a page does not change its words when the script takes over.
MINUTE, HOUR, DAY, MONTH, YEAR = 60, 3600, 86400, 2592000, 31536000


def moment(value: datetime | str | None) -> datetime | None:
    """The instant behind a value; Docker writes "never" as the year 1."""
    try:
        at = parse_datetime(value) if isinstance(value, str) else value
    except ValueError:
        return None
    # Of the last year no other time zone may be left.
    if at is None or at.year <= 1 or at.year >= 9999:
        return None
    return at if timezone.is_aware(at) else at.replace(tzinfo=UTC)


def span(seconds: float) -> str:
    """A length of time in its largest unit: "3 minutes"."""
    count = max(int(seconds), 0)
    if count < MINUTE:
        return ngettext("%(count)d second", "%(count)d seconds", count) % {"count": count}
    if count < HOUR:
        return ngettext("%(count)d minute", "%(count)d minutes", count // MINUTE) % {"count": count // MINUTE}
    if count < DAY:
        return ngettext("%(count)d hour", "%(count)d hours", count // HOUR) % {"count": count // HOUR}
    if count < MONTH:
        return ngettext("%(count)d day", "%(count)d days", count // DAY) % {"count": count // DAY}
    if count < YEAR:
        return ngettext("%(count)d month", "%(count)d months", count // MONTH) % {"count": count // MONTH}
    return ngettext("%(count)d year", "%(count)d years", count // YEAR) % {"count": count // YEAR}


@lru_cache(4096)
def _exact(at: datetime, _zone: str) -> tuple[str, str]:
    """The same instants stand on a list each time it is drawn, and writing them out costs more than the rest."""
    return at.astimezone(UTC).isoformat(timespec="seconds"), timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S %Z")


def _tag(at: datetime, mode: str, words: str) -> SafeString:
    universal, local = _exact(at, timezone.get_current_timezone_name())
    return fill('<time datetime="{}" title="{}" data-relative="{}">{}</time>', universal, local, mode, words)


def when(value: datetime | str | None, never: str = "") -> SafeString:
    """{% when container.created %}: "3 minutes ago", exact on hover, kept true in the page; a dash for never."""
    at = moment(value)
    if at is None:
        return dash(never or gettext("never"))
    passed = (timezone.now() - at).total_seconds()
    if passed < -1:
        return _tag(at, "ago", gettext("in %(span)s") % {"span": span(-passed)})
    if passed < 1:
        return _tag(at, "ago", gettext("now"))
    return _tag(at, "ago", gettext("%(span)s ago") % {"span": span(passed)})


def since(value: datetime | str | None) -> SafeString:
    """{% since container.started_at %}: how long it has been, "3 days", for sentences such as "up 3 days"."""
    at = moment(value)
    if at is None:
        return dash()
    return _tag(at, "span", span((timezone.now() - at).total_seconds()))


def duration(value: timedelta | float | None = None, milliseconds: float | None = None) -> SafeString | str:
    """{% duration job.took %}: "12 ms", "0.4 s", "3 min 5 s", "2 h 10 min", of a timedelta, seconds, milliseconds=."""
    if milliseconds is not None:
        value = milliseconds / 1000
    if value is None:
        return dash()
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if 0 <= seconds < 0.1:
        return gettext("%(milliseconds)d ms") % {"milliseconds": round(seconds * 1000)}
    if seconds < 10:
        return gettext("%(seconds)s s") % {"seconds": f"{max(seconds, 0):.1f}"}
    whole = round(seconds)
    if whole < MINUTE:
        return gettext("%(seconds)s s") % {"seconds": whole}
    if whole < HOUR:
        return gettext("%(minutes)d min %(seconds)d s") % {"minutes": whole // MINUTE, "seconds": whole % MINUTE}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": whole // HOUR, "minutes": whole % HOUR // MINUTE}
