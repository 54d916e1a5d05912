"""`manage.py hosts add|list|test|remove`: what the hosts page does, through the same operations and the same trail."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hosts.access import Actor, Target
from hosts.models import Host
from hosts.operations.base import Operation, find
from hosts.operations.perform import Result, perform

_FILES = {"ca": "tls_ca", "cert": "tls_cert", "key": "tls_key", "ssh_key": "ssh_key", "ssh_host_key": "ssh_host_key"}


class Command(BaseCommand):
    help = "Add, list, test and remove hosts from the shell."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="add | list | test | remove")
        add = verbs.add_parser("add", help="add a host")
        add.add_argument("name")
        add.add_argument("url", help="unix:///path, tcp://machine:port or ssh://user@machine[:port][/path]")
        _way_in(add)
        add.add_argument("--groups", default="", help="names divided by commas")
        add.add_argument("--tags", default="", help="words divided by commas")
        add.add_argument(
            "--if-missing", action="store_true", help="do nothing when there is a host of this name or address"
        )
        verbs.add_parser("list", help="list the hosts and their states")
        test = verbs.add_parser("test", help="connect to a host, or to an address that is no host yet")
        test.add_argument("name", help="a host's name, or an address")
        _way_in(test)
        verbs.add_parser("remove", help="forget a host").add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        name, url = options["name"], options["url"]
        known = Host.objects.filter(name=name) | Host.objects.filter(url=url)
        if options["if_missing"] and known.exists():
            return
        data = {"name": name, "url": url, "groups": options["groups"], "tags": options["tags"], **_files(options)}
        self._run("host.add", Target("console"), data, accept=options["accept_host_key"])

    def _list(self, options: dict[str, Any]) -> None:
        for host in Host.objects.all():
            version = host.info.get("version", "-")
            self.stdout.write(f"{host.name}\t{host.url}\t{host.state}\t{version}\t{host.state_reason}".rstrip())

    def _test(self, options: dict[str, Any]) -> None:
        host = Host.objects.filter(name=options["name"]).first()
        if host is None:
            data = {"name": "test", "url": options["name"], **_files(options)}
            self._run("host.probe", Target("console"), data, accept=options["accept_host_key"])
            return
        kept = {name: getattr(host, name) for name in ("name", "url", "tls_ca", "tls_cert", "ssh_host_key")}
        self._run("host.test", Target.of(host), {**kept, **_files(options)})

    def _remove(self, options: dict[str, Any]) -> None:
        host = Host.objects.filter(name=options["name"]).first()
        if host is None:
            raise CommandError(f"There is no host named {options['name']}.")
        self._run("host.remove", Target.of(host), {})

    def _run(self, name: str, target: Target, data: dict[str, str], accept: bool = False) -> None:
        operation = find(name)
        if operation is None:
            raise CommandError(f"There is no operation named {name}.")
        result = perform(Actor.shell(), operation, target, data)
        shown = result.form.data.get("ssh_host_key") if result.form else ""
        if not result.ok and accept and shown and not data.get("ssh_host_key"):
            self.stdout.write(_complaints(operation, result))
            result = perform(Actor.shell(), operation, target, {**data, "ssh_host_key": shown})
        if not result.ok:
            raise CommandError(_complaints(operation, result))
        self.stdout.write(result.message)


def _way_in(parser: argparse.ArgumentParser) -> None:
    for option, words in (
        ("--ca", "CA certificate (PEM file)"),
        ("--cert", "client certificate (PEM file)"),
        ("--key", "client key (PEM file)"),
        ("--ssh-key", "private key to log in with (file)"),
        ("--ssh-host-key", "the machine's host key (file, as in known_hosts)"),
    ):
        parser.add_argument(option, type=Path, help=words)
    parser.add_argument(
        "--accept-host-key", action="store_true", help="trust the SSH host key that the machine shows now"
    )


def _files(options: dict[str, Any]) -> dict[str, str]:
    found = {}
    for option, field in _FILES.items():
        path: Path | None = options.get(option)
        if path is None:
            continue
        try:
            found[field] = path.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read as a key or certificate: {error}.") from error
    return found


def _complaints(operation: Operation, result: Result) -> str:
    errors = result.form.errors if result.form else {}
    if not errors:
        return result.message
    return "\n".join(f"{name}: {' '.join(map(str, found))}" for name, found in errors.items())
