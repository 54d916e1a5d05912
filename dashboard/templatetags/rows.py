"""{% load rows %}: what the rows of the inventory's lists are made of, built in Python since a page draws hundreds.

A row stands inside the form of the ticked rows, so a button that acts at once belongs to the page's form `act` instead.
"""

from functools import cache
from urllib.parse import quote

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from dashboard.pages.lists import Line
from dashboard.templatetags.drawing import dash, icon
from dashboard.templatetags.names import port
from dashboard.templatetags.states import state
from dashboard.templatetags.times import when
from hosts.facts import Layer
from hosts.models import Container
from hosts.operations.base import Danger, Operation

register = template.Library()
SHELL = "/bin/sh -c"


@register.simple_tag
def row_operations(line: Line) -> SafeString:
    """{% row_operations line %}: the likeliest as icons, and a menu that is filled when it is opened."""
    on = quote(line.ref, safe="")
    name = str(line.row)
    buttons = format_html_join("", "{}", ((_button(operation, line, on, name),) for operation in line.quick))
    return format_html("{}{}", buttons, _menu(line, on, name) if line.more else "")


@register.simple_tag
def menu_operation(operation: Operation, ref: str) -> SafeString:
    """{% menu_operation operation ref %}: one entry of a row's menu."""
    css = "menu-item is-danger" if operation.danger is Danger.DESTROY else "menu-item"
    content = format_html("{}{}", icon(operation.icon), operation.label)
    url = _do(get_script_prefix(), operation.name)
    if not operation.asks:
        return _acting(css, ref, url, "", content)
    asked = f"{url}?on={quote(ref, safe='')}"
    return format_html(
        '<a class="{}" href="{}" hx-get="{}" hx-target="#dialog-body">{}</a>', css, asked, asked, content
    )


def _button(operation: Operation, line: Line, on: str, name: str) -> SafeString:
    label = str(operation.label)
    element_id = f"{operation.name.replace('.', '-')}-{line.row.pk}"
    named = format_html(' id="{}" aria-label="{} {}" title="{}"', element_id, label, name, label)
    url = _do(get_script_prefix(), operation.name)
    if not operation.asks:
        return _acting("btn btn-icon btn-sm", line.ref, url, named, icon(operation.icon))
    asked = f"{url}?on={on}"
    return format_html(
        '<a class="btn btn-icon btn-sm" href="{}" hx-get="{}"{}>{}</a>', asked, asked, named, icon(operation.icon)
    )


def _acting(css: str, ref: str, url: str, named: str, content: SafeString) -> SafeString:
    """A button that acts at once; what asks first is a link to the question. It inherits no target from a menu."""
    return format_html(
        '<button class="{}" form="act" name="on" value="{}" formaction="{}"'
        ' hx-post="{}" hx-target="this" hx-swap="none"{}>{}</button>',
        css,
        ref,
        url,
        url,
        named,
        content,
    )


def _menu(line: Line, on: str, name: str) -> SafeString:
    url = _menu_url(get_script_prefix())
    return format_html(
        '<details class="menu" name="row-menu" id="menu-{}" hx-get="{}?on={}" hx-trigger="toggle"'
        ' hx-target="find .menu-body"><summary class="btn btn-icon btn-sm" aria-label="{}">{}</summary>'
        '<div class="menu-body menu-right" data-keep><a class="menu-item" href="{}">{}</a></div></details>',
        line.row.pk,
        url,
        on,
        gettext("More for %s") % name,
        icon("dots-vertical"),
        line.url,
        gettext("Open"),
    )


@cache
def _do(_script_prefix: str, name: str) -> str:
    """Looking an address up costs more than the rest of the button."""
    return reverse("do", args=[name])


@cache
def _menu_url(_script_prefix: str) -> str:
    return reverse("operations_menu")


@register.simple_tag
def row_box(line: Line) -> SafeString:
    """{% row_box line %}: the box that ticks a row; what is gone cannot be ticked."""
    return format_html(
        '<input class="form-check-input" type="checkbox" name="on" value="{}" aria-label="{}"{}>',
        line.ref,
        gettext("Select %s") % str(line.row),
        SafeString(" disabled") if line.gone else "",
    )


@register.simple_tag
def project_link(project: str) -> SafeString:
    """{% project_link row.project %}: a link that narrows this list to the project."""
    if not project:
        return dash()
    return format_html('<a class="cut" href="?{}">{}</a>', urlencode({"project": project}), project)


@register.simple_tag
def container_state(row: Container) -> SafeString:
    """{% container_state row %}: its state, the code it ended with when that says failure, and its health."""
    if row.gone_at:
        return state("gone")
    failed = row.state in ("exited", "dead") and row.exit_code
    note = gettext("code %s") % row.exit_code if failed else ""
    shown = state(row.state, "container", note, "bad" if failed else "")
    return format_html("{} {}", shown, state(row.health, "container")) if row.health else shown


@register.simple_tag
def container_since(row: Container) -> SafeString:
    """{% container_since row %}: when it got into its state."""
    if row.gone_at:
        return when(row.gone_at)
    begun = {
        "running": row.started_at,
        "paused": row.started_at,
        "restarting": row.started_at,
        "created": row.created_at,
    }
    return when(begun.get(row.state, row.finished_at))


@register.simple_tag
def layer_step(layer: Layer) -> str:
    """{% layer_step layer %}: the line of the Dockerfile, without the shell that the classic builder puts before it."""
    step = layer.created_by.strip()
    if step.startswith(SHELL):
        step = step.removeprefix(SHELL).strip()
        step = step.removeprefix("#(nop)").strip() if step.startswith("#(nop)") else f"RUN {step}"
    return step or layer.comment or "-"


@register.simple_tag
def ports(text: str, most: int = 3) -> SafeString:
    """{% ports row.ports %}: the first published ports; the same port on IPv6 is not said twice."""
    listed = [each for each in text.split(", ") if each and not each.startswith("[::]:")]
    shown = [each for each in listed if "->" in each] or listed
    if not shown:
        return dash()
    rest = format_html(' <span class="text-secondary" title="{}">+{}</span>', text, len(shown) - most)
    marks = format_html_join(" ", "{}", ((port(each),) for each in shown[:most]))
    return format_html("{}{}", marks, rest if len(shown) > most else "")
