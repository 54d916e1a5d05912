"""Whoever holds the database can change it; what they changed is then found, by the chain or by signed checkpoints."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from dashboard import keys
from hosts.audit import checkpoints as files
from hosts.audit.canonical import canonical
from hosts.audit.checkpoints import Checkpoint, for_syslog
from hosts.audit.notary import Notary, signers
from hosts.audit.tree import leaf_hash
from hosts.audit.verifying import Verdict, Verifying
from hosts.models import AuditEnding, AuditEvent, AuditLeaf
from tests.hosts.audit.conftest import Place, sign, write


def verify(file: Path | None = None) -> Verdict:
    verifiers = [signer.verifier for signer in signers()]
    found = list(files.read(file or Path(django_settings.AUDIT_CHECKPOINTS), verifiers))
    return Verifying(one for one in found if isinstance(one, Checkpoint)).run()


def first(verdict: Verdict) -> str:
    assert verdict.bad, "nothing was found"
    return verdict.bad[0]


def compute_anew(place: Place) -> None:
    """Give every leaf the hash that its record has now, as Quayside would."""
    statements = []
    for model, kind in ((AuditEvent, "event"), (AuditEnding, "ending")):
        for row in model.objects.values():
            digest = leaf_hash(canonical(kind, row)).hex()
            literal = f"X'{digest}'" if place.vendor == "sqlite" else f"'\\x{digest}'"
            where = f"kind = '{kind}' AND record_id = {row['id']}"
            statements.append(f"UPDATE hosts_auditleaf SET hash = {literal} WHERE {where}")
    place.without_triggers(*statements)


def test_a_good_trail_is_good(place: Place) -> None:
    verdict = verify()
    assert (verdict.bad, verdict.said) == ([], [])
    assert (verdict.leaves, verdict.checkpoints, verdict.after_last) == (16, 2, 4)


CUT = ("DELETE FROM hosts_auditleaf WHERE sequence >= {0}", "DELETE FROM hosts_auditending WHERE id > {1}",
       "DELETE FROM hosts_auditevent WHERE id > {1}")  # fmt: skip
PUT_IN_ENDING = """INSERT INTO hosts_auditending (id, event_id, at, outcome, message, milliseconds)
SELECT 100, 100, at, outcome, message, 1 FROM hosts_auditending WHERE id = 1"""
PUT_IN_EVENT = """INSERT INTO hosts_auditevent (id, at, actor_kind, actor_name, actor_id, address, action, capability,
host_id, host_name, noun, object_id, object_name, inputs, request_id)
SELECT 100, at, actor_kind, actor_name, actor_id, address, action, capability,
host_id, host_name, noun, object_id, object_name, inputs, request_id FROM hosts_auditevent WHERE id = 1"""
WAYS: dict[str, tuple[tuple[str, ...], str]] = {
    "a changed event": (
        ("UPDATE hosts_auditevent SET actor_name = 'mallory' WHERE id = 2",),
        r"Event 2 of \d{4}-\d\d-\d\d .* \(mallory, container.stop\) \(leaf 2\): changed",
    ),
    "changed inputs": (
        ("UPDATE hosts_auditevent SET inputs = '{\"timeout\": 99}' WHERE id = 7",),
        r"Event 7 .*\(leaf 12\): changed",
    ),
    "a changed ending": (
        ("UPDATE hosts_auditending SET outcome = 'failed' WHERE id = 3",),
        r"Ending 3 of event 3 of .*\(leaf 5\): changed",
    ),
    "a removed record": (
        ("DELETE FROM hosts_auditending WHERE id = 4", "DELETE FROM hosts_auditevent WHERE id = 4"),
        r"Event 4 \(leaf 6\), after \d{4}.*: removed",
    ),
    "a record removed with its leaves": (
        ("DELETE FROM hosts_auditleaf WHERE sequence IN (6, 7)", "DELETE FROM hosts_auditending WHERE id = 4",
         "DELETE FROM hosts_auditevent WHERE id = 4"),
        r"2 leaves from 6 on, after \d{4}.*: removed",
    ),
    "a record removed and the leaves moved up": (
        ("DELETE FROM hosts_auditleaf WHERE sequence IN (6, 7)", "DELETE FROM hosts_auditending WHERE id = 4",
         "DELETE FROM hosts_auditevent WHERE id = 4",
         *(f"UPDATE hosts_auditleaf SET sequence = {at - 2} WHERE sequence = {at}" for at in range(8, 16))),
        r"not the one that was signed: .* over 12 leaves .* in the leaves 6 to 11 \(after \d{4}",
    ),
    "a record put in without a leaf": (
        (PUT_IN_ENDING, PUT_IN_EVENT),
        r"Event 100 .*: put in without a leaf",
    ),
    "a changed leaf": (
        ("UPDATE hosts_auditleaf SET hash = (SELECT hash FROM hosts_auditleaf WHERE sequence = 9) WHERE sequence = 8",),
        r"Event 5 .*\(leaf 8\): changed",
    ),
    "two leaves in each other's place": (
        ("UPDATE hosts_auditleaf SET sequence = 99 WHERE sequence = 2",
         "UPDATE hosts_auditleaf SET sequence = 2 WHERE sequence = 4",
         "UPDATE hosts_auditleaf SET sequence = 4 WHERE sequence = 99"),
        r"not the one that was signed: .* over 6 leaves .* in the leaves 0 to 5",
    ),
    "an end that was cut off": (
        tuple(one.format(10, 5) for one in CUT),
        r"The end was cut off: the checkpoint of \d{4}.* covers 12 leaves, and 10 are there; the last 2, after \d{4}",
    ),
    "everything removed": (tuple(one.format(0, 0) for one in CUT), r"The end was cut off: .* covers 12 leaves, and 0"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_it_is_found(place: Place, way: str) -> None:
    statements, sentence = WAYS[way]
    place.without_triggers(*statements)
    assert re.match(sentence, first(verify()).replace("The chain is ", "")), verify().bad


def test_a_chain_that_was_computed_anew_is_found_by_its_checkpoints(place: Place) -> None:
    place.without_triggers("UPDATE hosts_auditevent SET actor_name = 'mallory' WHERE id = 4")
    compute_anew(place)
    verdict = verify()
    assert verdict.total_bad == 1
    assert "over 12 leaves has another root, so something in the leaves 6 to 11 (after 20" in first(verdict)
    assert (verdict.checkpoints, verdict.after_last) == (1, 10)


def test_what_stands_after_the_last_checkpoint_can_be_cut_off(place: Place) -> None:
    """The limit of it: what nobody has signed yet is missed by nobody; a running watcher signs within ten seconds."""
    place.without_triggers(*(one.format(12, 6) for one in CUT))
    verdict = verify()
    assert (verdict.bad, verdict.after_last) == ([], 0)


def test_a_file_that_was_shortened_too_is_found_by_the_copy_in_syslog(place: Place, tmp_path: Path) -> None:
    whole = place.checkpoints.read_text()
    notes = whole.strip("\n").split("\n\n\n") if "\n\n\n" in whole else re.findall(r"(?s).+?\n\n— [^\n]+\n", whole)
    noise = "Nov 28 10:00:00 quay sshd[1]: Accepted publickey for ada\n\n"
    syslog = tmp_path / "syslog"
    syslog.write_text(noise + "".join(f"Nov 28 10:00:01 quay quayside-audit: {for_syslog(note.lstrip())}\n{noise}"
                                      for note in notes))  # fmt: skip
    place.without_triggers(*(one.format(6, 3) for one in CUT))
    place.checkpoints.write_text(notes[0])
    assert verify().bad == [], "database and file agree"
    assert "The end was cut off" in first(verify(syslog))


def test_a_checkpoint_of_another_key_does_not_count(place: Place, settings: Settings, tmp_path: Path) -> None:
    mine = settings.AUDIT_KEYS
    place.without_triggers("UPDATE hosts_auditevent SET actor_name = 'mallory' WHERE id = 4")
    compute_anew(place)
    place.checkpoints.unlink()
    settings.AUDIT_KEYS = lambda: keys.audit_keys(tmp_path / "mallorys.key")
    sign()
    assert verify().bad == [], "by that key all is well"
    settings.AUDIT_KEYS = mine
    (found,) = files.read(place.checkpoints, [signers()[0].verifier])
    assert isinstance(found, files.Unusable)
    assert found.forged
    assert "another key" in found.reason


def test_a_missing_trigger_is_named(place: Place) -> None:
    on = " ON hosts_auditevent" if place.vendor == "postgresql" else ""
    place.tamper(f"DROP TRIGGER hosts_auditevent_no_update{on}")
    assert "The trigger hosts_auditevent_no_update is missing" in first(verify())


REPLACE = "INSERT OR REPLACE INTO {0} SELECT * FROM {0} WHERE {1} = 2"
UPSERT = "INSERT INTO {0} SELECT * FROM {0} WHERE {1} = 2 ON CONFLICT ({1}) DO UPDATE SET {1} = 2"
KEYS = {"hosts_auditevent": "id", "hosts_auditending": "id", "hosts_auditleaf": "sequence"}


@pytest.mark.parametrize("table", KEYS)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", UPSERT])
def test_the_database_refuses(place: Place, table: str, statement: str) -> None:
    if statement == UPSERT and place.vendor == "sqlite":
        statement = statement.replace(" ON", " AND true ON")
    is_refused(place, table, statement)


@pytest.mark.parametrize("vendor", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", KEYS)
def test_sqlite_refuses_to_replace(place: Place, table: str) -> None:
    is_refused(place, table, REPLACE)


def is_refused(place: Place, table: str, statement: str) -> None:
    before = everything()
    with pytest.raises((sqlite3.Error, psycopg.Error), match="only added to"):
        place.tamper(statement.format(table, KEYS[table]))
    assert everything() == before


def everything() -> list[dict[str, Any]]:
    models: tuple[type[Any], ...] = (AuditEvent, AuditEnding, AuditLeaf)
    return [row for model in models for row in model.objects.order_by("pk").values()]


@pytest.mark.parametrize("vendor", ["sqlite"], indirect=True)
def test_no_other_unique_value_replaces_a_row_of_sqlite(place: Place) -> None:
    """An ending by its event, a leaf by its record or by SQLite's own number; with recursive_triggers off, as it is."""
    ending = "SELECT 77, at, 'failed', message, 1, event_id FROM hosts_auditending WHERE id = 2"
    leaf = "record_id, version, hash) SELECT {}, kind, {}, version, hash FROM hosts_auditleaf WHERE sequence = 2"
    with closing(sqlite3.connect(place.where)) as connection:
        columns = ", ".join(row[1] for row in connection.execute("PRAGMA table_info(hosts_auditending)"))
    assert columns == "id, at, outcome, message, milliseconds, event_id"
    for statement in (
        f"INSERT OR REPLACE INTO hosts_auditending {ending}",
        f"INSERT OR REPLACE INTO hosts_auditleaf (sequence, kind, {leaf.format(77, 'record_id')}",
        f"INSERT OR REPLACE INTO hosts_auditleaf (rowid, sequence, kind, {leaf.format('rowid, 77', 77)}",
        "UPDATE OR REPLACE hosts_auditevent SET id = 3 WHERE id = 2",
    ):
        with pytest.raises(sqlite3.Error, match="only added to"):
            place.tamper(statement)
    assert verify().bad == []


def test_the_watcher_does_not_sign_what_contradicts_it(place: Place) -> None:
    before = place.checkpoints.read_text()
    notary = Notary()
    assert notary.look().trouble == ""
    place.without_triggers("UPDATE hosts_auditevent SET actor_name = 'mallory' WHERE id = 4")
    compute_anew(place)
    restarted = Notary()
    for _look in range(3):
        assert restarted.look().trouble == "different"
    assert place.checkpoints.read_text() == before
    # The one that was running has the old leaves still, and signs what goes on from them.
    write(9)
    notary.look()
    assert "over 12 leaves has another root" in first(verify())


def test_the_watcher_sees_that_the_end_is_gone(place: Place) -> None:
    notary = Notary()
    notary.look()
    notary.look()
    place.without_triggers(*(one.format(10, 5) for one in CUT))
    assert notary.look().trouble == "short"


GARBAGE = {
    "a time that is none": ("UPDATE hosts_auditevent SET at = 'never' WHERE id = 2", "Event 2 .*: changed"),
    "inputs that are no JSON": (
        "UPDATE hosts_auditevent SET inputs = '{\"a\"' WHERE id = 2",
        "Event 2 .*: changed",
    ),
    "a hash, a number": (
        "UPDATE hosts_auditleaf SET hash = 9999999999 WHERE sequence = 4",
        "Event 3 .*: changed",
    ),
    "a hash that is text": ("UPDATE hosts_auditleaf SET hash = 'x' WHERE sequence = 4", "Event 3 .*: changed"),
    "an unknown version": ("UPDATE hosts_auditleaf SET version = 9 WHERE sequence = 4", "Leaf 4, .* version"),
    "an unknown kind": ("UPDATE hosts_auditleaf SET kind = 'x' WHERE sequence = 4", "Leaf 4, .* kind"),
    "an order for the terminal": (
        "UPDATE hosts_auditevent SET actor_name = char(27) || '[2J' WHERE id = 2",
        r"Event 2 of [^\x1b]*\(\ufffd\[2J, [^\x1b]*: changed",
    ),
}


@pytest.mark.parametrize("vendor", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_is_named_and_breaks_nothing(place: Place, what: str) -> None:
    statement, sentence = GARBAGE[what]
    place.without_triggers("PRAGMA ignore_check_constraints = ON", statement)
    assert re.match(sentence, first(verify())), verify().bad
