"""Is a log taken away as it was asked for: from the form, with the filter as it is now, and as many as one?"""

import json
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.test_logs import known, open_log
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]


@pytest.fixture
def teller(run_container: Run, engine: Engine) -> str:
    """Has said what it had to say."""
    name = f"teller-{uuid4().hex[:6]}"
    script = "echo plain words; echo WARN odd words; echo login password=canary-5772"
    labels = [f"--label=com.docker.compose.project={name}", "--label=com.docker.compose.service=teller"]
    return run_container(f"--name={name}", *labels, BASE_IMAGE, "sh", "-c", f"{script}; sleep 600")


def download(page: Page) -> Download:
    with page.expect_download() as started:
        page.get_by_role("button", name="Download", exact=True).click()
    return started.value


def test_one_log_as_it_was_asked_for(page: Page, local: str, teller: str) -> None:
    open_log(page, local, teller)
    page.locator("#log-download").click()
    whole = download(page)
    assert re.fullmatch(rf"{local}-teller-[0-9a-f]{{6}}-\d{{8}}T\d{{6}}Z\.log", whole.suggested_filename)
    lines = whole.path().read_text().splitlines()
    assert [re.sub(r"^\S+Z ", "", line) for line in lines] == ["plain words", "WARN odd words", "login password=•••"]

    page.get_by_label("Show only lines that match").fill("level>=warn")
    page.locator("#log-download").click()
    page.get_by_label("JSON lines").check()
    expect(page.get_by_label("A timestamp before each line")).to_be_disabled()
    filtered = [json.loads(line) for line in download(page).path().read_text().splitlines()]
    assert [line["line"] for line in filtered] == ["WARN odd words"]


def test_an_end_before_the_beginning_is_said_at_the_field(page: Page, local: str, teller: str) -> None:
    open_log(page, local, teller)
    page.locator("#log-download").click()
    page.get_by_label("From", exact=True).fill("2026-01-02T10:00:00")
    page.get_by_label("Until", exact=True).fill("2026-01-01T10:00:00")
    page.get_by_role("button", name="Download", exact=True).click()
    assert page.locator("#log-take [name=until]").evaluate("field => field.validationMessage") != ""
    page.get_by_label("From", exact=True).fill("2020-01-02T10:00:00")
    page.get_by_label("Until", exact=True).fill("2020-01-02T10:00:01")
    assert download(page).path().read_text() == ""


def test_many_logs_as_a_zip(page: Page, local: str, teller: str, engine: Engine) -> None:
    known(page, local, teller)
    page.goto(f"/logs/?project={engine.inspect(teller)['Name'].strip('/')}")
    page.locator("#log-download").click()
    page.get_by_label("Zip, a file for each container").check()
    archive = download(page)
    assert archive.suggested_filename.endswith(".zip")
    assert archive.path().read_bytes()[:2] == b"PK"


def test_credentials_are_shown_to_who_says_so_and_hidden_again(page: Page, local: str, teller: str) -> None:
    open_log(page, local, teller)
    page.get_by_role("button", name="Show credentials").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#log-view")).to_contain_text("password=•••")
    expect(page.locator("#log-unmasked")).to_be_hidden()

    page.get_by_role("button", name="Show credentials").click()
    page.get_by_role("dialog").get_by_role("button", name="Show credentials").click()
    expect(page.locator("#log-unmasked")).to_contain_text("Credentials are shown")
    expect(page.locator("#log-view")).to_contain_text("password=canary-5772")
    page.get_by_role("button", name="Hide them again").click()
    expect(page.locator("#log-view")).to_contain_text("password=•••")
    expect(page.locator("#log-view")).not_to_contain_text("canary")

    page.get_by_role("button", name="Show credentials").click()
    page.get_by_role("dialog").get_by_role("button", name="Show credentials").click()
    expect(page.locator("#log-view")).to_contain_text("canary-5772")
    page.reload()
    expect(page.locator("#log-view")).to_contain_text("password=•••")
    expect(page.locator("#log-unmasked")).to_be_hidden()


def test_many_logs_are_shown_unmasked_too(page: Page, local: str, teller: str, engine: Engine) -> None:
    known(page, local, teller)
    page.goto(f"/logs/?project={engine.inspect(teller)['Name'].strip('/')}")
    expect(page.locator("#log-view")).to_contain_text("password=•••")
    page.get_by_role("button", name="Show credentials").click()
    page.get_by_role("dialog").get_by_role("button", name="Show credentials").click()
    expect(page.locator("#log-view")).to_contain_text("password=canary-5772")


def test_a_container_that_is_made_anew_is_followed(
    page: Page, local: str, teller: str, engine: Engine, run_container: Run
) -> None:
    name = engine.inspect(teller)["Name"].strip("/")
    open_log(page, local, teller)
    expect(page.locator("#log-view")).to_contain_text("plain words")
    engine.docker("rm", "--force", teller)
    anew = run_container(f"--name={name}", BASE_IMAGE, "sh", "-c", "echo said anew; sleep 600")
    expect(page.locator("#log-view")).to_contain_text(f"Its new container {anew[:12]} goes on")
    expect(page.locator("#log-view")).to_contain_text("said anew")
    expect(page.locator("#log-view")).to_contain_text("plain words")
    expect(page.locator("#log-status")).to_have_text("Live")
    expect(page.locator("#log-head")).to_contain_text("running")
    assert anew in page.url


def test_among_many_it_is_said_where_a_new_container_goes_on(
    page: Page, local: str, teller: str, engine: Engine, run_container: Run
) -> None:
    known(page, local, teller)
    name = engine.inspect(teller)["Name"].strip("/")
    page.goto(f"/logs/?on={local}:{teller[:12]}")
    expect(page.locator("#log-view")).to_contain_text("plain words")
    engine.docker("rm", "--force", teller)
    anew = run_container(f"--name={name}", BASE_IMAGE, "sh", "-c", "echo said anew; sleep 600")
    expect(page.locator("#log-view")).to_contain_text(f"Its new container {anew[:12]} goes on")
    expect(page.locator("#log-view")).to_contain_text("said anew")
