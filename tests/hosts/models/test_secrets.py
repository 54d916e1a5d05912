"""Secrets at rest: unreadable, bound to their place, and rotated without loss."""

import pytest
from cryptography.fernet import Fernet
from django.test import override_settings

from hosts.models import Host, SecretError
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
    with override_settings(SECRETS_KEYS=[old]):
        host.set_secret("tls_key", "canary-2718")
    with override_settings(SECRETS_KEYS=[new, old]):
        assert host.secret("tls_key") == "canary-2718"
    with override_settings(SECRETS_KEYS=[new]), pytest.raises(SecretError):
        host.secret("tls_key")
