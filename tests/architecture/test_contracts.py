"""The import contracts and the bans hold, and each of them would notice."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.env import BASE_DIR

# One trespass for each contract of pyproject.toml: where it is written, and what it says.
TRESPASSES = {
    "dashboard stands on hosts, never the other way": ("hosts/facts.py", "import dashboard.navigation"),
    "The layers inside hosts": ("hosts/models/volumes.py", "import hosts.engine.volumes"),
    "Only perform and what it records with write the trail": ("hosts/jobs/lease.py", "import hosts.audit.record"),
    "Only the engine layer speaks Docker": ("dashboard/pages/health.py", "import docker"),
    "The supervisor imports no Django and nothing of the console": ("dashboard/up/claims.py", "import django"),
    "Facts know neither Django nor a client": ("hosts/facts.py", "import django.utils"),
}


def verdicts(folder: Path) -> dict[str, str]:
    """KEPT or BROKEN for each contract over the code in the folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return dict(re.findall(r"(?m)^(.+) (KEPT|BROKEN)$", done.stdout))


def test_every_contract_is_kept_and_every_one_would_notice(tmp_path: Path) -> None:
    assert verdicts(BASE_DIR) == dict.fromkeys(TRESPASSES, "KEPT")

    for name in ("dashboard", "hosts"):
        shutil.copytree(BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BASE_DIR / "pyproject.toml", tmp_path)
    for place, line in TRESPASSES.values():
        with (tmp_path / place).open("a") as file:
            file.write(f"\n{line}\n")
    assert verdicts(tmp_path) == dict.fromkeys(TRESPASSES, "BROKEN")


def test_a_module_without_a_layer_is_noticed(tmp_path: Path) -> None:
    for name in ("dashboard", "hosts"):
        shutil.copytree(BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BASE_DIR / "pyproject.toml", tmp_path)
    (tmp_path / "hosts/helpers.py").write_text('"""Nothing."""\n')
    assert verdicts(tmp_path)["The layers inside hosts"] == "BROKEN"


@pytest.mark.parametrize(
    ("place", "line", "allowed"),
    [
        ("hosts/engine/volumes.py", "import docker", True),
        ("hosts/operations/volumes.py", "import docker", False),
        ("hosts/watch/main.py", "from aiohttp import ClientSession", False),
        ("dashboard/do.py", "from hosts.audit.record import intend", False),
        ("hosts/operations/perform.py", "from hosts.audit.record import intend", True),
        ("dashboard/templatetags/times.py", "from django.utils.safestring import mark_safe", False),
        ("dashboard/do.py", "from django.views.decorators.csrf import csrf_exempt", False),
    ],
)
def test_the_bans(place: str, line: str, allowed: bool) -> None:
    command = [sys.executable, "-m", "ruff", "check", "-q", "--select", "TID251", "--stdin-filename", place, "-"]
    done = subprocess.run(command, cwd=BASE_DIR, input=line + "\n", capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is allowed, done.stdout


def test_perform_may_not_touch_an_sdk() -> None:
    """Its exemption in the linter is for the trail; the contract over imports keeps it from the rest."""
    text = "".join((BASE_DIR / f"hosts/operations/{name}.py").read_text() for name in ("perform", "recording"))
    assert not re.search(r"(?m)^\s*(from|import) (docker|aiohttp)", text)
