"""The buttons of a row: the likeliest operations as icons, and a menu that is filled when it is opened.

A row stands inside the form of the ticked rows, so a button that acts at once belongs to the page's form `act` instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import get_script_prefix, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from dashboard.fill import fill
from dashboard.templatetags.drawing import icon
from hosts.operations.base import Danger, Operation


def row_buttons(row: Any, ref: str, url: str, quick: Sequence[Operation], more: bool) -> SafeString:
    """`ref` names the row's object to an operation; `url` is its page."""
    # Escaped here once, and not again for each place that they stand in.
    key, on, name = escape(row.pk), escape(quote(ref, safe="")), escape(str(row))
    buttons = [_icon_button(operation, ref, on, key, name) for operation in quick]
    if more:
        buttons.append(_menu(key, on, url, name))
    return fill("{}" * len(buttons), *buttons) if buttons else SafeString()


def logs_button(url: str, row: Any) -> SafeString:
    """The way to a container's log, which is where people go most."""
    label, drawing = _logs_face(get_language())
    return fill(
        '<a class="btn btn-icon btn-sm" href="{}" aria-label="{} {}" title="{}">{}</a>', url, label, row, label, drawing
    )


def menu_entry(operation: Operation, ref: str) -> SafeString:
    """One entry of a row's menu."""
    css = "menu-item is-danger" if operation.danger is Danger.DESTROY else "menu-item"
    content = fill("{}{}", icon(operation.icon), operation.label)
    url = _address(get_script_prefix(), operation.name)
    if not operation.asks:
        return _acting(css, ref, url, doing(operation), content)
    asked = f"{url}?on={quote(ref, safe='')}"
    return fill('<a class="{}" href="{}" hx-get="{}" hx-target="#dialog-body">{}</a>', css, asked, asked, content)


def doing(operation: Operation) -> SafeString:
    """What the row says while it is under way."""
    return fill(' data-doing="{}"', operation.doing) if operation.doing else SafeString()


def _icon_button(operation: Operation, ref: str, on: SafeString, pk: SafeString, name: SafeString) -> SafeString:
    url, label, drawing, slug, said = _face(get_language(), get_script_prefix(), operation)
    if not operation.asks:
        named = fill(' id="{}-{}" aria-label="{} {}" title="{}"{}', slug, pk, label, name, label, said)
        return _acting("btn btn-icon btn-sm", ref, url, named, drawing)
    asked = fill("{}?on={}", url, on)
    return fill(
        '<a class="btn btn-icon btn-sm" href="{}" hx-get="{}" id="{}-{}" aria-label="{} {}" title="{}">{}</a>',
        asked,
        asked,
        slug,
        pk,
        label,
        name,
        label,
        drawing,
    )


def _acting(css: str, ref: str, url: str, named: str, content: SafeString) -> SafeString:
    """It names its own target, so that it inherits none from a menu."""
    return fill(
        '<button class="{}" form="act" name="on" value="{}" formaction="{}" hx-post="{}" hx-target="this"'
        ' hx-swap="none"{}>{}</button>',
        css,
        ref,
        url,
        url,
        named,
        content,
    )


def _menu(pk: SafeString, on: SafeString, url: str, name: SafeString) -> SafeString:
    address, more, opens, drawing = _menu_face(get_language(), get_script_prefix())
    return fill(
        '<details class="menu" name="row-menu" id="menu-{}" hx-get="{}?on={}" hx-trigger="toggle"'
        ' hx-target="find .menu-body"><summary class="btn btn-icon btn-sm" aria-label="{}">{}</summary>'
        '<div class="menu-body menu-right" data-keep><a class="menu-item" href="{}">{}</a></div></details>',
        pk,
        address,
        on,
        fill(more, name),
        drawing,
        url,
        opens,
    )


@cache
def _address(_script_prefix: str, name: str) -> str:
    """Looking an address up costs more than the rest of the button."""
    return reverse("do", args=[name])


@lru_cache(1024)
def _face(
    _language: str | None, script_prefix: str, operation: Operation
) -> tuple[SafeString, SafeString, SafeString, SafeString, SafeString]:
    """What is the same on every row: address, label, drawing, the first part of the button's id, what it says next."""
    slug = escape(operation.name.replace(".", "-"))
    url = escape(_address(script_prefix, operation.name))
    return url, escape(operation.label), icon(operation.icon), slug, doing(operation)


@lru_cache(64)
def _logs_face(_language: str | None) -> tuple[SafeString, SafeString]:
    return escape(gettext("Logs")), icon("file-text")


@lru_cache(64)
def _menu_face(_language: str | None, _script_prefix: str) -> tuple[SafeString, str, SafeString, SafeString]:
    return escape(reverse("operations_menu")), gettext("More for {}"), escape(gettext("Open")), icon("dots-vertical")
