"""Which log lines the console keeps itself: rules that are made, and ended with or without what they have kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.history.rules import logs_of
from hosts.models import Host, KeepKind, KeepRule, KeptLog
from hosts.operations.base import Call, Danger, NotPossible, Operation, OperationForm

MOST_DAYS, LEAST_MEGABYTES, MOST_MEGABYTES = 3650, 10, 1_000_000


class KeepForm(OperationForm):
    kind = forms.ChoiceField(label=_("Keep the lines of"), choices=KeepKind.choices, initial=KeepKind.PROJECT)
    host = forms.ModelChoiceField(
        Host.objects.order_by("name"), label=_("Host"), required=False, to_field_name="name", empty_label=_("None")
    )
    value = forms.CharField(
        label=_("Project or label"),
        required=False,
        max_length=512,
        help_text=_("The project's name; of a label its key, or key=value."),
    )
    days = forms.IntegerField(
        label=_("Days"), initial=30, min_value=1, max_value=MOST_DAYS, help_text=_("Older lines go first.")
    )
    megabytes = forms.IntegerField(
        label=_("Megabytes on the disk, for each container"),
        initial=500,
        min_value=LEAST_MEGABYTES,
        max_value=MOST_MEGABYTES,
        help_text=_("Lines are kept compressed: a megabyte holds some 50,000."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind, host, value = data.get("kind"), data.get("host"), data.get("value", "")
        if kind == KeepKind.HOST:
            data["value"] = value = ""
            if host is None:
                self.add_error("host", _("Choose a host."))
        elif kind:
            data["host"] = host = None
            if not value or value.startswith("="):
                self.add_error("value", _("Write the name of the project, or the label."))
        if not self.errors and KeepRule.objects.filter(kind=kind, host=host, value=value).exists():
            self.add_error(None, _("There is this rule already: forget it first to change it."))
        return data


class ForgetForm(OperationForm):
    lines = forms.BooleanField(
        label=_("Also remove the lines that were kept by it"),
        required=False,
        help_text=_("Otherwise they stay until they are too old."),
    )


class OnHistory(Operation):
    noun = "history"
    capability = Capability.HISTORY_MANAGE
    needs_engine = False
    bulk = False


class KeepLines(OnHistory):
    name = "history.keep"
    label = _("Keep lines")
    icon = "plus"
    noun = "console"
    form = KeepForm
    listed = False

    def subject(self, target: Target, values: Any) -> Target:
        named = values.get("host") or values.get("value") or ""
        return Target(target.noun, target.host, target.id, str(named)[:255])

    def run(self, call: Call) -> str:
        inputs = call.inputs
        rule = KeepRule.objects.create(
            kind=inputs["kind"],
            host=inputs["host"],
            value=inputs["value"],
            days=inputs["days"],
            bytes_each=inputs["megabytes"] * 1_000_000,
        )
        nudges.send("history", "rules")
        return gettext("Lines are kept: %(what)s.") % {"what": rule}


class ForgetRule(OnHistory):
    name = "history.forget"
    label = _("Forget")
    done = _("No more lines are kept by this rule: %(name)s.")
    icon = "trash"
    form = ForgetForm
    danger = Danger.CONFIRM
    warning = _("Lines that come from now on are kept no more, unless another rule says so.")

    def consequences(self, target: Target) -> list[str]:
        count = len(logs_of(_rule(target)))
        return [
            ngettext(
                "It alone keeps the lines of %(count)s container.",
                "It alone keeps the lines of %(count)s containers.",
                count,
            )
            % {"count": count}
        ]

    def run(self, call: Call) -> None:
        rule = _rule(call.target)
        dropped = [kept.pk for kept in logs_of(rule)] if call.inputs["lines"] else []
        rule.delete()
        # The watcher, who alone touches the files, removes them next.
        for start in range(0, len(dropped), 500):
            KeptLog.objects.filter(pk__in=dropped[start : start + 500]).update(dropping=True)
        nudges.send("history", "rules")


def _rule(target: Target) -> KeepRule:
    rule = KeepRule.objects.filter(pk=target.id).first()
    if rule is None:
        raise NotPossible(gettext("This rule has been removed already."))
    return rule
