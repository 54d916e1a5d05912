"""What does this query string ask for? Understood and checked, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from hosts.inventory.read.spec import Spec

SIZES = (25, 50, 100, 200)
LONGEST = 200
MOST_VALUES = 50
LAST_PAGE = 1_000_000


class QueryError(ValueError):
    """The query string cannot be understood; the text is for the person who wrote it."""


class Parameters(Protocol):
    """What Django's QueryDict offers of itself."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Query:
    """`sort` names a column, with a minus for downwards; `chosen` holds the values of each filter that is set."""

    sort: str
    q: str = ""
    hosts: tuple[str, ...] = ()
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    size: int = 50
    gone: bool = False
    by_project: bool = False
    columns: tuple[str, ...] = ()
    # Whether columns, order or size are those that the person keeps, and not the list's own.
    arranged: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order and the page is asked for."""
        return bool(self.q or self.hosts or self.chosen)


def parse(parameters: Parameters, spec: Spec, kept: Mapping[str, Any] | None = None) -> Query:
    """The query for a list; empty values count as not given, unknown parameters are nobody's business here.

    `kept` is how the person wants this list where the address says nothing: `cols`, `size`, `sort`, `group`. What of it
    is no longer there is passed over.
    """
    read, kept = _Reader(parameters), kept or {}
    wanted = read.several("cols") or tuple(name for name in kept.get("cols", ()) if name in spec.by_name)
    sort = kept.get("sort", "")
    chosen = {each.name: read.several(each.name, each.values) for each in spec.filters}
    return Query(
        sort=_sort(read.one("sort") or (sort if sort.removeprefix("-") in spec.by_name else ""), spec),
        q=read.one("q"),
        hosts=read.several("host"),
        chosen={name: values for name, values in chosen.items() if values},
        page=_number(read.one("page"), 1, _("The page is a number from 1 on."), range(1, LAST_PAGE)),
        size=_number(read.one("size"), kept.get("size", 50), _("A page has 25, 50, 100 or 200 rows."), SIZES),
        gone=read.one("gone", ("0", "1")) == "1",
        by_project=spec.projects and (read.one("group", ("project", "none")) or kept.get("group")) == "project",
        columns=_columns(wanted, spec),
        arranged=bool(kept),
    )


class _Reader:
    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def several(self, name: str, known: Sequence[str] | None = None) -> tuple[str, ...]:
        values = [value.strip() for value in self._parameters.getlist(name)]
        found = tuple(dict.fromkeys(value for value in values if value))
        if len(found) > MOST_VALUES:
            raise QueryError(_("“%(name)s” is given more than %(most)s times.") % {"name": name, "most": MOST_VALUES})
        for value in found:
            self._check(name, value, known)
        return found

    def one(self, name: str, known: Sequence[str] | None = None) -> str:
        return (self.several(name, known) or ("",))[-1]

    def _check(self, name: str, value: str, known: Sequence[str] | None) -> None:
        if len(value) > LONGEST:
            raise QueryError(
                _("“%(name)s” is longer than %(most)s characters: shorten it.") % {"name": name, "most": LONGEST}
            )
        if not value.isprintable():
            raise QueryError(_("“%s” contains a character that cannot be printed.") % name)
        if known is not None and value not in known:
            words = {"name": name, "value": value, "known": ", ".join(known)}
            raise QueryError(_("“%(name)s” cannot be “%(value)s”. It is one of: %(known)s.") % words)


def _number(text: str, usual: int, refusal: str, allowed: Sequence[int]) -> int:
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) not in allowed:
        raise QueryError(refusal)
    return int(text)


def _sort(text: str, spec: Spec) -> str:
    if text and text.removeprefix("-") not in spec.by_name:
        names = ", ".join(spec.by_name)
        raise QueryError(
            _("There is no column “%(name)s” to sort by. There are: %(names)s.") % {"name": text, "names": names}
        )
    return text or spec.sort


def _columns(names: tuple[str, ...], spec: Spec) -> tuple[str, ...]:
    """The columns to show, in the list's own order; those that a row cannot do without always are."""
    wanted = {part for name in names for part in name.split(",") if part}
    if unknown := wanted - set(spec.by_name):
        raise QueryError(_("There is no column “%s”.") % sorted(unknown)[0])
    return tuple(
        column.name for column in spec.columns if column.fixed or (column.name in wanted if wanted else column.shown)
    )
