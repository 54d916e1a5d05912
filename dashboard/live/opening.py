"""Which log, and from where? What a page or a socket asked for, checked."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.live.filtering import filter_of
from dashboard.live.session import BAD_MESSAGE, NOT_FOUND, Closing
from dashboard.pages.asking import one_line
from dashboard.targets import find_host, find_row
from hosts.access import Actor, Target
from hosts.engine.cursor import Place, nanoseconds
from hosts.engine.logs import LogQuery
from hosts.facts import Noun
from hosts.lines.filters import Filter

DEFAULT_TAIL, MOST_LINES = 500, 10_000_000
_AGO = re.compile(r"([0-9]{1,6})\s*([smhd])")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_UNIX = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
# As late as lines that are kept can be, in nanoseconds and 64 bits: about the year 2262.
_LAST_SECOND = (1 << 63) // 1_000_000_000 - 1
_WHOLE_ID = re.compile(r"[0-9a-f]{64}")
# A page records that it was opened; its socket, which follows at once, is the same opening.
_RECEIPT_SALT, _RECEIPT_SECONDS = "logs opened", 60


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
    unmasked: bool = False
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
    return Opening(host, container, query, inputs, shows, levels, groups, receipt, wanted, unmasked, held)


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


def container_target(host_name: str, container: str) -> Target:
    """The container that is meant. One that only just began may not be in the inventory: then its whole id will do."""
    host = find_host(host_name)
    try:
        row = find_row(Noun.CONTAINER, host, container)
    except Http404:
        if not _WHOLE_ID.fullmatch(container):
            raise
        return Target(Noun.CONTAINER, host, container, container[:12])
    return Target(Noun.CONTAINER, host, row.engine_id, row.name)


def receipt(actor: Actor, target: Target) -> str:
    """Proof for a page's own socket that the trail has this opening."""
    return signing.dumps(_opened(actor, target), salt=_RECEIPT_SALT)


def has_receipt(text: str, actor: Actor, target: Target) -> bool:
    try:
        return bool(signing.loads(text, salt=_RECEIPT_SALT, max_age=_RECEIPT_SECONDS) == _opened(actor, target))
    except signing.BadSignature:
        return False


def _opened(actor: Actor, target: Target) -> list[Any]:
    return [actor.user_id, target.host.pk if target.host else None, target.id]
