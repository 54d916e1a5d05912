"""Which log, and from where? What a page or a socket asked for, checked."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.live.filtering import filter_of
from dashboard.live.session import BAD_MESSAGE, NOT_FOUND, Closing
from dashboard.pages.asking import one_line
from dashboard.targets import find_host, find_row
from hosts.access import Capability, Permissions, Target
from hosts.engine.cursor import Place, nanoseconds
from hosts.engine.logs import LogQuery
from hosts.facts import Noun
from hosts.lines.filters import Filter
from hosts.models import Host

DEFAULT_TAIL, MOST_LINES = 500, 10_000_000
_AGO = re.compile(r"([0-9]{1,6})\s*([smhd])")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_UNIX = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
# As late as lines that are kept can be, in nanoseconds and 64 bits: about the year 2262.
_LAST_SECOND = (1 << 63) // 1_000_000_000 - 1
_WHOLE_ID = re.compile(r"[0-9a-f]{64}")


class AskedLines(forms.Form):
    """What the page takes in its query string, and the socket in its first message."""

    tail = forms.CharField(label=gettext_lazy("Lines"), required=False, max_length=9)
    since = forms.CharField(label=gettext_lazy("Since"), required=False, max_length=40)

    def clean_tail(self) -> int | None:
        text = str(self.cleaned_data["tail"]).strip()
        if text == "all":
            return None
        if not text:
            return DEFAULT_TAIL
        if not text.isascii() or not text.isdigit() or int(text) > MOST_LINES:
            raise forms.ValidationError(_("A number of lines up to %(most)s, or “all”.") % {"most": MOST_LINES})
        return int(text)

    def clean_since(self) -> str:
        return self.time_in("since")

    def time_in(self, name: str) -> str:
        """As the engine takes it: seconds since 1970, or nothing."""
        text = str(self.cleaned_data[name]).strip()
        if not text or (_UNIX.fullmatch(text) and float(text) <= _LAST_SECOND):
            return text
        try:
            if ago := _AGO.fullmatch(text):
                return _seconds(dt.datetime.now(dt.UTC) - dt.timedelta(**{_UNIT[ago[2]]: int(ago[1])}))
            moment = dt.datetime.fromisoformat(text)
            return _seconds(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(_("A time such as 2026-01-31T12:00:00Z, or 15m, 2h, 1d ago.")) from error

    @property
    def inputs(self) -> dict[str, Any]:
        """As the trail keeps them."""
        tail, since = self.cleaned_data["tail"], self.cleaned_data["since"]
        return {"tail": "all" if tail is None else tail, **({"since": since} if since else {})}

    def asked(self, filter_text: str, *, after: Any = None, unmasked: bool = False) -> dict[str, Any]:
        """What a receipt is for, in words that do not change while time goes by: an age stays an age."""
        tail, since = self.cleaned_data["tail"], str(self.data.get("since") or "").strip()
        wanted = {"tail": "all" if tail is None else tail, "since": since, "filter": filter_text.strip()}
        return {**wanted, "after": after, "unmasked": unmasked}

    @property
    def query(self) -> LogQuery:
        """Only after `is_valid()`."""
        return LogQuery(tail=self.cleaned_data["tail"], since=self.cleaned_data["since"])


def _seconds(moment: dt.datetime) -> str:
    seconds = max(0.0, moment.timestamp())
    if seconds > _LAST_SECOND:
        raise OverflowError
    return f"{seconds:.6f}"


@dataclass(frozen=True, slots=True)
class Opening:
    """A message `open`, checked as far as can be without the database."""

    host: str
    container: str
    query: LogQuery
    inputs: dict[str, Any]
    timestamps: bool
    levels: bool
    groups: bool
    receipt: str
    filter: Filter | None
    unmasked: bool
    # What its receipt must be for.
    asked: dict[str, Any]
    # What the browser holds of what passed the filter: no place in the log itself, of whose lines others passed not.
    held: Place | None = None


def opening(message: dict[str, Any]) -> Opening:
    host, container, receipt = message.get("host"), message.get("container"), message.get("receipt", "")
    if not isinstance(host, str) or not isinstance(container, str) or not isinstance(receipt, str):
        raise Closing(BAD_MESSAGE, _("“host” and “container” must be texts."))
    if "\x00" in host + container:
        raise Closing(NOT_FOUND, _("There is nothing of this name."))
    form = asked_lines(message)
    query, inputs = form.query, form.inputs
    wanted, held = filter_of(message), None
    if message.get("after") is not None:
        place = place_in(message["after"])
        held = place if wanted else None
        query, inputs = LogQuery(tail=None, after=place.before if wanted else place), {"resumed": True}
    shows, levels = message.get("timestamps", True) is not False, message.get("levels") is True
    groups, unmasked = message.get("groups") is True, message.get("unmasked") is True
    asked = form.asked(str(message.get("filter", "")), after=message.get("after"), unmasked=unmasked)
    return Opening(host, container, query, inputs, shows, levels, groups, receipt, wanted, unmasked, asked, held)


def asked_lines(message: dict[str, Any]) -> AskedLines:
    """What a message says of `tail` and `since`, checked."""
    tail = message.get("tail", "")
    form = AskedLines({"tail": "all" if tail is None else str(tail), "since": str(message.get("since") or "")})
    if not form.is_valid():
        raise Closing(BAD_MESSAGE, one_line(form))
    return form


def place_in(after: Any) -> Place:
    """Where the browser stopped: `{"time": the last line's, "lines": how many it holds that are not older, "newest":
    the latest time among those}`."""
    if isinstance(after, dict):
        at, lines = time_in(after.get("time")), after.get("lines")
        newest = time_in(after.get("newest", after.get("time")))
        if at is not None and newest is not None and type(lines) is int and 0 < lines <= MOST_LINES:
            return Place(at, lines, newest)
    raise Closing(BAD_MESSAGE, _("“after” must have the time of a line and a number of lines."))


def time_in(text: Any) -> int | None:
    """The time of a line, in nanoseconds since 1970; None where it is none, or none that a line can have."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    time = nanoseconds(text.encode("utf-8", "replace") + b" ")
    return time if time is not None and 0 <= time <= _LAST_SECOND * 1_000_000_000 else None


def container_target(asked: Permissions, host_name: str, container: str) -> Target:
    """The container that is meant, on a host whose logs the person may read; Missing where there is none for them."""
    return container_on(find_host(host_name, asked, Capability.CONTAINER_LOGS), container)


def container_on(host: Host, container: str) -> Target:
    """One that only just began may not be in the inventory: then its whole id will do."""
    try:
        row = find_row(Noun.CONTAINER, host, container)
    except Http404:
        if not _WHOLE_ID.fullmatch(container):
            raise
        return Target(Noun.CONTAINER, host, container, container[:12])
    return Target(Noun.CONTAINER, host, row.engine_id, row.name)


def refused_container(host_name: str, container: str) -> Target:
    """What was asked for as the trail names it, be it hidden from the person or never there."""
    host = Host.objects.filter(name=host_name).first()
    return Target(Noun.CONTAINER, host, container, f"{host_name}:{container}")
