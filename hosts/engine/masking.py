"""Hides what looks like a secret in what an engine tells, by the rules that this process knows to be in use now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hosts.models.redaction import latest


def mask(raw: Any) -> Any:
    """The same JSON with what is secret hidden, and cut to sizes that a page can show."""
    return latest().answer(raw)


def mask_text(text: str) -> str:
    """A text of any kind without the secrets in it."""
    return latest().text(text)


def mask_layer(made_by: str) -> str:
    """The instruction that made a layer of an image."""
    return latest().layer(made_by)


def mask_value(name: str, value: str) -> str:
    """The value of a variable, label or option of that name."""
    return latest().value(name, value)


def mask_arguments(arguments: Sequence[str]) -> list[str]:
    """A command's words, without what follows `--password` and the like."""
    return latest().arguments(arguments)
