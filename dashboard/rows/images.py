"""The cells of the list of images."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from dashboard.fill import fill
from dashboard.rows.base import Cell, Line, host
from dashboard.rows.users import users_link
from dashboard.templatetags.names import image_ref, short, short_id, size
from dashboard.templatetags.states import state
from dashboard.templatetags.times import when


def _name(line: Line) -> SafeString:
    row = line.row
    shown = image_ref(row.name) if row.name else gettext("untagged %s") % short(row.engine_id)
    more = len(row.tags) - 1
    others = ngettext("and %s more tag", "and %s more tags", more) % more if more > 0 else ""
    return fill(
        '<a class="cut" href="{}" title="{}">{}</a>{}{}',
        line.url,
        " ".join(row.tags),
        shown,
        fill('<span class="cell-sub">{}</span>', others) if others else "",
        fill(" {}", state("gone")) if line.gone else "",
    )


CELLS = {
    "name": Cell(_name, "cell-name"),
    "used": Cell(lambda line: users_link(line, "image")),
    "size": Cell(lambda line: size(line.row.size)),
    "host": Cell(host),
    "created": Cell(lambda line: when(line.row.created_at)),
    "id": Cell(lambda line: short_id(line.row.engine_id)),
    "seen": Cell(lambda line: when(line.row.seen_at)),
}
