"""Own rules of redaction: what else is hidden in log lines from those who may not see it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.lines.patterns import PATTERN_CHARACTERS, Pattern, PatternError
from hosts.lines.redaction import OWN_RULES
from hosts.models import RedactionRule
from hosts.operations.base import Call, Danger, NotPossible, Operation, OperationForm


class RuleForm(OperationForm):
    name = forms.CharField(label=_("Name"), max_length=100)
    pattern = forms.CharField(
        label=_("Pattern"),
        max_length=PATTERN_CHARACTERS,
        strip=False,
        help_text=_("A regular expression (RE2). What its first group finds is hidden; without groups, all it finds."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}),
    )
    sample = forms.CharField(
        label=_("A line to test it on"),
        required=False,
        max_length=4096,
        strip=False,
        help_text=_("It is not kept."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    secret = frozenset({"sample"})

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if RedactionRule.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is a rule of this name already."))
        return name

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"]
        try:
            Pattern(pattern)
        except PatternError as error:
            if not error.reason:
                raise forms.ValidationError(_("This pattern is too large.")) from None
            raise forms.ValidationError(_("This pattern cannot be read: %s.") % error.reason) from None
        return pattern

    def clean(self) -> dict[str, Any]:
        if RedactionRule.objects.count() >= OWN_RULES:
            self.add_error(None, _("There are %s own rules already, and each one slows every log.") % OWN_RULES)
        return super().clean() or self.cleaned_data


class TryForm(RuleForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False


class OnRedaction(Operation):
    noun = "redaction"
    capability = Capability.LOGS_REDACTION
    needs_engine = False
    bulk = False


class AddRule(OnRedaction):
    name = "redaction.add"
    named_by = "name"
    label = _("Add a rule")
    icon = "plus"
    noun = "console"
    form = RuleForm
    tried_by = "redaction.test"
    listed = False

    def run(self, call: Call) -> str:
        rule = RedactionRule.objects.create(name=call.inputs["name"], pattern=call.inputs["pattern"])
        nudges.send("redaction", "added")
        return gettext("Hidden in logs from now on: %s.") % rule.name


class TryRule(OnRedaction):
    """Says where the pattern finds something; the line itself is neither kept nor repeated."""

    name = "redaction.test"
    label = _("Test")
    icon = "plug-connected"
    noun = "console"
    form = TryForm
    listed = False

    def run(self, call: Call) -> str:
        line = call.inputs["sample"].encode("utf-8", "replace")
        spans = list(Pattern(call.inputs["pattern"]).spans(line))
        if not spans:
            raise NotPossible(gettext("It hides nothing in this line."))
        places = [f"{len(line[:begin].decode()) + 1}-{len(line[:end].decode())}" for begin, end in spans[:10]]
        return ngettext(
            "It hides %(count)s value: characters %(places)s.",
            "It hides %(count)s values: characters %(places)s.",
            len(spans),
        ) % {"count": len(spans), "places": ", ".join(places)}


class EnableRule(OnRedaction):
    name = "redaction.enable"
    label = _("Use")
    undone_by = "redaction.disable"
    done = _("Hidden in logs from now on: %(name)s.")
    icon = "eye-off"

    def offered(self, thing: Any) -> bool:
        return not thing.enabled

    def run(self, call: Call) -> None:
        _switch(call.target, True)


class DisableRule(OnRedaction):
    name = "redaction.disable"
    label = _("Stop using")
    undone_by = "redaction.enable"
    done = _("Shown in logs again: %(name)s.")
    icon = "eye"
    danger = Danger.CONFIRM
    warning = _("Whoever may read a log sees these values from now on, in old lines too.")

    def offered(self, thing: Any) -> bool:
        return bool(thing.enabled)

    def run(self, call: Call) -> None:
        _switch(call.target, False)


class RemoveRule(OnRedaction):
    name = "redaction.remove"
    label = _("Remove")
    done = _("Removed the rule %(name)s.")
    icon = "trash"
    danger = Danger.CONFIRM
    warning = _("Whoever may read a log sees these values from now on, in old lines too.")

    def run(self, call: Call) -> None:
        removed, _rows = RedactionRule.objects.filter(pk=call.target.id).delete()
        if not removed:
            raise NotPossible(gettext("This rule has been removed already."))
        nudges.send("redaction", "removed")


def _switch(target: Target, enabled: bool) -> None:
    if not RedactionRule.objects.filter(pk=target.id).update(enabled=enabled):
        raise NotPossible(gettext("This rule has been removed already."))
    nudges.send("redaction", "switched")
