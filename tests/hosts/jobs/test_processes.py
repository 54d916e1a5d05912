"""The limit and the turns hold between processes of their own, over SQLite as over PostgreSQL."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.needs import started
from tests.testbed.postgresql import PostgreSql

ROOT = Path(__file__).parents[3]
PEOPLE = """
from hosts.models import *
for name in ("ada", "otto"):
    RoleAssignment.objects.create(user=User.objects.create(username=name), role="operator")
Host.objects.create(name="harbour", url="unix:///nowhere.sock")
"""
# Two processes that begin when they are told to, with four threads each.
AT_ONCE = """
import json, sys, threading
from unittest import mock
from django.db import connection
from hosts.access import Actor, ActorKind, Target
from hosts.jobs import queue, turns
from hosts.models import Host, User
from hosts.operations.base import find
from hosts.operations.perform import perform
queue.announce = mock.Mock()
host = Host.objects.get()
found = []
def pull(name):
    actor = Actor(ActorKind.PERSON, name, User.objects.get(username=name).pk)
    found.append(perform(actor, find("image.pull"), Target.of(host), {"reference": "nginx"}).job is not None)
def take(name):
    found.extend([str(job.pk), job.person.username] for job in iter(turns.take_next, None))
def work(what, name):
    for _round in range(%(rounds)d):
        {"pull": pull, "take": take}[what](name)
    connection.close()
print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=work, args=("%(what)s", name)) for name in ("ada", "otto") * 2]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps(found))
"""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engine)])
def environment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = {"DATA_DIR": str(tmp_path_factory.mktemp(request.param)), "DOTENV": os.devnull, "JOBS_PER_PERSON": "10"}
    if request.param == "sqlite":
        yield {**os.environ, **folder}
        return
    for database in started(PostgreSql()):
        yield {**os.environ, **folder, "DATABASE_URL": database.url}


def manage(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def two_processes(environment: dict[str, str], what: str, rounds: int) -> list[Any]:
    """What both have found, together."""
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", AT_ONCE % {"what": what, "rounds": rounds}]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) for _each in range(2)]
    for one in both:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    found = []
    for one in both:
        said, wrong = one.communicate(timeout=120)
        assert one.returncode == 0, wrong[-2000:]
        found += json.loads(said)
    return found


def test_two_web_processes_and_two_workers(environment: dict[str, str]) -> None:
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "shell", "--no-imports", "-c", PEOPLE)
    accepted = two_processes(environment, "pull", 8)
    assert Counter(accepted) == {True: 20, False: 2 * 4 * 8 - 20}, "ten of each of the two"
    taken = two_processes(environment, "take", 1)
    assert len({key for key, _name in taken}) == len(taken)
    assert Counter(name for _key, name in taken) == {"ada": 2, "otto": 2}
