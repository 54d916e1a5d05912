"""Secrets at rest: unreadable, bound to their place, and rotated without loss."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.test import override_settings

from dashboard import env, keys
from hosts.models import AuditEvent, Host, SecretError
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
