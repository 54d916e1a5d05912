"""Hides what looks like a secret in what an engine tells: values of variables, labels and options, arguments, URLs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hosts.engine.errors import cut

MASK = "•••"
_TEXT_LIMIT = 32 << 10
# All texts of one answer together: no page can show more, and the patterns take a second for 8 MiB.
_WHOLE_LIMIT = 2 << 20
_MANY = 2000
_DEEPEST = 64

_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_INSIDE = ("password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "privatekey", "accesskey")
_WORDS = {"pass", "pwd", "pw", "key", "keys", "auth", "authorization", "cookie", "dsn", "otp", "salt"}
# Names of the engine's own whose value is no secret.
_HARMLESS = {"sandboxkey", "securityopt", "keypath", "bypass", "compass"}

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/:@]{0,256}):([^\s/@]{1,1024})@")
_PAIR = re.compile(
    r"(?i)((?:password|passwd|passphrase|secret|token|pwd|api_?-?key|access_?-?key)[\w.-]{0,64}"
    # A colon counts before a space or a quote only: `/run/secrets:/run/secrets` is a mount.
    r"""["']?\s{0,3}(?:=|:(?=[\s"']))\s{0,3})("[^"]*"|'[^']*'|[^\s,;&"']+)"""
)
_BEARER = re.compile(r"(?i)\b(authorization:?\s*(?:basic|bearer|token)?\s+|bearer\s+)[\w.~+/=-]{4,}")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_OPTION = re.compile(r"--?([A-Za-z][\w-]*)")


def is_secret(name: str) -> bool:
    """Whether the value under this name is likely one that not everybody may read."""
    if name.lower() in _HARMLESS:
        return False
    words = [word.lower() for word in _SPLIT.findall(name)]
    joined = "".join(words)
    if any(word in joined for word in _INSIDE):
        return True
    return any(word in _WORDS or (word.endswith(("auth", "pass")) and word not in _HARMLESS) for word in words)


def mask(raw: Any) -> Any:
    """The same JSON with secret-looking values hidden, and cut to sizes that a page can show."""
    return _Masking().mask(raw, "", 0)


def mask_text(text: str) -> str:
    """A text of any kind without the passwords in it: in URLs, in `password=…`, in headers, private keys."""
    text = _URL.sub(rf"\1:{MASK}@", text)
    text = _PEM.sub(MASK, text)
    text = _BEARER.sub(rf"\1{MASK}", text)
    return _PAIR.sub(rf"\1{MASK}", text)


def mask_value(name: str, value: str) -> str:
    """The value of a variable, label or option of that name."""
    if not value or not is_secret(name):
        return mask_text(value)
    names_a_file = name.lower().endswith(("_file", ".file", "-file")) and value.startswith("/")
    return value if names_a_file else MASK


def mask_arguments(arguments: Sequence[str]) -> list[str]:
    """A command's arguments, without what follows `--password` and the like."""
    shown, hide = [], False
    for argument in arguments:
        shown.append(MASK if hide and not argument.startswith("-") else _argument(argument))
        option = _OPTION.fullmatch(argument)
        hide = option is not None and is_secret(option[1])
    return shown


def _argument(argument: str) -> str:
    """`NAME=value` and `--name=value` by their name, whatever else by its looks."""
    name, equals, value = argument.partition("=")
    if equals and re.fullmatch(r"[\w.-]{1,128}", name):
        return f"{name}={mask_value(name.lstrip('-'), value)}"
    return mask_text(argument)


class _Masking:
    """One answer on its way: how much text it may still show."""

    def __init__(self) -> None:
        self._left = _WHOLE_LIMIT

    def mask(self, raw: Any, name: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return "…"
        if isinstance(raw, str):
            return mask_value(name, self._cut(raw))
        if isinstance(raw, dict):
            pairs = list(raw.items())[:_MANY]
            return {cut(str(key), 255): self.mask(value, str(key), depth + 1) for key, value in pairs}
        if isinstance(raw, list):
            raw = raw[:_MANY]
            if raw and all(isinstance(each, str) for each in raw):
                return mask_arguments([self._cut(each) for each in raw])
            return [self.mask(each, "", depth + 1) for each in raw]
        return raw

    def _cut(self, text: str) -> str:
        shown = cut(text, min(_TEXT_LIMIT, self._left)) if self._left > 0 else "…" * bool(text)
        self._left -= len(shown)
        return shown
