"""`manage.py up`: starts Quayside on one machine, keeps it running, and stops it on Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence

from dashboard import env
from dashboard.env import SettingError
from dashboard.up import claims, install_engine, liveness, local_engine, prepared, programs
from dashboard.up.child import Program
from dashboard.up.local_engine import Engine
from dashboard.up.redis_server import private_redis, wait_for_redis
from dashboard.up.supervise import Supervisor
from dashboard.up.words import CannotStart, Output

# Where to look for a console that listens on every address.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(names: Sequence[str] = ()) -> int:
    """The exit status: 0 after an orderly stop, 1 after one sentence that says what to do.

    With the name of a process this one becomes it: for deployments whose service manager is the supervisor.
    """
    output = Output()
    try:
        env.load_dotenv()
        programs.open_many()
        if names:
            env.redis_url()  # refused in a sentence here, and not with a traceback in there
            programs.become(names)
        host, port = programs.address()
        with claims.claim_data_dir(env.data_dir()):
            claims.sweep(env.run_dir())
            claims.check_address(host, port)
            env.secret_key()
            env.fernet_keys()
            engine = _engine(output)
            asyncio.run(run(output, private_redis(), programs.prepare(engine), programs.services()))
    except (CannotStart, SettingError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:  # before the loop took the signals over
        return 130
    return 0


def _engine(output: Output) -> Engine | None:
    """This machine's own engine, found or brought, unless ENGINE=none."""
    wish = env.text("ENGINE", "auto")
    if wish not in {"auto", "none"}:
        raise SettingError(f"ENGINE is {wish!r}; set it to auto or none.")
    if wish == "none":
        return None
    engine, notes = local_engine.find()
    for note in notes:
        output.say(note)
    if engine is None and not notes and install_engine.can_install():
        engine = install_engine.install(output)
    output.say(
        f"Engine: {engine.url}" if engine else "No engine on this machine; connect your first host on the Hosts page."
    )
    return engine


async def run(
    output: Output,
    redis: Program | None,
    prepare: Program,
    services: Sequence[Program],
    look: tuple[float, float] = (15, 90),
) -> None:
    """Start all, keep all, and stop all when a signal comes or the start fails.

    `look`: every how many seconds a process's pulse is looked at, and how long it may be silent.
    """
    supervisor, stop = Supervisor(output), asyncio.Event()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, _on_signal, supervisor, stop)
    work = asyncio.create_task(_serve(output, supervisor, redis, prepare, services, look))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if stop.is_set():
            output.say("Stopping.")
        work.cancel()
        await supervisor.stop()
    with contextlib.suppress(asyncio.CancelledError):
        await work


def _on_signal(supervisor: Supervisor, stop: asyncio.Event) -> None:
    if stop.is_set():  # asked twice: at once, then
        supervisor.kill()
    stop.set()


async def _serve(
    output: Output,
    supervisor: Supervisor,
    redis: Program | None,
    prepare: Program,
    services: Sequence[Program],
    look: tuple[float, float],
) -> None:
    if redis:
        await supervisor.keep(redis)
    await wait_for_redis(seconds=10)
    warm = prepared.is_prepared()
    link = "" if warm else await _prepare(output, supervisor, prepare)
    first, *others = services
    await supervisor.keep(first)
    if warm:
        # The first page comes sooner when nothing else starts beside it.
        await _wait_for_web(seconds=10)
    for service in others:
        await supervisor.keep(service)
    await _wait_for_web()
    output.say(f"Quayside is at {_shown_address()} (Ctrl-C stops it)")
    link = link or (await _prepare(output, supervisor, prepare) if warm else "")
    if link:
        output.say(f"There is no administrator yet. Make one with this link, which works once: {link}")
    await liveness.watch(supervisor, services, env.redis_url(), *look)
    await asyncio.Event().wait()


async def _prepare(output: Output, supervisor: Supervisor, prepare: Program) -> str:
    """The setup link, when one is needed; what else it said is shown."""
    *said, link = (await supervisor.run_once(prepare)).last_lines or [""]
    if link and not link.startswith("http"):
        said, link = [*said, link], ""
    for line in said:
        output.line(prepare.name, line)
    return link


async def _wait_for_web(seconds: float | None = None) -> None:
    """Return when somebody listens at the console's address, or when the time is up."""
    host, port = programs.address()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                try:
                    _, writer = await asyncio.open_connection(_EVERYWHERE.get(host, host), port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return


def _shown_address() -> str:
    if origins := env.listing("ORIGINS"):
        return origins[0] + env.script_name()
    host, port = programs.address()
    name = _EVERYWHERE.get(host, host)
    return (f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}") + env.script_name()
