"""Are many logs readable as one: named, hidden, filtered, joined by what starts, and there without scripts?"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Compose = Callable[[str, str], str]
TALK = (
    "i=0; while :; do i=$((i+1)); echo '{word}-'$i; [ $((i%4)) = 0 ] && echo 'ERROR {word} failed '$i; sleep 0.2; done"
)


@pytest.fixture
def project() -> str:
    return f"fleet-{uuid4().hex[:6]}"


@pytest.fixture
def compose(engine: Engine, project: str) -> Iterator[Compose]:
    """`compose(service, word)` writes a numbered word five times a second."""
    made: list[str] = []

    def run(service: str, word: str) -> str:
        labels = [f"--label=com.docker.compose.project={project}", f"--label=com.docker.compose.service={service}"]
        name = f"--name={project}-{service}-1"
        made.append(engine.run(name, *labels, BASE_IMAGE, "sh", "-c", TALK.format(word=word)))
        return made[-1]

    yield run
    for container in made:
        engine.remove_container(container)


def open_logs(page: Page, project: str, count: int) -> None:
    page.goto(f"/containers/?project={project}")
    expect(page.locator("tbody tr")).to_have_count(count)
    page.goto(f"/logs/?project={project}")
    expect(page.locator("#log-status")).to_have_text("Live")
    expect(page.locator("#log-sources-count")).to_have_text(f"{count} of {count} live")


def test_each_line_bears_the_name_of_its_container(page: Page, local: str, project: str, compose: Compose) -> None:
    compose("tide", "ebb")
    compose("wind", "gust")
    open_logs(page, project, 2)
    view = page.locator("#log-view")
    expect(view).to_contain_text("ebb-")
    expect(view).to_contain_text("gust-")
    for name, word in (("tide-1", "ebb-"), ("wind-1", "gust-")):
        rows = view.locator(".log-row", has_text=word)
        assert set(rows.locator(".log-source").all_inner_texts()) == {name}
    colours = {
        view.locator(".log-source", has_text=name).first.evaluate("e => getComputedStyle(e).color")
        for name in ("tide-1", "wind-1")
    }
    assert len(colours) == 2
    times = view.locator("time").evaluate_all("all => all.map((each) => each.title)")
    assert times == sorted(times)


def test_a_log_can_be_hidden_and_read_alone(page: Page, local: str, project: str, compose: Compose) -> None:
    compose("tide", "ebb")
    compose("wind", "gust")
    open_logs(page, project, 2)
    view = page.locator("#log-view")
    expect(view).to_contain_text("gust-")
    page.get_by_role("button", name="Show only tide-1").click()
    expect(view).not_to_contain_text("gust-")
    expect(view).to_contain_text("ebb-")
    page.get_by_role("button", name="Show all").first.click()
    expect(view).to_contain_text("gust-")
    page.locator(".log-item", has_text="tide-1").hover()
    page.get_by_role("button", name="Hide the lines of tide-1").click()
    expect(view).not_to_contain_text("ebb-")
    expect(page.locator("#log-sources-count")).to_contain_text("1 hidden")


def test_levels_and_filters_leave_lines_out(page: Page, local: str, project: str, compose: Compose) -> None:
    compose("tide", "ebb")
    open_logs(page, project, 1)
    view = page.locator("#log-view")
    expect(view).to_contain_text("failed 4")
    page.locator("#log-levels button", has_text="error").click()
    expect(view).not_to_contain_text(re.compile(r"ebb-\d"))
    expect(view).to_contain_text("ebb failed")
    page.locator("#log-levels button", has_text="error").click()
    expect(view).to_contain_text(re.compile(r"ebb-\d"))
    page.get_by_label("Show only lines that match").fill("level:error -/failed 4\\b/")
    expect(page.locator("#log-count")).to_contain_text("lines match")
    expect(view).not_to_contain_text(re.compile(r"ebb-\d"))
    expect(view).to_contain_text("failed 8")
    expect(view.locator(".log-text", has_text=re.compile(r"failed 4$"))).to_have_count(0)
    assert "filter=" in page.url
    page.get_by_label("Show only lines that match").fill("ebb /(/")
    expect(page.locator("#log-problem")).to_be_visible()
    expect(view).to_contain_text("failed 8")


def test_what_starts_and_matches_joins(page: Page, local: str, project: str, compose: Compose) -> None:
    compose("tide", "ebb")
    open_logs(page, project, 1)
    compose("wind", "gust")
    expect(page.locator("#log-view")).to_contain_text("gust-1", timeout=15_000)
    expect(page.locator("#log-sources-count")).to_have_text("2 of 2 live")


def test_ticked_rows_are_read_together(page: Page, local: str, project: str, compose: Compose) -> None:
    compose("tide", "ebb")
    compose("wind", "gust")
    page.goto(f"/containers/?project={project}")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Select all").check()
    page.get_by_role("toolbar", name="Selected rows").get_by_role("button", name="Logs").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logs of 2 containers")
    expect(page.locator("#log-sources-count")).to_have_text("2 of 2 live")


def test_the_last_lines_are_there_without_scripts(
    page: Page, open_context: OpenContext, ada: Any, local: str, project: str, compose: Compose
) -> None:
    compose("tide", "ebb")
    compose("wind", "gust")
    open_logs(page, project, 2)
    plain = open_context(java_script_enabled=False, storage_state=ada).new_page()
    plain.goto(f"/logs/?project={project}&plain=1")
    lines = plain.locator(".log-lines li").all_inner_texts()
    assert any("ebb-" in line for line in lines)
    assert any("gust-" in line for line in lines)
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)
    plain.goto(f"/logs/?project={project}&plain=1&filter=gust")
    expect(plain.locator(".log-lines")).not_to_contain_text("ebb-")
