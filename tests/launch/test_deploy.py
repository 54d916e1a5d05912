"""What deploy/ says and what the code does are the same: every process has a service, started by the same command."""

import re
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


def test_only_a_named_proxy_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUST_PROXY", raising=False)
    assert "--no-proxy-headers" in programs.services()[0].command
    monkeypatch.setenv("TRUST_PROXY", "1")
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/24")
    command = programs.services()[0].command
    assert command[command.index("--forwarded-allow-ips") + 1] == "10.0.0.0/24"


def test_every_unit_is_hardened() -> None:
    for unit in Path(DEPLOY / "systemd").glob("*.service"):
        said = unit.read_text()
        assert "User=quayside\n" in said
        assert "NoNewPrivileges=yes\n" in said
        assert "ProtectSystem=strict\n" in said
