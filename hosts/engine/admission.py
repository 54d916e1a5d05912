"""May this grant reach its engine now? Asked before anything is sent, and again when we know which engine answers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from hosts.access import Capability, Grant
from hosts.engine import reasons
from hosts.engine.address import Address
from hosts.engine.errors import ChangedEngine, HostDisabled
from hosts.engine.parse import system

_ABOUT_THE_HOST = (Capability.HOST_ADD, Capability.HOST_MANAGE, Capability.HOST_USAGE)


def admit(grant: Grant) -> Address:
    """The address of the grant's host; a changing grant is refused while the host is switched off."""
    host = grant.host
    if changes_objects(grant) and not host.enabled:
        raise HostDisabled(_("The host %(name)s is disabled: enable it first.") % {"name": host.name})
    return Address.of(host)


def changes_objects(grant: Grant) -> bool:
    """Whether the grant is for a change on the engine; trying a host or asking what it uses is none."""
    return grant.changes and grant.capability not in _ABOUT_THE_HOST


def must_know_engine(grant: Grant) -> bool:
    return changes_objects(grant) and bool(grant.host.engine_id)


def check_engine(grant: Grant, info: Any) -> None:
    """Refuse to change anything on another engine than the one we trust at this address; `info` is `GET /info`."""
    found = system.identity(info) if isinstance(info, dict) else ""
    if not found:
        raise reasons.bad_answer()
    if found != grant.host.engine_id:
        raise ChangedEngine(
            _("Another engine answers for %(name)s than the one known: confirm it on the host's page first.")
            % {"name": grant.host.name},
            found,
        )
