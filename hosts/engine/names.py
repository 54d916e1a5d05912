"""Is this an id or a name that may stand in a URL? Anything else, such as `../images/x`, is refused."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from hosts.engine.errors import Invalid
from hosts.engine.registry_names import DOCKER_HUB, canonical

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
    """`nginx` is `nginx:latest` of docker.io; a digest wins over a tag; Invalid for what Docker would not take.

    The registry stands in its one spelling, in `repository` as in `server`, so that what is decided about is what the
    engine will ask; a name that an engine could read in another way is Invalid, too.
    """
    match = _REFERENCE.fullmatch(value.strip()) if len(value) <= 512 else None
    if match is None or len(match["name"]) > 255:
        raise Invalid(_("This is no name of an image, such as nginx, nginx:1.27 or example.com/team/app."), value)
    first, path = _split(match["name"])
    server = canonical(first) if first else DOCKER_HUB
    name = _on_docker_hub(path, value) if server == DOCKER_HUB else f"{server}/{path}"
    digest = match["digest"] or ""
    return Reference(name, "" if digest else match["tag"] or "latest", digest, server)


def _split(name: str) -> tuple[str, str]:
    """The registry, where Docker takes the first part for one, and the rest."""
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or set(first) & set(".:") or first != first.lower()):
        return first, rest
    return "", name


def _on_docker_hub(path: str, value: str) -> str:
    if path.startswith("library/") and path.count("/") == 1:
        path = path.removeprefix("library/")
    # docker.io/example.com/app without its first part would be an image of example.com.
    if _split(path)[0]:
        raise Invalid(
            _("This name could be read in two ways: as an image on Docker Hub, or in another registry."), value
        )
    return path
