"""manage.py audit: its exit status and its words, the public key, and a restored backup."""

import sys

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from hosts.audit.notary import Notary
from hosts.audit.notes import Verifier
from hosts.models import AuditEvent
from tests.hosts.audit.conftest import Place, sign, write
from tests.hosts.audit.test_tampering import CUT, compute_anew

Capture = pytest.CaptureFixture[str]


def audit(capsys: Capture, *words: str) -> tuple[int, str]:
    """The exit status, and all that was said."""
    status = 0
    capsys.readouterr()
    try:
        call_command("audit", *words, stdout=sys.stdout, stderr=sys.stderr, no_color=True)
    except SystemExit as stop:
        status = int(str(stop.code))
    said = capsys.readouterr()
    return status, said.out + said.err


def test_a_good_trail(place: Place, capsys: Capture) -> None:
    status, said = audit(capsys, "verify")
    assert status == 0, said
    for sentence in (
        "16 leaves; 2 of 2 checkpoints match.",
        "4 of the leaves stand after the last checkpoint.",
        "Nothing is wrong with the trail.",
    ):
        assert sentence in said


def test_a_bad_one(place: Place, capsys: Capture) -> None:
    place.without_triggers("UPDATE hosts_auditevent SET actor_name = 'mallory' WHERE id IN (2, 3)")
    status, said = audit(capsys, "verify")
    assert status == 1
    assert said.index("Event 2 of ") < said.index("Event 3 of ")
    assert "Something is wrong." in said


def test_without_checkpoints_it_is_not_checked(place: Place, capsys: Capture) -> None:
    place.checkpoints.unlink()
    assert audit(capsys, "verify")[0] == 2
    assert audit(capsys, "verify", "--checkpoints", str(place.checkpoints))[0] == 2
    assert audit(capsys, "verify", "--public-key", "nonsense")[0] == 2


def test_the_public_key_verifies_elsewhere(place: Place, settings: Settings, capsys: Capture) -> None:
    _status, said = audit(capsys, "key")
    (key,) = said.split()
    Verifier.parse(key)
    settings.AUDIT_KEYS = lambda: pytest.fail("the private key is not needed")
    status, said = audit(capsys, "verify", "--public-key", key)
    assert status == 0, said


def test_a_checkpoint_that_was_forged(place: Place, capsys: Capture) -> None:
    place.checkpoints.write_text(place.checkpoints.read_text().replace("\n6\n", "\n7\n", 1))
    status, said = audit(capsys, "verify")
    assert status == 1
    assert f"Checkpoint 1 of {place.checkpoints} does not count: the signature" in said


def test_a_restored_backup_is_recorded_and_then_no_alarm(place: Place, capsys: Capture) -> None:
    """The backup has five records of eight, six were signed; two come after it before anybody says a word."""
    place.without_triggers(*(one.format(10, 5) for one in CUT))
    write(20)
    write(21)
    assert Notary().look().trouble == "different"
    status, said = audit(capsys, "verify")
    assert status == 1, said
    status, said = audit(capsys, "restored", "--reason", "The disk died.")
    assert status == 0, said
    assert "up to 6 leaves beyond 6 were lost. The chain goes on as quayside-" in said
    event = AuditEvent.objects.get(action="audit.restored")
    assert event.inputs == {"kept": 6, "lost": 12, "leaves": 14, "reason": "The disk died."}
    assert event.ending.message == "The disk died."
    write(22)
    sign()
    status, said = audit(capsys, "verify")
    assert status == 0, said
    assert f"(event {event.pk}): up to 6 leaves beyond 6 were lost, with 1 checkpoints over them." in said
    assert "3 of 4 checkpoints match" in said


def test_what_is_changed_after_a_restore_is_found(place: Place, capsys: Capture) -> None:
    place.without_triggers(*(one.format(10, 5) for one in CUT))
    audit(capsys, "restored")
    for number in range(20, 24):
        write(number)
    sign()
    place.without_triggers("UPDATE hosts_auditevent SET actor_name = 'mallory' WHERE object_name = 'web-21'")
    compute_anew(place)
    status, said = audit(capsys, "verify")
    assert status == 1
    assert "has another root" in said


def test_who_holds_the_database_alone_cannot_record_a_restore(place: Place, capsys: Capture) -> None:
    """A record that says so excuses nothing without a checkpoint that says so."""
    place.without_triggers(*(one.format(10, 5) for one in CUT))
    place.without_triggers(
        "UPDATE hosts_auditevent SET action = 'audit.restored', inputs = '{\"kept\": 6, \"lost\": 12}' WHERE id = 5"
    )
    compute_anew(place)
    assert audit(capsys, "verify")[0] == 1


def test_there_is_nothing_to_record_when_all_match(place: Place, capsys: Capture) -> None:
    with pytest.raises(CommandError, match="no restored backup"):
        audit(capsys, "restored")


def test_twice_restored(place: Place, capsys: Capture) -> None:
    place.without_triggers(*(one.format(10, 5) for one in CUT))
    assert "/r1." in audit(capsys, "restored")[1]
    write(30)
    sign()
    place.without_triggers(*(one.format(8, 4) for one in CUT))
    assert audit(capsys, "verify")[0] == 1
    assert "/r2." in audit(capsys, "restored")[1]
    status, said = audit(capsys, "verify")
    assert status == 0, said
