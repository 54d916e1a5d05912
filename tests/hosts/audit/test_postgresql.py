"""The trail on PostgreSQL: the migrations run, and the database refuses to change or remove what is recorded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.testbed.needs import started
from tests.testbed.postgresql import PostgreSql

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSql]:
    yield from started(PostgreSql())


def manage(database: PostgreSql, *words: str) -> str:
    env = {**os.environ, "DATABASE_URL": database.url}
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_trail_is_only_added_to(database: PostgreSql) -> None:
    manage(database, "migrate", "--verbosity=0")
    manage(database, "hosts", "add", "harbour", "unix:///nowhere.sock", "--groups", "edge")
    assert "harbour" in manage(database, "hosts", "list")
    with psycopg.connect(database.url, autocommit=True) as connection:
        recorded = connection.execute(
            "SELECT e.action, e.object_name, x.outcome FROM hosts_auditevent e "
            "JOIN hosts_auditending x ON x.event_id = e.id"
        ).fetchall()
        assert recorded == [("host.add", "harbour", "succeeded")]
        for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
            for table in ("hosts_auditevent", "hosts_auditending"):
                with pytest.raises(psycopg.Error, match="only added to"):
                    connection.execute(statement.format(table))
        count = connection.execute("SELECT count(*) FROM hosts_auditevent").fetchone()
        assert count == (1,)
