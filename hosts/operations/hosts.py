"""What can be done to a host: add it, try it, change how it is reached, switch it off, forget it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Denied, Target, grant
from hosts.engine.connect import open_engine
from hosts.models import Host, HostGroup, HostState
from hosts.operations.base import Call, Danger, NotPossible, Operation
from hosts.operations.host_form import SECRETS, HostForm, draft


class OnHost(Operation):
    noun = "host"
    capability = Capability.HOST_MANAGE
    needs_engine = False


class AddHost(OnHost):
    name = "host.add"
    named_by = "name"
    label = _("Add host")
    icon = "plus"
    noun = "console"
    form = HostForm
    bulk = False
    listed = False
    tried_by = "host.test"

    def run(self, call: Call) -> str:
        host = draft(Host(), call.inputs)
        host.save()
        _put_into_groups(host, call.inputs["groups"])
        nudges.send("hosts", "added")
        return str(_("Added the host %s.") % host.name)


class EditHost(OnHost):
    name = "host.edit"
    label = _("Edit")
    submit = _("Save")
    icon = "pencil"
    form = HostForm
    bulk = False
    tried_by = "host.test"

    def initial(self, target: Target) -> dict[str, Any]:
        host = _host(target)
        shown = model_to_dict(host, fields=["name", "url", "tls_ca", "tls_cert", "ssh_host_key"])
        names = host.groups.values_list("name", flat=True)
        return {**shown, "groups": ", ".join(names), "tags": ", ".join(host.tags)}

    def run(self, call: Call) -> str:
        host = draft(_host(call.target), call.inputs)
        host.state, host.state_reason, host.state_since = HostState.UNKNOWN, "", timezone.now()
        host.save(
            update_fields=[
                "name",
                "url",
                "tls_ca",
                "tls_cert",
                "ssh_host_key",
                "tags",
                *SECRETS,
                "state",
                "state_reason",
                "state_since",
            ]
        )
        _put_into_groups(host, call.inputs["groups"])
        nudges.send("hosts", "edited")
        return str(_("Saved the host %s.") % host.name)


class TestHost(OnHost):
    """Connects with what is in the form, and keeps nothing."""

    __test__ = False  # its name is Docker people's word, not pytest's

    name = "host.test"
    named_by = "name"
    label = _("Test")
    icon = "plug-connected"
    noun = "console"
    form = HostForm
    bulk = False
    listed = False

    def run(self, call: Call) -> str:
        host = draft(call.target.host or Host(), call.inputs)
        reading = grant(call.grant.actor, Capability.HOST_VIEW, Target("host", host, name=host.name))
        if isinstance(reading, Denied):
            raise NotPossible(reading.reason)
        with open_engine(reading) as engine:
            info = engine.info()
        return str(
            _("It works: %(product)s %(version)s (API %(api)s) on %(os)s, named %(name)s.")
            % {
                "product": info.product,
                "version": info.version,
                "api": info.api_version,
                "os": info.os,
                "name": info.name,
            }
        )


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


def _switch(target: Target, enabled: bool, state: HostState) -> None:
    Host.objects.filter(pk=_host(target).pk).update(
        enabled=enabled, state=state, state_reason="", state_since=timezone.now()
    )
    nudges.send("hosts", state)


def _put_into_groups(host: Host, names: list[str]) -> None:
    host.groups.set([HostGroup.objects.get_or_create(name=name)[0] for name in names])
