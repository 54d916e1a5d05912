"""Secrets at rest: unreadable, bound to their place, and rotated without loss."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from dashboard import env, keys
from dashboard.management.commands import rotate_secrets
from hosts.models import AuditEvent, Host, SecretError, secrets
from tests import rows

pytestmark = pytest.mark.django_db


def test_a_sealed_secret_says_nothing_and_comes_back() -> None:
    host = rows.host()
    host.set_secret("tls_key", "canary-2718")
    host.save()
    kept = Host.objects.get()
    assert "canary" not in kept.tls_key
    assert kept.secret("tls_key") == "canary-2718"


def test_it_cannot_be_moved_to_another_row_or_column() -> None:
    first, second = rows.host("first"), rows.host("second")
    first.set_secret("tls_key", "canary-2718")
    second.tls_key = first.tls_key
    first.ssh_key = first.tls_key
    for host, column in ((second, "tls_key"), (first, "ssh_key")):
        with pytest.raises(SecretError):
            host.secret(column)


def test_a_lost_key_is_said_and_a_new_one_reads_the_old() -> None:
    host = rows.host()
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with override_settings(SECRETS_KEYS=lambda: [old]):
        host.set_secret("tls_key", "canary-2718")
    with override_settings(SECRETS_KEYS=lambda: [new, old]):
        assert host.secret("tls_key") == "canary-2718"
    with override_settings(SECRETS_KEYS=lambda: [new]), pytest.raises(SecretError):
        host.secret("tls_key")


def test_rotation_leaves_one_new_key_that_opens_everything() -> None:
    file = env.data_dir() / "keys" / "secrets.key"
    host = rows.host()
    host.set_secret("tls_key", "canary-2718")
    host.save()
    before, sealed = keys.fernet_keys(file), host.tls_key
    call_command("rotate_secrets")
    after = keys.fernet_keys(file)
    assert len(after) == 1
    assert after[0] not in before
    kept = Host.objects.get()
    assert kept.tls_key != sealed
    assert kept.secret("tls_key") == "canary-2718"
    assert file.stat().st_mode & 0o777 == 0o600
    assert AuditEvent.objects.get().action == "secrets.rotate"


def test_rotation_keeps_the_old_keys_when_one_secret_cannot_be_opened() -> None:
    file = env.data_dir() / "keys" / "secrets.key"
    before = keys.fernet_keys(file)
    rows.host(tls_key="nonsense")
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("rotate_secrets")
    assert set(before) <= set(keys.fernet_keys(file))
    assert AuditEvent.objects.get().ending.outcome == "failed"
    assert "tls_key of host" in AuditEvent.objects.get().ending.message


def test_rotation_is_recorded_before_anything_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(keys, "add_fernet_key", lambda file: seen.append(hasattr(AuditEvent.objects.get(), "ending")))
    call_command("rotate_secrets")
    assert seen == [False]


def test_rotation_does_not_undo_an_edit_and_leaves_nothing_under_an_old_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit comes between reading a secret and sealing it anew, with a text that was sealed before the rotation."""
    file = env.data_dir() / "keys" / "secrets.key"
    host = rows.host()
    host.set_secret("tls_key", "first")
    host.save()
    edited = Host.objects.get()
    edited.set_secret("tls_key", "second")
    under_the_old_key = edited.tls_key
    edits = iter([lambda: Host.objects.update(tls_key=under_the_old_key)])
    real = secrets.reseal

    def reseal(sealed: str) -> str:
        next(edits, lambda: None)()
        return real(sealed)

    monkeypatch.setattr(rotate_secrets, "reseal", reseal)
    call_command("rotate_secrets")
    assert len(keys.fernet_keys(file)) == 1
    assert Host.objects.get().secret("tls_key") == "second"


def test_what_was_sealed_before_a_rotation_is_saved_under_the_key_of_after() -> None:
    host = rows.host()
    host.set_secret("tls_key", "canary-2718")
    call_command("rotate_secrets")
    host.save(update_fields=["tls_key"])
    assert Host.objects.get().secret("tls_key") == "canary-2718"


@pytest.mark.django_db(transaction=True)
def test_edits_beside_rotations_lose_nothing() -> None:
    host = rows.host()
    stop = threading.Event()
    last: list[str] = []

    def edit() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            row = Host.objects.get(pk=host.pk)
            row.set_secret("tls_key", str(number))
            row.save(update_fields=["tls_key"])
            last[:] = [str(number)]
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        editing = pool.submit(edit)
        try:
            for _each in range(8):
                call_command("rotate_secrets")
        finally:
            stop.set()
        editing.result()
    assert Host.objects.get().secret("tls_key") == last[0]
    assert len(keys.fernet_keys(env.data_dir() / "keys" / "secrets.key")) == 1
