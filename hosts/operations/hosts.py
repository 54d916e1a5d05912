"""What can be done to a host: add it, test it, change how it is reached, disable it, remove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Denied, Target, grant
from hosts.engine.connect import open_engine
from hosts.models import Host, HostGroup, HostState
from hosts.operations.base import Call, Danger, NotPossible, Operation
from hosts.operations.host_form import SECRETS, SHOWN, HostForm, draft
from hosts.operations.permitted import locked_fields


class OnHost(Operation):
    noun = "host"
    capability = Capability.HOST_MANAGE
    needs_engine = False


class NewHost(Operation):
    """What is done with an address that is no host yet: it is up to the console which engines are reached."""

    noun = "console"
    capability = Capability.HOST_ADD
    needs_engine = False
    named_by = "name"
    form = HostForm
    bulk = False
    listed = False


class AddHost(NewHost):
    name = "host.add"
    label = _("Add host")
    icon = "plus"
    tried_by = "host.probe"

    def run(self, call: Call) -> str:
        host = draft(Host(), call.inputs)
        host.save()
        _put_into_groups(host, call.inputs["groups"])
        nudges.send("hosts", "added")
        return str(_("Added the host %s.") % host.name)


class ProbeHost(NewHost):
    """Connects with what is in the form, and keeps nothing."""

    name = "host.probe"
    label = _("Test")
    icon = "plug-connected"

    def run(self, call: Call) -> str:
        return _try_out(call, Host())


class ChangeHost(OnHost):
    """What is done with other values for a host: who administers it may not turn it into another machine. Nor rename
    it: whether a name is taken would tell of hosts that they do not see."""

    form = HostForm
    bulk = False
    reserved = dict.fromkeys(("name", "url", "groups", "tls_ca", "tls_ca_file", "ssh_host_key"), Capability.HOST_ADD)

    def initial(self, target: Target) -> dict[str, Any]:
        host = _host(target)
        shown = {name: getattr(host, name) for name in SHOWN}
        names = host.groups.values_list("name", flat=True)
        return {**shown, "groups": ", ".join(names), "tags": ", ".join(host.tags)}


class EditHost(ChangeHost):
    name = "host.edit"
    label = _("Edit")
    submit = _("Save")
    icon = "pencil"
    tried_by = "host.test"

    def run(self, call: Call) -> str:
        host = _host(call.target)
        before = {name: getattr(host, name) for name in (*SHOWN, *SECRETS)}
        draft(host, call.inputs)
        # Only what this form changes, and the actor may: an earlier address or key must not come back with it.
        locked = locked_fields(call.grant.actor, self, call.target)
        changed = [name for name, value in before.items() if getattr(host, name) != value and name not in locked]
        host.state, host.state_reason, host.state_since = HostState.UNKNOWN, "", timezone.now()
        host.save(update_fields=[*changed, "state", "state_reason", "state_since"])
        if "groups" not in locked:
            _put_into_groups(host, call.inputs["groups"])
        nudges.send("hosts", "edited")
        if any(before[name] and not getattr(host, name) for name in SECRETS):
            return str(_("Saved the host %s. Its address has changed, so its stored keys were deleted.") % host.name)
        return str(_("Saved the host %s.") % host.name)


class TestHost(ChangeHost):
    """Connects with what is in the form, and keeps nothing."""

    __test__ = False  # its name is Docker people's word, not pytest's

    name = "host.test"
    label = _("Test")
    icon = "plug-connected"
    listed = False

    def run(self, call: Call) -> str:
        return _try_out(call, Host.objects.get(pk=_host(call.target).pk))


class EnableHost(OnHost):
    name = "host.enable"
    label = _("Enable")
    done = _("Enabled %(name)s.")
    undone_by = "host.disable"
    icon = "player-play"

    def offered(self, thing: Any) -> bool:
        return not thing.enabled

    def run(self, call: Call) -> None:
        _switch(call.target, True, HostState.UNKNOWN)


class DisableHost(OnHost):
    name = "host.disable"
    label = _("Disable")
    done = _("Disabled %(name)s.")
    undone_by = "host.enable"
    icon = "player-pause"
    danger = Danger.CONFIRM
    warning = _("Quayside closes its connections to the host. What is known of it stays; nothing can be done on it.")

    def offered(self, thing: Any) -> bool:
        return bool(thing.enabled)

    def run(self, call: Call) -> None:
        _switch(call.target, False, HostState.DISABLED)


class TrustEngine(OnHost):
    name = "host.trust"
    capability = Capability.HOST_ADD
    label = _("Accept this engine")
    icon = "shield-check"
    danger = Danger.CONFIRM
    warning = _(
        "Another engine than before answers at this address. Accept it only when you know why: a new machine, "
        "a reinstalled Docker. Everything known about the old engine's objects is read anew."
    )

    def offered(self, thing: Any) -> bool:
        return bool(thing.state == HostState.CHANGED)

    def run(self, call: Call) -> str:
        host = _host(call.target)
        if host.state != HostState.CHANGED or not host.seen_engine_id:
            raise NotPossible(_("The known engine answers; there is nothing to accept."))
        Host.objects.filter(pk=host.pk).update(
            engine_id=host.seen_engine_id, state=HostState.UNKNOWN, state_reason="", state_since=timezone.now()
        )
        nudges.send("hosts", "trusted")
        return str(_("Accepted the engine of %s.") % host.name)


class MeasureUsage(Operation):
    name = "host.usage"
    label = _("Measure disk usage")
    icon = "chart-pie"
    noun = "host"
    capability = Capability.HOST_USAGE
    bulk = False

    def offered(self, thing: Any) -> bool:
        return bool(thing.state == HostState.UP)

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "system", "df"]

    def run(self, call: Call) -> str:
        rows = [asdict(row) for row in call.docker.usage()]
        Host.objects.filter(pk=call.grant.host.pk).update(usage=rows, usage_at=timezone.now())
        nudges.send(f"host.{call.grant.host.pk}", "usage")
        return str(_("Measured the disk usage of %s.") % call.target.label)


class RemoveHost(OnHost):
    name = "host.remove"
    label = _("Remove")
    done = _("Removed the host %(name)s.")
    icon = "trash"
    danger = Danger.DESTROY
    warning = _(
        "Quayside forgets how to reach the host, its keys and what it knew of it. "
        "Nothing on the host itself is touched, and the trail stays."
    )

    def run(self, call: Call) -> None:
        removed, _rows = Host.objects.filter(pk=_host(call.target).pk).delete()
        if not removed:
            raise NotPossible(_("This host has been removed already."))
        nudges.send("hosts", "removed")


def _host(target: Target) -> Host:
    if target.host is None:
        raise NotPossible(_("This host has been removed."))
    return target.host


def _try_out(call: Call, host: Host) -> str:
    """Connect to the host as the inputs have it, with the right that the operation was permitted by."""
    answer = grant(call.grant.actor, call.grant.capability, Target("host", draft(host, call.inputs), name=host.name))
    if isinstance(answer, Denied):
        raise NotPossible(answer.reason)
    with open_engine(answer) as engine:
        info = engine.info()
    return str(
        _("It works: %(product)s %(version)s (API %(api)s) on %(os)s, named %(name)s.")
        % {"product": info.product, "version": info.version, "api": info.api_version, "os": info.os, "name": info.name}
    )


def _switch(target: Target, enabled: bool, state: HostState) -> None:
    Host.objects.filter(pk=_host(target).pk).update(
        enabled=enabled, state=state, state_reason="", state_since=timezone.now()
    )
    nudges.send("hosts", state)


def _put_into_groups(host: Host, names: list[str]) -> None:
    host.groups.set([HostGroup.objects.get_or_create(name=name)[0] for name in names])
