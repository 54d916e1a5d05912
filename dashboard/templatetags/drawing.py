"""The smallest marks on a page, built in Python because a list draws thousands of them: icons, copy buttons, dashes."""

from functools import cache, lru_cache

from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext


@cache
def _sprite(_script_prefix: str) -> str:
    """The address of the icons, which depends on the prefix; kept, since finding it hashes or searches each time."""
    return static("vendor/icons.svg")


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """{% icon "trash" %}: a drawing from static/icons.txt.

    It is decoration, hidden from screen readers, unless `label` says what it means.
    """
    return _icon(_sprite(get_script_prefix()), name, label, css)


@lru_cache(2048)
def _icon(sprite: str, name: str, label: str, css: str) -> SafeString:
    """The same few drawings stand on every row of a list: each is made once."""
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', classes, label, sprite, name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, sprite, name)


def copy(text: object, label: str = "") -> SafeString:
    """{% copy container.image %}: a small button that copies `text`; `label` says what is copied ("Copy the id")."""
    return format_html(
        '<button type="button" class="copy" data-copy="{}" aria-label="{}" title="{}">{}{}</button>',
        text,
        label or gettext("Copy"),
        label or gettext("Copy"),
        icon("copy"),
        icon("check", css="copied"),
    )


def dash(meaning: str = "") -> SafeString:
    """{% dash "never" %}: a quiet mark for "nothing here", read aloud as `meaning`."""
    return _dash(get_language(), meaning)


@lru_cache(256)
def _dash(_language: str | None, meaning: str) -> SafeString:
    return format_html(
        '<span class="dash" aria-hidden="true">-</span><span class="visually-hidden">{}</span>',
        meaning or gettext("none"),
    )
