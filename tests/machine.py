"""Which of Debian's parts do the tests lack here? `python -m tests.machine` installs them as root, else names them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.testbed.parts import PACKAGES

MORE = {"chromium": "chromium", "msgfmt": "gettext"}
_PATH = os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"


def missing() -> dict[str, str]:
    """The programs that are not here, each with the Debian package that brings it."""
    absent = {name: package for name, package in {**PACKAGES, **MORE}.items() if shutil.which(name, path=_PATH) is None}
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        absent["postgres"] = "postgresql"
    return absent


def install(packages: list[str]) -> int:
    """Install them without starting their services: the tests start their own."""
    calm = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "update", "-qq"], env=calm, stdin=subprocess.DEVNULL, check=False)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    return subprocess.run(
        command, env=calm, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    ).returncode


def main() -> int:
    """0 when all is here, or when it may be missing: a plain user's tests are skipped and named."""
    absent = missing()
    if absent and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing", *sorted(set(absent.values())), flush=True)
        install(sorted(set(absent.values())))
        absent = missing()
    for name, package in sorted(absent.items()):
        print(f"{name} is missing (Debian package {package}): tests that need it are skipped.")
    if absent and (os.environ.get("CI") or os.geteuid() == 0):
        print("Nothing may be skipped here; install the above first.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
