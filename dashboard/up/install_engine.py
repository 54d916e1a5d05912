"""Brings an engine to a machine that has none: Debian's docker.io, as root, after a yes where there is a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from dashboard.up import local_engine
from dashboard.up.local_engine import Engine
from dashboard.up.words import CannotStart, Output

_DOCKERD_PATHS = (Path("/usr/sbin/dockerd"), Path("/usr/bin/dockerd"), Path("/usr/local/bin/dockerd"))
_START_SECONDS = 40


def can_install(root: Path = Path("/")) -> bool:
    """Whether this is root on Debian, Ubuntu or a child of theirs."""
    try:
        lines = (root / "etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    words = {
        word for line in lines if line.startswith(("ID=", "ID_LIKE=")) for word in line.split("=")[1].strip('"').split()
    }
    return os.geteuid() == 0 and bool(words & {"debian", "ubuntu"})


def install(output: Output) -> Engine | None:
    """The new engine; None when the person at the terminal says no."""
    installed = any(path.exists() for path in _DOCKERD_PATHS)
    deed = (
        "start Docker, which is installed here but not running"
        if installed
        else "install Debian's docker.io and start it"
    )
    output.say(f"No engine was found on this machine. Quayside can {deed}; ENGINE=none starts without.")
    if sys.stdin.isatty() and not _agreed(deed):
        return None
    if not installed:
        _apt(output)
    # Where the machine has a service manager, installing has started it already.
    engine = _wait(3) if not installed else None
    if engine is None:
        _start(output)
        engine = _wait(_START_SECONDS)
    if engine is None:
        raise CannotStart(
            "The new engine does not come up; look at /var/log/docker.log, or set ENGINE=none to start without it."
        )
    output.say("The engine is this machine's, not Quayside's: it and its containers keep running when Quayside stops.")
    return engine


def _wait(seconds: float) -> Engine | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        engine, _ = local_engine.find()
        if engine:
            return engine
        time.sleep(0.2)
    return None


def _agreed(deed: str) -> bool:
    try:
        return input(f"Shall I {deed}? [Y/n] ").strip().lower() in {"", "y", "yes"}
    except EOFError:
        return False


def _apt(output: Output) -> None:
    output.say("Installing docker.io with apt; this takes a minute.")
    calm = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", "docker.io")):
        done = subprocess.run(
            ["apt-get", *words], env=calm, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        # A stale index is no reason to give up before the install itself has failed.
        if done.returncode and words[0] == "install":
            reason = next((line for line in done.stderr.splitlines() if line.startswith("E:")), "apt failed")
            raise CannotStart(f"docker.io could not be installed ({reason}); install it by hand, or set ENGINE=none.")


def _start(output: Output) -> None:
    """Start it as the service that it is here; as a daemon of its own where this machine has no service manager."""
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "start", "docker"], check=False)
        return
    log = Path("/var/log/docker.log").open("ab")  # noqa: SIM115 - the daemon keeps it
    subprocess.Popen(["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/")
    log.close()
    output.say("Starting dockerd; its log is /var/log/docker.log.")
