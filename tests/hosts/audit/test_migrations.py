"""No migration loses a trigger of the trail, on either database; and old records are taken into the chain."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dashboard.management.commands import prepare
from hosts.audit import adopting, triggers
from hosts.audit.verifying import Verifying
from hosts.models import AuditEvent, AuditLeaf
from tests.hosts.audit.conftest import Place, write

APPEND_ONLY, CHAIN = "0002_append_only", "_audit_chain"
TABLES_OF_OLD = ("hosts_auditevent", "hosts_auditending")
OLD = 3000


def test_every_migration_leaves_the_triggers(bare: Place) -> None:
    """Step by step over all of them: from the one that brings a trigger on, it is there."""
    plan = MigrationExecutor(connection).loader.graph.forwards_plan(
        MigrationExecutor(connection).loader.graph.leaf_nodes("hosts")[0]
    )
    chained = False
    for app, name in [node for node in plan if node[0] == "hosts"]:
        MigrationExecutor(connection).migrate([(app, name)])
        chained = chained or name.endswith(CHAIN)
        there = set(triggers.present(connection))
        if chained:
            assert triggers.missing(connection) == [], f"{name} has lost triggers of the trail"
        elif name >= APPEND_ONLY:
            verbs = ("update", "delete") if bare.vendor == "sqlite" else ("update", "delete", "truncate")
            wanted = {f"{table}_no_{verb}" for table in TABLES_OF_OLD for verb in verbs}
            assert wanted <= there, f"{name} has lost triggers of the trail"
    assert chained


def test_a_lost_trigger_would_be_noticed_and_is_put_back(place: Place) -> None:
    """What a migration on SQLite does that makes the table anew."""
    on = " ON hosts_auditending" if place.vendor == "postgresql" else ""
    place.tamper(*(f"DROP TRIGGER hosts_auditending_no_{verb}{on}" for verb in ("update", "delete")))
    assert triggers.missing(connection) == ["hosts_auditending_no_update", "hosts_auditending_no_delete"]
    if place.vendor == "postgresql":
        place.tamper("ALTER TABLE hosts_auditevent DISABLE TRIGGER USER")
    assert triggers.put_back(connection)
    assert triggers.missing(connection) == []


def test_a_trigger_that_does_nothing_is_no_trigger(place: Place) -> None:
    if place.vendor == "postgresql":
        place.tamper(
            "CREATE OR REPLACE FUNCTION quayside_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$"
        )
    else:
        name = "hosts_auditevent_no_update"
        place.tamper(
            f"DROP TRIGGER {name}",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON hosts_auditevent BEGIN SELECT 1; END",
        )
    assert "hosts_auditevent_no_update" in triggers.missing(connection)
    triggers.put_back(connection)
    assert triggers.missing(connection) == []


@pytest.fixture
def old(bare: Place) -> Place:
    """A database from before the chain with records in it, brought to the present by the migrations."""
    graph = MigrationExecutor(connection).loader.graph
    names = [name for app, name in graph.forwards_plan(graph.leaf_nodes("hosts")[0]) if app == "hosts"]
    before = names[[name.endswith(CHAIN) for name in names].index(True) - 1]
    MigrationExecutor(connection).migrate([("hosts", before)])
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OLD})"
    bare.tamper(
        f"INSERT INTO hosts_auditevent (at, actor_kind, actor_name, address, action, capability, host_name, noun, "
        f"object_id, object_name, inputs, request_id) {numbers} SELECT '2026-01-01 10:00:00+00', 'person', 'ada', '', "
        "'container.stop', '', '', 'container', '', 'web', '{\"b\": 1.50, \"a\": 1e20}', '' FROM n",
        "INSERT INTO hosts_auditending (event_id, at, outcome, message, milliseconds) "
        "SELECT id, at, 'succeeded', '', 5 FROM hosts_auditevent WHERE id <> 7",
    )
    call_command("migrate", verbosity=0, interactive=False)
    return bare


def test_old_records_are_taken_in_and_marked(old: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adopting, "BATCH", 700)
    mark = AuditEvent.objects.get(action=adopting.START)
    assert mark.inputs == {"events": OLD, "endings": OLD - 1, "last_event": OLD, "last_ending": OLD - 1}
    assert list(AuditLeaf.objects.values_list("sequence", "kind", "record_id")) == [
        (0, "event", mark.pk),
        (1, "ending", mark.ending.pk),
    ]
    assert "3000 old events are not in the chain yet" in Verifying([]).run().bad[0]

    def stop(count: int) -> None:
        if count > 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adopting.adopt_old_rows(stop)
    write(1)
    assert adopting.adopt_old_rows() == 2 * OLD - 1 - 1400, "it goes on where it was stopped"
    assert adopting.adopt_old_rows() == 0
    verdict = Verifying([]).run()
    assert verdict.bad == []
    assert verdict.leaves == 2 * OLD - 1 + 2 + 2
    assert re.search("the 3000 events and 2999 endings from before it were not protected", verdict.said[0])


def test_later_rows_without_a_leaf_are_taken_in_only_when_somebody_says_so(
    old: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    adopting.adopt_old_rows()
    columns = "address, action, capability, host_name, noun, object_id, object_name, inputs, request_id"
    old.tamper(
        f"INSERT INTO hosts_auditevent (at, actor_kind, actor_name, {columns}) "
        f"SELECT at, actor_kind, 'mallory', {columns} FROM hosts_auditevent WHERE id = 1"
    )
    assert adopting.adopt_old_rows() == 0
    assert "(mallory, container.stop): put in without a leaf" in Verifying([]).run().bad[0]
    call_command("audit", "adopt")
    assert "1 events, 0 endings" in capsys.readouterr().out
    assert AuditEvent.objects.get(action="audit.adopt").inputs == {"event": 1, "ending": 0}
    assert Verifying([]).run().bad == []


def test_a_new_installation_needs_no_mark(bare: Place) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    assert not AuditEvent.objects.exists()
    assert adopting.start() is None
    assert adopting.adopt_old_rows() == 0


def test_preparing_takes_old_records_in_and_puts_triggers_back(old: Place, capsys: pytest.CaptureFixture[str]) -> None:
    on = " ON hosts_auditleaf" if old.vendor == "postgresql" else ""
    old.tamper(f"DROP TRIGGER hosts_auditleaf_no_delete{on}")
    for said in (
        ["The trigger hosts_auditleaf_no_delete of the trail was missing and is there again.",
         f"{2 * OLD - 1} old records of the trail were taken into its chain."],
        [],
    ):  # fmt: skip
        prepare.Command()._keep_the_trail()
        assert capsys.readouterr().out.splitlines() == said
    assert Verifying([]).run().bad == []
