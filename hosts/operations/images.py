"""What can be done with images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability, Target
from hosts.engine.errors import Invalid
from hosts.engine.names import reference
from hosts.engine.registry_names import leads_inward
from hosts.facts import Noun
from hosts.models import Container, Host
from hosts.models.registries import login_for
from hosts.operations.base import Call, Danger, Operation, OperationForm
from hosts.operations.containers import flags
from hosts.operations.registries import allowed


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

    def objection(self, target: Target, values: Mapping[str, Any]) -> str:
        server = reference(values["reference"]).server
        if target.host is not None and may_pull(target.host, server):
            return ""
        sentence = _("Hosts may not pull from %s. An administrator of all hosts can allow it under Registries.")
        return str(sentence % server)

    def run(self, call: Call) -> str:
        name = call.inputs["reference"]
        reporter = call.reporter
        if reporter is None:
            raise LookupError("A pull runs in a job")
        image_id = call.docker.images.pull(name, _login(call.grant.host, name), reporter.pull, reporter.closes)
        call.touch(Noun.IMAGE, image_id)
        return str(_("Pulled %s.") % name)


def may_pull(host: Host, server: str) -> bool:
    """Whether the registry is on the list, or a login to it is for this host; the machine itself has to be listed."""
    return server in allowed() or (not leads_inward(server) and login_for(host, server) is not None)


def _login(host: Host, name: str) -> dict[str, str] | None:
    """The login of this host to the registry that an image's name leads to, or None."""
    registry = login_for(host, reference(name).server)
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
