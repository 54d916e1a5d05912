"""The supervisor over small stand-in programs, as a process: `python -m tests.launch.stand_ins PLAN.json`."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from dashboard import env
from dashboard.env import SettingError
from dashboard.up import claims, programs
from dashboard.up.child import Program, Pulse
from dashboard.up.main import run
from dashboard.up.redis_server import private_redis
from dashboard.up.words import CannotStart, Output

LISTEN = """
import os, socket, time
one = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
print("listening", flush=True)
while True:
    one.accept()[0].close()
"""
SLEEP = "import time; print('here', flush=True); time.sleep(600)"


def service(name: str, code: str, pulse: dict[str, Any] | None = None) -> Program:
    """A stand-in: a few lines of Python."""
    return Program(name, (sys.executable, "-c", code), pulse=Pulse(**pulse) if pulse else None)


def main(plan: Path) -> int:
    """Run what the plan names: {"prepare": code, "services": [{"name", "code", "pulse"}]}."""
    wanted = json.loads(plan.read_text())
    pace = env.number("LOOK_EVERY_MS", 15_000) / 1000, env.number("SILENT_LIMIT", 90)
    try:
        with claims.claim_data_dir(env.data_dir()):
            claims.check_address(*programs.address())
            prepare = Program("prepare", (sys.executable, "-c", wanted.get("prepare", "")), quiet=True)
            services = [service(**one) for one in wanted["services"]]
            asyncio.run(run(Output(), private_redis(), prepare, services, pace))
    except (CannotStart, SettingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    os.environ["DOTENV"] = os.devnull
    sys.exit(main(Path(sys.argv[1])))
