"""What deploy/ says and what the code does are the same: every process has a service, started by the same command."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.env import BASE_DIR
from dashboard.up import programs
from dashboard.up.words import CannotStart

DEPLOY = BASE_DIR / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("quayside-*.service"))
NAMES = [program.name for program in programs.services()]


def test_every_process_has_a_service_and_a_unit() -> None:
    commands = [service.get("command") for service in COMPOSE["services"].values()]
    units = " ".join(unit.read_text() for unit in UNITS)
    for name in NAMES:
        assert ["up", name] in commands
        assert f"manage.py up {name}\n" in units
    assert ["prepare"] in commands
    assert "manage.py prepare\n" in units


def test_the_services_share_the_data_folder_and_trust_only_their_own_network() -> None:
    for name in ("prepare", *NAMES):
        assert COMPOSE["services"][name]["volumes"] == ["data:/data"]
    trusted = COMPOSE["services"]["web"]["environment"]["TRUSTED_PROXIES"]
    assert COMPOSE["networks"]["inside"]["ipam"]["config"] == [{"subnet": trusted}]


def test_the_image_takes_only_what_its_ignore_file_lets_through() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE))
    allowed = set(re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE))
    assert {name for line in copied for name in line.split()} == allowed
    assert all((BASE_DIR / name).exists() for name in allowed)


@pytest.mark.parametrize("names", [["nothing"], ["web", "worker"]])
def test_up_knows_its_processes(names: list[str]) -> None:
    with pytest.raises(CannotStart, match=r"`manage.py up NAME` one of web, worker, watcher"):
        programs.become(names)


def test_the_web_process_has_limits_and_leaves_proxies_to_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUST_PROXY", "1")
    monkeypatch.setenv("LIMIT_IDLE_SECONDS", "7")
    command = programs.services()[0].command
    assert "--no-proxy-headers" in command
    assert command[command.index("--http") + 1] == "dashboard.net.protocol:Protocol"
    assert command[command.index("--timeout-keep-alive") + 1] == "7"


def test_as_many_files_as_the_system_allows() -> None:
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (200, 900)); from dashboard.up.programs import open_many;"
        "open_many(); print(*r.getrlimit(r.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["900", "900"]


def test_the_services_have_limits_and_redis_a_password() -> None:
    services = COMPOSE["services"]
    for name in ("prepare", *NAMES):
        assert services[name]["ulimits"]["nofile"]["soft"] == 65536
        assert services[name]["mem_limit"]
        assert all("size=" in each for each in services[name]["tmpfs"])
    assert "@redis:" in services["web"]["environment"]["REDIS_URL"]
    command = services["redis"]["command"]
    assert command[command.index("--requirepass") + 1] == "${REDIS_PASSWORD}"
    assert "REDIS_PASSWORD=" in (DEPLOY / "example.env").read_text()


@pytest.mark.parametrize("file", ["deploy/docker-compose.yml", "docs/deploy.md", "README.md", "deploy/example.env"])
def test_no_example_has_a_redis_without_a_password(file: str) -> None:
    for url in re.findall(r"rediss?://[^\n`…]+", (BASE_DIR / file).read_text()):
        assert ":" in url.partition("://")[2].rpartition("@")[0], url


def test_every_setting_of_a_limit_is_in_the_docs() -> None:
    said = (BASE_DIR / "dashboard/settings.py").read_text() + (BASE_DIR / "dashboard/up/programs.py").read_text()
    names = set(re.findall(r'env\.number\("(LIMIT_\w+)"', said))
    assert len(names) == 11
    assert names == set(re.findall(r"\| `(LIMIT_\w+)` \|", (BASE_DIR / "docs/deploy.md").read_text()))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_units() -> None:
    units = [str(unit) for unit in (DEPLOY / "systemd").glob("*.service")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60)
    assert not re.findall(r"Unknown|Failed to parse|Invalid|ignoring", done.stderr), done.stderr


def test_every_unit_is_hardened() -> None:
    for unit in Path(DEPLOY / "systemd").glob("*.service"):
        said = unit.read_text()
        assert "User=quayside\n" in said
        assert "NoNewPrivileges=yes\n" in said
        assert "ProtectSystem=strict\n" in said
        assert "PrivateTmp=yes\n" in said
        assert "prepare" in unit.name or "LimitNOFILE=" in said
