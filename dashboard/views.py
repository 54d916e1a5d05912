"""The saved views that a person may open: their own and those that others share, and where each leads."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from dashboard import seen
from dashboard.pages.allowed import permissions
from dashboard.requests import Request
from hosts.models import SavedView, ViewPage, same_query

MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One view as a person sees it; `current` is the one that shows what the page shows now."""

    view: SavedView
    url: str
    own: bool
    current: bool = False

    @property
    def ref(self) -> str:
        return f"view::{self.view.pk}"

    @property
    def menu_id(self) -> str:
        return f"menu-view-{self.view.pk}"

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The filters as pairs, for a person to read."""
        return [(name, value) for name, values in QueryDict(self.view.query).lists() for value in values]


def visible(request: Request, page: str = "") -> QuerySet[SavedView]:
    """Own ones and those of others, of pages that the person may open; `shown` leaves out what is not for them."""
    rows = seen.views(permissions(request))
    return rows.filter(page=page) if page else rows


def shown(request: Request, rows: QuerySet[SavedView], query: str = "", page: str = "") -> list[Shown]:
    """The views, own ones first; `query` of `page` is what is shown now."""
    now = same_query(query)
    found = [
        Shown(row, url_of(row), row.owner_id == request.actor.user_id, row.page == page and row.query == now)
        for row in rows[:MOST]
        if seen.may_show(row, permissions(request))
    ]
    return sorted(found, key=lambda each: not each.own)


def url_of(view: SavedView) -> str:
    """Always a page of ours: the name of an address, and a query string that was taken apart and put together again."""
    query = same_query(view.query)
    return reverse(ViewPage(view.page).value) + (f"?{query}" if query else "")
