"""Who may sign in and what they may do; the last administrator over all hosts can't be lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.models import HostGroup, Role, RoleAssignment, User, no_administrator
from hosts.operations.base import Call, Danger, NotPossible, Operation, OperationForm


def scope_field() -> forms.Field:
    """Where a role counts: over all hosts (None), or over those of a group."""
    return forms.ModelChoiceField(
        HostGroup.objects.all(),
        label=_("Over"),
        required=False,
        empty_label=_("All hosts"),
        to_field_name="name",
        help_text=_(
            "Over a group, an administrator manages the hosts in it, not people, registries or the addresses of hosts."
        ),
    )


class PasswordForm(OperationForm):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters, not a common one and not only digits."),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    secret = frozenset({"password", "password_again"})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, again = data.get("password"), data.get("password_again")
        if first and again and first != again:
            self.add_error("password_again", _("The two passwords are not the same."))
        elif first:
            try:
                password_validation.validate_password(first, User(username=data.get("username") or self.target.name))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class FirstForm(PasswordForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    field_order = ("username", "password", "password_again", "role", "group")

    def clean_username(self) -> str:
        name: str = User.normalize_username(self.cleaned_data["username"]).lower()
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("There is a person of this name already."))
        return name


class AddForm(FirstForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)
    group = scope_field()


class RoleForm(OperationForm):
    role = forms.ChoiceField(label=_("Role"), choices=[*Role.choices, ("none", _("No role"))])
    group = scope_field()


class OnPerson(Operation):
    noun = "person"
    capability = Capability.PERSON_MANAGE
    needs_engine = False
    bulk = False


class AddPerson(OnPerson):
    name = "person.add"
    named_by = "username"
    label = _("Add person")
    icon = "user-plus"
    noun = "console"
    form = AddForm
    listed = False

    def run(self, call: Call) -> str:
        return add_person(call, call.inputs["role"], call.inputs["group"])


class GiveRole(OnPerson):
    name = "person.role"
    label = _("Give a role")
    icon = "shield"
    form = RoleForm

    def initial(self, target: Target) -> dict[str, Any]:
        role = RoleAssignment.objects.filter(user_id=target.id, group=None).first()
        return {"role": role.role if role else Role.VIEWER}

    def run(self, call: Call) -> str:
        person, role, group = _person(call.target), call.inputs["role"], call.inputs["group"]
        with _keeping_an_administrator():
            if role == "none":
                RoleAssignment.objects.filter(user=person, group=group).delete()
                if not person.roles.exists():
                    # A role that they are given later is for who signs in then.
                    _end_sessions(person)
            else:
                RoleAssignment.objects.update_or_create(user=person, group=group, defaults={"role": role})
        nudges.send("people", "role")
        return str(
            _("%(name)s: %(role)s over %(scope)s.")
            % {
                "name": person,
                "role": Role(role).label if role != "none" else _("No role"),
                "scope": group or _("all hosts"),
            }
        )


class SetPassword(OnPerson):
    name = "person.password"
    label = _("Set a password")
    done = _("%(name)s has a new password and is signed out everywhere.")
    icon = "key"
    form = PasswordForm

    def run(self, call: Call) -> None:
        person = _person(call.target)
        person.set_password(call.inputs["password"])
        _end_sessions(person, "password")
        nudges.send("people", "password")


class DisablePerson(OnPerson):
    name = "person.disable"
    label = _("Disable")
    done = _("%(name)s can no longer sign in.")
    undone_by = "person.enable"
    icon = "user-off"
    danger = Danger.CONFIRM
    warning = _("They are signed out everywhere at once and cannot sign in until they are enabled again.")

    def offered(self, thing: Any) -> bool:
        return bool(thing.is_active)

    def run(self, call: Call) -> None:
        _activate(call.target, False)


class EnablePerson(OnPerson):
    name = "person.enable"
    label = _("Enable")
    done = _("%(name)s can sign in again.")
    undone_by = "person.disable"
    icon = "user-check"

    def offered(self, thing: Any) -> bool:
        return not thing.is_active

    def run(self, call: Call) -> None:
        _activate(call.target, True)


class RemovePerson(OnPerson):
    name = "person.remove"
    label = _("Remove")
    done = _("Removed %(name)s.")
    icon = "trash"
    danger = Danger.DESTROY
    warning = _("The account and its roles are deleted. What they did stays in the trail under their name.")

    def run(self, call: Call) -> None:
        with _keeping_an_administrator():
            _person(call.target).delete()
        nudges.send("people", "removed")


def add_person(call: Call, role: str, group: HostGroup | None) -> str:
    with transaction.atomic():
        person = User.objects.create_user(call.inputs["username"], password=call.inputs["password"])
        RoleAssignment.objects.create(user=person, role=role, group=group)
    nudges.send("people", "added")
    return str(_("Added %(name)s as %(role)s.") % {"name": person, "role": Role(role).label})


def _activate(target: Target, active: bool) -> None:
    person = _person(target)
    person.is_active = active
    with _keeping_an_administrator():
        # At both: neither what was stolen before lives again, nor what was signed in by a race with the first.
        _end_sessions(person, "is_active")
    nudges.send("people", "enabled" if active else "disabled")


def _end_sessions(person: User, *changed: str) -> None:
    person.end_sessions()
    person.save(update_fields=["sessions", *changed])


def _person(target: Target) -> User:
    person = User.objects.filter(pk=target.id).first()
    if person is None:
        raise NotPossible(_("This person has been removed."))
    return person


@contextlib.contextmanager
def _keeping_an_administrator() -> Iterator[None]:
    """A transaction that is undone when it would leave nobody who can administer everything."""
    with transaction.atomic():
        yield
        if no_administrator():
            raise NotPossible(_("This is the last administrator over all hosts: make another one first."))
