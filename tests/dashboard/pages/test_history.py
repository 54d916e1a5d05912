"""The page of kept logs: its rules, what is kept, how much room it takes, and who may see it."""

import pytest

from hosts.history import places
from hosts.models import KeepRule, KeptChunk, KeptLog
from tests import cast, rows
from tests.dashboard.pages.conftest import Browse

pytestmark = pytest.mark.django_db


def test_it_lists_rules_and_what_is_kept(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, harbour = cast.ada(), rows.host("harbour")
    assert "No lines are kept" in browse(ada, "/history/").text
    KeepRule.objects.create(kind="host", host=harbour, days=7, bytes_each=50_000_000)
    kept = KeptLog.objects.create(
        host=harbour,
        engine_id="f" * 64,
        name="<b>web</b>",
        days=7,
        bytes_each=1,
        open_lines=5,
        open_size=500,
        open_first=2_000_000_000,
        open_last=3_000_000_000,
        problem="The disk is slow.",
    )
    for number in (1, 2):
        KeptChunk.objects.create(
            log=kept, number=number, first_at=number, last_at=number + 1, lines=1000, raw=99, size=1_000_000, crc=0
        )
    page = browse(ada, "/history/").text
    for words in (
        "harbour",
        "7 days",
        "50 MB",
        "&lt;b&gt;web&lt;/b&gt;",
        "2,005",
        "2 MB",
        "2 MB of 10 GB",
        "The disk is slow.",
    ):
        assert words in page, words
    assert 'datetime="1970-01-01T00:00:03+00:00"' in page
    assert "The disk is full" not in page
    monkeypatch.setattr(places, "RESERVE", 1 << 60)
    assert "The disk is full" in browse(ada, "/history/").text


def test_it_is_for_administrators(browse: Browse) -> None:
    for user in (cast.otto(), cast.vera(), cast.stan()):
        assert browse(user, "/history/").status_code == 403
        assert "/history/" not in browse(user, "/").text
    assert "/history/" in browse(cast.ada(), "/").text
