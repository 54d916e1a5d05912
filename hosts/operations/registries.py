"""Logins to registries: kept encrypted, used by pulls, never shown again."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability
from hosts.models import Registry
from hosts.operations.base import Call, Danger, NotPossible, Operation, OperationForm

SERVER = RegexValidator(
    r"\A(?=.{1,255}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?\Z",
    _("Write the server as in an image's name, without https://: registry.example.com or 127.0.0.1:5000."),
)


class LoginForm(OperationForm):
    server = forms.CharField(
        label=_("Server"),
        max_length=255,
        validators=[SERVER],
        help_text=_("docker.io for Docker Hub, else the part before the first slash."),
    )
    username = forms.CharField(label=_("User name"), max_length=255)
    password = forms.CharField(
        label=_("Password or token"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    secret = frozenset({"password"})

    def clean_server(self) -> str:
        server: str = self.cleaned_data["server"].lower()
        if Registry.objects.filter(server=server).exists():
            raise forms.ValidationError(_("There is a login for this server already; remove that one first."))
        return server


class OnRegistry(Operation):
    noun = "registry"
    capability = Capability.REGISTRY_MANAGE
    needs_engine = False
    bulk = False


class AddRegistry(OnRegistry):
    name = "registry.add"
    named_by = "server"
    label = _("Add a login")
    icon = "plus"
    noun = "console"
    form = LoginForm
    listed = False

    def run(self, call: Call) -> str:
        registry = Registry(server=call.inputs["server"], username=call.inputs["username"])
        registry.set_secret("password", call.inputs["password"])
        registry.save()
        nudges.send("registries", "added")
        return str(_("Pulls from %s now use this login.") % registry.server)


class RemoveRegistry(OnRegistry):
    name = "registry.remove"
    label = _("Remove")
    done = _("Removed the login for %(name)s.")
    icon = "trash"
    danger = Danger.CONFIRM
    warning = _("Pulls from this server go without a login from now on.")

    def run(self, call: Call) -> None:
        removed, _rows = Registry.objects.filter(pk=call.target.id).delete()
        if not removed:
            raise NotPossible(_("This login has been removed already."))
        nudges.send("registries", "removed")
