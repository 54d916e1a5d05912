"""The key files: one key however many processes start at once, private, and refused when damaged."""

import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import keys
from dashboard.keys import SettingError


def test_twelve_processes_that_start_together_read_one_key(tmp_path: Path) -> None:
    code = "import sys, pathlib; from dashboard import keys; print(keys.secret_key(pathlib.Path(sys.argv[1])))"
    file = tmp_path / "keys" / "secret.key"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True) for _ in range(12)
    ]
    assert len({process.communicate()[0] for process in started}) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in file.parent.iterdir()] == ["secret.key"]


def test_keys_stay_and_the_newest_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "secrets.key"
    (old,) = keys.fernet_keys(file)
    assert keys.fernet_keys(file) == [old]
    (new,) = keys.fernet_keys(tmp_path / "other.key")
    file.write_text(f"{new}\n{old}\n")
    assert keys.fernet_keys(file) == [new, old]


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"a" * 44])
def test_damaged_keys_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.key"
    file.write_bytes(content)
    with pytest.raises(SettingError, match="is damaged"):
        keys.fernet_keys(file)
    with pytest.raises(SettingError, match="is damaged"):
        keys.secret_key(file)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file is in the way")
    with pytest.raises(SettingError, match="set DATA_DIR to another folder"):
        keys.secret_key(tmp_path / "keys" / "secret.key")
