"""Which parts a page can be made of, each in every state: the page that designers and template authors look at."""

from datetime import timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dashboard.pages.errors import Refused
from dashboard.requests import Request
from dashboard.targets import CONSOLE
from dashboard.templatetags.states import KINDS
from hosts.access import Capability, Denied, grant
from hosts.facts import Layer, Port
from hosts.inventory.load import Load
from hosts.models import Host

SHA = "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1"
ROWS = (
    (
        "web-1",
        "running",
        "healthy",
        "registry.local:5000/shop/web:2.14.1",
        "shop",
        3,
        184_320_000,
        Port(80, public=8080, ip="0.0.0.0"),  # noqa: S104 - shown, nothing listens
    ),
    (
        "web-2",
        "running",
        "unhealthy",
        "registry.local:5000/shop/web:2.14.1",
        "shop",
        3,
        190_840_000,
        Port(80, public=8081, ip="127.0.0.1"),
    ),
    (
        "worker-with-a-rather-long-name-that-goes-on",
        "restarting",
        "starting",
        "shop/worker:latest",
        "shop",
        1,
        92_000_000,
        None,
    ),
    ("db", "running", "healthy", "postgres:16-alpine", "shop", 90, 412_000_000, Port(5432)),
    ("cache", "paused", "", "redis:7", "shop", 90, 8_200_000, Port(6379)),
    ("migrate", "exited", "", "registry.local:5000/shop/web:2.14.1", "shop", 4, 0, None),
    ("scratch", "created", "", SHA, "", 200, 0, None),
    ("old-job", "dead", "", "busybox", "", 4000, 0, None),
)


class ExampleForm(forms.Form):
    """One field of each kind; shown bound, so that its errors show too."""

    name = forms.CharField(label=_("Name"), help_text=_("Lower-case letters, digits and dashes."))
    address = forms.URLField(label=_("Address"), widget=forms.TextInput, assume_scheme="https")
    driver = forms.ChoiceField(label=_("Driver"), choices=[("bridge", "bridge"), ("overlay", "overlay")])
    labels = forms.CharField(
        label=_("Labels"), required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "mono"})
    )
    force = forms.BooleanField(label=_("Force"), required=False, help_text=_("Stops it first when it runs."))


# What static/css/tokens.css has, by what it is for.
TOKENS = (
    (
        "Grounds, lines and text",
        "colour",
        "bg side surface sunken hover border border-strong control-border text muted faint mark scrim paper ink rule",
    ),
    (
        "Accent",
        "colour",
        "accent accent-rgb accent-hover accent-fill accent-tint on-accent on-fill",
    ),
    (
        "States",
        "colour",
        "ok ok-tint warn warn-tint bad bad-rgb bad-fill bad-tint busy busy-tint idle idle-tint odd odd-tint",
    ),
    ("Type", "type", "sans mono size size-small size-tiny"),
    ("Space", "space", "1 2 3 4 5 6 side-width top-height"),
    ("Corners, shadows, movement", "colour", "radius radius-big shadow shadow-high quick"),
)
JOBS = (
    {
        "url": "#",
        "title": "Pull shop/web:2.14.1",
        "state": "running",
        "percent": 62,
        "detail": "48 MB of 77 MB",
    },
    {"url": "#", "title": "Pull postgres:17", "state": "queued", "percent": None, "detail": ""},
    {
        "url": "#",
        "title": "Pull nowhere/at-all",
        "state": "failed",
        "percent": None,
        "detail": "manifest unknown",
    },
)
LAYERS = (
    ('CMD ["nginx", "-g", "daemon off;"]', 0),
    (
        "/bin/sh -c apt-get update && apt-get install -y --no-install-recommends " + "nginx ca-certificates " * 6,
        74_000_000,
    ),
    ("COPY file:" + SHA[7:] + " in /srv/app", 1_240_000),
    ("/bin/sh -c #(nop) ADD file:" + SHA[7:] + " in /", 142_000_000),
)


def _rows() -> list[dict[str, object]]:
    now = timezone.now()
    return [
        {
            "name": name,
            "id": SHA[7 + index :],
            "state": state,
            "health": health,
            "image": image,
            "project": project,
            "created": now - timedelta(hours=age),
            "size": size,
            "port": port,
        }
        for index, (name, state, health, image, project, age, size, port) in enumerate(ROWS)
    ]


@require_safe
def styleguide(request: Request) -> HttpResponse:
    """GET /styleguide/: every component, with made-up values."""
    answer = grant(request.actor, Capability.HOST_ADD, CONSOLE)
    if isinstance(answer, Denied):
        raise Refused(answer)
    now = timezone.now()
    context = {
        "tokens": [(title, kind, names.split()) for title, kind, names in TOKENS],
        "layers": [Layer("", now - timedelta(days=9), step, size) for step, size in LAYERS],
        "hosts": [
            Host(name=f"edge-{number}", state=state) for number, state in enumerate(("up", "down", "changed"), 1)
        ],
        "kinds": {kind: list(words) for kind, words in KINDS.items()},
        "rows": _rows(),
        "page": Paginator(range(312), 50).get_page(request.GET.get("page")),
        "form": ExampleForm({"name": "", "address": "nowhere", "driver": "bridge", "labels": "tier=front"}),
        "times": [now - timedelta(seconds=seconds) for seconds in (0, 42, 190, 7300, 90000, 4000000)],
        "sizes": (0, 999, 1_240_000, 142_000_000, 1_236_000_000, None),
        "references": ("nginx", "registry.local:5000/shop/web:2.14.1", "ghcr.io/acme/api@" + SHA, SHA),
        "ports": (Port(80, public=8080, ip="0.0.0.0"), Port(53, "udp", 53, "::1"), Port(9000)),  # noqa: S104 (shown, not bound)
        "labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": "web", "empty": ""},
        "sha": SHA,
        "load": Load(0.0, cores=0.96, memory=3_100_000_000, limit=4_000_000_000, counted=12, running=12),
        "jobs": JOBS,
        "active": 2,
    }
    return render(request, "pages/styleguide.html", context)
