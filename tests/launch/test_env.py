"""Settings: typed, with defaults, and refused in one sentence that names the setting."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import databases, env
from dashboard.env import SettingError


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("REDIS_URL", "REDIS_WITHOUT_PASSWORD", "DATABASE_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose name leaves room for a socket's, as pytest's own don't always."""
    with tempfile.TemporaryDirectory(prefix="qs-") as folder:
        yield Path(folder)


def test_dotenv_gives_what_the_environment_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIVEN", "by the environment")
    for name in ("PLAIN", "QUOTED", "SINGLE", "EXPORTED", "EMPTY", "HASH"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    file = tmp_path / ".env"
    file.write_text(
        "# a comment\n\nGIVEN=by the file\nPLAIN = one two  # why\nQUOTED=\"a # b\"\nSINGLE='x=y'\n"
        "export EXPORTED=1\nEMPTY=\nHASH=a#b\n"
    )
    env.load_dotenv(file)
    given = {name: env.text(name, "-") for name in ("GIVEN", "PLAIN", "QUOTED", "SINGLE", "EXPORTED", "EMPTY", "HASH")}
    assert given == {
        "GIVEN": "by the environment",
        "PLAIN": "one two",
        "QUOTED": "a # b",
        "SINGLE": "x=y",
        "EXPORTED": "1",
        "EMPTY": "-",
        "HASH": "a#b",
    }


def test_no_dotenv_is_fine_and_a_bad_line_is_named(tmp_path: Path) -> None:
    env.load_dotenv(tmp_path / "none")
    file = tmp_path / ".env"
    file.write_text("A=1\nnot a setting\n")
    with pytest.raises(SettingError, match=r"line 2 is not NAME=value"):
        env.load_dotenv(file)


@pytest.mark.parametrize(("value", "path"), [("/quayside/", "/quayside"), ("/a/b", "/a/b"), ("", ""), ("/", "")])
def test_script_name(monkeypatch: pytest.MonkeyPatch, value: str, path: str) -> None:
    monkeypatch.setenv("SCRIPT_NAME", value)
    assert env.script_name() == path


@pytest.mark.parametrize("value", ["quayside", "/a b", "/a//b", "/../a", "//elsewhere.example", '/"x'])
def test_a_script_name_that_is_no_path_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SCRIPT_NAME", value)
    with pytest.raises(SettingError, match="set it to a path such as /quayside"):
        env.script_name()


@pytest.mark.parametrize(("value", "answer"), [("1", True), ("Yes", True), ("off", False), ("0", False), ("", True)])
def test_flag(monkeypatch: pytest.MonkeyPatch, value: str, answer: bool) -> None:
    monkeypatch.setenv("DEBUG", value)
    assert env.flag("DEBUG", True) is answer


def test_flag_that_is_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "maybe")
    with pytest.raises(SettingError, match="DEBUG is 'maybe'; set it to 1 or 0"):
        env.flag("DEBUG")


@pytest.mark.parametrize("value", ["0", "65536", "80a", "8e3", "9" * 30, "²"])
def test_number_out_of_range_or_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SettingError, match=r"PORT is .*; set it to a whole number from 1 up to 65535"):
        env.number("PORT", 8000, 1, 65535)


def test_number_and_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.number("PORT", 8000) == 8000
    monkeypatch.setenv("PORT", " 81 ")
    assert env.number("PORT", 8000) == 81
    assert env.listing("NAMES", ("a",)) == ["a"]
    monkeypatch.setenv("NAMES", " b, c,,")
    assert env.listing("NAMES", ("a",)) == ["b", "c"]


def test_redis_is_private_unless_named(monkeypatch: pytest.MonkeyPatch, short_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(short_path / "var"))
    assert env.redis_url() == f"unix://{short_path}/var/run/redis.sock"
    assert env.celery_broker_url() == f"redis+socket://{short_path}/var/run/redis.sock?virtual_host=0"
    assert (short_path / "var/run").stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("REDIS_URL", "rediss://:pw@cache:6380/2")
    assert env.redis_url() == "rediss://:pw@cache:6380/2"
    assert env.celery_broker_url() == "rediss://:pw@cache:6380/2?ssl_cert_reqs=required"
    monkeypatch.setenv("REDIS_URL", "http://cache")
    with pytest.raises(SettingError, match="REDIS_URL must begin with"):
        env.redis_url()


_OPEN = [
    "redis://127.0.0.1:6379/0",
    "redis://localhost",
    "rediss://cache:6380",
    "redis://user@cache",
    "redis://:@cache",
]


@pytest.mark.parametrize("url", [*_OPEN, "redis://cache?password=", "redis://[::1", "redis://"])
def test_a_redis_on_the_network_has_a_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(SettingError, match=r"`requirepass PASSWORD`.*REDIS_URL=redis://:PASSWORD@.*WITHOUT_PASSWORD=1"):
        env.redis_url()
    with pytest.raises(SettingError, match="without a password"):
        env.celery_broker_url()
    monkeypatch.setenv("REDIS_WITHOUT_PASSWORD", "1")
    assert env.redis_url() == url


@pytest.mark.parametrize(
    "url", ["redis://:pw@cache", "rediss://a:b@cache/1", "redis://cache?password=x", "unix:///a.sock"]
)
def test_a_redis_with_a_password_or_on_a_unix_socket_is_fine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    assert env.redis_url() == url


def test_a_long_data_dir_gets_a_short_folder_for_its_sockets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    monkeypatch.setenv("DATA_DIR", str(deep))
    folder = env.run_dir()
    try:
        assert len(str(folder / "redis.sock")) < 107
        assert (deep / "run").resolve() == folder
        assert folder.stat().st_mode & 0o777 == 0o700
        assert env.run_dir() == folder
    finally:
        folder.rmdir()


def test_database_is_sqlite_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = databases.database()
    assert found["NAME"] == tmp_path / "var/db.sqlite3"
    assert isinstance(found["OPTIONS"], dict)
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    monkeypatch.setenv("DATABASE_URL", "postgres://ada:p%40ss@db:5433/quay?sslmode=require")
    found = databases.database()
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "quay",
        "ada",
        "p@ss",
        "db",
        "5433",
    ]
    assert found["OPTIONS"] == {"connect_timeout": 5, "sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://a/b", "postgres://a", "postgres://a:port/b", "nonsense"])
def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(SettingError, match="DATABASE_URL must look like postgres://"):
        databases.database()


def test_nobody_else_may_look_into_data_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    monkeypatch.setenv("DATA_DIR", str(folder))
    env.run_dir()
    assert _mode(folder) == 0o700, "made so"
    folder.chmod(0o755)
    database = folder / "db.sqlite3"
    for file in (database, folder / "db.sqlite3-wal", folder / "db.sqlite3-shm"):
        file.write_bytes(b"")
        file.chmod(0o644)
    env.run_dir()
    databases.database()
    assert _mode(folder) == 0o700, "ours, and narrowed"
    assert [_mode(file) for file in sorted(folder.glob("db*"))] == [0o600] * 3
    for name, holds in (("empty", []), ("disk", ["lost+found"]), ("claimed", ["up.lock"])):
        new = tmp_path / name
        new.mkdir(mode=0o755)
        for each in holds:
            (new / each).mkdir()
        monkeypatch.setenv("DATA_DIR", str(new))
        env.run_dir()
        assert _mode(new) == 0o700, name


def test_a_folder_of_other_things_is_no_data_dir_for_all_to_see(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "home"
    (folder / "letters").mkdir(parents=True)
    folder.chmod(0o755)
    monkeypatch.setenv("DATA_DIR", str(folder))
    with pytest.raises(SettingError, match=r"Others may look into .*home.*: chmod 700 it, or set DATA_DIR"):
        env.run_dir()
    assert _mode(folder) == 0o755, "it is left as it is"
    folder.chmod(0o700)
    env.run_dir()


def test_what_our_processes_make_is_for_this_user_alone(tmp_path: Path) -> None:
    """`manage.py` as somebody whose umask lets everybody read runs it."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    environment = {"PATH": os.defpath, "DATA_DIR": str(data), "DOTENV": os.devnull, "HOME": str(tmp_path)}
    code = "import os; from django.conf import settings; os.mknod(settings.DATA_DIR / 'new'); print('made')"
    for command in (["migrate", "--verbosity=0"], ["shell", "--verbosity=0", "--command", code]):
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=env.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            umask=0o022,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert _mode(data) == 0o700
    assert _mode(data / "new") == 0o600 == _mode(data / "db.sqlite3")
    assert not [file for file in data.rglob("*") if not file.is_symlink() and _mode(file) & 0o077]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
