"""Does a log follow its container, lose nothing while paused, find words, and say how it ended?"""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]


@pytest.fixture
def chatty(run_container: Run) -> str:
    """Writes a numbered line five times a second, some on stderr, one in colour."""
    script = (
        "i=0; while :; do i=$((i+1)); echo line-$i; "
        "[ $((i%5)) = 0 ] && echo trouble-$i >&2; "
        "[ $((i%7)) = 0 ] && printf '\\033[31mred-%s\\033[0m <b>bold</b>\\n' $i; sleep 0.2; done"
    )
    return run_container(f"--name=chatty-{uuid4().hex[:6]}", BASE_IMAGE, "sh", "-c", script)


def open_log(page: Page, local: str, container: str) -> None:
    known(page, local, container)
    page.goto(f"/hosts/{local}/containers/{container}/logs/")
    expect(page.locator("#log-status")).to_have_text("Live")


def known(page: Page, local: str, container: str) -> None:
    """The console has heard of a container that was run a moment ago."""
    page.goto(f"/hosts/{local}/containers/?q={container[:12]}")
    expect(page.locator("tbody tr")).to_have_count(1)


def newest(page: Page) -> int:
    """The highest number among the lines that are drawn."""
    numbers = re.findall(r"line-(\d+)", page.locator("#log-view").inner_text())
    return max(map(int, numbers), default=0)


def test_lines_are_drawn_as_they_are_written(page: Page, local: str, chatty: str) -> None:
    open_log(page, local, chatty)
    expect(page.locator("#log-view")).to_contain_text("line-")
    before = newest(page)
    expect(page.locator("#log-view")).to_contain_text(f"line-{before + 5}", timeout=5_000)
    expect(page.locator("#log-view")).to_contain_text("<b>bold</b>")
    expect(page.locator("#log-view")).not_to_contain_text("[31m")
    assert page.locator("#log-view b", has_text="bold").count() == 0
    expect(page.get_by_title("Standard error").first).to_be_attached()


def test_pause_keeps_what_comes(page: Page, local: str, chatty: str) -> None:
    open_log(page, local, chatty)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#log-status")).to_have_text("Paused")
    page.wait_for_timeout(300)
    held = newest(page)
    page.wait_for_timeout(1500)
    assert newest(page) == held
    expect(page.locator("#log-jump")).to_contain_text("new")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#log-view")).to_contain_text(f"line-{held + 3}")
    text = page.locator("#log-view").inner_text()
    numbers = [int(number) for number in re.findall(r"line-(\d+)", text)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "no line lost, none twice, all in order"


def test_find_wrap_and_timestamps(page: Page, local: str, chatty: str) -> None:
    open_log(page, local, chatty)
    expect(page.locator("#log-view")).to_contain_text("trouble-5")
    page.get_by_label("Find in these lines").first.fill("trouble-5")
    expect(page.locator("#log-found")).to_contain_text("of")
    expect(page.locator("#log-view mark, #log-view .hit").first).to_be_visible()
    page.get_by_label("Find in these lines").first.fill("no-such-word")
    expect(page.locator("#log-found")).to_have_text("No hits")
    page.get_by_label("Find in these lines").first.fill("")
    stamps = page.get_by_role("button", name="Timestamps")
    expect(stamps).to_have_attribute("aria-pressed", "true")
    stamps.click()
    expect(page.locator(".log-row:not(.log-probe) time").first).to_have_text(re.compile(r"^-\d+s$"))
    stamps.click()
    expect(stamps).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".log-row time")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="Timestamps")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Timestamps").click()


def test_the_end_is_said_and_a_new_start_is_followed(
    page: Page, local: str, engine: Engine, run_container: Run
) -> None:
    script = "echo begun; sleep 2; echo done; exit 7"
    container = run_container(f"--name=ends-{uuid4().hex[:6]}", BASE_IMAGE, "sh", "-c", script)
    open_log(page, local, container)
    expect(page.locator("#log-status")).to_contain_text("stopped with code 7")
    expect(page.locator("#log-view")).to_contain_text("done")
    engine.docker("start", container)
    page.get_by_role("button", name="Follow again").click()
    expect(page.locator("#log-view").get_by_text("begun")).to_have_count(2)


def test_a_viewer_reads_it_and_the_trail_knows(page: Page, local: str, chatty: str) -> None:
    open_log(page, local, chatty)
    page.goto("/audit/?action=container.logs")
    expect(page.locator("tbody tr").first).to_contain_text("chatty-")


def test_a_hundred_thousand_lines_do_not_choke_the_page(page: Page, local: str, run_container: Run) -> None:
    script = 'BEGIN{for(i=1;i<=100000;i++) print "flood " i " of a hundred thousand lines"}'
    container = run_container(f"--name=flood-{uuid4().hex[:6]}", BASE_IMAGE, "awk", script)
    known(page, local, container)
    page.goto(f"/hosts/{local}/containers/{container}/logs/?tail=all")
    expect(page.locator("#log-view")).to_contain_text("flood 100000 of", timeout=30_000)
    # Only what is seen is drawn.
    assert page.locator("#log-view *").count() < 2_000
    page.evaluate("""() => new Promise((done) => { let n = 0;
        const box = document.getElementById("log-view"), begun = performance.now();
        (function step() { box.scrollTop = (n * 7919) % box.scrollHeight;
            if (++n < 20) return requestAnimationFrame(step);
            window.scrollTook = performance.now() - begun; done(); })(); })""")
    assert page.evaluate("window.scrollTook") < 10_000


def test_without_scripts_the_tail_stands_in_the_page(
    page: Page, open_context: OpenContext, ada: object, local: str, chatty: str
) -> None:
    known(page, local, chatty)
    plain = open_context(storage_state=ada, java_script_enabled=False).new_page()
    plain.wait_for_timeout(1500)  # until there is something in colour
    plain.goto(f"/hosts/{local}/containers/{chatty}/logs/?plain=1&tail=100")
    lines = plain.locator("#log-plain li")
    expect(lines.first).to_contain_text("line-1")
    expect(plain.locator("#log-plain")).to_contain_text("<b>bold</b>")
