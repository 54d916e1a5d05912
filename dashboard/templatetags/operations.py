"""{% load operations %}: the buttons of a list's rows, built in Python because a page draws a hundred of them.

A row stands inside the form of the ticked rows, so a button that acts at once belongs to the page's form `act` instead.
"""

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext

from dashboard.pages.lists import Line
from dashboard.templatetags.drawing import icon
from hosts.operations.base import Danger, Operation

register = template.Library()


@register.simple_tag
def row_operations(line: Line) -> SafeString:
    """{% row_operations line %}: the likeliest as icons, and a menu that is filled when it is opened."""
    buttons = format_html_join("", "{}", ((_button(operation, line),) for operation in line.quick))
    return format_html("{}{}", buttons, _menu(line) if line.more else "")


@register.simple_tag
def menu_operation(operation: Operation, ref: str) -> SafeString:
    """{% menu_operation operation ref %}: one entry of a row's menu."""
    css = "menu-item is-danger" if operation.danger is Danger.DESTROY else "menu-item"
    return _control(operation, ref, css, format_html("{}{}", icon(operation.icon), operation.label), "")


def _button(operation: Operation, line: Line) -> SafeString:
    label = gettext("%(operation)s %(name)s") % {"operation": operation.label, "name": line.row.name or line.row}
    css = "btn btn-icon btn-sm"
    return _control(operation, line.ref, css, icon(operation.icon), label, f"{slugify(operation.name)}-{line.row.pk}")


def _control(operation: Operation, ref: str, css: str, content: SafeString, label: str, element_id: str = "") -> SafeString:
    """A link to the question for what asks, else a button that acts."""
    url = reverse("do", args=[operation.name])
    named = format_html(' id="{}" aria-label="{}" title="{}"', element_id, label, operation.label) if label else ""
    if operation.asks:
        asked = f"{url}?{urlencode({'on': ref})}"
        return format_html(
            '<a class="{}" href="{}" hx-get="{}" hx-target="#dialog-body" hx-swap="innerHTML"{}>{}</a>',
            css,
            asked,
            asked,
            named,
            content,
        )
    return format_html(
        '<button class="{}" form="act" name="on" value="{}" formaction="{}" hx-post="{}" hx-swap="none"{}>{}</button>',
        css,
        ref,
        url,
        url,
        named,
        content,
    )


def _menu(line: Line) -> SafeString:
    return format_html(
        '<details class="menu" name="row-menu" id="menu-{}" hx-get="{}?{}" hx-trigger="toggle" hx-target="find .menu-body"'
        ' hx-swap="innerHTML"><summary class="btn btn-icon btn-sm" aria-label="{}">{}</summary>'
        '<div class="menu-body menu-right" data-keep><a class="menu-item" href="{}">{}</a></div></details>',
        line.row.pk,
        reverse("operations_menu"),
        urlencode({"on": line.ref}),
        gettext("More for %s") % (line.row.name or line.row),
        icon("dots-vertical"),
        line.url,
        gettext("Open"),
    )
