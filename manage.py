#!/usr/bin/env python
"""Quayside from a shell: `up` starts it (`up web` only that process), everything else is a Django command."""

import os
import sys

from dashboard.env import SettingError


def main(arguments: list[str]) -> int:
    """The exit status; 3 means that the last line says in one sentence what to do."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    # Whatever is made from here on, by children too, is for this user alone: the database and its journals first.
    os.umask(0o077)
    if arguments[1:2] == ["up"]:
        from dashboard.up.main import main as up  # before Django, which would cost the supervisor 30 MB

        return up(arguments[2:])
    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(arguments)
    except SettingError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 3
    except ModuleNotFoundError as error:
        if error.name != "django":
            raise
        print("Django is not installed for this Python; run `make run`, or use .venv/bin/python.", file=sys.stderr)  # noqa: T201
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
