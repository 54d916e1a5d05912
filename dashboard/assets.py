"""What a browser is told of the console's own files: of which version they are, and in which colours to frame them."""

from __future__ import annotations

from django.contrib.staticfiles.storage import staticfiles_storage


def version() -> str:
    """It changes when any of them changes; nothing while developing, where files have no names of their own."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))


# --qs-bg of static/css/tokens.css, for what a browser paints around the page.
_GROUNDS = {"light": "#f6f7f9", "dark": "#0d1015"}


def ground(theme: str) -> str:
    """{% ground "dark" %}: the colour behind everything in that theme."""
    return _GROUNDS[theme]
