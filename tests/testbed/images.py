"""Images made without any registry: a base from busybox-static, and layered ones built from it."""

import base64
import functools
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.testbed.engine import Engine
from tests.testbed.parts import program

BASE_IMAGE = "quayside/base:latest"
MEGABYTE = 1_000_000


@functools.cache
def base_tar() -> bytes:
    """A root file system: one busybox, a link to it per applet, and the few files programs look for."""
    busybox = program("busybox")
    applets = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in ("bin", "etc", "root", "tmp", "var", "var/log", "srv"):
            _add(tar, folder, kind=tarfile.DIRTYPE, mode=0o1777 if folder == "tmp" else 0o755)
        _add(tar, "bin/busybox", Path(busybox).read_bytes(), mode=0o755)
        for applet in applets:
            if applet != "busybox":
                _add(tar, f"bin/{applet}", kind=tarfile.SYMTYPE, link="busybox")
        _add(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
        _add(tar, "etc/group", b"root:x:0:\nnogroup:x:65534:\n")
        _add(tar, "srv/index.html", b"<!doctype html><title>It works</title><p>It works\n")
    return buffer.getvalue()


def _add(
    tar: tarfile.TarFile,
    name: str,
    content: bytes = b"",
    kind: bytes = tarfile.REGTYPE,
    link: str = "",
    mode: int = 0o644,
) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode, entry.size = kind, link, mode, len(content)
    tar.addfile(entry, io.BytesIO(content))


def load_base_image(engine: Engine, reference: str = BASE_IMAGE) -> str:
    """Import the base image under a name:tag and give that back; commands in it need no absolute path."""
    repository, _, tag = reference.rpartition(":")
    query = {
        "fromSrc": "-",
        "repo": repository,
        "tag": tag,
        "changes": ["ENV PATH=/bin", 'CMD ["sh"]'],
    }
    for _line in engine.http.progress("/images/create", query, base_tar(), {"Content-Type": "application/x-tar"}):
        pass
    return reference


def build_image(engine: Engine, reference: str, dockerfile: str, files: Mapping[str, bytes]) -> str:
    """Build with the engine's classic builder, which needs no plugin and no network, and give the reference back."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in {"Dockerfile": dockerfile.encode(), **files}.items():
            _add(tar, name, content)
    headers = {"Content-Type": "application/x-tar"}
    for _line in engine.http.progress("/build", {"t": reference, "rm": 1, "forcerm": 1}, buffer.getvalue(), headers):
        pass
    return reference


def build_layered_image(
    engine: Engine,
    reference: str,
    layers_mb: Sequence[float],
    *,
    base: str = BASE_IMAGE,
    labels: Mapping[str, str] | None = None,
    lines: Sequence[str] = (),
) -> str:
    """An image from `base` with one layer of incompressible bytes per entry of `layers_mb`, in megabytes.

    `lines` are more Dockerfile lines, put at the end (CMD, EXPOSE, HEALTHCHECK ...).
    """
    names = [f"layer-{number}.bin" for number in range(1, len(layers_mb) + 1)]
    files = {name: os.urandom(int(size * MEGABYTE)) for name, size in zip(names, layers_mb, strict=True)}
    dockerfile = [f"FROM {base}"]
    dockerfile += [f"LABEL {json.dumps(key)}={json.dumps(value)}" for key, value in (labels or {}).items()]
    dockerfile += [f"COPY {name} /srv/{name}" for name in names]
    return build_image(engine, reference, "\n".join([*dockerfile, *lines, ""]), files)


def registry_auth(auth: tuple[str, str] | None) -> dict[str, str]:
    """The header that carries a registry login to the engine; the engine wants one even when there is none."""
    login = {} if auth is None else {"username": auth[0], "password": auth[1]}
    return {"X-Registry-Auth": base64.urlsafe_b64encode(json.dumps(login).encode()).decode()}


def push(engine: Engine, reference: str, auth: tuple[str, str] | None = None) -> None:
    repository, _, tag = reference.rpartition(":")
    for _line in engine.http.progress(f"/images/{repository}/push", {"tag": tag}, headers=registry_auth(auth)):
        pass


def pull(engine: Engine, reference: str, auth: tuple[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """The engine's progress messages, as they come; closing the iterator cancels the pull."""
    repository, _, tag = reference.rpartition(":")
    query = {"fromImage": repository, "tag": tag}
    yield from engine.http.progress("/images/create", query, headers=registry_auth(auth))


def remove_image(engine: Engine, reference: str) -> None:
    engine.http.request("DELETE", f"/images/{reference}", {"force": 1})
