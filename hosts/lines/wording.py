"""Which sentences of this layer are for people? It knows no Django, so whoever shows them translates them."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Marks a message for the catalogues; `makemessages` knows this name."""
    return message
