"""Does a list keep still under the pointer and the keys, show what one has started, and take it back?"""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.asking import choose, confirm, dialog, row, state, toast
from tests.browser.watched import Faults
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]


def test_rows_stay_under_the_pointer_until_it_leaves(
    page: Page, local: str, engine: Engine, run_container: Run
) -> None:
    word = f"held-{uuid4().hex[:6]}"
    for name in ("b", "d"):
        run_container(f"--name={word}-{name}", BASE_IMAGE, "sleep", "300")
    page.goto(f"/hosts/{local}/containers/?q={word}&sort=name")
    state(page, f"{word}-d", "running")
    row(page, f"{word}-d").hover()
    place = row(page, f"{word}-d").bounding_box()
    run_container(f"--name={word}-a", BASE_IMAGE, "sleep", "300")
    engine.docker("pause", f"{word}-d")
    state(page, f"{word}-d", "paused")
    held = page.get_by_role("button", name=re.compile("Show changes"))
    expect(held).to_be_visible()
    expect(row(page, f"{word}-a")).to_have_count(0)
    engine.docker("unpause", f"{word}-d")
    engine.docker("rm", "-f", f"{word}-b")
    expect(row(page, f"{word}-b")).to_have_class(re.compile("is-leaving"))
    assert row(page, f"{word}-d").bounding_box() == place
    page.mouse.move(5, 5)
    expect(row(page, f"{word}-a")).to_be_visible()
    expect(row(page, f"{word}-b")).to_have_count(0)
    expect(held).to_have_count(0)


def test_a_live_update_leaves_cursor_ticks_and_typed_text(page: Page, local: str, run_container: Run) -> None:
    word = f"still-{uuid4().hex[:6]}"
    for name in ("b", "c"):
        run_container(f"--name={word}-{name}", BASE_IMAGE, "sleep", "300")
    page.goto(f"/hosts/{local}/containers/?q={word}&sort=name")
    expect(row(page, f"{word}-c")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    run_container(f"--name={word}-a", BASE_IMAGE, "sleep", "300")
    expect(row(page, f"{word}-a")).to_be_visible()
    expect(row(page, f"{word}-c")).to_have_class(re.compile("is-cursor"))
    expect(row(page, f"{word}-c").get_by_role("link", name=f"{word}-c", exact=True)).to_be_focused()
    expect(row(page, f"{word}-c").get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("k")
    expect(row(page, f"{word}-b")).to_have_class(re.compile("is-cursor"))


def test_a_slow_stop_shows_in_its_row_and_is_taken_back(page: Page, local: str, run_container: Run) -> None:
    name = f"slow-{uuid4().hex[:6]}"
    # It does not listen to SIGTERM, so that stopping takes as long as it may.
    run_container(f"--name={name}", BASE_IMAGE, "sh", "-c", "trap '' TERM; while true; do sleep 1; done")
    page.goto(f"/hosts/{local}/containers/?q={name}")
    row(page, name).get_by_role("link", name=f"Stop {name}").click()
    dialog(page).get_by_label("Seconds to wait").fill("2")
    dialog(page).get_by_role("button", name="Stop", exact=True).click()
    state(page, name, "stopping")
    expect(dialog(page)).to_have_count(0)
    state(page, name, "exited")
    expect(row(page, name).locator(".is-doing")).to_have_count(0)
    toast(page, f"Stopped {name}.").get_by_role("button", name="Undo").click()
    expect(toast(page, f"Started {name}.")).to_be_visible()
    state(page, name, "running")


def test_a_wrong_answer_stays_open_and_a_rename_is_taken_back(
    page: Page, local: str, run_container: Run, faults: Faults
) -> None:
    faults.expect("422")
    name = f"aside-{uuid4().hex[:6]}"
    run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    page.goto(f"/hosts/{local}/containers/?q={name}")
    choose(page, name, "Rename")
    page.get_by_label("New name").fill("no/such name")
    dialog(page).get_by_role("button", name="Rename", exact=True).click()
    expect(dialog(page).locator(".field-error")).to_be_visible()
    page.get_by_label("New name").fill(f"{name}-2")
    confirm(page, "Rename")
    expect(row(page, f"{name}-2")).to_be_visible()
    page.keyboard.press("z")
    expect(row(page, name)).to_be_visible()


def test_a_whole_project_is_acted_on(page: Page, local: str, run_container: Run) -> None:
    project = f"proj-{uuid4().hex[:6]}"
    for number in (1, 2):
        run_container(
            f"--name={project}-{number}", f"--label=com.docker.compose.project={project}", BASE_IMAGE, "sleep", "300"
        )
    page.goto(f"/hosts/{local}/containers/?group=project&q={project}")
    state(page, f"{project}-2", "running")
    head = page.locator(".group-row").filter(has_text=project)
    expect(head).to_contain_text("running2")
    head.get_by_label(f"Select the rows of {project}").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("2 selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    head.locator("details.menu summary").click()
    head.get_by_role("button", name=re.compile("^Pause")).click()
    state(page, f"{project}-1", "paused")
    state(page, f"{project}-2", "paused")
    expect(head).to_contain_text("paused2")


def test_a_view_is_saved_shared_opened_and_removed(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/")
    page.get_by_label("Filter by text").press_sequentially("tick")
    expect(page).to_have_url(re.compile("q=tick"))
    expect(row(page, "web")).to_have_count(0)
    views = page.locator("#views")
    views.locator("summary").click()
    views.get_by_text("Save this view").click()
    dialog(page).get_by_label("Name").fill("Ticking")
    confirm(page, "Save")
    # The page shows just what was saved, which its menu says as soon as it is drawn anew.
    expect(views.locator("summary")).to_have_text(re.compile("Views|Ticking"))
    page.goto("/views/")
    row(page, "Ticking").locator("details.menu summary").click()
    row(page, "Ticking").get_by_role("button", name="Share with everybody").click()
    expect(row(page, "Ticking")).to_contain_text("Everybody")
    page.keyboard.press("Control+k")
    page.keyboard.type("ticking")
    expect(page.locator('#palette-hits [aria-selected="true"]')).to_contain_text("Ticking")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/containers/\?host={local}&q=tick$"))
    expect(row(page, "ticker")).to_be_visible()
    expect(page.locator("#views summary")).to_have_text("Ticking")
    page.goto("/views/")
    choose(page, "Ticking", "Remove")
    confirm(page, "Remove")
    expect(page.get_by_role("heading", name="No saved views yet")).to_be_visible()
