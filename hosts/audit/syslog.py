"""Sends checkpoints to syslog, so that somebody else has a copy.

By sockets of our own: the library's handler keeps errors to itself, and a checkpoint that did not get there is told.
"""

from __future__ import annotations

import socket
import time
from logging.handlers import SysLogHandler
from urllib.parse import urlsplit

from django.conf import settings

from hosts.audit.checkpoints import for_syslog

_SECONDS = 3.0
_PRIORITY = SysLogHandler.LOG_AUTHPRIV << 3 | SysLogHandler.LOG_INFO


def send(note: str) -> None:
    """Send one checkpoint where AUDIT_SYSLOG says, or nowhere; OSError when that does not work."""
    if settings.AUDIT_SYSLOG:
        with _connected(settings.AUDIT_SYSLOG) as line:
            local = line.family == socket.AF_UNIX
            stamp = time.strftime("%b %e %H:%M:%S") + ("" if local else f" {socket.gethostname()}")
            message = f"<{_PRIORITY}>{stamp} quayside-audit: {for_syslog(note)}".encode()
            # A stream has no other end of a message than this.
            line.sendall(message + b"\n" if line.type == socket.SOCK_STREAM else message)


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        try:
            return _local(address, socket.SOCK_DGRAM)
        except OSError:
            return _local(address, socket.SOCK_STREAM)
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 514
    if parts.scheme == "tcp":
        return socket.create_connection((host, port), timeout=_SECONDS)
    family, kind, protocol, _name, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    line = socket.socket(family, kind, protocol)
    line.connect(where)
    return line


def _local(path: str, kind: socket.SocketKind) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, kind)
    try:
        line.settimeout(_SECONDS)
        line.connect(path)
    except OSError:
        line.close()
        raise
    return line
