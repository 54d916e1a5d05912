"""Which settings did the environment give: typed, and refused in one sentence?

It imports no Django, so that the supervisor stays small.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from dashboard import keys
from dashboard.keys import SettingError

__all__ = [
    "BASE_DIR",
    "SettingError",
    "audit_checkpoints",
    "audit_keys",
    "audit_syslog",
    "celery_broker_url",
    "data_dir",
    "fernet_keys",
    "flag",
    "host_name",
    "listing",
    "load_dotenv",
    "narrowed",
    "number",
    "redis_url",
    "run_dir",
    "script_name",
    "secret_key",
    "text",
]

BASE_DIR = Path(__file__).resolve().parent.parent

_SCRIPT_NAME = re.compile(r"(/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+")
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*|\[?[0-9A-Fa-f:.]{2,45}\]?")
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
_OPEN_REDIS = (
    "REDIS_URL names a Redis on the network without a password, and whoever can reach it could act as this console. "
    "Add the line `requirepass PASSWORD` to its redis.conf and set REDIS_URL=redis://:PASSWORD@127.0.0.1:6379/0 here; "
    "where nobody else can reach it, set REDIS_WITHOUT_PASSWORD=1."
)
# The kernel takes 107 bytes for a unix socket's path; the folder must leave room for the longest name put into it.
_RUN_DIR_LIMIT = 107 - 33


def load_dotenv(path: Path | None = None) -> None:
    """Put the lines of `.env` (or of the file DOTENV names) into the environment; a variable already there wins."""
    file = path or BASE_DIR / text("DOTENV", ".env")
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} cannot be read ({error}); mend it or remove it.") from error
    for count, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise SettingError(f"{file} line {count} is not NAME=value; mend that line.")
        os.environ.setdefault(match[1], _unquoted(match[2]))


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] in "'\"" and value[-1] == value[0]:
        return value[1:-1]
    return re.split(r"\s+#", value, maxsplit=1)[0].strip()


def text(name: str, default: str = "") -> str:
    """The setting as it was written; an empty one counts as not given."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """The setting as yes or no."""
    value = text(name).lower()
    if not value:
        return default
    if value not in _YES | _NO:
        raise SettingError(f"{name} is {value!r}; set it to 1 or 0.")
    return value in _YES


def number(name: str, default: int, low: int | None = None, high: int | None = None) -> int:
    """The setting as a whole number between low and high, both included."""
    value = text(name)
    if not value:
        return default
    between = " ".join(
        part for part in (f"from {low}" * (low is not None), f"up to {high}" * (high is not None)) if part
    )
    wish = f"set it to a whole number {between}".strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        raise SettingError(f"{name} is {value!r}; {wish}.")
    found = int(value)
    if (low is not None and found < low) or (high is not None and found > high):
        raise SettingError(f"{name} is {found}; {wish}.")
    return found


def listing(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """The setting as a list; commas divide, spaces around them don't count."""
    value = text(name)
    return [part.strip() for part in value.split(",") if part.strip()] if value else list(default)


def script_name() -> str:
    """The path below which the console is served, such as /quayside; empty at the root of its name."""
    value = text("SCRIPT_NAME").rstrip("/")
    if value and not _SCRIPT_NAME.fullmatch(value):
        raise SettingError(f"SCRIPT_NAME is {value!r}; set it to a path such as /quayside.")
    return value


def host_name(name: str) -> str:
    """The setting as the name or address of a machine, without scheme and port."""
    value = text(name)
    if value and not _HOST_NAME.fullmatch(value):
        raise SettingError(f"{name} is {value!r}; set it to a name or an address alone, such as apps.example.com.")
    return value


def data_dir() -> Path:
    """The folder of everything Quayside keeps; a relative one stands in the project."""
    return BASE_DIR / Path(text("DATA_DIR", "var")).expanduser()


def run_dir() -> Path:
    """The folder of sockets, mode 0700: DATA_DIR/run, or a short one that DATA_DIR/run then links to."""
    _private(data_dir())
    wanted = data_dir() / "run"
    folder = wanted if len(os.fsencode(wanted)) <= _RUN_DIR_LIMIT else _short_run_dir(wanted)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise SettingError(f"{folder} belongs to somebody else; remove it or set DATA_DIR to another folder.")
        if stat.S_IMODE(found.st_mode) & 0o077:
            folder.chmod(0o700)
        if folder != wanted and not wanted.is_symlink():
            wanted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            wanted.symlink_to(folder)
    except FileExistsError as error:
        if folder != wanted and wanted.is_symlink():  # another process made the link first
            return folder
        raise SettingError(f"{wanted} is in the way of a folder of that name; move it away.") from error
    except OSError as error:
        raise SettingError(keys.refusal(wanted, error)) from error
    return folder


# One of these is in every DATA_DIR that was used before.
_OURS = ("keys", "run", "db.sqlite3", "prepared.json")


def _private(folder: Path) -> None:
    """Nobody else on this machine may look into DATA_DIR: sessions, password hashes and logs are in there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if not stat.S_IMODE(found.st_mode) & 0o077:
            return
        if found.st_uid != os.geteuid() or not (_holds_ours(folder) or _is_new(folder)):
            raise SettingError(
                f"Others may look into {folder}, where passwords and sessions are kept: "
                f"chmod 700 it, or set DATA_DIR to a folder of its own."
            )
        folder.chmod(0o700)
    except (NotADirectoryError, FileExistsError) as error:
        raise SettingError(f"{folder} is in the way of a folder of that name; move it away.") from error
    except OSError as error:
        raise SettingError(keys.refusal(folder, error)) from error


def _holds_ours(folder: Path) -> bool:
    return any((folder / name).exists() for name in _OURS)


def _is_new(folder: Path) -> bool:
    """Nothing is in it but the claim of the start that is under way, or what a file system of its own begins with."""
    return all(each.name in ("up.lock", "lost+found") for each in folder.iterdir())


def narrowed(file: Path) -> Path:
    """The database, of which an earlier version or a copy may have left files that others can read."""
    for each in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))):
        with contextlib.suppress(OSError):
            if stat.S_IMODE(each.stat().st_mode) & 0o077:
                each.chmod(0o600)
    return file


def _short_run_dir(wanted: Path) -> Path:
    """The same short folder in every process that names the same DATA_DIR."""
    digest = hashlib.sha256(os.fsencode(wanted.absolute())).hexdigest()[:12]
    return Path(f"/tmp/quayside-{os.geteuid()}-{digest}")  # noqa: S108 - its owner and mode are checked


def redis_url() -> str:
    """Where Redis listens: REDIS_URL, else the private one on a unix socket."""
    given = text("REDIS_URL")
    if not given:
        return "unix://" + quote(str(run_dir() / "redis.sock"))
    if given.partition("://")[0] not in {"redis", "rediss", "unix"}:
        raise SettingError("REDIS_URL must begin with redis://, rediss:// or unix://.")
    if not _redis_password(given) and not flag("REDIS_WITHOUT_PASSWORD"):
        raise SettingError(_OPEN_REDIS)
    return given


def _redis_password(url: str) -> bool:
    """Whether it has one, or stands on a unix socket, whose file says who may use it."""
    try:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        return parts.scheme == "unix" or bool(parts.password or query.get("password"))
    except ValueError:
        return False


def celery_broker_url() -> str:
    """The same Redis in Celery's spelling, which differs for unix sockets and TLS."""
    parts = urlsplit(redis_url())
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        database_number = query.get("db", "0")
        return f"redis+socket://{login}{parts.path}?virtual_host={database_number}"
    if parts.scheme == "rediss":
        query.setdefault("ssl_cert_reqs", "required")
        return parts._replace(query=urlencode(query)).geturl()
    return parts.geturl()


def secret_key() -> str:
    """Django's SECRET_KEY, made at first use."""
    return keys.secret_key(data_dir() / "keys" / "secret.key")


def fernet_keys() -> list[str]:
    """The keys that encrypt secrets at rest, newest first; the first is made at first use."""
    return keys.fernet_keys(data_dir() / "keys" / "secrets.key")


def audit_keys() -> list[str]:
    """The keys that sign checkpoints of the trail, newest first; the first is made at first use."""
    return keys.audit_keys(data_dir() / "keys" / "audit.key")


def audit_checkpoints() -> Path:
    """The file of signed checkpoints; a relative one stands in the project."""
    given = text("AUDIT_CHECKPOINTS")
    return BASE_DIR / Path(given).expanduser() if given else data_dir() / "audit" / "checkpoints"


def audit_syslog() -> str:
    """Where checkpoints are sent, too: a socket's path, udp://host:port or tcp://host:port; empty for nowhere."""
    given = text("AUDIT_SYSLOG")
    if not given or given.startswith("/"):
        return given
    parts = urlsplit(given)
    try:
        good = parts.scheme in {"udp", "tcp"} and bool(parts.hostname) and (parts.port or 514) > 0
    except ValueError:
        good = False
    if not good or parts.path or parts.query or parts.username:
        raise SettingError("AUDIT_SYSLOG must be a path such as /dev/log, udp://host:514 or tcp://host:514.")
    return given
