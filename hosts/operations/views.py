"""What a person keeps for themselves: saved views, own or shared with everybody, and how they want each list."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hosts import nudges
from hosts.access import Capability, Target
from hosts.inventory.read.every import SPECS
from hosts.inventory.read.query import SIZES
from hosts.models import SavedView, User, ViewPage, redactor, same_query
from hosts.models.views import LONGEST_QUERY
from hosts.operations.base import Call, Danger, NotPossible, Operation, OperationForm

_FREE = frozenset(("name", "query"))
MOST_VIEWS = 200
MOST_VALUES = 200


class QueryField(forms.CharField):
    """A query string of our own pages, cleaned to the form in which it is compared; an address is none."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=LONGEST_QUERY, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text.isprintable() or text.count("&") > MOST_VALUES or text.startswith(("/", "\\")) or "://" in text:
            raise forms.ValidationError(_("These filters cannot be saved."))
        return same_query(text)


class NameForm(OperationForm):
    name = forms.CharField(label=_("Name"), max_length=60)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError(_("Use letters, digits and signs that can be printed."))
        return name


class SaveForm(NameForm):
    page = forms.ChoiceField(choices=ViewPage.choices, widget=forms.HiddenInput)
    query = QueryField()
    field_order = ("name", "page", "query")


class QueryForm(OperationForm):
    query = QueryField(
        label=_("Filters"), widget=forms.TextInput(attrs={"spellcheck": "false", "class": "font-monospace"})
    )


class OnView(Operation):
    noun = "view"
    capability = Capability.VIEW_SAVE
    needs_engine = False
    bulk = False

    def recorded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A name and filters are free text: what looks like a credential in them is masked as it is in logs."""
        kept = super().recorded(values)
        return {**kept, **{name: _masked(kept[name]) for name in _FREE & kept.keys()}}

    def subject(self, target: Target, values: Mapping[str, Any]) -> Target:
        subject = super().subject(target, values)
        return replace(subject, name=_masked(subject.name))

    def sentence(self, target: Target) -> str:
        return super().sentence(replace(target, name=_masked(target.name)))


class SaveView(OnView):
    name = "view.save"
    named_by = "name"
    label = _("Save this view")
    submit = _("Save")
    icon = "plus"
    noun = "console"
    form = SaveForm
    listed = False

    def run(self, call: Call) -> str:
        inputs, owner = call.inputs, call.grant.actor.user_id
        if owner is None:
            raise NotPossible(gettext("Only somebody who has signed in can keep a view."))
        if SavedView.objects.filter(owner=owner).count() >= MOST_VIEWS:
            raise NotPossible(gettext("You keep %s views already: remove one first.") % MOST_VIEWS)
        with _one_of_a_name(inputs["name"]):
            SavedView.objects.create(owner_id=owner, name=inputs["name"], page=inputs["page"], query=inputs["query"])
        nudges.send("views", "saved")
        return gettext("Saved the view %(name)s.") % {"name": _masked(inputs["name"])}


class RenameView(OnView):
    name = "view.rename"
    label = _("Rename")
    icon = "pencil"
    form = NameForm

    def initial(self, target: Target) -> dict[str, Any]:
        return {"name": target.name}

    def run(self, call: Call) -> str:
        view = _view(call.target)
        old, view.name = view.name, call.inputs["name"]
        with _one_of_a_name(view.name):
            view.save(update_fields=["name"])
        nudges.send("views", "renamed")
        return gettext("Renamed %(old)s to %(new)s.") % {"old": _masked(old), "new": _masked(view.name)}

    def undo(self, target: Target, inputs: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        return self.name, {"name": target.name}


class ChangeView(OnView):
    """Its filters become those of the list as it is shown."""

    name = "view.change"
    label = _("Save what is shown in it")
    submit = _("Save")
    icon = "replace"
    form = QueryForm
    danger = Danger.CONFIRM
    warning = _("Its filters become those that are set now.")
    listed = False

    def run(self, call: Call) -> str:
        view = _view(call.target)
        view.query = call.inputs["query"]
        view.save(update_fields=["query"])
        nudges.send("views", "changed")
        return gettext("Saved in the view %s.") % _masked(view.name)


class ShareView(OnView):
    name = "view.share"
    label = _("Share with everybody")
    done = _("Everybody has the view %(name)s now.")
    icon = "users"
    capability = Capability.VIEW_SHARE
    undone_by = "view.unshare"

    def offered(self, thing: Any) -> bool:
        return not thing.shared

    def run(self, call: Call) -> None:
        _share(call.target, True)


class UnshareView(OnView):
    name = "view.unshare"
    label = _("Keep to yourself")
    done = _("Only you have the view %(name)s now.")
    icon = "lock"
    undone_by = "view.share"

    def offered(self, thing: Any) -> bool:
        return bool(thing.shared)

    def run(self, call: Call) -> None:
        _share(call.target, False)


class WithdrawView(OnView):
    """An administrator's: what somebody has shared with everybody goes back to them."""

    name = "view.withdraw"
    label = _("Take from everybody")
    done = _("Only its owner has the view %(name)s now.")
    icon = "eye-off"
    capability = Capability.PERSON_MANAGE

    def offered(self, thing: Any) -> bool:
        return bool(thing.shared)

    def run(self, call: Call) -> None:
        _share(call.target, False)


class RemoveView(OnView):
    name = "view.remove"
    label = _("Remove")
    done = _("Removed the view %(name)s.")
    icon = "trash"
    danger = Danger.CONFIRM
    warning = _("Only the name and its filters go: nothing that it shows.")

    def run(self, call: Call) -> None:
        _view(call.target).delete()
        nudges.send("views", "removed")


class ListForm(OperationForm):
    list = forms.ChoiceField(choices=[(noun, noun) for noun in SPECS], widget=forms.HiddenInput)


_ARRANGED = ("cols", "size", "sort", "group")


class ColumnsForm(ListForm):
    cols = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        choices=sorted({(name, column.label) for spec in SPECS.values() for name, column in spec.by_name.items()}),
    )
    size = forms.TypedChoiceField(label=_("Rows a page"), choices=[(size, str(size)) for size in SIZES], coerce=int)
    sort = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    group = forms.ChoiceField(label=_("By project"), required=False, choices=[("", ""), ("project", _("By project"))])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        spec = SPECS.get(data.get("list", ""))
        if spec and not {*data.get("cols", ()), data.get("sort", "").removeprefix("-") or spec.sort} <= set(
            spec.by_name
        ):
            self.add_error("cols", _("This list has other columns."))
        if spec and data.get("group") and not spec.projects:
            self.add_error("group", _("This list has no projects."))
        return data


class ArrangeList(OnView):
    """Columns, order, rows a page and grouping, remembered for the person; an address that says otherwise wins."""

    name = "list.arrange"
    label = _("Arrange the list")
    done = _("This is how you see the list from now on.")
    icon = "columns-3"
    noun = "console"
    form = ColumnsForm
    listed = False

    def run(self, call: Call) -> None:
        inputs = call.inputs
        _remember(call, inputs["list"], {name: inputs[name] for name in _ARRANGED if inputs[name]})


class ResetList(OnView):
    name = "list.reset"
    label = _("Back to the usual columns")
    done = _("The list is as it was at first.")
    icon = "rotate-clockwise"
    noun = "console"
    form = ListForm
    listed = False

    def run(self, call: Call) -> None:
        _remember(call, call.inputs["list"], None)


def _remember(call: Call, noun: str, wanted: dict[str, Any] | None) -> None:
    with transaction.atomic():
        person = User.objects.select_for_update().filter(pk=call.grant.actor.user_id or 0).first()
        if person is None:
            raise NotPossible(gettext("Only somebody who has signed in can arrange a list."))
        kept = {name: each for name, each in person.lists.items() if name != noun}
        person.lists = {**kept, noun: wanted} if wanted else kept
        person.save(update_fields=["lists"])


@contextlib.contextmanager
def _one_of_a_name(name: str) -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise NotPossible(gettext("You have a view named %s of this page already.") % _masked(name)) from error


def _masked(text: str) -> str:
    """As the trail has it, which keeps the sentences too."""
    return redactor().mask_text(text)[0]


def _view(target: Target) -> SavedView:
    view = SavedView.objects.filter(pk=target.id).first()
    if view is None:
        raise NotPossible(gettext("This view has been removed already."))
    return view


def _share(target: Target, shared: bool) -> None:
    if not SavedView.objects.filter(pk=target.id).update(shared=shared):
        raise NotPossible(gettext("This view has been removed already."))
    nudges.send("views", "shared" if shared else "kept")
