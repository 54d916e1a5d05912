"""The forms of sign-in and of the own password: in the words of our other forms, limited and recorded."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.account.views import PasswordChangeView
from allauth.core import context
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from dashboard import guesses
from dashboard.device import remember
from dashboard.middleware import actor_of, client_address
from hosts.access import Target
from hosts.models import Outcome, User
from hosts.operations.base import NotPossible
from hosts.operations.recording import record_fact, recorded


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["login"].widget.attrs["autofocus"] = True
        _without_echoes(self)


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _("At least 8 characters, not a common one and not only digits.")
        self.fields["password2"].label = _("New password again")
        _without_echoes(self)

    def clean_oldpassword(self) -> str:
        """Whoever found the browser open must not find the password out by trying."""
        request = context.request
        actor, target = actor_of(self.user, client_address(request)), _target_of(self.user)
        try:
            one = guesses.password(str(request.session.session_key))
        except guesses.TooMany as refusal:
            if refusal.unsaid:
                sentence = _("Throttled: the current password was wrong too often.")
                record_fact(actor, "person.password", target, Outcome.REFUSED, str(sentence))
            raise forms.ValidationError(_("Too many wrong passwords. Wait 5 minutes, then try again.")) from refusal
        try:
            given: str = super().clean_oldpassword()
        except forms.ValidationError:
            record_fact(actor, "person.password", target, Outcome.REFUSED, str(_("The current password is wrong.")))
            raise
        one.was_right()
        return given

    def save(self) -> None:
        actor = actor_of(self.user, client_address(context.request))
        with recorded(actor, "person.password", _target_of(self.user)):
            super().save()


class PasswordChange(PasswordChangeView):  # type: ignore[misc]
    """The browser in which the password is changed stays one that the account knows."""

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        response: HttpResponse
        try:
            response = super().form_valid(form)
        except NotPossible as error:
            form.add_error(None, str(error))
            response = self.form_invalid(form)
        else:
            remember(self.request, response, form.user)
        return response


def _target_of(user: User) -> Target:
    return Target("person", id=str(user.pk), name=user.get_username())


def _without_echoes(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
