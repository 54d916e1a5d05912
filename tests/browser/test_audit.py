"""Can the trail be read, narrowed, opened and taken along, and does it hold no secret?"""

import csv
import io
import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import ADA


def test_filter_open_and_page(page: Page, local: str) -> None:
    page.goto("/audit/")
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    page.get_by_label("Action").select_option("host.add")
    expect(page).to_have_url(re.compile("action=host.add"))
    expect(rows.filter(has_text="session.login")).to_have_count(0)
    expect(rows.first).to_contain_text("host.add")
    page.reload()
    expect(page.get_by_label("Action")).to_have_value("host.add")
    rows.first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("host.add")
    for word in ("Who", "From", "When", "Object", "Outcome", "Took", "Inputs"):
        expect(page.locator("main")).to_contain_text(word)
    page.goto("/audit/?q=no-such-thing-anywhere")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()


def test_export(page: Page, local: str, tmp_path: Path) -> None:
    page.goto("/audit/?action=session.login")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "trail.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "trail.csv").read_text())))
    assert lines
    assert all("session.login" in line.values() for line in lines)
    with page.expect_download() as download:
        page.get_by_role("link", name="JSONL").click()
    download.value.save_as(tmp_path / "trail.jsonl")
    records = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text().splitlines()]
    assert len(records) == len(lines)
    assert ADA[1] not in (tmp_path / "trail.csv").read_text() + (tmp_path / "trail.jsonl").read_text()
