"""{% load quayside %}: the console's parts, each documented at its function and shown at /styleguide/.

Marks that a list repeats per row (state, size, when, icon ...) are built in Python: an included template costs ten
times as much, and a page of 100 rows draws a thousand. Everything larger is a template in templates/components/.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template import Context

from dashboard import assets, bundles
from dashboard.templatetags import drawing, lists, load, names, states, teaching, times

register = template.Library()

for tag in (
    drawing.icon,
    drawing.copy,
    drawing.dash,
    states.state,
    times.when,
    times.since,
    times.duration,
    load.host_cpu,
    load.host_memory,
    load.container_cpu,
    load.container_memory,
    names.path,
    assets.version,
    assets.ground,
    names.size,
    names.short_id,
    names.digest,
    names.host_link,
    names.image_ref,
    names.port,
):
    register.simple_tag(tag)
register.tag("bundle", bundles.bundle)
register.filter("short", names.short)
register.filter("bytes", names.bytes_in_words)
for tag_with_context in (lists.sort_header, lists.keep_query, lists.filter_form, lists.filter_chip, teaching.about):
    register.simple_tag(tag_with_context, takes_context=True)
register.inclusion_tag("components/pagination.html", takes_context=True)(lists.pagination)

# The pages that take ?host=, by the name of their URL.
NARROWED_BY_HOST = frozenset({"overview", "containers", "images", "networks", "volumes", "jobs", "audit"})
CONTROL_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.HiddenInput, ""),
    (forms.Widget, "form-control"),
)


@register.inclusion_tag("components/empty_state.html")
def empty_state(icon: str, title: str, text: str = "", action_url: str = "", action: str = "") -> dict[str, str]:
    """{% empty_state "box" _("No containers") _("None matches.") url _("Add a host") %}: what to do about nothing."""
    return {"icon": icon, "title": title, "text": text, "action_url": action_url, "action": action}


@register.inclusion_tag("components/kv.html")
def kv(
    pairs: Mapping[Any, Any] | Iterable[tuple[Any, Any]], mono: bool = False, copyable: bool = False
) -> dict[str, Any]:
    """{% kv container.labels mono=True %}: names and values, from a mapping or from pairs; values are escaped.

    For values that need tags of their own write <dl class="kv"><div><dt>…</dt><dd>…</dd></div></dl> by hand.
    """
    listed = pairs.items() if isinstance(pairs, Mapping) else pairs
    shown = [(name, ", ".join(map(str, value)) if isinstance(value, list) else value) for name, value in listed]
    return {"pairs": shown, "mono": mono, "copyable": copyable}


@register.inclusion_tag("components/progress.html")
def progress(value: float | None, most: float | None = 100, label: str = "", text: str = "") -> dict[str, Any]:
    """{% progress layer.current layer.total label=layer.id text="12 MB of 40 MB" %}: a bar; no value, "busy"."""
    known = value is not None and bool(most)
    return {"value": value if known else None, "most": most, "label": label, "text": text}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", mono: bool = False) -> dict[str, Any]:
    """{% field form.name %}: label, control, help and errors of one field, tied together for screen readers."""
    widget = bound.field.widget
    css = next(css for kind, css in CONTROL_CLASSES if isinstance(widget, kind))
    described = [f"{bound.auto_id}-help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}-error")
    classes = (widget.attrs.get("class"), css, "mono" if mono else "", "is-invalid" if bound.errors else "")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    grouped = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attrs),
        "label": label or bound.label,
        "check": isinstance(widget, forms.CheckboxInput),
        "group": grouped,
    }


@register.inclusion_tag("components/form.html")
def form(form: forms.BaseForm) -> dict[str, Any]:
    """{% form form %}: the form's own errors and every field; the <form> element and its buttons are the page's."""
    return {"form": form}


@register.inclusion_tag("components/bulk_bar.html")
def bulk_bar(operations: Iterable[Any] = ()) -> dict[str, Any]:
    """{% bulk_bar operations %}: shows when rows are ticked; each operation has `url`, `label`, `icon`, `danger`."""
    return {"operations": operations}


@register.inclusion_tag("components/host_switcher.html", takes_context=True)
def host_switcher(context: Context) -> dict[str, Any]:
    """{% host_switcher %}: narrows a list to one host; from a page that is no list it leads to the containers."""
    request = context.get("request")
    match = request.resolver_match if isinstance(request, HttpRequest) else None
    narrowed = match is not None and match.url_name in NARROWED_BY_HOST
    return {
        "hosts": context.get("nav_hosts") or (),
        "action": context["request"].path if narrowed else names.path("/containers/"),
        "chosen": request.GET.get("host", "") if isinstance(request, HttpRequest) else "",
        "request": request,
    }
