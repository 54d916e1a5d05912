"""What a list is made of: its columns, its filters, and what each noun adds to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Expression, F, Model, OrderBy, Q
from django.utils.functional import Promise

from hosts.access import Capability

Words = str | Promise
Where = Callable[[tuple[str, ...]], Q]
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Column:
    """`order` is what it sorts by. `downwards`: the first click sorts so (dates, sizes). `fixed`: always shown."""

    name: str
    label: Words
    order: tuple[str | Expression, ...]
    downwards: bool = False
    shown: bool = True
    fixed: bool = False
    end: bool = False

    def ordering(self, down: bool) -> list[OrderBy]:
        terms = [F(term) if isinstance(term, str) else term for term in self.order]
        # Sorting nulls last keeps "never" off the first page, whichever way.
        return [term.desc(nulls_last=True) if down else term.asc(nulls_last=True) for term in terms]


@dataclass(frozen=True)
class Filter:
    """`values` are those it may have (None: any text). `facet`: the column or annotation whose values are counted.
    `words`: how a value is called where it is not called what it is."""

    name: str
    label: Words
    where: Where
    values: tuple[str, ...] | None = None
    facet: str = ""
    words: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Spec:
    """What is special about one noun's list. `searched`: where a text is looked for. `light`: the columns that a row
    shows, `extra`: annotations besides,
    `counted`: annotations that only facets need."""

    noun: str
    model: type[Model]
    capability: Capability
    searched: Words
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    light: tuple[str, ...]
    extra: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, Any] = field(default_factory=dict)
    sort: str = "name"
    projects: bool = True
    keeps_gone: bool = True

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def facets(self) -> dict[str, Filter]:
        return {each.name: each for each in self.filters if each.facet}
