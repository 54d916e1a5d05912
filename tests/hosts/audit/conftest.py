"""A trail of its own on a real SQLite file and on a real PostgreSQL, which a test may then tamper with."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker, Settings

from dashboard import databases, keys
from hosts.access import Actor, Target
from hosts.audit import record
from hosts.audit.notary import Notary
from hosts.models import AuditEvent, Outcome
from tests.testbed.needs import started
from tests.testbed.postgresql import PostgreSql

RECORDS, SIGNED_AFTER = 8, (3, 6)


@dataclass(frozen=True, slots=True)
class Place:
    """One database, by its URL (PostgreSQL) or its file, and the checkpoints over it."""

    vendor: str
    where: str
    checkpoints: Path

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The console's own database is this one."""
        given = {"DATABASE_URL": self.where if self.vendor == "postgresql" else ""}
        with mock.patch.dict("os.environ", given):
            found = databases.database()
        if self.vendor == "sqlite":
            found["NAME"] = self.where
            found["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
        before = connections["default"]
        connections["default"] = connection = ConnectionHandler({"default": found}).create_connection("default")
        try:
            yield
        finally:
            connection.close()
            connections["default"] = before

    def tamper(self, *statements: str) -> None:
        """By somebody who holds the database."""
        connection: Any = sqlite3.connect(self.where) if self.vendor == "sqlite" else psycopg.connect(self.where)
        with closing(connection):
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def without_triggers(self, *statements: str) -> None:
        """The same, who takes the triggers off first and puts them back after."""
        if self.vendor == "postgresql":
            tables = ("hosts_auditevent", "hosts_auditending", "hosts_auditleaf")
            off, on = (
                [f"ALTER TABLE {table} {word} TRIGGER USER" for table in tables] for word in ("DISABLE", "ENABLE")
            )
            self.tamper(*off, *statements)
            self.tamper(*on)
            return
        with closing(sqlite3.connect(self.where)) as connection:
            found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        self.tamper(*(f"DROP TRIGGER {name}" for name, _sql in found), *statements, *(sql for _name, sql in found))


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> str:
    return keys.audit_keys(tmp_path_factory.mktemp("keys") / "audit.key")[0]


@pytest.fixture
def checkpoints(settings: Settings, tmp_path: Path, signing_key: str) -> Path:
    """Where checkpoints are written in this test, by a key of the session."""
    settings.AUDIT_CHECKPOINTS = tmp_path / "checkpoints"
    settings.AUDIT_KEYS = lambda: [signing_key]
    return tmp_path / "checkpoints"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    yield from started(PostgreSql())


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engine)], ids=str)
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def new_database(
    vendor: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Path], Place]:
    """Makes an empty database, or a copy of the one that is named."""
    folder = tmp_path_factory.mktemp("trail")
    numbers = count(1)

    def new(template: str, checkpoints: Path) -> Place:
        name = f"trail{next(numbers)}"
        if vendor == "sqlite":
            file = folder / f"{name}.sqlite3"
            if template:
                shutil.copy(template, file)
            return Place(vendor, str(file), checkpoints)
        server = request.getfixturevalue("postgresql")
        with psycopg.connect(server.url, autocommit=True) as connection:
            of = f" TEMPLATE {template.rpartition('/')[2]}" if template else ""
            connection.execute(f"CREATE DATABASE {name}{of}")
        return Place(vendor, server.url.removesuffix("postgres") + name, checkpoints)

    return new


@pytest.fixture(scope="session")
def migrated(
    new_database: Callable[[str, Path], Place],
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: DjangoDbBlocker,
) -> str:
    """An empty trail, to be copied."""
    found = new_database("", tmp_path_factory.getbasetemp())
    with django_db_blocker.unblock(), found.in_use():
        call_command("migrate", verbosity=0, interactive=False)
    return found.where


@pytest.fixture
def bare(
    new_database: Callable[[str, Path], Place], checkpoints: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Place]:
    """The console's database in this test, without a table."""
    found = new_database("", checkpoints)
    with django_db_blocker.unblock(), found.in_use():
        yield found


@pytest.fixture
def place(
    new_database: Callable[[str, Path], Place], migrated: str, checkpoints: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Place]:
    """The console's database in this test, with eight records; the first three and six of them are signed."""
    found = new_database(migrated, checkpoints)
    with django_db_blocker.unblock(), found.in_use():
        for number in range(1, RECORDS + 1):
            write(number)
            if number in SIGNED_AFTER:
                sign()
        yield found


def write(number: int) -> AuditEvent:
    target = Target("container", name=f"web-{number}")
    event = record.begin(Actor.nobody("ada", "127.0.0.9"), "container.stop", "", target, {"timeout": number})
    record.end(event, Outcome.SUCCEEDED, f"Stopped web-{number}.")
    return event


def sign() -> None:
    """A checkpoint over all that is there, by a watcher that has just been started."""
    notary = Notary()
    notary.look()
    assert notary.look().trouble == ""
