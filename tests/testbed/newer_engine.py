"""Brings a second generation of the engine beside the system's, so that one run tests an old API and a newer one.

Debian 13's packages of the engine and of containerd need no newer C library than Debian 12 has. They are downloaded
with apt, from lists and into a folder of our own, unpacked there, and kept for the next run; nothing is installed.
"""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.testbed.parts import MissingPartError, program

SUITE = "trixie"
PACKAGES = ("docker.io", "containerd")
SOURCE = f"""\
Types: deb
URIs: http://deb.debian.org/debian
Suites: {SUITE}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def installed_generation() -> int:
    """The major version of the system's own engine."""
    shown = subprocess.run([program("dockerd"), "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"version (\d+)", shown)
    return int(version[1]) if version else 0


def newer_binaries() -> Path | None:
    """The folder that holds the newer engine's programs; None when the system's own is as new."""
    if installed_generation() >= 26:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "quayside-testbed")
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"engine-{SUITE}"
    with (cache / "lock").open("w") as lock:
        # Two test processes may want it at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            with tempfile.TemporaryDirectory(dir=cache) as draft:
                _download(Path(draft))
                (Path(draft) / "bin").rename(kept)
    return kept


def _download(folder: Path) -> None:
    """Fetch and unpack the packages, and gather their programs in folder/bin."""
    for needed in ("lists/partial", "cache/archives/partial", "bin"):
        (folder / needed).mkdir(parents=True)
    sources = folder / "debian.sources"
    sources.write_text(SOURCE)
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        # The folder is ours alone, so apt's own user could not write to it.
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "-q", *(f"--option={key}={value}" for key, value in options.items())]
    if shutil.which("apt-get") is None:
        raise MissingPartError("the newer engine comes from Debian's packages, and there is no apt-get here")
    for arguments in (["update"], ["download", *PACKAGES]):
        done = subprocess.run([*apt, *arguments], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise MissingPartError(f"Debian's {SUITE} packages cannot be fetched: {done.stderr.strip()}")
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(folder / "root")], check=True, capture_output=True)
    for binary in [*folder.glob("root/usr/bin/*"), *folder.glob("root/usr/sbin/*")]:
        if not binary.is_symlink():
            binary.rename(folder / "bin" / binary.name)
