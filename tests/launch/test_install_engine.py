"""Bringing an engine: only as root on Debian's family, after a yes at a terminal, with a sentence when apt fails."""

import io
import os
import sys
from pathlib import Path

import pytest

from dashboard import env
from dashboard.up import install_engine, local_engine, main
from dashboard.up.local_engine import Engine
from dashboard.up.words import CannotStart, Output

HERE = Engine("unix:///var/run/docker.sock", "/var/run/docker.sock")


@pytest.mark.parametrize(
    ("release", "uid", "answer"),
    [
        ("ID=debian\n", 0, True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', 0, True),
        ("ID=ubuntu\n", 1000, False),
        ('ID=fedora\nID_LIKE="rhel"\n', 0, False),
        (None, 0, False),
    ],
)
def test_where_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str | None, uid: int, answer: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    if release is not None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/os-release").write_text(release)
    assert install_engine.can_install(tmp_path) is answer


class Terminal(io.StringIO):
    """Somebody sits there and types one line."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been done to the machine; the engine answers once it was started."""
    done: list[str] = []
    monkeypatch.setattr(install_engine, "_apt", lambda output: done.append("apt"))
    monkeypatch.setattr(install_engine, "_start", lambda output: done.append("start"))
    monkeypatch.setattr(install_engine, "_wait", lambda seconds: HERE if "start" in done else None)
    monkeypatch.setattr(install_engine, "_DOCKERD_PATHS", ())
    return done


@pytest.mark.parametrize(
    ("typed", "expected"), [("n\n", []), ("", []), ("\n", ["apt", "start"]), ("Yes\n", ["apt", "start"])]
)
def test_a_terminal_is_asked_first(
    monkeypatch: pytest.MonkeyPatch, deeds: list[str], typed: str, expected: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    engine = install_engine.install(Output(io.StringIO()))
    assert deeds == expected
    assert engine == (HERE if expected else None)


def test_without_a_terminal_it_says_what_it_does(monkeypatch: pytest.MonkeyPatch, deeds: list[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    said = io.StringIO()
    assert install_engine.install(Output(said)) == HERE
    assert "install Debian's docker.io and start it; ENGINE=none starts without." in said.getvalue()
    assert "keep running when Quayside stops" in said.getvalue()


def test_an_installed_one_is_only_started(monkeypatch: pytest.MonkeyPatch, deeds: list[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(install_engine, "_DOCKERD_PATHS", (Path(sys.executable),))
    install_engine.install(Output(io.StringIO()))
    assert deeds == ["start"]


def test_apt_fails_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\necho 'E: Unable to locate package docker.io' >&2\nexit 100\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CannotStart, match=r"\(E: Unable to locate package docker.io\); install it by hand"):
        install_engine._apt(Output(io.StringIO()))


@pytest.mark.parametrize("wish", ["auto", "none", "docker"])
def test_engine_none_neither_looks_nor_installs(monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    monkeypatch.setenv("ENGINE", wish)
    monkeypatch.setattr(local_engine, "find", lambda: (HERE, []))
    if wish == "docker":
        with pytest.raises(env.SettingError, match="set it to auto or none"):
            main._engine(Output(io.StringIO()))
    else:
        assert main._engine(Output(io.StringIO())) == (HERE if wish == "auto" else None)
