"""Which EngineError is this? Every error of a library, of a socket or of the engine itself gets its sentence here."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator

from django.utils.translation import gettext as _

from hosts.engine import errors
from hosts.engine.address import Address, Scheme
from hosts.engine.errors import EngineError

_NO_WAY = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_BROKEN = (ConnectionError, EOFError, http.client.IncompleteRead, ssl.SSLEOFError, ssl.SSLZeroReturnError)
_NO_TLS_FAULT = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLCertVerificationError)
_UNKNOWN_ISSUER = {2, 18, 19, 20, 21}
_EXPIRED = {9, 10}
_OTHER_NAME = {62, 64}


def from_status(status: int, message: str) -> EngineError:
    """The engine answered with an error status; its message is kept in its own words."""
    words = message.strip() or http.client.responses.get(status, str(status))
    said = _("The engine says: %(words)s") % {"words": words}
    if "HTTP request to an HTTPS server" in message:
        return errors.Refused(_("This engine wants TLS: store its CA certificate with the host."), message)
    if "no space left on device" in message.lower():
        return errors.DiskFull(_("The disk of the engine's machine is full."), message)
    if 300 <= status < 400:
        return errors.BadAnswer(_("The address redirects elsewhere, which no engine does."), message)
    # Docker answers 403 where something is in use or its own, and never for want of rights.
    by_status = {
        400: errors.Invalid,
        401: errors.Refused,
        403: errors.Conflict,
        404: errors.NotFound,
        409: errors.Conflict,
    }
    return by_status.get(status, errors.Failed)(said, message)


def from_error(error: BaseException, address: Address, *, connected: bool) -> EngineError:
    """What a library or the system raised; `connected` tells whether a request may have reached the engine."""
    causes = list(_chain(error))
    for cause in causes:
        if isinstance(cause, EngineError):
            return cause
    for explain in (_tls, _system):
        for cause in causes:
            found = explain(cause, address, connected)
            if found:
                return found
    if any(isinstance(cause, http.client.HTTPException | ValueError | LookupError) for cause in causes):
        return bad_answer(str(error))
    return lost(str(error)) if connected else unreachable(address, str(error))


def bad_answer(detail: str = "") -> errors.BadAnswer:
    return errors.BadAnswer(_("What answers at this address is no Docker engine, or its answer is damaged."), detail)


def too_large(limit: int) -> errors.BadAnswer:
    return errors.BadAnswer(
        _("The engine's answer is larger than %(size)d MiB and was not read.") % {"size": limit >> 20}
    )


def too_many() -> errors.BadAnswer:
    return errors.BadAnswer(_("The engine's answer has more parts than any engine's would and was not read."))


def lost(detail: str = "") -> errors.Lost:
    return errors.Lost(_("The connection to the engine broke before it had answered."), detail)


def timed_out(detail: str = "") -> errors.TimedOut:
    return errors.TimedOut(_("The engine took the request and did not answer in time."), detail)


def unreachable(address: Address, detail: str = "") -> errors.Unreachable:
    return errors.Unreachable(_("Nobody answers at %(address)s.") % {"address": address}, detail)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps, outermost first; libraries hide the cause in args, `reason` or `__context__`."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting and len(seen) < 30:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]


def _tls(cause: BaseException, address: Address, connected: bool) -> EngineError | None:
    # aiohttp's own error of this kind has no code; the one beneath it has.
    if isinstance(cause, ssl.SSLCertVerificationError) and hasattr(cause, "verify_code"):
        return errors.Refused(_certificate(cause, address), str(cause))
    if not isinstance(cause, ssl.SSLError) or isinstance(cause, _NO_TLS_FAULT):
        return None
    said = str(cause)
    if "ALERT" in said:
        if address.tls and address.tls.cert:
            sentence = _("The engine does not accept the client certificate.")
        else:
            sentence = _("The engine wants a client certificate: store one with its key.")
        return errors.Refused(sentence, said)
    return errors.Refused(_("What answers at %(address)s does not speak TLS.") % {"address": address}, said)


def _certificate(error: ssl.SSLCertVerificationError, address: Address) -> str:
    if error.verify_code in _OTHER_NAME:
        return _("The engine's certificate is for another name than %(name)s.") % {"name": address.host}
    if error.verify_code in _EXPIRED:
        return _("The engine's certificate is not valid at this date.")
    if error.verify_code in _UNKNOWN_ISSUER:
        return _("The engine's certificate was not issued by the stored CA.")
    return _("The engine's certificate cannot be trusted: %(why)s.") % {"why": error.verify_message}


def _system(cause: BaseException, address: Address, connected: bool) -> EngineError | None:
    if isinstance(cause, TimeoutError):
        return timed_out(str(cause)) if connected else _no_connection(address, cause)
    if isinstance(cause, socket.gaierror):
        return errors.Unreachable(
            _("The name %(name)s is not known to the name service.") % {"name": address.host}, str(cause)
        )
    if isinstance(cause, ConnectionRefusedError | FileNotFoundError):
        return _nobody_listens(address, cause)
    if isinstance(cause, PermissionError) and address.scheme is Scheme.UNIX:
        return _no_rights(address, cause)
    if isinstance(cause, _BROKEN):
        return lost(str(cause)) if connected else unreachable(address, str(cause))
    if isinstance(cause, OSError) and cause.errno in _NO_WAY:
        return errors.Unreachable(_("There is no way to %(address)s from here.") % {"address": address}, str(cause))
    return None


def _no_connection(address: Address, cause: BaseException) -> EngineError:
    return errors.Unreachable(_("%(address)s does not answer.") % {"address": address}, str(cause))


def _nobody_listens(address: Address, cause: BaseException) -> EngineError:
    if address.scheme is Scheme.UNIX and isinstance(cause, FileNotFoundError):
        sentence = _("There is no socket at %(path)s: is Docker installed and running?") % {"path": address.path}
    elif address.scheme is Scheme.UNIX:
        sentence = _("Nobody listens at %(path)s: is Docker running?") % {"path": address.path}
    else:
        sentence = _("Nobody listens at %(address)s.") % {"address": address}
    return errors.Unreachable(sentence, str(cause))


def _no_rights(address: Address, cause: BaseException) -> EngineError:
    return errors.Refused(
        _("Quayside may not use %(path)s: add the user it runs as to the group “docker”, then start it again.")
        % {"path": address.path},
        str(cause),
    )
