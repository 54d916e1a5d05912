"""How do we call OpenSSH, and what does it mean by what it says? One key, one pinned host key, no configuration."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from hosts.engine import errors
from hosts.engine.address import Address, Scheme
from hosts.engine.errors import AddressError, EngineError

_KEY = re.compile(r"\b((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]{3,60})\s+([A-Za-z0-9+/]{40,}={0,2})")
_PREFERRED = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
# The name under which the pinned key stands in known_hosts, whatever the machine's own name is.
_ALIAS = "quayside"
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class HostKey:
    """A machine's SSH key: `line` is stored and pinned, `fingerprint` is what a person compares."""

    line: str
    fingerprint: str


def host_keys(text: str) -> list[HostKey]:
    """The keys in a text of known_hosts, .pub or ssh-keyscan form, the preferred kind first."""
    found = []
    for match in _KEY.finditer(text[:20_000]):
        try:
            blob = base64.b64decode(match[2], validate=True)
        except binascii.Error:
            continue
        digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
        found.append(HostKey(f"{match[1]} {match[2]}", f"SHA256:{digest}"))
    order = {kind: place for place, kind in enumerate(_PREFERRED)}
    return sorted(found, key=lambda key: order.get(key.line.split()[0], len(order)))


def scan_host_key(address: Address) -> HostKey:
    """Ask the machine for its key, for a person to confirm; takes up to 5 s."""
    if address.scheme is not Scheme.SSH:
        raise AddressError(_("Only an ssh:// address has an SSH host key."))
    command = ["ssh-keyscan", "-T", "5", "-p", str(address.port), "-t", "ed25519,ecdsa,rsa", "--", address.host]
    try:
        done = subprocess.run(
            command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=15, check=False
        )
    except FileNotFoundError as error:
        raise no_openssh() from error
    except subprocess.TimeoutExpired as error:
        raise errors.Unreachable(_("%(address)s does not answer.") % {"address": address}) from error
    keys = host_keys(done.stdout.decode("ascii", "replace"))
    if not keys:
        raise explain(done.stderr.decode("utf-8", "replace"), address)
    return keys[0]


def write_login(address: Address, folder: Path) -> None:
    """Put the key and the pinned host key into a private folder, as `key` and `known_hosts`."""
    login = address.ssh
    if login is None or not login.key.strip():
        raise AddressError(_("Store a private key to log in with."), "ssh_key")
    pinned = host_keys(login.host_key)
    if not pinned:
        raise AddressError(_("Confirm the machine's SSH host key first."), "ssh_host_key")
    key = login.key.replace("\r\n", "\n").strip() + "\n"
    for name, text in (("key", key), ("known_hosts", "".join(f"{_ALIAS} {key.line}\n" for key in pinned))):
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(text)


def tunnel_command(address: Address, local: str, login: str) -> list[str]:
    """`local` is the socket to listen at and `login` the folder of write_login, both beginning with `./`."""
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": f"{login}/known_hosts",
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": _ALIAS,
        "CheckHostIP": "no",
        "UpdateHostKeys": "no",
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "PreferredAuthentications": "publickey",
        "ConnectTimeout": "5",
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "2",
        "ExitOnForwardFailure": "yes",
        "StreamLocalBindUnlink": "yes",
        "ControlMaster": "no",
        "ControlPath": "none",
        "ForwardAgent": "no",
        "PermitLocalCommand": "no",
        "LogLevel": "INFO",
    }
    command = ["ssh", "-F", "/dev/null", "-N", "-T", "-p", str(address.port), "-l", address.user]
    command += ["-i", f"{login}/key", "-L", f"{local}:{address.path}"]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"]
    return [*command, "--", address.host]


def explain(said: str, address: Address) -> EngineError:
    """The error that ssh's own words tell of."""
    for fragment, kind, sentence in _meanings(address):
        if fragment in said:
            return kind(sentence, said)
    return errors.Unreachable(_("SSH to %(address)s failed.") % {"address": address}, said)


def _meanings(address: Address) -> list[tuple[str, type[EngineError], str]]:
    """What to look for in ssh's words, the most telling first."""
    where = {"address": address, "host": address.host, "user": address.user, "path": address.path}
    bad_key = _("The SSH private key cannot be read: paste it whole and without a passphrase.")
    other_key = _("The machine shows another SSH host key than the one confirmed: somebody may be in between.")
    no_socket = _("SSH works, but %(path)s on %(host)s does not answer: is Docker running, and may %(user)s use it?")
    unknown = _("The name %(host)s is not known to the name service.") % where
    no_way = _("There is no way to %(address)s from here.") % where
    return [
        ("Load key ", errors.Refused, bad_key),
        ("HOST IDENTIFICATION HAS CHANGED", errors.Refused, other_key),
        ("Host key verification failed", errors.Refused, other_key),
        ("no matching host key type", errors.Refused, other_key),
        ("Permission denied", errors.Refused, _("The SSH server does not let %(user)s in with this key.") % where),
        ("Too many authentication failures", errors.Refused, _("The SSH server wants no more tries.")),
        ("administratively prohibited", errors.Refused, _("The SSH server forbids forwarding to a socket.")),
        ("open failed", errors.Unreachable, no_socket % where),
        ("Could not resolve hostname", errors.Unreachable, unknown),
        ("Name or service not known", errors.Unreachable, unknown),
        ("Connection refused", errors.Unreachable, _("Nobody listens at %(address)s.") % where),
        ("timed out", errors.Unreachable, _("%(address)s does not answer.") % where),
        ("No route to host", errors.Unreachable, no_way),
        ("Network is unreachable", errors.Unreachable, no_way),
    ]


def no_openssh() -> EngineError:
    return errors.Refused(_("OpenSSH is not installed here: install the package openssh-client."))
