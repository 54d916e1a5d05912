"""A file that is under way ends with the session that asked for it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.fixtures import Settings

from hosts.access import Target
from hosts.audit import record
from hosts.models import HostState, RoleAssignment, User
from tests import cast, rows
from tests.dashboard.test_downloads import NOWHERE, content_of, keep, numbered

LINES = 12_000
ENDINGS: dict[str, Callable[[], object]] = {
    "signed out": lambda: Session.objects.all().delete(),
    "disabled": lambda: User.objects.update(is_active=False),
    "another password": lambda: User.objects.update(password="!"),
    "no role": lambda: RoleAssignment.objects.all().delete(),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("many", [False, True])
def test_a_log_ends_with_the_session(
    client: Client, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, many: bool
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("hosts.streams.taking._ASK_AGAIN_SECONDS", -1.0)
    host = rows.host("harbour", url=NOWHERE, state=HostState.DOWN, state_reason="Nobody listens there.")
    keep(host, rows.engine_id("old"), "talker", numbered("line", *range(LINES)), project="shop")
    client.force_login(cast.ada())
    kept = f"/hosts/harbour/containers/{rows.engine_id('old')}/logs/download/"
    address = "/logs/download/?project=shop&gone=1" if many else kept
    whole = content_of(client.get(address)).splitlines()
    assert sum(b"line " in line for line in whole) == LINES
    cut = content_of(client.get(address), lambda _part: ENDINGS[ending]()).splitlines()
    assert 0 < sum(b"line " in line for line in cut) < LINES
    assert b"not whole" in cut[-1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_of_the_trail_ends_with_the_session(
    client: Client, monkeypatch: pytest.MonkeyPatch, ending: str, kind: str
) -> None:
    monkeypatch.setattr("dashboard.pages.audit.ASK_AGAIN_SECONDS", -1.0)
    monkeypatch.setattr("dashboard.pages.audit.ROWS_AT_ONCE", 1)
    ada = cast.ada()
    client.force_login(ada)
    for number in range(600):
        record.begin(cast.actor(ada), "container.stop", "", Target("container", name=f"canary-{number}"), {})
    address = f"/audit/export.{kind}?action=container.stop"
    assert content_of(client.get(address)).count(b"canary-") == 600
    cut = content_of(client.get(address), lambda _part: ENDINGS[ending]())
    assert 0 < cut.count(b"canary-") < 600
    assert b"not whole" in cut.splitlines()[-1]
