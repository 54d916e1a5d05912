"""Which database is it, and what does every connection to it begin with?"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dashboard import env


def database() -> dict[str, Any]:
    """Django's DATABASES["default"]: SQLite in DATA_DIR, or PostgreSQL by DATABASE_URL."""
    given = env.text("DATABASE_URL")
    return _postgresql(given) if given else _sqlite()


def _sqlite() -> dict[str, Any]:
    pragmas = (
        "journal_mode=WAL",  # readers never wait for the writer
        "recursive_triggers=ON",  # what REPLACE would remove asks the triggers of the trail, too
        "synchronous=FULL",  # an audit record that was written is still there after a power cut
        "journal_size_limit=33554432",
        "temp_store=MEMORY",
    )
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": env.narrowed(env.data_dir() / "db.sqlite3"),
        "OPTIONS": {
            # A transaction that reads first and then writes fails at once when another wrote meanwhile: lock first.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name or port == -1:
        raise env.SettingError("DATABASE_URL must look like postgres://user:password@host:5432/name.")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.pop("host", "")),
        "PORT": str(port or ""),
        # Under ASGI every request has a thread of its own: a connection kept longer would never be used again.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **query},
    }
