"""The virtual environment: made once, installed anew only when a lock file changes, and refused in one sentence."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dashboard.env import BASE_DIR
from dashboard.up import packages


def make_wheel(folder: Path, name: str, version: str) -> str:
    """A package with one empty module, as pip takes it; its lock line."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        record += f"{path},sha256={digest},{len(text)}\n"
    folder.mkdir(exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as out:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            out.writestr(path, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout of nothing but the installer and a lock file of one package that needs no network."""
    up = tmp_path / "dashboard/up"
    up.mkdir(parents=True)
    for name in ("dashboard/__init__.py", "dashboard/up/__init__.py", "dashboard/up/packages.py"):
        shutil.copy(BASE_DIR / name, tmp_path / name)
    line = make_wheel(tmp_path / "wheels", "tinyone", "1.0")
    (tmp_path / "requirements.txt").write_text(f"--no-index\n--find-links {tmp_path}/wheels\n{line}")
    return tmp_path


def install(project: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dashboard.up.packages", *(names or ("requirements.txt",))]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)


def installed(project: Path) -> str:
    command = [
        str(project / ".venv/bin/python"),
        "-c",
        "from importlib.metadata import version; print(version('tinyone'))",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


@pytest.mark.faults
def test_made_once_and_again_only_when_the_lock_changes(project: Path) -> None:
    first = install(project)
    assert (first.returncode, first.stderr) == (0, "")
    assert "Installing requirements.txt" in first.stdout
    assert installed(project) == "1.0"

    shutil.rmtree(project / "wheels")  # from here on an install would fail
    again = install(project)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    line = make_wheel(project / "wheels", "tinyone", "2.0")
    (project / "requirements.txt").write_text(f"--no-index\n--find-links {project}/wheels\n{line}")
    assert install(project).returncode == 0
    assert installed(project) == "2.0"


@pytest.mark.faults
def test_another_package_than_the_locked_one_is_refused(project: Path) -> None:
    make_wheel(project / "wheels", "tinyone", "1.0")
    wheel = next((project / "wheels").iterdir())
    wheel.write_bytes(wheel.read_bytes().replace(b"tinyone.py", b"tinyTwo.py"))
    refused = install(project)
    assert refused.returncode == 1
    assert refused.stderr == (
        "A package differs from the locked one; check your package index, nothing was installed.\n"
    )
    assert not (project / ".venv/.requirements.sha256").exists()


@pytest.mark.faults
def test_no_wheel_for_this_machine(project: Path) -> None:
    wheel = next((project / "wheels").iterdir())
    wheel.rename(wheel.with_name("tinyone-1.0-cp27-cp27m-win32.whl"))
    refused = install(project)
    assert refused.returncode == 1
    assert refused.stderr.startswith("There is no ready-made package of tinyone for Python 3.")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("WARNING: Retrying ... NewConnectionError(': Failed to establish')\nERROR: No matching", "cannot be reached"),
        ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'", "may not write"),
        ("  error: subprocess-exited-with-error\nFailed building wheel for uvloop", "no ready-made package of uvloop"),
        ("ERROR: something new", "The packages could not be installed (something new)"),
        ("", "The packages could not be installed (pip failed)"),
    ],
)
def test_what_pip_says_becomes_one_sentence(said: str, sentence: str) -> None:
    assert sentence in packages._reason(said)


def test_a_virtual_environment_of_an_old_or_missing_python_is_none(tmp_path: Path) -> None:
    python = tmp_path / "bin/python"
    assert not packages._works(python)
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    assert not packages._works(python)
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.9.2\n")
    assert not packages._works(python)
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
    assert packages._works(python)
    python.unlink()
    python.symlink_to(tmp_path / "gone")
    assert not packages._works(python)


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """As a person calls it, also when make has started these tests."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=BASE_DIR, env=environ, capture_output=True, text=True, check=False)


def test_too_old_a_python_is_said_by_make(tmp_path: Path) -> None:
    done = make("packages", f"VENV={tmp_path}/none", "PYTHON=/bin/false")
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "Quayside needs Python 3.11 or newer; install one, or name it with PYTHON=/path/to/python3."
    )


def test_make_alone_lists_its_targets() -> None:
    done = make()
    names = [line.split()[1] for line in done.stdout.splitlines()]
    assert {"run", "demo", "test", "check", "bench", "format", "messages", "assets", "requirements"} <= set(names)
