"""What can be done with volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability, Target
from hosts.facts import Noun
from hosts.models import Link, LinkKind
from hosts.operations.base import Call, Danger, Operation, OperationForm
from hosts.operations.containers import NAME, flags
from hosts.operations.fields import LabelsField


class CreateForm(OperationForm):
    name = forms.CharField(label=_("Name"), max_length=128, validators=[NAME])
    driver = forms.CharField(label=_("Driver"), max_length=64, initial="local", validators=[NAME])
    labels = LabelsField(label=_("Labels"))


class CreateVolume(Operation):
    name = "volume.create"
    named_by = "name"
    label = _("Create volume")
    icon = "plus"
    noun = "host"
    capability = Capability.VOLUME_MANAGE
    form = CreateForm
    bulk = False
    listed = False

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        driver = [f"--driver={values['driver']}"] if values.get("driver") else []
        return ["docker", "volume", "create", *driver, str(values.get("name") or "")]

    def run(self, call: Call) -> str:
        name = call.docker.volumes.create(call.inputs["name"], call.inputs["driver"], labels=call.inputs["labels"])
        call.touch(Noun.VOLUME, name)
        return str(_("Created the volume %s.") % name)


class RemoveVolumeForm(OperationForm):
    force = forms.BooleanField(label=_("Even when its driver no longer knows it"), required=False)


class RemoveVolume(Operation):
    name = "volume.remove"
    label = _("Remove")
    done = _("Removed %(name)s.")
    doing = _("removing")
    icon = "trash"
    noun = "volume"
    capability = Capability.VOLUME_MANAGE
    form = RemoveVolumeForm
    danger = Danger.DESTROY
    warning = _("Everything stored in the volume is deleted for good.")

    def consequences(self, target: Target) -> list[str]:
        links = Link.objects.filter(kind=LinkKind.VOLUME, host=target.host, other_id=target.id, container__gone_at=None)
        return [
            str(_("Used by the container %s") % link.container.name) for link in links.select_related("container")[:20]
        ]

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "volume", "rm", *flags(values, "force"), target.label]

    def run(self, call: Call) -> None:
        call.docker.volumes.remove(call.target.id, force=call.inputs["force"])
