"""Signed notes (c2sp.org/signed-note) with Ed25519: a text and under it lines that say who has signed it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the public format's own word
DASH = "\N{EM DASH} "
_MOST_SIGNATURES = 100
_NAME = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """A key or a note that isn't one, or that nobody known has signed; the text says which."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Whose signatures are believed: a name and a public key, written NAME+HASH+BASE64."""

    name: str
    key: bytes

    @classmethod
    def parse(cls, text: str) -> Verifier:
        name, found, key = _parse(text)
        if _key_id(name, key) != found:
            raise NoteError("the key's name, hash and bytes do not go together")
        return cls(name, key)

    @property
    def key_id(self) -> bytes:
        return _key_id(self.name, self.key)

    def verifies(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_b64(_ED25519 + self.key)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a name and a private key, written PRIVATE+KEY+NAME+HASH+BASE64."""

    name: str
    seed: bytes

    @classmethod
    def parse(cls, text: str) -> Signer:
        if not text.startswith(_SECRET):
            raise NoteError("a private key begins with PRIVATE+KEY+")
        name, found, seed = _parse(text.removeprefix(_SECRET))
        signer = cls(name, seed)
        if signer.verifier.key_id != found:
            raise NoteError("the key's name, hash and bytes do not go together")
        return signer

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The whole note."""
        if not text.endswith("\n") or not _is_clean(text):
            raise NoteError("the text of a note is lines without control characters")
        signature = self._private().sign(text.encode())
        return f"{text}\n{DASH}{self.name} {_b64(self.verifier.key_id + signature)}\n"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def __repr__(self) -> str:
        return f"<Signer {self.name}>"


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """The text of a note that one of these has signed; signatures of others don't count."""
    text, signatures = _split(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed = False
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        if not verifier.verifies(text, signature):
            raise NoteError(f"the signature of {name}+{key_id.hex()} is wrong")
        signed = True
    if not signed:
        names = ", ".join(f"{name}+{key_id.hex()}" for name, key_id, _signature in signatures)
        raise NoteError(f"it is signed by another key ({names})")
    return text


def _split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not text or not lines.endswith("\n") or not _is_clean(note):
        raise NoteError("it is no signed note")
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > _MOST_SIGNATURES:
        raise NoteError("it has too many signatures")
    return text + "\n", signatures


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, space, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not space or not _NAME.fullmatch(name):
        raise NoteError("it is no signed note")
    raw = _unb64(encoded)
    if len(raw) < 5:
        raise NoteError("it is no signed note")
    return name, raw[:4], raw[4:]


def _is_clean(text: str) -> bool:
    return all(char == "\n" or char >= " " for char in text) and "\ufffd" not in text


def _parse(text: str) -> tuple[str, bytes, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]) or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise NoteError("a key is written NAME+HASH+BASE64")
    raw = _unb64(parts[2])
    if raw[:1] != _ED25519 or len(raw) != 33:
        raise NoteError("only Ed25519 keys are known")
    return parts[0], bytes.fromhex(parts[1]), raw[1:]


def _key_id(name: str, key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + key).digest()[:4]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _unb64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("it is not in base64") from error
