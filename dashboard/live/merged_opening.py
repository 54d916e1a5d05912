"""Which logs as one, and from where? A message `open` for many, checked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from dashboard.live.filtering import filter_of
from dashboard.live.opening import asked_lines, place_in, time_in
from dashboard.live.session import BAD_MESSAGE, Closing
from dashboard.live.wish import MOST_SOURCES, Source, Wish, parameters_in, wish_of
from hosts.engine.cursor import Place
from hosts.engine.logs import LogQuery
from hosts.inventory.read.query import QueryError
from hosts.lines.filters import Filter

MOST_TAIL = 10_000


@dataclass(frozen=True, slots=True)
class MergedOpening:
    """A message `open` for many logs. `places` say by the beginning of an id where a broken view stopped; a log of
    which it held nothing goes on at the time `since`."""

    wish: Wish
    query: LogQuery
    inputs: dict[str, Any]
    timestamps: bool
    levels: bool
    groups: bool
    places: dict[str, Place]
    receipt: str
    filter: Filter | None
    unmasked: bool
    # What its receipt must be for, besides the logs that it finds.
    asked: dict[str, Any]

    def query_for(self, source: Source) -> LogQuery:
        place = self.places.get(source.target.id[:12])
        if place is None:
            return self.query
        return LogQuery(tail=None, after=place.before if self.filter else place)

    def held(self, source: Source) -> Place | None:
        """What the browser holds of what passed the filter, which is no place in the log itself."""
        return self.places.get(source.target.id[:12]) if self.filter else None


def merged_opening(message: dict[str, Any]) -> MergedOpening:
    wish = _wish(message)
    form = asked_lines(message)
    tail = form.query.tail
    query = replace(form.query, tail=MOST_TAIL if tail is None else min(tail, MOST_TAIL))
    places: dict[str, Place] = {}
    inputs: dict[str, Any] = {**form.inputs, "tail": query.tail}
    after = message.get("after")
    if isinstance(after, dict) and (after.get("places") or after.get("since")):
        places = _places(after.get("places"))
        query, inputs = LogQuery(tail=None, since=_since(after.get("since"))), {"resumed": True}
    shows, levels = message.get("timestamps", True) is not False, message.get("levels") is True
    groups, unmasked = message.get("groups") is True, message.get("unmasked") is True
    receipt, wanted = str(message.get("receipt", "")), filter_of(message)
    if unmasked:
        inputs["unmasked"] = True
    asked = form.asked(str(message.get("filter", "")), after=after, unmasked=unmasked) | {"query": wish.text}
    return MergedOpening(wish, query, inputs, shows, levels, groups, places, receipt, wanted, unmasked, asked)


def _wish(message: dict[str, Any]) -> Wish:
    text, named = message.get("query", ""), message.get("sources", [])
    if not isinstance(text, str) or not isinstance(named, list):
        raise Closing(BAD_MESSAGE, _("“query” must be a text, and “sources” a list."))
    try:
        parameters = parameters_in(text)
        for each in named:
            if not isinstance(each, dict):
                raise Closing(BAD_MESSAGE, _("A source has “host” and “container”."))
            parameters.appendlist("on", f"{each.get('host')}:{each.get('container')}")
        return wish_of(parameters)
    except (QueryError, ValueError) as error:
        raise Closing(BAD_MESSAGE, str(error)) from error


def _places(after: Any) -> dict[str, Place]:
    """`{"3f2a…": [time, lines] or [time, lines, newest]}`."""
    if not isinstance(after, dict) or len(after) > 2 * MOST_SOURCES:
        raise Closing(BAD_MESSAGE, _("“after” must have the time of a line and a number of lines."))
    found = {}
    for key, place in after.items():
        parts = dict(zip(("time", "lines", "newest"), place if isinstance(place, list) else (), strict=False))
        found[key[:12]] = place_in(parts)
    return found


def _since(text: Any) -> str:
    at = time_in(text)
    if at is None:
        raise Closing(BAD_MESSAGE, _("“since” must be the time of a line."))
    return Place(at, 0).since
