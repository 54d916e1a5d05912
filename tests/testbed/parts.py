"""Which programs of this machine a testbed part needs, and which Debian package brings a missing one."""

import os
import shutil

PACKAGES = {
    "dockerd": "docker.io",
    "containerd": "containerd",
    "docker": "docker.io",
    "docker-registry": "docker-registry",
    "redis-server": "redis-server",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "htpasswd": "apache2-utils",
    "busybox": "busybox-static",
    "ip": "iproute2",
    "nginx": "nginx-light",
    "caddy": "caddy",
    "podman": "podman",
    "runc": "runc",
    "umount": "mount",
    "setpriv": "util-linux",
}


class MissingPartError(Exception):
    """This machine lacks something a testbed part stands on; the message says what to install."""


def program(name: str) -> str:
    """The absolute path of a program, looked for in the system folders too (a plain user's PATH has no sbin)."""
    path = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"
    found = shutil.which(name, path=path)
    if found is None:
        raise MissingPartError(f"{name} is not installed: apt-get install {PACKAGES[name]}")
    return found


def need_root(what: str) -> None:
    """Refuse early and in words: an engine mounts file systems and makes namespaces."""
    if os.geteuid() != 0:
        raise MissingPartError(f"{what} needs root")
