"""Why did it end? An exit code in words: what it means, what is likely behind it, and what to do."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Words = str | Promise
_SIGNALLED = 128


@dataclass(frozen=True, slots=True)
class Exit:
    """`short` stands beside the code, `why` is a sentence, `todo` what a person can do about it."""

    code: int | None
    short: str
    why: str
    todo: str = ""
    failed: bool = True


# code: (short, why, what to do)
_KNOWN: dict[int, tuple[Words, Words, Words]] = {
    1: (
        gettext_lazy("error"),
        gettext_lazy("The program ended with an error of its own."),
        gettext_lazy("Its last lines in the log usually say which."),
    ),
    2: (
        gettext_lazy("wrong use"),
        gettext_lazy(
            "The program was called in a way that it does not understand; shells use this code for a fault in a script."
        ),
        gettext_lazy("Look at its command and at the last lines of the log."),
    ),
    125: (
        gettext_lazy("Docker failed"),
        gettext_lazy("Docker itself could not run the container."),
        gettext_lazy("Look at its options: ports, mounts, networks and limits."),
    ),
    126: (
        gettext_lazy("cannot be run"),
        gettext_lazy(
            "The command is there, but it cannot be run: it is no program, is made for another processor, or "
            "lacks the right to be executed."
        ),
        gettext_lazy("Check the file's permissions (chmod +x), its first line, and the image's architecture."),
    ),
    127: (
        gettext_lazy("command not found"),
        gettext_lazy("The command is not in the image, or its interpreter is missing."),
        gettext_lazy("Check entrypoint and command for a wrong spelling or path, and the tag of the image."),
    ),
    129: (gettext_lazy("SIGHUP"), gettext_lazy("It was told to hang up."), ""),
    130: (gettext_lazy("SIGINT"), gettext_lazy("It was interrupted, as Ctrl-C does."), ""),
    132: (
        gettext_lazy("SIGILL"),
        gettext_lazy("The processor does not know one of its instructions."),
        gettext_lazy("The image is made for another kind of processor, or for a newer one."),
    ),
    134: (
        gettext_lazy("SIGABRT"),
        gettext_lazy("The program gave up by itself after it had found something wrong inside."),
        gettext_lazy("Its last lines in the log usually say what."),
    ),
    137: (
        gettext_lazy("SIGKILL"),
        gettext_lazy(
            "It was killed at once. That happens when the host runs out of memory, when it did not end in "
            "time after a stop, or when somebody killed it."
        ),
        gettext_lazy(
            "If nobody stopped it, look at its memory limit and at the memory of the host. If a stop takes "
            "too long, let the program end on SIGTERM or give it more seconds."
        ),
    ),
    139: (
        gettext_lazy("SIGSEGV"),
        gettext_lazy("The program crashed: it touched memory that is not its own."),
        gettext_lazy("That is a fault in the program or in one of its libraries; try another version of the image."),
    ),
    141: (gettext_lazy("SIGPIPE"), gettext_lazy("It wrote to something that had closed already."), ""),
    143: (
        gettext_lazy("SIGTERM"),
        gettext_lazy("It was asked to end and did, as with docker stop. That is a normal stop."),
        "",
    ),
    255: (
        gettext_lazy("error"),
        gettext_lazy("The program ended with an error, or with a code that is out of range."),
        gettext_lazy("Its last lines in the log usually say which."),
    ),
}
# Of somebody who asked it to end: success, Ctrl-C, and a stop that the program does not answer with a 0 of its own.
WELL = frozenset({0, 130, 143})
# What an engine says when a container cannot be started: (part of its words, why, what to do).
_REFUSED: tuple[tuple[str, Words, Words], ...] = (
    ("executable file not found", _KNOWN[127][1], _KNOWN[127][2]),
    ("no such file or directory", _KNOWN[127][1], _KNOWN[127][2]),
    ("exec format error", _KNOWN[126][1], _KNOWN[126][2]),
    ("permission denied", _KNOWN[126][1], _KNOWN[126][2]),
    (
        "port is already allocated",
        gettext_lazy("A port that it publishes is taken by another container on this host."),
        gettext_lazy("Stop the other one, or publish another port."),
    ),
    (
        "address already in use",
        gettext_lazy("A port that it publishes is taken by another program on this host."),
        gettext_lazy("Stop that program, or publish another port."),
    ),
    (
        "network",
        gettext_lazy("A network that it belongs to is not there or cannot be set up."),
        gettext_lazy("Make the network again, or make the container anew in another one."),
    ),
)


def short(code: int | None) -> str:
    """What stands beside a code in a list: the signal's name, or two words; empty where there is nothing to say."""
    if not code:
        return ""
    if code in _KNOWN:
        return str(_KNOWN[code][0])
    return _signal_name(code)


def explain(row: Any, thing: dict[str, Any]) -> Exit | None:
    """How a container ended that does not run, or ended before its restart; None for one that runs, or never did."""
    code, state = row.exit_code, row.state
    if state in ("running", "paused", "removing") or (state == "created" and not thing.get("error")):
        return None
    if thing.get("oom_killed"):
        return _out_of_memory(code)
    if state == "created":
        return _not_started(str(thing["error"]))
    if state == "dead":
        return Exit(
            code,
            short(code),
            _("The engine could not take it down completely, mostly because something still uses its files."),
            _("Remove it; if that fails, restart the engine on the host."),
        )
    return None if code is None else _by_code(code)


def _by_code(code: int) -> Exit:
    if code == 0:
        return Exit(0, "", _("It ended by itself, without an error."), failed=False)
    if code in _KNOWN:
        name, why, todo = _KNOWN[code]
        return Exit(code, str(name), str(why), str(todo), code not in WELL)
    name = _signal_name(code)
    if name:
        return Exit(code, name, _("It was ended by the signal %(signal)s.") % {"signal": name})
    return Exit(
        code,
        "",
        _("The program ended with a code of its own; what it means stands in the program's manual."),
        _("Its last lines in the log usually say more."),
    )


def _not_started(said: str) -> Exit:
    for part, why, todo in _REFUSED:
        if part in said:
            return Exit(None, _("could not be started"), str(why), str(todo))
    return Exit(None, _("could not be started"), _("The engine made it but could not start it."))


def _out_of_memory(code: int | None) -> Exit:
    return Exit(
        code,
        _("out of memory"),
        _("It wanted more memory than it may have, so the kernel killed it (OOM)."),
        _("Raise its memory limit, or find out what in it takes so much."),
    )


def _signal_name(code: int) -> str:
    try:
        return signal.Signals(code - _SIGNALLED).name
    except ValueError:
        return ""
