"""In which language the console speaks to a person: a choice of their own, else the browser's."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability
from hosts.models import User
from hosts.operations.base import Call, NotPossible, Operation, OperationForm

BROWSERS = "browser"


class LanguageForm(OperationForm):
    language = forms.ChoiceField(label=_("Language"), choices=[(BROWSERS, _("The browser's")), *settings.LANGUAGES])


class ChooseLanguage(Operation):
    name = "language.choose"
    label = _("Language")
    # Said after `run`, so in the language that was chosen.
    done = _("This is the language of the console now.")
    icon = "world"
    noun = "console"
    capability = Capability.VIEW_SAVE
    needs_engine = False
    bulk = False
    listed = False
    form = LanguageForm

    def run(self, call: Call) -> None:
        chosen = call.inputs["language"].replace(BROWSERS, "")
        if not User.objects.filter(pk=call.grant.actor.user_id or 0).update(language=chosen):
            raise NotPossible(gettext("Only somebody who has signed in can choose a language."))
        if chosen:
            translation.activate(chosen)
