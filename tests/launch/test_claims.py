"""What is claimed at the start: the data folder, for one supervisor at a time, and what a killed one left in it."""

from pathlib import Path

import pytest

from dashboard.up import claims
from dashboard.up.words import CannotStart


def test_the_folder_is_free_again_when_the_lock_is_closed(tmp_path: Path) -> None:
    with claims.claim_data_dir(tmp_path / "var"):
        assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
        with pytest.raises(CannotStart, match=r"already runs on .*/var \(process \d+\)"):
            claims.claim_data_dir(tmp_path / "var")
    claims.claim_data_dir(tmp_path / "var").close()


def test_tunnels_of_a_killed_run_are_swept_away(tmp_path: Path) -> None:
    (tmp_path / "ssh-abc").mkdir()
    (tmp_path / "ssh-abc" / "key").write_text("secret")
    (tmp_path / "redis.sock").touch()
    claims.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["redis.sock"]
