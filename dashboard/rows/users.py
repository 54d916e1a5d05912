"""How many containers use an image, a network or a volume, as a link to them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from dashboard.fill import fill
from dashboard.rows.base import Line
from dashboard.templatetags.states import state


def users_link(line: Line, parameter: str) -> SafeString:
    """`parameter` is what the list of containers calls it."""
    count = line.row.used_by
    if not count:
        return state("unused", "use")
    query = urlencode({parameter: line.row.engine_id, "host": line.row.host.name})
    words = ngettext("%s container", "%s containers", count) % count
    return fill('<a href="{}?{}">{}</a>', reverse("containers"), query, words)
