"""Does a name promise a secret, or is it known to be harmless? Of variables, labels and options."""

from __future__ import annotations

import re

_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_INSIDE = ("password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "privatekey", "accesskey")
_WORDS = frozenset(
    ("pass", "pwd", "pw", "key", "keys", "auth", "authorization", "cookie", "dsn", "otp", "salt", "cred", "creds")
)
# Names of the engine's own whose value is no secret, and words that only end like one.
_NO_SECRET = frozenset(("sandboxkey", "securityopt", "keypath", "bypass", "compass"))

# Variables whose values everybody may see, as far as the values themselves give nothing away. Only names of which a
# secret would make no sense; whatever else a variable is called, its value is for those who may reveal it.
# fmt: off
_HARMLESS = frozenset((
    "CI", "COLORTERM", "COLUMNS", "DEBIAN_FRONTEND", "DISPLAY", "DOTNET_RUNNING_IN_CONTAINER", "EDITOR", "GOPATH",
    "GOROOT", "HISTSIZE", "HOME", "HOSTNAME", "HOSTTYPE", "JAVA_HOME", "LANG", "LANGUAGE", "LINES", "LOGNAME",
    "MACHTYPE", "NODE_ENV", "NODE_PATH", "NO_COLOR", "NPM_CONFIG_LOGLEVEL", "OLDPWD", "OSTYPE", "PAGER", "PATH",
    "PGDATA", "PHP_INI_DIR", "PORT", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONIOENCODING",
    "PYTHONPATH", "PYTHONUNBUFFERED", "RACK_ENV", "RAILS_ENV", "SHELL", "SHLVL", "TERM", "TIMEZONE", "TMPDIR", "TZ",
    "UMASK", "USER", "VISUAL", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
))
# fmt: on
_HARMLESS_SHAPES = re.compile(r"LC_[A-Z]{1,20}|[A-Z][A-Z0-9_]{0,63}_VERSION|VERSION")
_OF_FILES = ("_file", ".file", "-file")


def is_secret(name: str) -> bool:
    """Whether the value under this name is likely one that not everybody may read."""
    if name.lower() in _NO_SECRET:
        return False
    words = [word.lower() for word in _SPLIT.findall(name)]
    joined = "".join(words)
    if any(word in joined for word in _INSIDE):
        return True
    return any(word in _WORDS or (word.endswith(("auth", "pass")) and word not in _NO_SECRET) for word in words)


def is_harmless(name: str) -> bool:
    """Whether a variable of this name is one whose value everybody may see."""
    return name in _HARMLESS or _HARMLESS_SHAPES.fullmatch(name) is not None


def names_a_file(name: str, value: str) -> bool:
    """`DB_PASSWORD_FILE=/run/secrets/db` says where the secret is, and not what it is."""
    return name.lower().endswith(_OF_FILES) and value.startswith("/")
