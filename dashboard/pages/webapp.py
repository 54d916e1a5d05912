"""What makes the console installable as an app: its manifest, and the page it shows when it cannot be reached."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from dashboard.assets import ground, version
from dashboard.requests import Request

_ICONS = (
    ("img/mark.svg", "any", "any"),
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)
_SHORTCUTS = (
    ("containers", gettext_lazy("Containers")),
    ("merged_logs", gettext_lazy("Logs")),
    ("jobs", gettext_lazy("Jobs")),
)


@cache_control(max_age=3600)
@require_safe
def manifest(request: Request) -> JsonResponse:
    here = get_script_prefix()
    about = {
        "id": here,
        "name": "Quayside",
        "short_name": "Quayside",
        "description": gettext("A console for Docker hosts"),
        "lang": get_language(),
        "start_url": here,
        "scope": here,
        "display": "standalone",
        "background_color": ground("light"),
        "theme_color": ground("light"),
        "icons": [{"src": static(file), "sizes": sizes, "purpose": purpose} for file, sizes, purpose in _ICONS],
        "shortcuts": [{"name": str(label), "url": reverse(name)} for name, label in _SHORTCUTS],
    }
    return JsonResponse(about, content_type="application/manifest+json")


@never_cache
@require_safe
def away_worker(request: Request) -> HttpResponse:
    """The script from an address below which all pages lie: elsewhere it could not speak for them."""
    script = (settings.BASE_DIR / "static" / "js" / "away-worker.js").read_text(encoding="utf-8")
    # What it keeps was drawn with the files of one version: with the next it is another, and begins anew.
    return HttpResponse(f"{script}// {version()}\n", content_type="text/javascript")


@cache_control(max_age=0)
@require_safe
def away(request: Request) -> HttpResponse:
    return render(request, "pages/away.html")
