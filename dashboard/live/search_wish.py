"""What is looked for, where, and from when to when? A message `search`, or the address of the page, checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboard.live.filtering import sentence
from dashboard.live.wish import Wish, parameters_in, wish_of
from hosts.engine.cursor import nanoseconds
from hosts.inventory.read.query import QueryError
from hosts.lines.filters import Filter, FilterError
from hosts.lines.redaction import Redactor
from hosts.models import Host

USUAL_HITS, MOST_HITS = 500, 2_000
_SECOND = 1_000_000_000
# What a kept line's time has room for: about the year 2262.
_LAST = (1 << 63) - 2 * _SECOND
_AGO = re.compile(r"([0-9]{1,6})([smhd])")
_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Unclear(Exception):
    """It cannot be searched for this; `field` is what to mend, and `at` the place of the first wrong character."""

    def __init__(self, field: str, sentence: str, at: int | None = None) -> None:
        super().__init__(sentence)
        self.field, self.sentence, self.at = field, sentence, at


@dataclass(frozen=True, slots=True)
class SearchWish:
    """Times are nanoseconds since 1970; `most` is how many hits are wanted at a time."""

    wish: Wish
    filter: Filter
    since: int | None
    until: int | None
    most: int
    texts: dict[str, str]

    def recorded(self, hides: Redactor, containers: int) -> Callable[[Host | None], dict[str, Any]]:
        """As the trail keeps it; who looks for a password does not leave it there."""
        asked = {name: value for name, value in self.texts.items() if value}
        asked["filter"] = hides.mask_text(self.filter.text)[0]
        return lambda host: {**asked, "query": self.wish.recorded(hides, host), "containers": containers}


def search_wish(message: dict[str, Any]) -> SearchWish:
    """Raises Unclear."""
    given = {name: message.get(name) or "" for name in ("query", "filter", "since", "until", "before")}
    for name, value in given.items():
        if not isinstance(value, str):
            raise Unclear(name, _("“%s” must be a text.") % name)
    most = message.get("most", USUAL_HITS)
    if type(most) is not int or not 0 < most <= MOST_HITS:
        raise Unclear("most", _("“most” is a number up to %s.") % MOST_HITS)
    since, until = moment("since", given["since"]), moment("until", given["until"])
    if since is not None and until is not None and since >= until:
        raise Unclear("until", _("The end must be later than the beginning."))
    before = moment("before", given["before"])
    if before is not None:
        until = before if until is None else min(until, before)
    texts = {"since": given["since"], "until": given["until"], "before": given["before"]}
    return SearchWish(wish_in(given["query"]), _filter(given["filter"]), since, until, most, texts)


def moment(field: str, text: str) -> int | None:
    """A time such as 2026-01-31T12:00:00Z, or an age such as 15m; None for an empty text. Raises Unclear."""
    text = text.strip()
    if not text:
        return None
    if ago := _AGO.fullmatch(text):
        return max(0, int(dt.datetime.now(dt.UTC).timestamp()) - int(ago[1]) * _UNIT[ago[2]]) * _SECOND
    # Down to the nanosecond, as the engines write it.
    exact = nanoseconds(text.encode("utf-8", "replace") + b" ")
    if exact is None:
        try:
            at = dt.datetime.fromisoformat(text)
            exact = int((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp() * 1_000_000) * 1000
        except (ValueError, OverflowError) as error:
            raise Unclear(field, _("A time such as 2026-01-31T12:00:00Z, or 15m, 2h, 1d ago.")) from error
    if exact > _LAST:
        raise Unclear(field, _("A time such as 2026-01-31T12:00:00Z, or 15m, 2h, 1d ago."))
    return max(0, exact)


def _filter(text: str) -> Filter:
    if not text.strip():
        raise Unclear("filter", _("Say what to look for."))
    try:
        return Filter.parse(text)
    except FilterError as error:
        raise Unclear("filter", sentence(error), error.position) from error


def wish_in(text: str) -> Wish:
    """Which logs are meant by the query string of a list of containers; raises Unclear."""
    try:
        return wish_of(parameters_in(text))
    except (QueryError, ValueError) as error:
        raise Unclear("query", str(error)) from error
