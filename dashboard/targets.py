"""From the words in a URL or form to the thing that is meant: `container:web-1:3f2a…` names one object of one host.

Ids are made whole here, before any decision: a prefix or a name becomes the full id of one row, or nothing.
"""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from dashboard.pages.errors import Missing
from hosts.access import Target
from hosts.facts import Noun
from hosts.inventory.write_facts import ROWS
from hosts.models import Host, Job, KeepRule, RedactionRule, Registry, Row, SavedView, User

_OF_THE_CONSOLE: dict[str, type[Model]] = {
    "person": User,
    "registry": Registry,
    "history": KeepRule,
    "redaction": RedactionRule,
}
Found = TypeVar("Found", bound=Model)
CONSOLE = Target("console")


def ref(noun: str, host: str, object_id: str) -> str:
    return f"{noun}:{host}:{object_id}"


def ref_of(target: Target) -> str:
    return ref(target.noun, target.host.name if target.host else "", target.id if target.noun != "host" else "")


def resolve(text: str) -> Target:
    """The target that a reference names; Missing in words when there is none."""
    noun, _colon, rest = text.partition(":")
    host_name, _colon, object_id = rest.partition(":")
    if noun in list(Noun):
        return row_target(Noun(noun), find_host(host_name), object_id)
    if noun == "host":
        if object_id:
            raise Missing(_("There is nothing of this kind."))
        return Target.of(find_host(host_name))
    if noun == "console":
        return CONSOLE
    if noun == "job":
        job = _by_key(Job, object_id if _is_uuid(object_id) else None)
        return Target("job", job.host, id=str(job.pk), name=job.title, owner=job.person_id)
    if noun == "view":
        view = _by_key(SavedView, object_id if object_id.isdecimal() else None)
        return Target("view", id=str(view.pk), name=view.name, owner=view.owner_id)
    if noun in _OF_THE_CONSOLE:
        found = _by_key(_OF_THE_CONSOLE[noun], object_id if object_id.isdecimal() else None)
        return Target(noun, id=str(found.pk), name=str(found))
    raise Missing(_("There is nothing of this kind."))


def find_host(name: str) -> Host:
    host = Host.objects.filter(name=name).first()
    if host is None:
        raise Missing(_("There is no host named %s.") % name[:63])
    return host


def find_row(noun: Noun, host: Host, object_id: str) -> Row:
    """The row of a full id, a name, or the beginning of one id only; Missing in words when there is none."""
    rows = ROWS[noun]._default_manager.filter(host=host)
    short = object_id.removeprefix("sha256:")
    found = rows.filter(engine_id=object_id).first() or rows.filter(name=object_id, gone_at=None).first()
    if found is None and len(short) >= 4 and short.isalnum():
        prefix = f"sha256:{short}" if noun is Noun.IMAGE else short
        candidates = list(rows.filter(engine_id__startswith=prefix)[:2])
        found = candidates[0] if len(candidates) == 1 else None
    if found is None:
        raise Missing(
            _("There is no %(noun)s %(id)s on %(host)s.") % {"noun": noun, "id": object_id[:64], "host": host.name}
        )
    return found


def row_target(noun: Noun, host: Host, object_id: str) -> Target:
    row = find_row(noun, host, object_id)
    return Target(noun, host, row.engine_id, row.name)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _by_key(model: type[Found], key: str | None) -> Found:
    found = model._default_manager.filter(pk=key).first() if key else None
    if found is None:
        raise Missing(_("This has been removed, or never was."))
    return found
