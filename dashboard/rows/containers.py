"""The cells of the list of containers."""

from __future__ import annotations

from functools import lru_cache

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from dashboard.fill import fill
from dashboard.rows.base import Cell, Line, host, image_name, project
from dashboard.templatetags.drawing import dash
from dashboard.templatetags.names import port, short_id
from dashboard.templatetags.states import state
from dashboard.templatetags.times import when
from hosts.inventory.read.exits import WELL
from hosts.models import Container

MOST_PORTS = 3


def container_state(row: Container) -> SafeString:
    """Its state, the code it ended with when that says failure, and its health."""
    if row.gone_at:
        return state("gone")
    ended = row.state in ("exited", "dead") and row.exit_code
    note = gettext("code %s") % row.exit_code if ended else ""
    shown = state(row.state, "container", note, "bad" if ended and row.exit_code not in WELL else "")
    return fill("{} {}", shown, state(row.health, "container")) if row.health else shown


def container_since(row: Container) -> SafeString:
    """When it got into its state."""
    if row.gone_at:
        return when(row.gone_at)
    up = row.state in ("running", "paused", "restarting")
    return when(row.created_at if row.state == "created" else row.started_at if up else row.finished_at)


@lru_cache(4096)
def ports(text: str, _language: str | None = None) -> SafeString:
    """The first published ports; the same port on IPv6 is not said twice."""
    listed = [each for each in text.split(", ") if each and not each.startswith("[::]:")]
    shown = [each for each in listed if "->" in each] or listed
    if not shown:
        return dash()
    marks = format_html_join(" ", "{}", ((port(each),) for each in shown[:MOST_PORTS]))
    if len(shown) <= MOST_PORTS:
        return marks
    return fill('{} <span class="text-secondary" title="{}">+{}</span>', marks, text, len(shown) - MOST_PORTS)


def _name(line: Line) -> SafeString:
    name = line.row.name
    return fill('<a class="cut" href="{}" title="{}">{}</a>', line.url, name, name)


CELLS = {
    "name": Cell(_name, "cell-name"),
    "state": Cell(lambda line: container_state(line.row), "cell-state"),
    "image": Cell(lambda line: image_name(line.row.image), "cell-wide"),
    "host": Cell(host),
    "project": Cell(project),
    "service": Cell(lambda line: line.row.service or dash()),
    "ports": Cell(lambda line: ports(line.row.ports, get_language())),
    "restarts": Cell(lambda line: str(line.row.restarts)),
    "since": Cell(lambda line: container_since(line.row)),
    "created": Cell(lambda line: when(line.row.created_at)),
    "id": Cell(lambda line: short_id(line.row.engine_id)),
}
