"""The smallest marks on a page, built in Python because a list draws thousands of them: icons, copy buttons, dashes."""

from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext


@lru_cache(2048)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """{% icon "trash" %}: a drawing from static/icons.txt.

    It is decoration, hidden from screen readers, unless `label` says what it means. The same few stand on every row of
    a list: each is made once.
    """
    classes = f"icon icon-{name} {css}".strip()
    if label:
        return format_html('<i class="{}" role="img" aria-label="{}"></i>', classes, label)
    return format_html('<i class="{}" aria-hidden="true"></i>', classes)


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
