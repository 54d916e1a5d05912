"""The console's web process alone, as `manage.py up` starts it, over data, a Redis and a database of its own."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from dashboard.up import programs
from tests.testbed.leftovers import remove_tree
from tests.testbed.process import Part, Process, free_port
from tests.testbed.redis_server import RedisServer

PROJECT = Path(__file__).resolve().parents[2]

_SIGN_IN = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from hosts.models import RoleAssignment, User
cookies = []
for name in {names!r}:
    user, _made = User.objects.get_or_create(username=name)
    if {role!r}:
        RoleAssignment.objects.update_or_create(user=user, group=None, defaults=dict(role={role!r}))
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store.create()
    cookies.append(settings.SESSION_COOKIE_NAME + "=" + store.session_key)
print(json.dumps(cookies))
"""


class Web(Part):
    """`url` is where it answers; `run(code)` runs Python in its database, `sign_in` makes a person with a session.

    `more` is put into its environment.
    """

    def __init__(
        self, root_dir: Path, name: str = "web", application: str = "dashboard.asgi:application", **more: str
    ) -> None:
        self.more = more
        self.folder = self.data = root_dir.resolve() / name
        self.redis = RedisServer(root_dir, f"{name}-redis")
        self.port = free_port()
        self.application = application
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        ours = {"DATA_DIR": str(self.data), "REDIS_URL": self.redis.url, "PORT": str(self.port), "DOTENV": os.devnull}
        settings = {"DJANGO_SETTINGS_MODULE": "dashboard.settings", "DEBUG": "1", "LOG_LEVEL": "WARNING"}
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), **settings, **ours, **self.more}

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.redis.start()
        self.manage("migrate", "--verbosity=0")
        self.launch()
        return self

    def launch(self) -> None:
        command = list(programs.web_command(self.application, "127.0.0.1", self.port))
        os.chdir(PROJECT)
        self.process = Process(command, self.folder / f"web-{self.port}.log", self.environment)
        self.process.wait_ready(self.answers, timeout=30)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/accounts/login/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=PROJECT, env=self.environment, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def run(self, code: str) -> str:
        return self.manage("shell", "--verbosity=0", "--command", code)

    def sign_in(self, name: str = "ada", role: str = "administrator") -> str:
        """The Cookie header of a new session; without a role the person may nothing."""
        return self.sign_in_each([name], role)[0]

    def sign_in_each(self, names: list[str], role: str = "administrator") -> list[str]:
        """The same for many at once; a name that stands there twice has two sessions."""
        found: list[str] = json.loads(self.run(_SIGN_IN.format(names=names, role=role)).splitlines()[-1])
        return found

    def add_host(self, name: str, url: str) -> None:
        self.run(f"from hosts.models import Host; Host.objects.create(name={name!r}, url={url!r}, state='up')")

    def cpu_seconds(self) -> float:
        """What the process has used since it started, user and system."""
        assert self.process is not None
        fields: list[Any] = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def twin(self) -> "Twin":
        """Another web process over the same data, Redis and database."""
        return Twin(self)

    def halt(self) -> None:
        """End the process alone."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def stop(self) -> None:
        self.halt()
        self.redis.stop()
        if self.folder.exists():
            remove_tree(self.folder)


class Twin(Web):
    """It has nothing of its own but its process and its port."""

    def __init__(self, of: Web) -> None:
        self.folder, self.data, self.redis, self.application = of.folder, of.data, of.redis, of.application
        self.more, self.port = of.more, free_port()
        self.process: Process | None = None

    def start(self) -> Self:
        self.launch()
        return self

    def stop(self) -> None:
        self.halt()
