"""Does the toast at the end of a run over many take back what the run did?"""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.asking import dialog, row
from tests.testbed.images import BASE_IMAGE


def test_many_that_were_stopped_are_started_by_one_click(
    page: Page, local: str, run_container: Callable[..., str]
) -> None:
    names = [f"batch-{number}" for number in range(2)]
    for name in names:
        run_container(f"--name={name}", "--stop-timeout=1", BASE_IMAGE, "sleep", "600")
    page.goto(f"/hosts/{local}/containers/?q=batch-")
    for name in names:
        row(page, name).locator("input[name=on]").check()
    page.locator(".bulk-bar").get_by_role("button", name="Stop", exact=True).click()
    dialog(page).get_by_role("button", name="Stop", exact=True).click()
    for name in names:
        expect(row(page, name)).to_contain_text("exited")
    page.locator(".toast-undo").click()
    for name in names:
        expect(row(page, name)).to_contain_text("running")
