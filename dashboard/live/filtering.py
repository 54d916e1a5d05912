"""What does somebody's filter say of lines, and how many pass it? Its errors are told in words, with their place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.utils.translation import gettext as _

from dashboard.live.session import BAD_MESSAGE, Closing
from hosts.lines.filters import Filter, FilterError
from hosts.streams.sieve import Sieve

_EVERY_SECONDS = 1.0

Say = Callable[..., Awaitable[None]]


def sentence(error: FilterError) -> str:
    return _(error.message) % error.values


def checked(text: str) -> dict[str, Any]:
    """The answer to a message `filter`: which words to mark, or what is wrong and at which character."""
    try:
        wanted = Filter.parse(text)
    except FilterError as error:
        return {"text": text, "error": sentence(error), "at": error.position}
    return {"text": text, "words": list(wanted.words)}


def filter_of(message: dict[str, Any]) -> Filter | None:
    """The filter of a message `open`; None without one."""
    text = message.get("filter", "")
    if not isinstance(text, str):
        raise Closing(BAD_MESSAGE, _("“filter” must be a text."))
    try:
        return Filter.parse(text) if text.strip() else None
    except FilterError as error:
        raise Closing(BAD_MESSAGE, sentence(error)) from error


async def tell(sieve: Sieve, say: Say) -> None:
    """Say about once a second how many lines were read and how many of them passed, as long as that changes."""
    told = -1
    while sieve.counts:
        if sieve.read != told:
            told = sieve.read
            await say("filtered", read=sieve.read, passed=sieve.kept)
        await asyncio.sleep(_EVERY_SECONDS)
