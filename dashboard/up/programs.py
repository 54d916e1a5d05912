"""Which processes make up Quayside on one machine, and how is each started?"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from typing import NoReturn

from dashboard import env
from dashboard.up.child import Program, Pulse
from dashboard.up.local_engine import Engine
from dashboard.up.words import CannotStart

# glibc otherwise keeps a heap of up to 64 MB address space for each thread and hands little of it back.
_LEAN = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}
# A message of 16 KiB characters, however many bytes each takes; a larger one is not even gathered.
_LARGEST_MESSAGE = 64 << 10
# More than this nobody needs, and some programs go through all that they may have open.
_MOST_FILES = 65_536
# Celery warns of root at every start; whoever runs Quayside as root has the engine's socket anyway.
_CALM = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}


def prepare(engine: Engine | None) -> Program:
    """What runs once before the others; its last line is the setup link, if one is needed."""
    options = engine.as_options() if engine else ()
    return Program("prepare", (sys.executable, "manage.py", "prepare", *options), _LEAN, quiet=True)


def services() -> list[Program]:
    """What runs all the time, in the order of starting."""
    return [_web(), _worker(), _watcher()]


def become(names: Sequence[str]) -> NoReturn:
    """Replace this process by the one of that name."""
    known = {program.name: program for program in services()}
    if len(names) != 1 or names[0] not in known:
        raise CannotStart(f"`manage.py up` starts everything, and `manage.py up NAME` one of {', '.join(known)}.")
    program = known[names[0]]
    os.chdir(env.BASE_DIR)
    os.execve(program.command[0], program.command, {**os.environ, **program.environment})  # noqa: S606


def address() -> tuple[str, int]:
    """Where the web process listens."""
    return env.text("HOST", "127.0.0.1"), env.number("PORT", 8000, low=1, high=65535)


def _web() -> Program:
    host, port = address()
    return Program("web", web_command("dashboard.asgi:application", host, port), _LEAN)


def web_command(application: str, host: str, port: int) -> tuple[str, ...]:
    """How an application is served: with limits that need no proxy, and with no word of a proxy that is not ours."""
    idle = env.number("LIMIT_IDLE_SECONDS", 5, 1, 3600)
    return (
        *(sys.executable, "-m", "uvicorn", application, "--host", host, "--port", str(port)),
        *("--lifespan", "off", "--http", "dashboard.net.protocol:Protocol", "--timeout-keep-alive", str(idle)),
        *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--ws-max-size", str(_LARGEST_MESSAGE)),
        *("--timeout-graceful-shutdown", "5", "--log-level", "warning", "--no-access-log", "--no-server-header"),
        # Whose word counts is decided by dashboard/net, which keeps the connection's own address beside.
        "--no-proxy-headers",
    )


def open_many() -> None:
    """For this process and those that it starts: as many open files and connections as the system lets us have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _worker() -> Program:
    command = (
        *(sys.executable, "-m", "celery", "-q", "-A", "dashboard", "worker", "-P", "threads", "-c", "4"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
    )
    pulse = Pulse("quayside:alive:worker", lasts=90, sent_by="watcher")
    return Program("worker", command, _LEAN | _CALM, pulse=pulse)


def _watcher() -> Program:
    pulse = Pulse("quayside:alive:watcher", lasts=15)
    return Program("watcher", (sys.executable, "manage.py", "watch"), _LEAN, pulse=pulse)
