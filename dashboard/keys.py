"""The key files of this installation: made once, for their owner only, and one for processes that start together."""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path


class SettingError(Exception):
    """A setting or the data folder is unusable; its text is one sentence that says what to do."""


def secret_key(file: Path) -> str:
    """Django's SECRET_KEY, from its file."""
    key = _read_or_make(file, lambda: secrets.token_urlsafe(50))
    if len(key) < 50:
        raise SettingError(
            f"{file} is damaged; put the file back from a backup, or remove it, which signs everybody out."
        )
    return key


def fernet_keys(file: Path) -> list[str]:
    """The keys of secrets at rest, newest first, one a line."""
    found = _read_or_make(file, lambda: base64.urlsafe_b64encode(os.urandom(32)).decode()).split()
    if not found or not all(map(_is_fernet_key, found)):
        raise SettingError(
            f"{file} is damaged; put it back from a backup, for without it stored secrets cannot be read."
        )
    return found


def audit_keys(file: Path) -> list[str]:
    """The keys that sign checkpoints of the trail, newest first, one a line; the first is made at first use."""
    found = _read_or_make(file, _new_audit_key).split()
    if not found:
        raise SettingError(f"{file} is damaged; put it back from a backup, for it signs the checkpoints of the trail.")
    return found


def _new_audit_key() -> str:
    """An Ed25519 key as signed notes (c2sp.org/signed-note) have it, under a name that no other installation has."""
    # Late: the supervisor needs none of it.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    name, private = f"quayside-{secrets.token_hex(4)}/audit", Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(f"{name}\n".encode() + b"\x01" + public).hexdigest()[:8]
    secret = base64.b64encode(b"\x01" + private.private_bytes_raw()).decode()
    return f"PRIVATE+KEY+{name}+{key_id}+{secret}"


def add_fernet_key(file: Path) -> None:
    """Put a new key in front of the others; whoever reads the file sees the old text or the new one, never half."""
    keys = [base64.urlsafe_b64encode(os.urandom(32)).decode(), *fernet_keys(file)]
    replace_fernet_keys(file, keys)


def replace_fernet_keys(file: Path, keys: list[str]) -> None:
    try:
        draft = _draft(file, "\n".join(keys))
        draft.replace(file)
    except OSError as error:
        raise SettingError(refusal(file, error)) from error


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32
    except (binascii.Error, ValueError):
        return False


def _read_or_make(file: Path, make: Callable[[], str]) -> str:
    try:
        try:
            return file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            _make(file, make())
            return file.read_text(encoding="ascii").strip()
    except UnicodeDecodeError as error:
        raise SettingError(f"{file} is damaged; put the file back from a backup.") from error
    except OSError as error:
        raise SettingError(refusal(file, error)) from error


def _make(file: Path, key: str) -> None:
    """Write the whole key beside its place, then link it in: whoever links first wins, and nobody reads half a key."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(file, key)
    try:
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _draft(file: Path, text: str) -> Path:
    """A file beside the other that holds the text, on disk and readable by its owner alone."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(text + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        draft.unlink()
        raise
    return draft


def refusal(path: Path, error: OSError) -> str:
    """The sentence for a file or folder that the system refused."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full at {path}; free some space or set DATA_DIR to a folder on another disk."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{path} may not be written by this user; change its owner or set DATA_DIR to a folder of yours."
    return f"{path} cannot be used ({error.strerror or error}); mend that or set DATA_DIR to another folder."
