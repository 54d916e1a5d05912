"""What a masked `inspect` answer tells, part by part in words; what has another shape than it should is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from signal import Signals
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hosts.engine.parse import fields
from hosts.inventory.read import exits

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of a health check."""

    at: datetime | None
    seconds: float | None
    exit_code: int
    output: str
    meaning: str = ""


def environment(raw: Mapping[str, Any]) -> Pairs:
    """The variables, by name."""
    values = fields.texts(fields.part(raw, "Config").get("Env"), fields.TEXT)
    return sorted((name, value) for name, _equals, value in (each.partition("=") for each in values))


def health_log(raw: Mapping[str, Any]) -> list[Probe]:
    """The last probes, the newest first."""
    listed = fields.array(fields.part(raw, "State", "Health").get("Log"))
    return [_probe(each) for each in reversed(listed[-20:]) if isinstance(each, dict)]


def health_check(raw: Mapping[str, Any]) -> Pairs:
    """The command that is run to see whether it is well, and how often."""
    check = fields.part(raw, "Config", "Healthcheck")
    words = fields.texts(check.get("Test"), 1024)
    if not words or words[0] == "NONE":
        return []
    retries = fields.number(check.get("Retries"))
    streak = fields.number(fields.part(raw, "State", "Health").get("FailingStreak"))
    return _said(
        (_("Command"), " ".join(words[1:]) if words[0] in ("CMD", "CMD-SHELL") else " ".join(words)),
        (_("Every"), _seconds(check.get("Interval")) or _("%s s") % 30),
        (_("At most"), _seconds(check.get("Timeout")) or _("%s s") % 30),
        (_("Unhealthy after"), ngettext("%s failure", "%s failures in a row", retries or 3) % (retries or 3)),
        (_("Spared at first"), _seconds(check.get("StartPeriod"))),
        (_("Failures in a row"), str(streak) if streak else ""),
    )


def process(raw: Mapping[str, Any]) -> Pairs:
    """What is started, as whom and where; nothing when nothing was told."""
    if not raw:
        return []
    config, host = fields.part(raw, "Config"), fields.part(raw, "HostConfig")
    return _said(
        (_("Entrypoint"), _words(config.get("Entrypoint"))),
        (_("Command"), _words(config.get("Cmd"))),
        (_("User"), fields.text(config.get("User")) or "root"),
        (_("Working directory"), fields.text(config.get("WorkingDir"))),
        (_("Host name"), fields.text(config.get("Hostname"))),
        (_("Terminal"), _("yes") if config.get("Tty") is True else ""),
        (_("Stop signal"), _signal(config.get("StopSignal"))),
        (_("Runtime"), fields.text(host.get("Runtime"))),
        (_("Exposed ports"), ", ".join(sorted(map(str, fields.part(config, "ExposedPorts"))))),
    )


def restart_policy(raw: Mapping[str, Any]) -> str:
    """When the engine starts it again by itself."""
    policy = fields.part(raw, "HostConfig", "RestartPolicy")
    most = fields.number(policy.get("MaximumRetryCount"))
    words = {
        "always": _("always"),
        "unless-stopped": _("always, unless it was stopped by hand"),
        "on-failure": ngettext("when it fails, at most %s time", "when it fails, at most %s times", most) % most
        if most
        else _("when it fails"),
    }
    return words.get(fields.text(policy.get("Name")), _("never"))


def limits(raw: Mapping[str, Any]) -> list[tuple[str, str, int | None]]:
    """What it may use, as (what, in words, bytes where it is memory); empty where nothing is limited."""
    host = fields.part(raw, "HostConfig")
    found: list[tuple[str, str, int | None]] = []
    for label, key in (
        (_("Memory"), "Memory"),
        (_("Memory kept for it"), "MemoryReservation"),
        (_("Memory and swap"), "MemorySwap"),
    ):
        if (amount := fields.number(host.get(key))) > 0:
            found.append((label, "", amount))
    if (cpus := fields.number(host.get("NanoCpus"))) > 0:
        found.append((_("CPUs"), f"{cpus / 1e9:g}", None))
    for label, key in (
        (_("CPU shares"), "CpuShares"),
        (_("CPU quota"), "CpuQuota"),
        (_("Processes"), "PidsLimit"),
    ):
        if (amount := fields.number(host.get(key))) > 0:
            found.append((label, str(amount), None))
    if cpuset := fields.text(host.get("CpusetCpus")):
        found.append((_("On the CPUs"), cpuset, None))
    return found


def security(raw: Mapping[str, Any]) -> Pairs:
    """What sets it less, or more, apart from the host than usual."""
    host = fields.part(raw, "HostConfig")
    modes = (
        (_("Network"), "NetworkMode"),
        (_("Processes"), "PidMode"),
        (_("IPC"), "IpcMode"),
        (_("Users"), "UsernsMode"),
    )
    shared = [(label, _("the host's")) for label, key in modes if host.get(key) == "host"]
    devices = [fields.text(fields.part(each).get("PathOnHost")) for each in fields.array(host.get("Devices"))]
    return [
        *_said(
            (_("Privileged"), _("yes: it is root on the host") if host.get("Privileged") is True else ""),
            (_("Root file system"), _("read-only") if host.get("ReadonlyRootfs") is True else ""),
            (_("Capabilities added"), ", ".join(fields.texts(host.get("CapAdd")))),
            (_("Capabilities dropped"), ", ".join(fields.texts(host.get("CapDrop")))),
            (_("Security options"), ", ".join(fields.texts(host.get("SecurityOpt")))),
            (_("Devices"), ", ".join(devices)),
        ),
        *shared,
    ]


def connected(raw: Mapping[str, Any]) -> Pairs:
    """Of a network: the containers that run in it, as (full id, its addresses)."""
    containers = fields.part(raw, "Containers")
    return [
        (str(name), ", ".join(filter(None, (fields.text(each.get(key)) for key in ("IPv4Address", "IPv6Address")))))
        for name, each in containers.items()
        if isinstance(each, dict)
    ]


def options(raw: Mapping[str, Any]) -> Pairs:
    """Of a network or volume: the options that its driver was given."""
    return list(fields.labels(raw.get("Options")).items())


def pools(raw: Mapping[str, Any]) -> list[dict[str, str]]:
    """Of a network: each subnet with its gateway and the range that addresses are taken from."""
    listed = fields.array(fields.part(raw, "IPAM").get("Config"))
    keys = {"subnet": "Subnet", "gateway": "Gateway", "range": "IPRange"}
    return [
        {name: fields.text(each.get(key)) for name, key in keys.items()} for each in listed if isinstance(each, dict)
    ]


def _probe(raw: dict[str, Any]) -> Probe:
    start, end = fields.moment(raw.get("Start")), fields.moment(raw.get("End"))
    seconds = (end - start).total_seconds() if start and end else None
    code = fields.small(raw.get("ExitCode"))
    # -1 is the engine's own: it gave the probe up, and its output says why.
    meaning = exits.short(code) if code > 1 else _("it took too long or could not be run") if code < 0 else ""
    return Probe(start, seconds, code, fields.text(raw.get("Output")).strip(), meaning)


def _seconds(nanoseconds: Any) -> str:
    amount = fields.number(nanoseconds)
    return _("%s s") % f"{amount / 1e9:g}" if amount else ""


def _signal(value: Any) -> str:
    """By its name: Podman tells the number."""
    told = fields.text(value)
    numbers = {str(one.value): one.name for one in Signals}
    return numbers.get(told, told)


def _words(value: Any) -> str:
    return value if isinstance(value, str) else " ".join(fields.texts(value, 1024))


def _said(*pairs: tuple[str, str]) -> Pairs:
    return [(label, words) for label, words in pairs if words]
