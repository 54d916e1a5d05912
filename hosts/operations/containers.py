"""What can be done to a container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from hosts.access import Capability, Target
from hosts.operations.base import Call, Danger, Operation, OperationForm

NAME = RegexValidator(
    r"\A[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}\Z",
    _("Use letters, digits, dots, dashes and underscores, and begin with a letter or a digit."),
)
SIGNALS = ("KILL", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "WINCH", "STOP", "CONT")


class OnContainer(Operation):
    noun = "container"
    capability = Capability.CONTAINER_OPERATE


def flags(values: Mapping[str, Any], *names: str) -> list[str]:
    """The ticked ones as options of a command."""
    return [f"--{name}" for name in names if values.get(name) not in (None, "", False, "false")]


def waiting(values: Mapping[str, Any]) -> list[str]:
    seconds = values.get("timeout")
    return [] if seconds in (None, "") else [f"--time={seconds}"]


class WaitForm(OperationForm):
    timeout = forms.IntegerField(
        label=_("Seconds to wait"),
        required=False,
        min_value=0,
        max_value=600,
        help_text=_(
            "How long it may take to end by itself before it is killed. Empty: as the container says, else 10."
        ),
    )


class StartContainer(OnContainer):
    name = "container.start"
    label = _("Start")
    done = _("Started %(name)s.")
    doing = _("starting")
    undone_by = "container.stop"
    icon = "player-play"

    def offered(self, thing: Any) -> bool:
        return thing.state in ("created", "exited", "dead")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "start", target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.start(call.target.id)


class StopContainer(OnContainer):
    name = "container.stop"
    label = _("Stop")
    done = _("Stopped %(name)s.")
    doing = _("stopping")
    undone_by = "container.start"
    icon = "player-stop"
    form = WaitForm
    danger = Danger.CONFIRM
    warning = _("What it serves is not served until it is started again.")

    def offered(self, thing: Any) -> bool:
        return thing.state in ("running", "restarting", "paused")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "stop", *waiting(values), target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.stop(call.target.id, call.inputs.get("timeout"))


class RestartContainer(OnContainer):
    name = "container.restart"
    label = _("Restart")
    done = _("Restarted %(name)s.")
    doing = _("restarting")
    icon = "refresh"
    form = WaitForm
    danger = Danger.CONFIRM
    warning = _("What it serves is interrupted while it restarts.")

    def offered(self, thing: Any) -> bool:
        return thing.state in ("running", "restarting", "exited", "dead")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "restart", *waiting(values), target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.restart(call.target.id, call.inputs.get("timeout"))


class PauseContainer(OnContainer):
    name = "container.pause"
    label = _("Pause")
    done = _("Paused %(name)s.")
    doing = _("pausing")
    undone_by = "container.unpause"
    icon = "player-pause"

    def offered(self, thing: Any) -> bool:
        return bool(thing.state == "running")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "pause", target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.pause(call.target.id)


class UnpauseContainer(OnContainer):
    name = "container.unpause"
    label = _("Unpause")
    done = _("%(name)s runs on.")
    doing = _("unpausing")
    undone_by = "container.pause"
    icon = "player-track-next"

    def offered(self, thing: Any) -> bool:
        return bool(thing.state == "paused")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "unpause", target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.unpause(call.target.id)


class KillForm(OperationForm):
    signal = forms.ChoiceField(label=_("Signal"), choices=[(name, f"SIG{name}") for name in SIGNALS], initial="KILL")


class KillContainer(OnContainer):
    name = "container.kill"
    label = _("Kill")
    done = _("Sent the signal to %(name)s.")
    doing = _("killing")
    icon = "bolt"
    form = KillForm
    danger = Danger.CONFIRM
    warning = _("With SIGKILL the process ends at once and cannot save anything.")

    def offered(self, thing: Any) -> bool:
        return thing.state in ("running", "restarting", "paused")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "kill", f"--signal={values.get('signal') or 'KILL'}", target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.kill(call.target.id, call.inputs["signal"])


class RevealEnvironment(OnContainer):
    """The values are asked of the engine after the record is written, shown once, and kept nowhere."""

    name = "container.env"
    capability = Capability.CONTAINER_ENV
    label = _("Reveal environment")
    submit = _("Reveal")
    done = _("Revealed the environment of %(name)s.")
    icon = "eye"
    danger = Danger.CONFIRM
    warning = _("Shows all environment values, including secrets. The audit log records that you revealed them.")
    nothing_shown = _("This container has no environment variables.")
    bulk = False
    listed = False

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "inspect", "--format={{range .Config.Env}}{{println .}}{{end}}", target.label]

    def heading(self, target: Target) -> str:
        return str(_("Environment of %s") % target.label)

    def run(self, call: Call) -> None:
        call.shown = call.docker.containers.environment(call.target.id)


class RenameForm(OperationForm):
    new_name = forms.CharField(label=_("New name"), max_length=128, validators=[NAME])


class RenameContainer(OnContainer):
    name = "container.rename"
    label = _("Rename")
    icon = "pencil"
    form = RenameForm
    bulk = False

    def initial(self, target: Target) -> dict[str, Any]:
        return {"new_name": target.name}

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "rename", target.label, str(values.get("new_name") or "")]

    def run(self, call: Call) -> str:
        call.docker.containers.rename(call.target.id, call.inputs["new_name"])
        return str(_("Renamed %(old)s to %(new)s.") % {"old": call.target.label, "new": call.inputs["new_name"]})

    def undo(self, target: Target, inputs: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
        return self.name, {"new_name": target.name}


class RemoveForm(OperationForm):
    force = forms.BooleanField(label=_("Kill it first if it runs"), required=False)
    volumes = forms.BooleanField(
        label=_("Remove its anonymous volumes too"),
        required=False,
        help_text=_("Named volumes stay in any case."),
    )


class RemoveContainer(OnContainer):
    name = "container.remove"
    label = _("Remove")
    done = _("Removed %(name)s.")
    doing = _("removing")
    icon = "trash"
    capability = Capability.CONTAINER_REMOVE
    form = RemoveForm
    danger = Danger.DESTROY
    warning = _("The container and everything written inside it outside of volumes is gone for good.")

    def command(self, target: Target, values: Mapping[str, Any]) -> list[str]:
        return ["docker", "rm", *flags(values, "force", "volumes"), target.label]

    def run(self, call: Call) -> None:
        call.docker.containers.remove(call.target.id, force=call.inputs["force"], volumes=call.inputs["volumes"])
