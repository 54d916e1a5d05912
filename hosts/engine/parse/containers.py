"""Which container does this JSON describe? From `inspect` in full, from a list as far as the list goes."""

from __future__ import annotations

import re
import shlex
from typing import Any

from hosts.engine.masking import mask_arguments, mask_text, mask_value
from hosts.engine.parse import fields
from hosts.facts import Attachment, Container, Mount, Port

_NEVER_ENDED = ("running", "paused", "created")
_EXIT = re.compile(r"\A(?:Exited|Restarting) \((-?\d{1,9})\)")
_HEALTH = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)\Z")
_PORT = re.compile(r"(\d{1,5})/([a-z]{1,8})")


def from_inspect(raw: Any) -> Container:
    raw = fields.record(raw)
    state, config = fields.part(raw, "State"), fields.part(raw, "Config")
    settings = fields.part(raw, "NetworkSettings")
    status = fields.text(state.get("Status"), 20)
    return Container(
        id=fields.key(raw.get("Id")),
        name=fields.text(raw.get("Name"), fields.NAME).lstrip("/"),
        image=fields.text(config.get("Image"), 512),
        image_id=fields.text(raw.get("Image"), fields.NAME),
        command=_command(raw),
        created=fields.moment(raw.get("Created")),
        state=status,
        health=_health(fields.part(state, "Health").get("Status")),
        exit_code=None if status in _NEVER_ENDED else fields.small(state.get("ExitCode")),
        oom_killed=state.get("OOMKilled") is True,
        error=mask_text(fields.text(state.get("Error"))),
        started=fields.moment(state.get("StartedAt")),
        finished=fields.moment(state.get("FinishedAt")),
        restarts=fields.small(raw.get("RestartCount")),
        tty=config.get("Tty") is True,
        log_driver=fields.text(fields.part(raw, "HostConfig", "LogConfig").get("Type"), 64),
        ports=_inspected_ports(settings.get("Ports")),
        labels=labels(config.get("Labels")),
        networks=_attachments(settings.get("Networks")),
        mounts=_mounts(raw.get("Mounts")),
    )


def from_list(raw: Any) -> Container:
    """What `GET /containers/json` tells; exit code and health stand in its `Status` words only."""
    raw = fields.record(raw)
    words = fields.text(raw.get("Status"), fields.NAME)
    exit_code, health = _EXIT.match(words), _HEALTH.search(words)
    return Container(
        id=fields.key(raw.get("Id")),
        name=_own_name(fields.texts(raw.get("Names"))),
        image=fields.text(raw.get("Image"), 512),
        image_id=fields.text(raw.get("ImageID"), fields.NAME),
        command=mask_text(fields.text(raw.get("Command"), 1024)),
        created=fields.moment(raw.get("Created")),
        state=fields.text(raw.get("State"), 20),
        health=health[1] if health else "",
        exit_code=fields.small(int(exit_code[1])) if exit_code else None,
        ports=_listed_ports(raw.get("Ports")),
        labels=labels(raw.get("Labels")),
        networks=_attachments(fields.part(raw, "NetworkSettings").get("Networks")),
        mounts=_mounts(raw.get("Mounts")),
    )


def labels(value: Any) -> dict[str, str]:
    """Labels as everybody may see and search them."""
    return {name: mask_value(name, each) for name, each in fields.labels(value).items()}


def _command(raw: dict[str, Any]) -> str:
    words = [fields.text(raw.get("Path"), 1024), *fields.texts(raw.get("Args"), 1024)]
    return fields.text(shlex.join(mask_arguments([word for word in words if word])), 1024)


def _health(value: Any) -> str:
    word = fields.text(value, 20)
    return "" if word == "none" else word


def _own_name(names: tuple[str, ...]) -> str:
    """A container that others link to is listed under their names for it too, as `/other/alias`."""
    plain = [name.lstrip("/") for name in names if name.count("/") <= 1]
    return plain[0] if plain else ""


def _inspected_ports(value: Any) -> tuple[Port, ...]:
    found: set[Port] = set()
    for spelled, bindings in list(fields.part({"ports": value}, "ports").items())[: fields.MANY]:
        match = _PORT.fullmatch(spelled)
        if match is None:
            continue
        private, protocol = int(match[1]), match[2]
        published = [each for each in fields.array(bindings)[:100] if isinstance(each, dict)]
        for each in published:
            public = fields.text(each.get("HostPort"), 5)
            ip = fields.text(each.get("HostIp"), 64)
            found.add(Port(private, protocol, int(public) if public.isascii() and public.isdigit() else None, ip))
        if not published:
            found.add(Port(private, protocol))
    return _sorted_ports(found)


def _listed_ports(value: Any) -> tuple[Port, ...]:
    found: set[Port] = set()
    for each in fields.array(value)[: fields.MANY]:
        if isinstance(each, dict):
            public = fields.small(each.get("PublicPort")) or None
            protocol, ip = fields.text(each.get("Type"), 8), fields.text(each.get("IP"), 64)
            found.add(Port(fields.small(each.get("PrivatePort")), protocol, public, ip if public else ""))
    return _sorted_ports(found)


def _sorted_ports(found: set[Port]) -> tuple[Port, ...]:
    return tuple(sorted(found, key=lambda port: (port.private, port.protocol, port.public or 0, port.ip)))


def _attachments(value: Any) -> tuple[Attachment, ...]:
    networks = fields.part({"networks": value}, "networks")
    return tuple(
        Attachment(
            network=fields.text(name, fields.NAME),
            network_id=fields.text(fields.part(each).get("NetworkID"), fields.NAME),
            address=fields.text(each.get("IPAddress") or each.get("GlobalIPv6Address"), 64),
            mac=fields.text(each.get("MacAddress"), 32),
            aliases=fields.texts(each.get("Aliases"))[:50],
            chosen=fields.text(fields.part(each, "IPAMConfig").get("IPv4Address"), 64),
        )
        for name, each in sorted(networks.items())[: fields.MANY]
        if isinstance(each, dict)
    )


def _mounts(value: Any) -> tuple[Mount, ...]:
    found = [
        Mount(
            kind=fields.text(each.get("Type"), 20),
            source=fields.text(each.get("Name") if each.get("Type") == "volume" else each.get("Source"), 1024),
            destination=fields.text(each.get("Destination"), 1024),
            read_only=each.get("RW") is False,
            driver=fields.text(each.get("Driver"), 64),
        )
        for each in fields.array(value)[: fields.MANY]
        if isinstance(each, dict)
    ]
    return tuple(sorted(found, key=lambda mount: mount.destination))
