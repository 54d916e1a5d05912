"""What can be done with networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hosts import facts
from hosts.access import Capability, Target
from hosts.facts import Noun
from hosts.models import Container, Link, LinkKind
from hosts.operations.base import Call, Danger, Operation, OperationForm
from hosts.operations.containers import NAME, flags
from hosts.operations.fields import LabelsField

MOST_ALIASES = 500  # characters


class CreateForm(OperationForm):
    name = forms.CharField(label=_("Name"), max_length=128, validators=[NAME])
    driver = forms.CharField(label=_("Driver"), max_length=64, initial="bridge", validators=[NAME])
    subnet = forms.CharField(
        label=_("Subnet"),
        max_length=64,
        required=False,
        help_text=_("Such as 10.5.0.0/24. Empty: the engine picks one."),
    )
    gateway = forms.GenericIPAddressField(label=_("Gateway"), required=False)
    internal = forms.BooleanField(label=_("Internal: no way out of the host"), required=False)
    attachable = forms.BooleanField(label=_("Attachable by hand on a swarm"), required=False)
    labels = LabelsField(label=_("Labels"))

    def clean_subnet(self) -> str:
        subnet = self.cleaned_data["subnet"]
        try:
            return str(ipaddress.ip_network(subnet)) if subnet else ""
        except ValueError as error:
            raise forms.ValidationError(
                _("This is no subnet: write it like 10.5.0.0/24, with zeros behind the prefix.")
            ) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        gateway, subnet = data.get("gateway"), data.get("subnet")
        if gateway and not subnet and "subnet" not in self.errors:
            self.add_error("subnet", _("A gateway needs a subnet."))
        elif gateway and subnet and ipaddress.ip_address(gateway) not in ipaddress.ip_network(subnet):
            self.add_error("gateway", _("The gateway lies outside the subnet."))
        return data


class CreateNetwork(Operation):
    name = "network.create"
    named_by = "name"
    label = _("Create network")
    icon = "plus"
    noun = "host"
    capability = Capability.NETWORK_MANAGE
    form = CreateForm
    bulk = False
    listed = False

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        options = [f"--{name}={values[name]}" for name in ("driver", "subnet", "gateway") if values.get(name)]
        return [
            "docker",
            "network",
            "create",
            *options,
            *flags(values, "internal", "attachable"),
            str(values.get("name") or ""),
        ]

    def run(self, call: Call) -> str:
        fields = dict(call.inputs)
        call.touch(Noun.NETWORK, call.docker.networks.create(fields.pop("name"), **fields))
        return str(_("Created the network %s.") % call.inputs["name"])


class ContainerForm(OperationForm):
    """Picks one of the host's containers, by name."""

    container = forms.ChoiceField(label=_("Container"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attached = Link.objects.filter(
            kind=LinkKind.NETWORK, host=self.target.host, other_id=self.target.id, container__gone_at=None
        ).values("container_id")
        here = Container.objects.filter(host=self.target.host, gone_at=None).order_by("name")
        wanted = here.filter(pk__in=attached) if self.lists_attached() else here.exclude(pk__in=attached)
        self.fields["container"].choices = [(row.engine_id, row.name) for row in wanted[:1000]]  # type: ignore[attr-defined]

    def lists_attached(self) -> bool:
        return False


class ConnectForm(ContainerForm):
    aliases = forms.CharField(
        label=_("Aliases"),
        required=False,
        max_length=MOST_ALIASES,
        help_text=_("Other names for it on this network, divided by spaces."),
    )
    address = forms.GenericIPAddressField(
        label=_("IPv4 address"), protocol="IPv4", required=False, help_text=_("Empty: the engine picks one.")
    )


class DisconnectForm(ContainerForm):
    force = forms.BooleanField(label=_("Even when the container does not answer"), required=False)

    def lists_attached(self) -> bool:
        return True


class OnNetwork(Operation):
    noun = "network"
    capability = Capability.NETWORK_MANAGE


class ConnectNetwork(OnNetwork):
    name = "network.connect"
    label = _("Connect a container")
    icon = "plug-connected"
    form = ConnectForm
    bulk = False

    def offered(self, thing: Any) -> bool:
        return thing.name not in ("host", "none")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "network", "connect", target.label, str(values.get("container") or "")[:12]]

    def run(self, call: Call) -> str:
        container = call.inputs["container"]
        call.docker.networks.connect(
            call.target.id, container, aliases=call.inputs["aliases"].split(), ipv4=call.inputs["address"] or ""
        )
        call.touch(Noun.CONTAINER, container)
        return str(_("Connected to %s.") % call.target.label)

    def undo(self, target: Target, inputs: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        return "network.disconnect", {"container": inputs["container"]}


class DisconnectNetwork(OnNetwork):
    name = "network.disconnect"
    label = _("Disconnect a container")
    icon = "plug-connected-x"
    form = DisconnectForm
    danger = Danger.CONFIRM
    warning = _("The container can no longer be reached, and can reach nothing, over this network.")
    bulk = False

    def offered(self, thing: Any) -> bool:
        return thing.name not in ("host", "none")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return [
            "docker",
            "network",
            "disconnect",
            *flags(values, "force"),
            target.label,
            str(values.get("container") or "")[:12],
        ]

    def run(self, call: Call) -> str:
        container = call.inputs["container"]
        call.back = self._again(call, container)
        call.docker.networks.disconnect(call.target.id, container, force=call.inputs["force"])
        call.touch(Noun.CONTAINER, container)
        return str(_("Disconnected from %s.") % call.target.label)

    def _again(self, call: Call, container: str) -> tuple[str, dict[str, str]] | None:
        """Connecting it with the names and the address it was given, which nobody knows once it is disconnected."""
        thing = call.docker.containers.get(container).thing
        places = thing.networks if isinstance(thing, facts.Container) else ()
        here = [each for each in places if call.target.id == each.network_id or call.target.name == each.network]
        # The engine itself adds the short id.
        aliases = " ".join(name for each in here for name in each.aliases if name != container[:12])
        if not here or len(aliases) > MOST_ALIASES:
            return None
        return ConnectNetwork.name, {"container": container, "aliases": aliases, "address": here[0].chosen}


class RemoveNetwork(OnNetwork):
    name = "network.remove"
    label = _("Remove")
    done = _("Removed %(name)s.")
    doing = _("removing")
    icon = "trash"
    danger = Danger.DESTROY
    warning = _("The network is deleted. The engine refuses while running containers are connected to it.")

    def offered(self, thing: Any) -> bool:
        return not thing.predefined

    def consequences(self, target: Target) -> list[str]:
        links = Link.objects.filter(
            kind=LinkKind.NETWORK, host=target.host, other_id=target.id, container__gone_at=None
        )
        return [
            str(_("Connected: the container %s") % link.container.name)
            for link in links.select_related("container")[:20]
        ]

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "network", "rm", target.label]

    def run(self, call: Call) -> None:
        call.docker.networks.remove(call.target.id)
