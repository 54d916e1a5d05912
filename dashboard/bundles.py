"""Files that go over the network as one: those between {% bundle "css/all.css" %} and {% endbundle %} in a layout.

A page otherwise waits for a dozen answers before its first paint. While developing each is asked for by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html
from servestatic.storage import CompressedManifestStaticFilesStorage

LAYOUTS = ("templates/base.html", "templates/layouts/document.html")
_BUNDLE = re.compile(r'(?s)\{% bundle "([^"]+)" %\}(.*?)\{% endbundle %\}')
_PART = re.compile(r'\{% static "([^"]+)" %\}')
_BETWEEN = {".css": "\n", ".js": "\n;\n"}
_TAG = {".css": '<link rel="stylesheet" href="{}">', ".js": '<script src="{}" defer></script>'}


def bundles() -> dict[str, list[str]]:
    """Name → the names of its parts, in their order, as the layouts say."""
    text = "".join((settings.BASE_DIR / layout).read_text(encoding="utf-8") for layout in LAYOUTS)
    return {name: _PART.findall(parts) for name, parts in _BUNDLE.findall(text)}


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Puts the bundles beside what was collected; they then get their names and compressed forms as all do."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            for name, parts in bundles().items():
                texts = (self.open(part).read().decode() for part in parts)
                Path(self.path(name)).write_text(_BETWEEN[_kind(name)].join(texts), encoding="utf-8")
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)


class Bundle(template.Node):
    """One tag for the bundle, where it was made; else what stands between the tags."""

    def __init__(self, name: str, parts: template.NodeList) -> None:
        self.name, self.parts = name, parts

    def render(self, context: template.Context) -> str:
        if isinstance(staticfiles_storage, Storage) and staticfiles_storage.hashed_files:
            return format_html(_TAG[_kind(self.name)], static(self.name))
        return str(self.parts.render(context))


def bundle(parser: template.base.Parser, token: template.base.Token) -> Bundle:
    """{% bundle "js/all.js" %}<script src="…" defer></script>…{% endbundle %}"""
    name = token.split_contents()[1].strip('"')
    parts = parser.parse(("endbundle",))
    parser.delete_first_token()
    return Bundle(name, parts)


def _kind(name: str) -> str:
    return name[name.rindex(".") :]
