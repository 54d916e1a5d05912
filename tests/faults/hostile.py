"""What nobody types by mistake: texts that have broken programs, wherever a text may stand."""

from collections.abc import Iterator
from urllib.parse import quote

from django.urls import URLPattern, get_resolver

# As they stand in an address; quoted already where a client could not send them otherwise.
TEXTS = {
    "empty": "",
    "nul": "%00",
    "nul inside": "web%00-1",
    "bytes that are no text": "%ff%fe",
    "half an escape": "%2",
    "10 KB": "a" * 10_240,
    "traversal": "..%2f..%2f..%2fetc%2fpasswd",
    "double traversal": "%252e%252e%252fimages",
    "markup": quote("<script>alert(1)</script>\"'"),
    "sql": quote("' OR 1=1 --"),
    "template": quote("{{ 7 * 7 }}{% debug %}"),
    "lines": "a%0d%0aSet-Cookie:%20x=1",
    "emoji": quote("web-💥\u202e\u0000"[:-1]),
    "surrogate": "%ed%a0%80",
    "negative": "-1",
    "huge number": "9" * 40,
    "no number": "1e999",
    "digits of elsewhere": quote("١٢٣"),
    "percent": "%25s%25n",
    "colons": ":::::",
}
QUERY_KEYS = (
    "q", "host", "sort", "page", "size", "cols", "state", "health", "project", "network", "used", "group", "tag",
    "gone", "who", "action", "object", "outcome", "since", "until", "on", "next", "tail", "columns", "at", "raw",
)  # fmt: skip


def routes() -> list[URLPattern]:
    return [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]


def addresses(pattern: URLPattern, good: dict[str, str]) -> Iterator[str]:
    """The route's address with each of its arguments replaced by each text; the others are good."""
    names = list(pattern.pattern.converters)
    route = str(pattern.pattern)
    for name in names:
        for text in TEXTS.values():
            yield "/" + filled(route, good | {name: text})


def filled(route: str, values: dict[str, str]) -> str:
    """`hosts/<str:host>/` with the values in it."""
    for kind in ("str", "int", "uuid", "path", "slug"):
        for name, value in values.items():
            route = route.replace(f"<{kind}:{name}>", value)
    return route
