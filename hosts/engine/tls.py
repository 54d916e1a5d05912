"""Makes the SSL context of one engine from pasted PEM texts: always verifying, the server's name too."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

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
    # OpenSSL reads a key from a file only: a private one, gone before anything is sent.
    with tempfile.TemporaryDirectory(prefix="quayside-") as folder:
        cert, key = Path(folder, "cert.pem"), Path(folder, "key.pem")
        for file, text in ((cert, tls.cert), (key, tls.key)):
            file.touch(mode=0o600)
            file.write_text(text)
        try:
            # Without a password here OpenSSL would ask for one on the terminal and wait.
            context.load_cert_chain(cert, key, password="")
        except (ssl.SSLError, ValueError, OSError) as error:
            raise _unusable(error) from error


def _unusable(error: Exception) -> AddressError:
    said = str(error)
    if "KEY_VALUES_MISMATCH" in said:
        return AddressError(_("The client key belongs to another certificate."), "tls_key", said)
    return AddressError(
        _("The client certificate and key cannot be read: paste both in PEM form, the key without a passphrase."),
        "tls_key",
        said,
    )
