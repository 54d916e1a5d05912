"""What an operation is: one small class from which button, form, confirmation, permission, record and job derive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hosts.access import Capability, Grant, Target
from hosts.facts import Noun
from hosts.lines.unseen import has_unseen

if TYPE_CHECKING:
    from hosts.engine.connect import Engine
    from hosts.jobs.progress import Reporter
    from hosts.models import Job

Words = str | Promise
MASK = "•••"
PRIVATE = "PRIVATE KEY-----"


class Danger(StrEnum):
    """How much is at stake: nothing, a service that stops answering, or something that cannot be brought back."""

    NONE = "none"
    CONFIRM = "confirm"
    DESTROY = "destroy"


class NotPossible(Exception):
    """The operation cannot be carried out as things stand; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together and fold away; open while the field `when` begins with `prefix`, or has an error."""

    title: Words
    fields: tuple[str, ...]
    when: str
    prefix: str


_NAMES = frozenset({"name", "login", "group", "groups", "username", "new_name"})


class SecretsStay(forms.BoundField):
    """A field whose value never comes back when it is secret: a page is no place for a key, not even its own person's.

    htmx keeps what stands in the field while the form is drawn again; without it the field is empty.
    """

    form: OperationForm

    def __init__(self, form: OperationForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        if name in form.secret and form.is_bound and self.data:
            again = _("If it is empty now, enter it again: it is never sent back.")
            self.help_text = f"{self.help_text} {again}".strip()

    def value(self) -> Any:
        found = super().value()
        # A private key may be pasted into the wrong field.
        return None if self.name in self.form.secret or PRIVATE in str(found) else found

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        return built | {"hx-preserve": "true"} if self.name in self.form.secret and self.form.is_bound else built


class OperationForm(forms.Form):
    """What a person fills in; knows the target that it is for. A field in `secret` reaches neither trail nor page."""

    bound_field_class = SecretsStay
    secret: ClassVar[frozenset[str]] = frozenset()
    sections: ClassVar[tuple[Section, ...]] = ()
    # How the trail names it when the form's `look_up` asks a machine for something.
    look_up_action: ClassVar[str] = ""

    def __init__(self, *args: Any, target: Target, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        # Set by `clean` where the form is not complete without an answer from outside. A form connects to nothing by
        # itself: `perform` records that first. It adds to the form what came, and returns a sentence on it.
        self.look_up: Callable[[], str] | None = None

    def _clean_fields(self) -> None:
        """A name that people read holds nothing that they would not see."""
        super()._clean_fields()  # type: ignore[misc] # Django's own, which its stubs leave out
        for name in _NAMES & self.cleaned_data.keys():
            value = self.cleaned_data[name]
            if any(has_unseen(str(each)) for each in (value if isinstance(value, list) else [value])):
                self.add_error(name, _("There are characters in it that nobody sees."))

    def lock(self, names: Iterable[str]) -> None:
        """Show these fields without letting them be changed; a file, which shows nothing, is left out."""
        for name in names:
            if isinstance(self.fields[name], forms.FileField):
                del self.fields[name]
            else:
                self.fields[name].widget.attrs["readonly"] = True
                self[name].help_text = _("Only an administrator of all hosts can change this.")

    def plain_fields(self) -> list[forms.BoundField]:
        """The fields outside of every section."""
        folded = {name for section in self.sections for name in section.fields}
        return [bound for bound in self if bound.name not in folded]

    def folded_fields(self) -> list[tuple[Section, bool, list[forms.BoundField]]]:
        """Each section, whether it is open, and its fields."""
        return [
            (
                section,
                str(self[section.when].value() or "").startswith(section.prefix)
                or any(name in self.errors for name in section.fields),
                [self[name] for name in section.fields if name in self.fields],
            )
            for section in self.sections
        ]


@dataclass(slots=True)
class Call:
    """One run of an operation: the grant, the checked inputs, and the engine where the target has one.

    `thing` is the target as the engine describes it now. `touch` names what else changed, so that its row is fetched
    again; the target itself always is. `reporter` is there in a job. `back` is what takes the run back, where that is
    known only while it runs: an operation and its inputs, as of `Operation.undo`. `job` is one that the run has begun:
    there the person goes on. `shown` is what this person alone is shown, once: pairs that are kept nowhere.
    """

    grant: Grant
    inputs: Mapping[str, Any]
    engine: Engine | None = None
    thing: Any = None
    reporter: Reporter | None = None
    touched: list[tuple[Noun, str]] = field(default_factory=list)
    back: tuple[str, dict[str, str]] | None = None
    job: Job | None = None
    shown: Sequence[tuple[str, str]] | None = None

    @property
    def target(self) -> Target:
        return self.grant.target

    @property
    def docker(self) -> Engine:
        if self.engine is None:
            raise LookupError("This operation has no engine")
        return self.engine

    def touch(self, noun: Noun, object_id: str) -> None:
        self.touched.append((noun, object_id))


class Operation:
    """Subclass it, name it `noun.verb`, and it exists everywhere. `done` is the sentence after success; `%(name)s` in
    it is the target's name. Where `run` returns a sentence, that one is used."""

    name: ClassVar[str] = ""
    label: ClassVar[Words] = ""
    # What the button of its form says, where that is not the label.
    submit: ClassVar[Words] = ""
    done: ClassVar[Words] = ""
    icon: ClassVar[str] = "player-play"
    capability: ClassVar[Capability]
    noun: ClassVar[str]
    form: ClassVar[type[OperationForm]] = OperationForm
    danger: ClassVar[Danger] = Danger.NONE
    warning: ClassVar[Words] = ""
    # What stands there instead when it has nothing to show.
    nothing_shown: ClassVar[Words] = ""
    long: ClassVar[bool] = False
    bulk: ClassVar[bool] = True
    needs_engine: ClassVar[bool] = True
    listed: ClassVar[bool] = True
    # The field that names what is made or fetched, for the trail and a job's title, where the target is not that thing.
    named_by: ClassVar[str] = ""
    # What the row says while it is under way.
    doing: ClassVar[Words] = ""
    # The operation that takes it back, where it needs nothing but the target.
    undone_by: ClassVar[str] = ""
    # Fields of the form that may be changed only with a capability of the console besides, and which one.
    reserved: ClassVar[Mapping[str, Capability]] = {}
    # The operation behind the form's second button, which tries what was filled in and keeps the form open.
    tried_by: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.name:
            if cls.name in _REGISTRY:
                raise TypeError(f"There are two operations named {cls.name}")
            _REGISTRY[cls.name] = cls()

    def offered(self, thing: Any) -> bool:
        """Whether it makes sense for this row or fact as it stands; who may do it is decided elsewhere."""
        return True

    def run(self, call: Call) -> str | None:
        raise NotImplementedError

    @property
    def asks(self) -> bool:
        """Whether a person is asked something before it runs."""
        return self.danger is not Danger.NONE or bool(self.form.base_fields)

    def initial(self, target: Target) -> dict[str, Any]:
        """What the form holds at first, where it changes something that is there already."""
        return {}

    def consequences(self, target: Target) -> list[str]:
        """What goes, item by item, for the confirmation."""
        return []

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        """The `docker` command that does the same, word by word; empty where there is none."""
        return []

    def subject(self, target: Target, values: Mapping[str, Any]) -> Target:
        """The target as the trail names it: by what is made of it, where it is made now."""
        name = str(values.get(self.named_by) or "") if self.named_by else ""
        return replace(target, name=name[:255]) if name else target

    def undo(self, target: Target, inputs: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
        """The operation that takes back what was done to the target as it was, and that operation's inputs."""
        return (self.undone_by, {}) if self.undone_by else None

    def sentence(self, target: Target) -> str:
        return str(self.done or _("Done: %(name)s.")) % {"name": target.label}

    def heading(self, target: Target) -> str:
        """Over what it shows to the person alone."""
        return f"{self.label}: {target.label}"

    def objection(self, target: Target, values: Mapping[str, Any]) -> str:
        """Why it is refused with these inputs to whoever may do it with others; asked again when a job runs."""
        return ""

    def recorded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as the trail keeps them: secrets masked, long text cut, files by name and size."""
        return {
            name: _for_record(name in self.form.secret, values[name])
            for name in self.form.base_fields
            if name in values and values[name] not in (None, "", [], ())
        }


_REGISTRY: dict[str, Operation] = {}


def find(name: str) -> Operation | None:
    """The operation of that name, or None: unknown means refused."""
    return _REGISTRY.get(name)


def every() -> list[Operation]:
    return list(_REGISTRY.values())


def offered_for(noun: str, thing: Any, may: Callable[[Capability], bool]) -> list[Operation]:
    """The listed operations on one object that make sense now and that the person may do; what destroys comes last."""
    offered = [
        operation
        for operation in _REGISTRY.values()
        if operation.noun == noun and operation.listed and may(operation.capability) and operation.offered(thing)
    ]
    return sorted(offered, key=lambda operation: operation.danger is Danger.DESTROY)


def _for_record(secret: bool, value: Any) -> Any:
    if secret:
        return MASK
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        return [str(part)[:500] for part in value[:50]]
    if hasattr(value, "name") and hasattr(value, "size"):
        return f"{value.name} ({value.size} bytes)"
    return str(value)[:500]
