"""Where is a host's engine and how do we get in? Frozen; what is not on the list is refused in words."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from hosts.engine.errors import AddressError
from hosts.models.secrets import SecretError

if TYPE_CHECKING:
    from hosts.models import Host

REMOTE_SOCKET = "/var/run/docker.sock"
# A unix socket's path takes 107 bytes. Quotes, spaces and colons would need escaping in ssh's options: refuse them.
_PATH = re.compile(r"/[A-Za-z0-9_./@+,=~-]{1,106}")
_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")


class Scheme(StrEnum):
    UNIX = "unix"
    TCP = "tcp"
    SSH = "ssh"


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM texts; an empty CA means the ones that the machine trusts."""

    ca: str = ""
    cert: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SshLogin:
    """`host_key` holds the pinned keys, one a line, in the form of known_hosts or of a .pub file."""

    key: str = field(repr=False)
    host_key: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One engine's address: `path` is the socket (the remote one for ssh), `tls` and `ssh` what opens the door."""

    scheme: Scheme
    path: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    tls: Tls | None = None
    ssh: SshLogin | None = None

    @classmethod
    def parse(cls, url: str) -> Address:
        """The address alone, without keys; AddressError says what is wrong with it."""
        parts, port = _split(url)
        if parts.scheme == Scheme.UNIX:
            if parts.netloc:
                raise AddressError(_("Write the socket's whole path, as in unix:///var/run/docker.sock."))
            return cls(Scheme.UNIX, path=_path(parts.path))
        if parts.scheme == Scheme.TCP:
            if parts.path not in ("", "/"):
                raise AddressError(_("A tcp:// address ends after the port."))
            if parts.username is not None:
                raise AddressError(_("A tcp:// address has no user name."))
            return cls(Scheme.TCP, host=_hostname(parts), port=port or 0)
        remote = REMOTE_SOCKET if parts.path in ("", "/") else _path(parts.path)
        return cls(Scheme.SSH, path=remote, host=_hostname(parts), port=port or 22, user=_user(parts))

    @classmethod
    def of(cls, host: Host) -> Address:
        """The address of a host, with its keys opened; the row may be unsaved."""
        address = cls.parse(host.url)
        try:
            if address.scheme is Scheme.TCP:
                tls = Tls(host.tls_ca, host.tls_cert, host.secret("tls_key"))
                if tls.ca or tls.cert or tls.key:
                    return replace(address, tls=tls, port=address.port or 2376)
                return replace(address, port=address.port or 2375)
            if address.scheme is Scheme.SSH:
                return replace(address, ssh=SshLogin(host.secret("ssh_key"), host.ssh_host_key))
        except SecretError as error:
            column = "tls_key" if address.scheme is Scheme.TCP else "ssh_key"
            raise AddressError(str(error), column) from error
        return address

    def __str__(self) -> str:
        if self.scheme is Scheme.UNIX:
            return f"unix://{self.path}"
        where = f"[{self.host}]" if ":" in self.host else self.host
        if self.scheme is Scheme.TCP:
            return f"tcp://{where}:{self.port}"
        who = f"{self.user}@" if self.user else ""
        return f"ssh://{who}{where}:{self.port}{self.path}"


def _split(url: str) -> tuple[SplitResult, int | None]:
    if not url.isprintable() or " " in url or "%" in url or len(url) > 255:
        raise AddressError(_("An address has no spaces, percent signs or control characters."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError(_("The port or the name in this address cannot be read."), detail=str(error)) from error
    if parts.scheme not in tuple(Scheme) or not url.startswith(f"{parts.scheme}://"):
        raise AddressError(_("Begin the address with unix://, tcp:// or ssh://."))
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise AddressError(_("An address has no “?” and no “#”."))
    if parts.password is not None:
        raise AddressError(_("Put no password into an address."))
    if port == 0:
        raise AddressError(_("Port 0 does not exist."))
    return parts, port


def _path(path: str) -> str:
    if not _PATH.fullmatch(path) or len(path.encode()) > 107 or path.endswith("/"):
        raise AddressError(
            _("A socket's path begins with “/”, has at most 107 characters, and no spaces, colons or quotes in it.")
        )
    if ".." in path.split("/"):
        raise AddressError(_("A socket's path has no “..” in it."))
    return path


def _hostname(parts: SplitResult) -> str:
    name = parts.hostname or ""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    # A name whose last part is a number is another spelling of an IPv4 address, such as 127.1.
    if not _NAME.fullmatch(name) or len(name) > 253 or name.rstrip(".").rpartition(".")[2].isdigit():
        raise AddressError(_("The name of the machine is missing or has letters in it that no name has."))
    return name


def _user(parts: SplitResult) -> str:
    user = parts.username or ""
    if not _USER.fullmatch(user):
        raise AddressError(_("Say as whom to log in, as in ssh://user@machine."))
    return user
