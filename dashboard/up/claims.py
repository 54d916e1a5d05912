"""Is the place free: does another supervisor use the data folder, does another program use the port?"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path
from typing import TextIO

from dashboard import keys
from dashboard.up.words import CannotStart


def claim_data_dir(folder: Path) -> TextIO:
    """The open lock file; the folder is ours until it is closed, also when this process is killed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        lock = (folder / "up.lock").open("a+", encoding="ascii")
    except FileExistsError as error:
        raise CannotStart(f"{folder} is a file; remove it or set DATA_DIR to a folder.") from error
    except OSError as error:
        raise CannotStart(keys.refusal(folder, error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        other = lock.read().strip()
        lock.close()
        raise CannotStart(
            f"Quayside already runs on {folder} (process {other}); stop that one, or set DATA_DIR to another folder."
        ) from error
    try:
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
    except OSError as error:
        raise CannotStart(keys.refusal(folder, error)) from error
    return lock


def sweep(folder: Path) -> None:
    """Remove what the SSH tunnels of a killed run left: it may hold a key; nobody uses it while we hold the lock"""
    for left in folder.glob("ssh-*"):
        shutil.rmtree(left, ignore_errors=True)


def check_address(host: str, port: int) -> None:
    """Return when the web process will be able to listen there."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            probe.listen(1)
    except socket.gaierror as error:
        raise CannotStart(
            f"HOST is {host!r}, which is no address of this machine; set it to one, such as 127.0.0.1."
        ) from error
    except OSError as error:
        raise CannotStart(_taken(host, port, error)) from error


def _taken(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken; stop the program that uses it, or set PORT to a free one."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"Port {port} may only be used by root; set PORT to one above 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {host!r}, which is no address of this machine; set it to one, such as 127.0.0.1."
    return f"Quayside cannot listen on {host} port {port} ({error.strerror}); set HOST and PORT to others."
