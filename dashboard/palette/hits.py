"""What the palette lists: each hit with its address, and the key by which a browser remembers that it was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.pages.lists import object_url
from dashboard.templatetags.names import bytes_in_words, short
from hosts.models import Container, Host, Image, Job, Network, Row, User, Volume
from hosts.operations.base import Danger, Operation

ICONS = {"container": "box", "image": "stack-2", "network": "network", "volume": "database", "host": "server"}
Words = Sequence[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """`ref` names the object whose operations can be listed; `asks` opens the operation's dialog instead of a page."""

    key: str
    url: str
    name: str
    icon: str
    detail: str = ""
    host: str = ""
    ref: str = ""
    asks: bool = False
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    results: list[Hit]


def of_row(noun: str, row: Row) -> Hit:
    ref = ref_of_row(noun, row)
    return Hit(
        ref,
        object_url(noun, row.host.name, row.engine_id),
        name_of(row),
        ICONS[noun],
        _detail(row),
        row.host.name,
        ref,
    )


def of_host(host: Host) -> Hit:
    ref = f"host:{host.name}:"
    return Hit(ref, reverse("host", args=[host.name]), host.name, ICONS["host"], str(host.get_state_display()), "", ref)


def of_operation(operation: Operation, noun: str, thing: Row | Host) -> Hit:
    """The operation's own dialog, for that object."""
    ref = f"host:{thing.name}:" if isinstance(thing, Host) else ref_of_row(noun, thing)
    name = thing.name if isinstance(thing, Host) else name_of(thing)
    return Hit(
        f"{operation.name}@{ref}",
        f"{reverse('do', args=[operation.name])}?on={quote(ref, safe='')}",
        f"{operation.label} {name}",
        operation.icon,
        "" if isinstance(thing, Host) else _detail(thing),
        "" if isinstance(thing, Host) else thing.host.name,
        asks=True,
        danger=operation.danger is Danger.DESTROY,
    )


def of_log(row: Row) -> Hit:
    ref = ref_of_row("container", row)
    url = f"{object_url('container', row.host.name, row.engine_id)}logs/"
    return Hit(f"logs@{ref}", url, _("Logs of %s") % name_of(row), "file-text", _detail(row), row.host.name)


def of_project(name: str) -> Hit:
    url = f"{reverse('containers')}?{urlencode({'project': name})}"
    return Hit(f"project:{name}", url, name, "category", _("Project"))


def of_job(job: Job) -> Hit:
    url = reverse("job", args=[job.pk])
    return Hit(
        f"job::{job.pk}", url, job.title, "list-check", str(job.get_state_display()), job.host.name if job.host else ""
    )


def of_person(person: User) -> Hit:
    url = f"{reverse('people')}#person-{person.pk}"
    detail = "" if person.is_active else _("disabled")
    return Hit(f"person::{person.pk}", url, person.get_username(), "user", detail)


def ref_of_row(noun: str, row: Row) -> str:
    return f"{noun}:{row.host.name}:{row.engine_id.removeprefix('sha256:')}"


def name_of(row: Row) -> str:
    return short(row.name) if row.name else _("untagged %s") % short(row.engine_id)


def begins(words: Words, text: str) -> bool:
    """Whether each word begins a word of the text."""
    parts = text.lower().split()
    return all(any(part.startswith(word) for part in parts) for word in words)


def contains(words: Words, text: str) -> bool:
    lower = text.lower()
    return all(word in lower for word in words)


def recent_first(hits: list[Hit], keys: Sequence[str], most: int) -> list[Hit]:
    """Those that were chosen lately in front, the latest first."""
    place: Callable[[Hit], int] = lambda hit: keys.index(hit.key) if hit.key in keys else len(keys)  # noqa: E731
    return sorted(hits, key=place)[:most]


def _detail(row: Row) -> str:
    if isinstance(row, Container):
        return f"{row.state} · {row.image}"
    if isinstance(row, Image):
        return bytes_in_words(row.size)
    return row.driver if isinstance(row, Network | Volume) else ""
