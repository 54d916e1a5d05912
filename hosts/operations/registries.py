"""Logins to registries, kept encrypted and never shown again, each for some hosts; and from where hosts may pull."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.engine.errors import Invalid
from hosts.engine.registry_names import DOCKER_HUB, canonical
from hosts.models import AllowedRegistry, HostGroup, Registry, RegistryScope
from hosts.operations.base import Call, Danger, NotPossible, Operation, OperationForm

MOST_ALLOWED = 500
_ALL, _GROUPS = "all", "groups"


def one_spelling(written: str) -> str:
    try:
        return canonical(written.strip())
    except Invalid as error:
        raise forms.ValidationError(error.sentence) from error


class ScopeForm(OperationForm):
    over = forms.ChoiceField(
        label=_("Used on"),
        choices=[("", _("Choose…")), (_ALL, _("All hosts")), (_GROUPS, _("Hosts of these groups"))],
        help_text=_(
            "The password is sent to the engines of these hosts. Whoever administers such a machine can read it there."
        ),
    )
    groups = forms.ModelMultipleChoiceField(
        HostGroup.objects.all(),
        label=_("Groups"),
        required=False,
        to_field_name="name",
        help_text=_(
            "On a host with several logins for one server, a group's goes before that for all hosts, "
            "and of several groups' the first by name."
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["groups"] = [] if data.get("over") == _ALL else list(data.get("groups") or [])
        if data.get("over") == _GROUPS and not data["groups"] and "groups" not in self.errors:
            self.add_error("groups", _("Choose at least one group."))
        server = data.get("server") or self.target.name
        if not self.errors and _taken(server, scope_of(data), self.target):
            self.add_error("over", _("There is a login to %s for these hosts already; remove that one first.") % server)
        return data


class LoginForm(ScopeForm):
    server = forms.CharField(
        label=_("Server"),
        max_length=255,
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
    field_order = ("server", "username", "password", "over", "groups")

    def clean_server(self) -> str:
        return one_spelling(self.cleaned_data["server"])


class AllowForm(OperationForm):
    servers = forms.CharField(
        label=_("Registries"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "font-monospace"}),
        help_text=_(
            "One per line, as in an image's name: docker.io for Docker Hub, registry.example.com:5000. "
            "localhost and addresses such as 127.0.0.1 are reached only where they are listed here."
        ),
    )

    def clean_servers(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["servers"].splitlines())
        found = sorted({_of_line(line) for line in lines if line})
        if len(found) > MOST_ALLOWED:
            raise forms.ValidationError(_("That is too much at once: %s objects at most.") % MOST_ALLOWED)
        return found


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
        with transaction.atomic():
            registry.save()
            _put(registry, scope_of(call.inputs))
        nudges.send("registries", "added")
        return str(_("Pulls from %s now use this login.") % registry.server)


class ScopeRegistry(OnRegistry):
    name = "registry.scope"
    label = _("Change hosts")
    done = _("Changed for which hosts the login to %(name)s is.")
    icon = "server"
    form = ScopeForm

    def initial(self, target: Target) -> dict[str, Any]:
        scopes = RegistryScope.objects.filter(registry=int(target.id)).select_related("group")
        names = [scope.group.name for scope in scopes if scope.group]
        return {"over": _GROUPS if names else _ALL if scopes else "", "groups": names}

    def run(self, call: Call) -> None:
        with transaction.atomic():
            registry = Registry.objects.select_for_update().filter(pk=call.target.id).first()
            if registry is None:
                raise NotPossible(_("This login has been removed already."))
            registry.scopes.all().delete()
            _put(registry, scope_of(call.inputs))
            Registry.objects.filter(pk=registry.pk).update(confirmed=True)
        nudges.send("registries", "changed")


class RemoveRegistry(OnRegistry):
    name = "registry.remove"
    label = _("Remove")
    done = _("Removed the login for %(name)s.")
    icon = "trash"
    danger = Danger.CONFIRM
    warning = _("Pulls from this server go without a login from now on.")

    def run(self, call: Call) -> None:
        if not Registry.objects.filter(pk=call.target.id).exists():
            raise NotPossible(_("This login has been removed already."))
        Registry.objects.filter(pk=call.target.id).delete()
        nudges.send("registries", "removed")


class AllowRegistries(OnRegistry):
    name = "registry.allow"
    label = _("Change allowed registries")
    submit = _("Save")
    icon = "shield"
    noun = "console"
    form = AllowForm
    listed = False

    def initial(self, target: Target) -> dict[str, Any]:
        return {"servers": "\n".join(allowed())}

    def recorded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The whole list, and what is new in it and gone from it."""
        servers = values.get("servers")
        if not isinstance(servers, list):
            return super().recorded(values)
        before, after = set(allowed()), set(servers)
        return {"servers": servers, "added": sorted(after - before), "removed": sorted(before - after)}

    def run(self, call: Call) -> str:
        with transaction.atomic():
            AllowedRegistry.objects.exclude(server__in=call.inputs["servers"]).delete()
            known = set(AllowedRegistry.objects.values_list("server", flat=True))
            new = [server for server in call.inputs["servers"] if server not in known]
            AllowedRegistry.objects.bulk_create(
                [AllowedRegistry(server=server) for server in new], ignore_conflicts=True
            )
        nudges.send("registries", "allowed")
        return str(_("Hosts may pull from: %s.") % ", ".join(call.inputs["servers"]))


def allowed() -> list[str]:
    """The registries that hosts may pull from, besides those that they have a login for."""
    return list(AllowedRegistry.objects.values_list("server", flat=True)) or [DOCKER_HUB]


def scope_of(inputs: Mapping[str, Any]) -> list[HostGroup | None]:
    """The groups that a login is for; None stands for all hosts."""
    return [None] if inputs.get("over") == _ALL else list(inputs.get("groups") or [])


def _of_line(line: str) -> str:
    try:
        return one_spelling(line)
    except forms.ValidationError as error:
        raise forms.ValidationError(f"{line[:80]}: {error.message}") from error


def _taken(server: str, scope: list[HostGroup | None], target: Target) -> bool:
    others = RegistryScope.objects.filter(server=server)
    if target.noun == "registry":
        others = others.exclude(registry=int(target.id))
    return any(others.filter(group=group).exists() for group in scope)


def _put(registry: Registry, scope: list[HostGroup | None]) -> None:
    """NotPossible where somebody else was quicker; nothing is kept then."""
    try:
        with transaction.atomic():
            for group in scope:
                RegistryScope.objects.create(registry=registry, server=registry.server, group=group)
    except IntegrityError as error:
        sentence = _("There is a login to %s for these hosts already; remove that one first.")
        raise NotPossible(sentence % registry.server) from error
