"""Makes the SSL context of one engine from pasted PEM texts: always verifying, the server's name too."""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterator

from django.utils.translation import gettext as _

from hosts.engine.address import Tls
from hosts.engine.errors import AddressError


def tls_context(tls: Tls) -> ssl.SSLContext:
    """A client's context; AddressError names the text that cannot be used."""
    try:
        context = ssl.create_default_context(cadata=tls.ca or None)
    except (ssl.SSLError, ValueError) as error:
        raise AddressError(_("The CA certificate is no certificate in PEM form."), "tls_ca", str(error)) from error
    # The certificates of Docker's own guide lack key identifiers, which Python 3.13 demands; chain and name are still
    # verified.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.cert or tls.key:
        _load_client(context, tls)
    return context


def _load_client(context: ssl.SSLContext, tls: Tls) -> None:
    if not tls.cert:
        raise AddressError(_("A client key needs its certificate."), "tls_cert")
    if not tls.key:
        raise AddressError(_("A client certificate needs its key."), "tls_key")
    with _as_file(tls.cert) as cert, _as_file(tls.key) as key:
        try:
            # Without a password here OpenSSL would ask for one on the terminal and wait.
            context.load_cert_chain(cert, key, password="")
        except (ssl.SSLError, ValueError, OSError) as error:
            raise _unusable(error) from error


@contextlib.contextmanager
def _as_file(text: str) -> Iterator[str]:
    """OpenSSL reads a key from a file only: one that is in memory and has no name, so that a kill leaves nothing."""
    descriptor = os.memfd_create("quayside-tls", os.MFD_CLOEXEC)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="replace", closefd=False) as file:
            file.write(text)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _unusable(error: Exception) -> AddressError:
    said = str(error)
    if "KEY_VALUES_MISMATCH" in said:
        return AddressError(_("The client key belongs to another certificate."), "tls_key", said)
    return AddressError(
        _("The client certificate and key cannot be read: paste both in PEM form, the key without a passphrase."),
        "tls_key",
        said,
    )
