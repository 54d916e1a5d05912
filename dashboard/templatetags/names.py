"""How Docker's values are written for people: sizes, ids, image references, ports and links to hosts."""

import re
from urllib.parse import quote

from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from dashboard.templatetags.drawing import dash, icon
from dashboard.templatetags.states import look
from hosts.models.hosts import Host

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
REFERENCE = re.compile(
    r"\A(?P<registry>[^/@]*[.:][^/@]*/|localhost/)?(?P<name>[^@:]*)(?P<tag>:[^@]*)?(?P<digest>@.*)?\Z"
)
PUBLISHED = re.compile(r"\A(?:(?P<ip>\[[0-9a-f:]+\]|[0-9.]+):)?(?P<public>\d+)->(?P<inner>\d+(?:-\d+)?/\w+)\Z")


def path(address: str) -> str:
    """{% path "/jobs/tray/" %}: an address of ours, under the prefix that the console is served at."""
    return get_script_prefix() + address.removeprefix("/")


def bytes_in_words(count: float) -> str:
    """Three digits and a decimal unit, as the docker command prints: "1.24 GB"."""
    size = float(count)
    unit = 0
    while abs(size) >= 999.5 and unit < len(UNITS) - 1:
        size /= 1000
        unit += 1
    digits = f"{size:.0f}" if unit == 0 or abs(size) >= 99.95 else f"{size:.3g}"
    return f"{digits} {UNITS[unit]}"


def size(count: float | None) -> SafeString:
    """{% size image.size %}: bytes in Docker's units, exact on hover; a dash for None or below zero (not known)."""
    if count is None or count < 0:
        return dash(gettext("not known"))
    exact = gettext("%(count)s bytes") % {"count": f"{int(count):,}"}
    return format_html('<span class="num" title="{}">{}</span>', exact, bytes_in_words(count))


def short(engine_id: object) -> str:
    """The twelve characters that Docker shows of an id; names (volumes) stay whole."""
    bare = str(engine_id).removeprefix("sha256:")
    return bare[:12] if re.fullmatch(r"[0-9a-f]{13,}", bare) else bare


def short_id(engine_id: object) -> SafeString:
    """{% short_id container.engine_id %}: the short id; the whole one on hover, and copied by a click."""
    if not engine_id:
        return dash()
    return _copied(str(engine_id), short(engine_id), gettext("Copy the id %s"))


def digest(checksum: object) -> SafeString:
    """{% digest image.digest %}: the beginning of a checksum, with its method; the whole one is copied by a click."""
    text = str(checksum or "")
    if not text:
        return dash()
    method, colon, bare = text.partition(":")
    return _copied(text, f"{method}{colon}{bare[:12]}", gettext("Copy the digest %s"))


def _copied(whole: str, shown: str, label: str) -> SafeString:
    return format_html(
        '<button type="button" class="id" data-copy="{}" title="{}" aria-label="{}"><code>{}</code>{}{}</button>',
        whole,
        whole,
        label % shown,
        shown,
        icon("copy"),
        icon("check", css="copied"),
    )


def host_link(host: Host | None) -> SafeString:
    """{% host_link container.host %}: a link to the host's page, with its state beside it when it is not up."""
    if host is None:
        return dash()
    seen = look(host.state, "host")
    trouble = "" if host.state == "up" else icon(seen.icon, host.get_state_display())
    return format_html(
        '<a class="host-link tone-{}" href="{}">{}{}</a>',
        seen.tone,
        path(f"/hosts/{quote(host.name, safe='')}/"),
        trouble,
        host.name,
    )


def image_ref(reference: object) -> SafeString:
    """{% image_ref container.image %}: registry, name, tag and digest of a reference, told apart by weight."""
    text = str(reference or "")
    if not text:
        return dash(gettext("untagged"))
    bare = short(text)
    parts = REFERENCE.match(text)
    if bare != text or parts is None:
        return format_html('<code class="ref" title="{}">{}</code>', text, bare)
    return format_html(
        '<span class="ref" title="{}"><span class="ref-far">{}</span><span class="ref-name">{}</span>'
        '<span class="ref-tag">{}</span><span class="ref-far">{}</span></span>',
        text,
        parts["registry"] or "",
        parts["name"],
        parts["tag"] or "",
        f"@{short(parts['digest'][1:])}" if parts["digest"] else "",
    )


def port(value: object) -> SafeString:
    """{% port port %}: one port, "8080 → 80/tcp", from a fact or from Docker's text "0.0.0.0:8080->80/tcp"."""
    text = str(value)
    published = PUBLISHED.match(text)
    if published is None:
        return format_html('<span class="port port-exposed">{}</span>', text)
    everywhere = published["ip"] in (None, "0.0.0.0", "[::]")  # noqa: S104 (read, not bound)
    address = published["public"] if everywhere else f"{published['ip']}:{published['public']}"
    return format_html(
        '<span class="port" title="{}"><b>{}</b><span aria-hidden="true">→</span>{}</span>',
        text,
        address,
        published["inner"],
    )
