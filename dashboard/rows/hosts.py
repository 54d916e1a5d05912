"""The cells of the list of hosts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from dashboard.fill import fill
from dashboard.rows.base import Cell, Line, text_or_dash
from dashboard.templatetags.drawing import dash
from dashboard.templatetags.load import host_cpu, host_memory
from dashboard.templatetags.states import state
from dashboard.templatetags.times import since, when


def _name(line: Line) -> SafeString:
    return fill('<a class="cut" href="{}">{}</a>', line.url, line.row.name)


def _state(line: Line) -> SafeString:
    row = line.row
    reason = row.state_reason if line.away else ""
    return fill(
        "{}{}{}",
        state(row.state, "host"),
        fill(' <span class="text-secondary">{}</span>', since(row.state_since)) if row.state_since else "",
        fill('<span class="cell-sub cut" title="{}">{}</span>', reason, reason) if reason else "",
    )


def _containers(line: Line) -> SafeString:
    row = line.row
    unhealthy = fill('<span class="cell-sub">{}</span>', state("unhealthy", "container", row.containers_unhealthy))
    return fill(
        '<a href="{}">{} / {}</a>{}',
        reverse("host_containers", args=[row.name]),
        row.containers_running,
        row.containers_all,
        unhealthy if row.containers_unhealthy else "",
    )


def _count(line: Line, noun: str, count: int) -> SafeString:
    return fill('<a href="{}">{}</a>', reverse(f"host_{noun}", args=[line.row.name]), count)


def _engine(line: Line) -> SafeString:
    info = line.row.info
    if not info.get("version"):
        return dash()
    return fill(
        '<span class="nowrap" title="{}">{} {}</span>', info.get("os", ""), info.get("product", ""), info["version"]
    )


def _pills(line: Line) -> SafeString:
    named = [("group", group.name) for group in line.row.groups.all()] + [("tag", tag) for tag in line.row.tags]
    pills = ((urlencode({parameter: name}), name) for parameter, name in named)
    return format_html_join(" ", '<a class="label-pill" href="?{}">{}</a>', pills)


CELLS = {
    "name": Cell(_name, "cell-name"),
    "state": Cell(_state, "cell-state"),
    "containers": Cell(_containers),
    "images": Cell(lambda line: _count(line, "images", line.row.images_all)),
    "volumes": Cell(lambda line: _count(line, "volumes", line.row.volumes_all)),
    "version": Cell(_engine),
    "os": Cell(lambda line: text_or_dash(line.row.info.get("os", "")), "cell-wide"),
    "cpus": Cell(lambda line: host_cpu(line.row.pk, line.row.load, line.row.info.get("cpus") or 0, line.away)),
    "memory": Cell(lambda line: host_memory(line.row.pk, line.row.load, line.row.info.get("memory") or 0, line.away)),
    "address": Cell(lambda line: text_or_dash(line.row.url), "cell-wide mono"),
    "groups": Cell(_pills),
    "added": Cell(lambda line: when(line.row.added_at)),
}
