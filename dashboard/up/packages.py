"""Makes .venv and installs the locked packages, only when a lock file has changed.

It runs on the machine's own Python, before anything is installed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# What pip says, and what the person can do about it; the first that fits is shown.
_REASONS = (
    (r"No space left on device|Errno 28", "The disk is full; free about 400 MB and run it again."),
    (
        r"DO NOT MATCH THE HASHES|have mismatched hashes",
        "A package differs from the locked one; check your package index, nothing was installed.",
    ),
    (
        r"Permission denied|Errno 13|Read-only file system",
        "This user may not write the folder .venv; change its owner or remove it.",
    ),
    (
        r"NewConnectionError|Temporary failure in name|Max retries|Timeout|ProxyError|Network is unreachable",
        "The package index cannot be reached; connect this machine, or name an index you can reach with PIP_INDEX_URL.",
    ),
    (
        r"No matching distribution|is not a supported wheel|Failed building wheel|subprocess-exited-with-error",
        "There is no ready-made package of {name} for {machine}; use Python 3.11 to 3.13 on x86-64 or arm64.",
    ),
)


def main(names: list[str]) -> int:
    """Bring .venv up to what the lock files say; 0, or 1 after one sentence."""
    try:
        python = _environment(ROOT / ".venv")
        for name in names:
            _install(python, ROOT / name)
    except Refused as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(_refusal(error), file=sys.stderr)  # noqa: T201
        return 1
    return 0


class Refused(Exception):
    """The packages cannot be installed; the text is one sentence that says what to do."""


def _environment(folder: Path) -> Path:
    """The interpreter of the virtual environment, made anew when there is none or its Python is gone."""
    python = folder / "bin" / "python"
    if _works(python):
        return python
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of its python3
        import venv
    except ImportError as error:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Refused(f"This Python lacks its venv module; install it with `apt install {package}`.") from error
    _say(f"Making .venv with Python {platform.python_version()}")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        raise Refused(_reason(str(error.output or b"", "utf-8", "replace"))) from error
    return python


def _works(python: Path) -> bool:
    """Whether it is there and new enough; its version is in a file, which saves starting it."""
    settings = python.parent.parent / "pyvenv.cfg"
    if not os.access(python, os.X_OK) or not settings.is_file():
        return False
    version = re.search(r"(?m)^version(?:_info)?\s*=\s*(\d+)\.(\d+)", settings.read_text(encoding="utf-8"))
    return version is not None and (int(version[1]), int(version[2])) >= (3, 11)


def _install(python: Path, lock: Path) -> None:
    """Install exactly what the lock names, unless that was done already."""
    stamp = python.parent.parent / f".{lock.stem}.sha256"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii").strip() == digest:
        return
    _say(f"Installing {lock.name}")
    command = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    calm = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    done = subprocess.run(command, env=calm, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(_reason(done.stdout + done.stderr))
    stamp.write_text(digest + "\n", encoding="ascii")


def _reason(said: str) -> str:
    """The sentence for what pip said."""
    name = re.search(r"No matching distribution found for ([^\s=<>]+)|Failed building wheel for (\S+)", said)
    package = next(filter(None, name.groups()), "") if name else "a package"
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    for pattern, sentence in _REASONS:
        if re.search(pattern, said):
            return sentence.format(name=package, machine=machine)
    last = next((line for line in reversed(said.splitlines()) if line.startswith("ERROR:")), "ERROR: pip failed")
    return f"The packages could not be installed ({last.removeprefix('ERROR: ')}); mend that and run it again."


def _refusal(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "The disk is full; free about 400 MB and run it again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"This user may not write {error.filename}; change its owner, or run Quayside from a folder of your own."
    return f"{error.filename} cannot be used ({error.strerror}); mend that and run it again."


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
