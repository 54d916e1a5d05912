"""The first administrator: the one-time link that makes one is issued at the server's shell, and used up once."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hosts.access import ActorKind
from hosts.models import Role, SetupLink, no_administrator
from hosts.operations.base import Call, NotPossible, OperationForm
from hosts.operations.people import FirstForm, OnPerson, add_person

ENDED = _("This set-up link has been used or has expired. Run “manage.py setup_link” on the server for a new one.")


class LinkForm(OperationForm):
    token = forms.CharField(label=_("Token"), max_length=64, widget=forms.PasswordInput)
    secret = frozenset({"token"})


class SetUpForm(FirstForm):
    # Without one, no link is claimed.
    token = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    secret = FirstForm.secret | {"token"}


class IssueLink(OnPerson):
    """A link of which the token is known to the shell alone; links issued before end."""

    name = "setup.link"
    label = _("Issue a set-up link")
    done = _("Issued a set-up link; earlier ones have ended.")
    icon = "link"
    noun = "console"
    form = LinkForm
    listed = False

    def run(self, call: Call) -> None:
        if call.grant.actor.kind is not ActorKind.SHELL:
            raise NotPossible(_("Set-up links are issued at the server's shell only."))
        if not no_administrator():
            raise NotPossible(_("There is an administrator already: sign in."))
        SetupLink.issue(call.inputs["token"])


class SetUp(OnPerson):
    """The first administrator, by the one-time link."""

    name = "person.setup"
    named_by = "username"
    label = _("Make the first administrator")
    icon = "user-plus"
    noun = "console"
    form = SetUpForm
    listed = False

    def run(self, call: Call) -> str:
        with transaction.atomic():
            # First of all: whoever comes second waits here for the first, and then finds it used up.
            if not SetupLink.claim(call.inputs["token"]):
                raise NotPossible(ENDED)
            if not no_administrator():
                raise NotPossible(_("There is an administrator already: sign in."))
            return add_person(call, Role.ADMINISTRATOR, None)
