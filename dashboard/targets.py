"""From the words in a URL or form to the thing that is meant: `container:web-1:3f2a…` names one object of one host.

Ids are made whole here, before any decision: a prefix or a name becomes the full id of one row, or nothing. It is
looked for only among what the person may see, so what is hidden from them is not there, like what never was.
"""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from dashboard import seen
from dashboard.pages.errors import Missing, Unseen
from hosts.access import Capability, Permissions, Target
from hosts.facts import Noun
from hosts.inventory.write_facts import ROWS
from hosts.models import Host, KeepRule, RedactionRule, Registry, Row, User

_OF_THE_CONSOLE: dict[str, tuple[type[Model], Capability]] = {
    "person": (User, Capability.PERSON_MANAGE),
    "registry": (Registry, Capability.REGISTRY_MANAGE),
    "history": (KeepRule, Capability.HISTORY_MANAGE),
    "redaction": (RedactionRule, Capability.LOGS_REDACTION),
}
Found = TypeVar("Found", bound=Model)
CONSOLE = Target("console")


def ref(noun: str, host: str, object_id: str) -> str:
    return f"{noun}:{host}:{object_id}"


def ref_of(target: Target) -> str:
    return ref(target.noun, target.host.name if target.host else "", target.id if target.noun != "host" else "")


def resolve(text: str, asked: Permissions) -> Target:
    """The target that a reference names; Missing in words when there is none for this person."""
    noun, host_name, object_id = _parts(text)
    if noun in list(Noun):
        return row_target(Noun(noun), find_host(host_name, asked), object_id)
    if noun == "host":
        if object_id:
            raise Missing(_("There is nothing of this kind."))
        return Target.of(find_host(host_name, asked))
    if noun == "console":
        return CONSOLE
    if noun == "job":
        job = _of(seen.jobs(asked).filter(pk=object_id).first() if _is_uuid(object_id) else None)
        return Target("job", job.host, id=str(job.pk), name=job.title, owner=job.person_id)
    if noun == "view":
        view = seen.views(asked).filter(pk=object_id).first() if _is_key(object_id) else None
        view = _of(view if view and seen.may_show(view, asked) else None)
        return Target("view", id=str(view.pk), name=view.name, owner=view.owner_id)
    if noun in _OF_THE_CONSOLE:
        model, capability = _OF_THE_CONSOLE[noun]
        may = asked.may(capability) and _is_key(object_id)
        found = _of(model._default_manager.filter(pk=object_id).first() if may else None)
        return Target(noun, id=str(found.pk), name=str(found))
    raise Missing(_("There is nothing of this kind."))


def unresolved(text: str) -> Target:
    """What was asked for as the trail names it, whether it is there or not; only its host is looked up."""
    noun, host_name, object_id = _parts(text)
    if noun == CONSOLE.noun:
        return CONSOLE
    host = Host.objects.filter(name=host_name).first() if noun in ("host", *Noun) else None
    return Target(noun, host, object_id, "" if object_id else text)


def find_host(name: str, asked: Permissions, capability: Capability = Capability.HOST_VIEW) -> Host:
    """With all its columns."""
    visible = {host.pk for host in asked.hosts(capability)}
    host = Host.objects.filter(name=name).first()
    if host is None or host.pk not in visible:
        raise Unseen(_("There is no host named %s.") % name[:63])
    return host


def _parts(text: str) -> tuple[str, str, str]:
    noun, _colon, rest = text.partition(":")
    host, _colon, object_id = rest.partition(":")
    return noun, host, object_id


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


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _of(found: Found | None) -> Found:
    if found is None:
        raise Unseen(_("This has been removed, or never was."))
    return found
