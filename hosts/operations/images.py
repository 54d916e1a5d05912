"""What can be done with images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability, Target
from hosts.engine.errors import Invalid
from hosts.engine.names import reference
from hosts.facts import Noun
from hosts.models import Container, Registry
from hosts.operations.base import Call, Danger, Operation, OperationForm
from hosts.operations.containers import flags


class PullForm(OperationForm):
    reference = forms.CharField(
        label=_("Image"),
        max_length=512,
        help_text=_(
            "As on Docker Hub (nginx, nginx:1.27, grafana/grafana) "
            "or with a registry in front (registry.example.com:5000/team/app:v2)."
        ),
    )

    def clean_reference(self) -> str:
        try:
            return reference(self.cleaned_data["reference"]).text
        except Invalid as error:
            raise forms.ValidationError(error.sentence) from error


class PullImage(Operation):
    name = "image.pull"
    named_by = "reference"
    label = _("Pull")
    done = _("Pulled.")
    icon = "download"
    noun = "host"
    capability = Capability.IMAGE_PULL
    form = PullForm
    long = True

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "pull", str(values.get("reference") or "")]

    def run(self, call: Call) -> str:
        name = call.inputs["reference"]
        reporter = call.reporter
        if reporter is None:
            raise LookupError("A pull runs in a job")
        image_id = call.docker.images.pull(name, login_for(name), reporter.pull, reporter.closes)
        call.touch(Noun.IMAGE, image_id)
        return str(_("Pulled %s.") % name)


def login_for(name: str) -> dict[str, str] | None:
    """The stored login of the registry that an image's name leads to, or None."""
    registry = Registry.objects.filter(server=reference(name).server).first()
    if registry is None:
        return None
    return {"username": registry.username, "password": registry.secret("password"), "serveraddress": registry.server}


class RemoveImageForm(OperationForm):
    force = forms.BooleanField(label=_("Remove it even when several tags or stopped containers use it"), required=False)


class RemoveImage(Operation):
    name = "image.remove"
    label = _("Remove")
    done = _("Removed %(name)s.")
    doing = _("removing")
    icon = "trash"
    noun = "image"
    capability = Capability.IMAGE_REMOVE
    form = RemoveImageForm
    danger = Danger.DESTROY
    warning = _("Its tags and the layers that no other image needs are deleted from the host.")

    def consequences(self, target: Target) -> list[str]:
        users = Container.objects.filter(host=target.host, image_id=target.id, gone_at=None).order_by("name")
        return [str(_("Used by the container %s") % container.name) for container in users[:20]]

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "rmi", *flags(values, "force"), target.label]

    def run(self, call: Call) -> None:
        call.docker.images.remove(call.target.id, force=call.inputs["force"])
