"""What a list is made of: its columns, its filters, and what each noun adds to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, OrderBy, Q
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

from hosts.access import Capability
from hosts.models import Row

Words = str | Promise
Where = Callable[[tuple[str, ...]], Q]
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Column:
    """`order` is what the column sorts by. `downwards`: the first click sorts so (dates, sizes). `fixed`: always shown."""

    name: str
    label: Words
    order: tuple[str | Combinable, ...]
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
    """`values` are those it may have (None: any text). `facet`: the column or annotation whose values are counted."""

    name: str
    label: Words
    where: Where
    values: tuple[str, ...] | None = None
    facet: str = ""


@dataclass(frozen=True)
class Spec:
    """What is special about one noun's list. `light` are the columns a row needs; `extra` what a page's rows get besides."""

    noun: str
    model: type[Row]
    capability: Capability
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    light: tuple[str, ...]
    extra: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, Any] = field(default_factory=dict)
    sort: str = "name"
    projects: bool = True

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def facets(self) -> dict[str, Filter]:
        return {each.name: each for each in self.filters if each.facet}
