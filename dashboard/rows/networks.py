"""The cells of the list of networks."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from dashboard.fill import fill
from dashboard.rows.base import Cell, Line, host, project, text_or_dash
from dashboard.rows.users import users_link
from dashboard.templatetags.drawing import dash
from dashboard.templatetags.names import short, short_id
from dashboard.templatetags.states import state
from dashboard.templatetags.times import when


def named(line: Line) -> SafeString:
    """The name as a link, short where Docker made it up."""
    name = line.row.name
    gone = fill(" {}", state("gone")) if line.gone else ""
    return fill('<a class="cut" href="{}" title="{}">{}</a>{}', line.url, name, short(name), gone)


CELLS = {
    "name": Cell(named, "cell-name"),
    "driver": Cell(lambda line: line.row.driver or dash()),
    "subnets": Cell(lambda line: text_or_dash(line.row.subnets), "cell-wide num"),
    "used": Cell(lambda line: users_link(line, "network")),
    "host": Cell(host),
    "project": Cell(project),
    "scope": Cell(lambda line: line.row.scope or dash()),
    "internal": Cell(lambda line: gettext("yes") if line.row.internal else dash(gettext("no"))),
    "created": Cell(lambda line: when(line.row.created_at)),
    "id": Cell(lambda line: short_id(line.row.engine_id)),
}
