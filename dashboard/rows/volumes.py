"""The cells of the list of volumes."""

from __future__ import annotations

from dashboard.rows.base import Cell, host, project, text_or_dash
from dashboard.rows.networks import named
from dashboard.rows.users import users_link
from dashboard.templatetags.drawing import dash
from dashboard.templatetags.times import when

CELLS = {
    "name": Cell(named, "cell-name"),
    "used": Cell(lambda line: users_link(line, "volume")),
    "driver": Cell(lambda line: line.row.driver or dash()),
    "host": Cell(host),
    "project": Cell(project),
    "mountpoint": Cell(lambda line: text_or_dash(line.row.mountpoint), "cell-wide"),
    "scope": Cell(lambda line: line.row.scope or dash()),
    "created": Cell(lambda line: when(line.row.created_at)),
}
