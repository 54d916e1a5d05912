"""A second start is warm: nothing is prepared first when no file that it is made from has changed."""

from pathlib import Path

import pytest

from dashboard import env
from dashboard.up import prepared


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("requirements.txt", "hosts/migrations/0001_initial.py", "static/css/site.css", "var/db.sqlite3"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "var/static").mkdir()
    monkeypatch.setattr(env, "BASE_DIR", tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def test_prepared_until_something_changes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not prepared.is_prepared()
    prepared.remember()
    assert prepared.is_prepared()
    monkeypatch.setenv("DATABASE_URL", "postgres://a/b")
    assert not prepared.is_prepared()
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DEBUG", "1")
    assert not prepared.is_prepared()


@pytest.mark.parametrize(
    "name", ["requirements.txt", "static/css/site.css", "static/new.js", "hosts/migrations/0002.py"]
)
def test_a_changed_file_is_noticed(project: Path, name: str) -> None:
    prepared.remember()
    (project / name).write_text("something else")
    assert not prepared.is_prepared()


@pytest.mark.parametrize("name", ["var/db.sqlite3", "var/prepared.json"])
def test_a_missing_file_is_noticed(project: Path, name: str) -> None:
    prepared.remember()
    (project / name).unlink()
    assert not prepared.is_prepared()


@pytest.mark.parametrize("content", ["", "[]", "{", '"static"'])
def test_a_damaged_note_is_no_note(project: Path, content: str) -> None:
    prepared.remember()
    (project / "var/prepared.json").write_text(content)
    assert not prepared.is_prepared()
