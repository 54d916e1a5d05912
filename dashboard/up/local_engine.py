"""Where is this machine's own engine? DOCKER_HOST knows, or the docker context, or a socket of Docker's or Podman's."""

from __future__ import annotations

import hashlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.up.words import CannotStart

_PORTS = {"tcp": 2375, "http": 2375, "https": 2376}
_TIMEOUT = 2


@dataclass(frozen=True)
class Engine:
    """An engine that somebody answers for at `url`; the paths are of its TLS files."""

    url: str
    found_by: str
    ca: str = ""
    cert: str = ""
    key: str = ""

    def as_options(self) -> tuple[str, ...]:
        """The options of `manage.py prepare` that name it."""
        given = {"--engine": self.url, "--ca": self.ca, "--cert": self.cert, "--key": self.key}
        return tuple(word for option, value in given.items() if value for word in (option, value))


class _Nobody(Exception):
    """There is no engine at that address; the text says why."""


def find(environ: Mapping[str, str] | None = None, root: Path = Path("/")) -> tuple[Engine | None, list[str]]:
    """The engine, and a sentence for each address that was named but does not lead to one.

    `root` stands for the machine in tests. Raises CannotStart when the only engine here may not be used by this user.
    """
    environ = os.environ if environ is None else environ
    notes: list[str] = []
    forbidden = ""
    for engine, named in _candidates(environ, notes):
        try:
            _knock(engine.url, root)
        except PermissionError:
            forbidden = forbidden or engine.url.removeprefix("unix://")
        except _Nobody as error:
            if named:
                notes.append(f"{engine.found_by} names {engine.url}, which does not answer ({error}).")
        else:
            return engine, notes
    if forbidden:
        raise CannotStart(
            f"You may not use the engine's socket {forbidden}; join its group with `sudo usermod -aG docker "
            f"{environ.get('USER', '$USER')}` and sign in again, or set ENGINE=none to start without it."
        )
    return None, notes


def _candidates(environ: Mapping[str, str], notes: list[str]) -> Iterator[tuple[Engine, bool]]:
    """Each address worth a try, and whether somebody named it (a silent one is then worth a sentence)."""
    if host := environ.get("DOCKER_HOST", ""):
        yield from _usable(_from_environment(host, environ), notes)
    elif context := _current_context(environ):
        yield from _usable(context, notes)
    for path in _sockets(environ):
        yield Engine(f"unix://{path}", path), False


def _usable(engine: Engine, notes: list[str]) -> Iterator[tuple[Engine, bool]]:
    scheme = urlsplit(engine.url).scheme
    if scheme == "unix" or scheme in _PORTS:
        yield engine, True
    else:
        notes.append(f"{engine.found_by} names {engine.url}; add it on the Hosts page, where its key can be confirmed.")


def _from_environment(host: str, environ: Mapping[str, str]) -> Engine:
    folder = environ.get("DOCKER_CERT_PATH", "")
    if environ.get("DOCKER_TLS_VERIFY", "") and folder:
        return _with_tls(Engine(host, "DOCKER_HOST"), Path(folder))
    return Engine(host, "DOCKER_HOST")


def _with_tls(engine: Engine, folder: Path) -> Engine:
    files = {name: str(folder / f"{name}.pem") for name in ("ca", "cert", "key") if (folder / f"{name}.pem").is_file()}
    return Engine(engine.url, engine.found_by, **files)


def _current_context(environ: Mapping[str, str]) -> Engine | None:
    """The engine of the docker command's current context, read from its own files."""
    folder = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "~")).expanduser() / ".docker")
    name = environ.get("DOCKER_CONTEXT") or _json(folder / "config.json").get("currentContext")
    if not isinstance(name, str) or name in {"", "default"}:
        return None
    digest = hashlib.sha256(name.encode()).hexdigest()
    endpoints = _json(folder / "contexts" / "meta" / digest / "meta.json").get("Endpoints")
    docker = endpoints.get("docker") if isinstance(endpoints, dict) else None
    host = docker.get("Host") if isinstance(docker, dict) else None
    if not isinstance(host, str) or not host:
        return None
    engine = Engine(host, f"The docker context {name}")
    return _with_tls(engine, folder / "contexts" / "tls" / digest / "docker")


def _json(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sockets(environ: Mapping[str, str]) -> Iterator[str]:
    runtime = environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    yield "/var/run/docker.sock"
    yield f"{runtime}/docker.sock"
    yield f"{environ.get('HOME', '/root')}/.docker/run/docker.sock"
    yield f"{runtime}/podman/podman.sock"
    yield "/run/podman/podman.sock"


def _knock(url: str, root: Path) -> None:
    """Return when somebody listens there. Whether it is an engine we can talk to turns out when the host is added."""
    parts = urlsplit(url)
    try:
        if parts.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as one:
                one.settimeout(_TIMEOUT)
                one.connect(str(root / parts.path.lstrip("/")))
        else:
            port = parts.port or _PORTS[parts.scheme]
            socket.create_connection((parts.hostname or "localhost", port), timeout=_TIMEOUT).close()
    except PermissionError:
        raise
    except (OSError, ValueError) as error:
        raise _Nobody(getattr(error, "strerror", None) or str(error) or "no answer") from error
