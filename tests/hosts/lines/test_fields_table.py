"""The answers that the browser's script gives too: tests/browser/test_log_view.py asks it the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from hosts.lines.fields import structured

TABLE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("fields.json").read_text())


@pytest.mark.parametrize("row", TABLE, ids=[row["line"][:40] for row in TABLE])
def test_a_line_has_these_fields(row: dict[str, Any]) -> None:
    found = structured(row["line"])
    if row["kind"] is None:
        assert found is None
        return
    assert found
    told = (found.kind, list(found.fields.items()), found.message, found.time, found.complete)
    assert told == (row["kind"], [tuple(each) for each in row["fields"]], row["message"], row["time"], row["complete"])
