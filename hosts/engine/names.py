"""Is this an id or a name that may stand in a URL? Anything else, such as `../images/x`, is refused."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from hosts.engine.errors import Invalid

_OBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,254}")
_IMAGE_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?|\[[0-9a-fA-F:]{2,39}\])(?::[0-9]{1,5})?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<name>(?:(?P<domain>{_DOMAIN})/)?{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def object_id(value: str) -> str:
    """The id or name of a container, network or volume, as it may stand in a URL."""
    if not _OBJECT.fullmatch(value):
        raise Invalid(_("This is no id and no name that Docker would give."), value)
    return value


def image_id(value: str) -> str:
    """An image's id, or a reference to it."""
    if _IMAGE_ID.fullmatch(value):
        return value
    return reference(value).text


class Reference:
    """An image's name as people write it, taken apart: `text` is complete, with `latest` where no tag was given."""

    __slots__ = ("digest", "repository", "server", "tag")

    def __init__(self, repository: str, tag: str, digest: str, server: str) -> None:
        self.repository = repository
        self.tag = tag
        self.digest = digest
        self.server = server

    @property
    def text(self) -> str:
        if self.digest:
            return f"{self.repository}@{self.digest}"
        return f"{self.repository}:{self.tag}"


def reference(value: str) -> Reference:
    """`nginx` is `nginx:latest` of docker.io; a digest wins over a tag; Invalid for what Docker would not take."""
    match = _REFERENCE.fullmatch(value.strip()) if len(value) <= 512 else None
    if match is None or len(match["name"]) > 255:
        raise Invalid(_("This is no name of an image, such as nginx, nginx:1.27 or example.com/team/app."), value)
    name, server = match["name"], "docker.io"
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or set(first) & set(".:") or first != first.lower()):
        server = first
        if server in ("docker.io", "index.docker.io"):
            server, name = "docker.io", rest.removeprefix("library/")
    elif slash and first == "library":
        name = rest
    digest = match["digest"] or ""
    return Reference(name, "" if digest else match["tag"] or "latest", digest, server)
