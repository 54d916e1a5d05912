"""What a row of any list is made of: the box that ticks it, a cell per column, its buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import get_script_prefix
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from dashboard.fill import fill
from dashboard.rows.buttons import logs_button, row_buttons
from dashboard.templatetags.drawing import dash
from dashboard.templatetags.names import host_link, image_ref
from hosts.models import Host
from hosts.operations.base import Operation


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: `quick` are the likeliest operations, `more` whether there are others, `logs` where its log is
    read. `away`: its host does not answer, so this is what was last known."""

    row: Any
    ref: str
    url: str
    quick: list[Operation]
    more: bool
    away: bool
    gone: bool = False
    heading: Any = None
    logs: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`draw` gives the content; what is not marked safe is escaped."""

    draw: Callable[[Line], str]
    css: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The cells that a list shows, each with its opening tag, made once for all rows."""

    noun: str
    cells: Sequence[tuple[SafeString, Callable[[Line], str]]]
    ticked: bool

    def row(self, line: Line) -> SafeString:
        return fill(
            '<tr id="{}-{}"{}>{}{}<td class="row-actions">{}{}</td></tr>',
            self.noun,
            line.row.pk,
            SafeString(' class="is-stale"') if line.away or line.gone else "",
            _box(line) if self.ticked else "",
            format_html_join("", "{}{}</td>", ((opening, draw(line)) for opening, draw in self.cells)),
            logs_button(line.logs, line.row) if line.logs else "",
            row_buttons(line.row, line.ref, line.url, line.quick, line.more),
        )


def drawn(noun: str, cells: dict[str, Cell], columns: Iterable[tuple[str, str, bool]], ticked: bool) -> Drawn:
    """For columns of (name, label, whether it is set to the end)."""
    made = []
    for name, label, end in columns:
        css = f"{cells[name].css} {'end' if end else ''}".strip()
        labelled = fill(' data-label="{}"', label) if name != "name" else ""
        made.append((fill('<td class="{}"{}>', css, labelled), cells[name].draw))
    return Drawn(noun, made, ticked)


def host(line: Line) -> SafeString:
    return _host(get_language(), get_script_prefix(), line.row.host.name, line.row.host.state)


def image_name(text: str) -> SafeString:
    """An image's reference, cut to what a column holds."""
    return _image(get_language(), text)


def project(line: Line) -> SafeString:
    """A link that narrows this list to the project."""
    name = line.row.project
    if not name:
        return dash()
    return fill('<a class="cut" href="?{}" title="{}">{}</a>', urlencode({"project": name}), name, name)


def text_or_dash(text: str) -> SafeString:
    return fill('<span class="cut" title="{}">{}</span>', text, text) if text else dash()


def _box(line: Line) -> SafeString:
    return fill(
        '<td class="row-select"><input class="form-check-input" type="checkbox" name="on" value="{}" aria-label="{}"{}>'
        "</td>",
        line.ref,
        gettext("Select %s") % line.row,
        SafeString(" disabled") if line.gone else "",
    )


@lru_cache(4096)
def _host(_language: str | None, _prefix: str, name: str, state: str) -> SafeString:
    return host_link(Host(name=name, state=state))


@lru_cache(4096)
def _image(_language: str | None, text: str) -> SafeString:
    return fill('<span class="cut">{}</span>', image_ref(text))
