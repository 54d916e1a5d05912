"""What every list shares: columns that sort, pages, and links that keep the rest of the query string."""

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from dashboard.templatetags.drawing import icon


def _query(context: Context) -> QueryDict:
    request = context.get("request")
    query = request.GET.copy() if isinstance(request, HttpRequest) else QueryDict(mutable=True)
    query.pop("fragment", None)
    return query


def _link(query: QueryDict) -> str:
    return "?" + query.urlencode()


def sort_header(context: Context, name: str, label: str, css: str = "", first: str = "") -> SafeString:
    """{% sort_header "name" _("Name") %}: a column head that sorts by ?sort=name, then by -name, and says which is on.

    The order in force is `sort` in the context, else in the query. `first="-"` makes the first click sort downwards, as
    people expect of dates and sizes.
    """
    query = _query(context)
    current = str(context.get("sort") or query.get("sort", ""))
    up, down = name, f"-{name}"
    wanted = {up: down, down: up}.get(current, f"{first}{name}")
    query["sort"] = wanted
    query.pop("page", None)
    link = _link(query)
    order = {up: "ascending", down: "descending"}.get(current, "")
    drawing = {"ascending": "arrow-up", "descending": "arrow-down"}.get(order, "selector")
    return format_html(
        '<th scope="col" class="{}"{}><a class="sort" href="{}" hx-get="{}" hx-target="#live" hx-select="#live"'
        ' hx-swap="morph:outerHTML" hx-push-url="true">{}{}</a></th>',
        f"{css} sortable".strip(),
        format_html(' aria-sort="{}"', order) if order else "",
        link,
        link,
        label,
        icon(drawing),
    )


def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """{% pagination page %}: "1 to 50 of 312" and links to the other pages of a Django Page, the query kept."""

    def link(number: int) -> str:
        query = _query(context)
        query["page"] = str(number)
        return _link(query)

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    steps = [
        {"label": number, "link": link(number) if isinstance(number, int) else "", "current": number == page.number}
        for number in numbers
    ]
    return {
        "page": page,
        "steps": steps,
        "before": link(page.previous_page_number()) if page.has_previous() else "",
        "after": link(page.next_page_number()) if page.has_next() else "",
    }


def keep_query(context: Context, *but: str) -> SafeString:
    """{% keep_query "q" "state" %}: hidden fields for a GET form; they keep every parameter but those and the page."""
    left = [(key, value) for key, values in _query(context).lists() if key not in (*but, "page") for value in values]
    return format_html_join("", '<input type="hidden" name="{}" value="{}" data-kept>', left)


def filter_form(context: Context) -> SafeString:
    """<form class="filters" method="get" {% filter_form %}>: the list is redrawn in place as a person types and picks.

    The form stands inside #live, so that its chips and hidden fields follow; what is being typed is left alone.
    """
    request = context.get("request")
    return format_html(
        'action="{0}" hx-get="{0}" hx-target="#live" hx-select="#live" hx-swap="morph:outerHTML" hx-push-url="true"'
        ' hx-sync="this:replace" hx-trigger="submit, input delay:200ms"',
        request.path if isinstance(request, HttpRequest) else "",
    )


def filter_chip(
    context: Context, name: str, value: str, label: str, count: int | None = None, usual: str = ""
) -> SafeString:
    """{% filter_chip "state" "running" _("Running") 12 %}: a link that sets one filter, or takes it off again.

    `usual` is what holds for the person where the address says nothing; to take that off is to say "none".
    """
    query = _query(context)
    on = (query.get(name) or usual) == value
    query.pop(name, None)
    if on and usual == value:
        query[name] = "none"
    elif not on and usual != value:
        query[name] = value
    query.pop("page", None)
    link = _link(query)
    return format_html(
        '<a class="chip{}" href="{}" hx-get="{}" hx-target="#live" hx-select="#live" hx-swap="morph:outerHTML"'
        ' hx-push-url="true"{}>{}{}</a>',
        " is-on" if on else "",
        link,
        link,
        format_html(' aria-current="true" title="{}"', gettext("Take this filter off")) if on else "",
        label,
        format_html('<span class="chip-count">{}</span>', count) if count is not None else "",
    )
