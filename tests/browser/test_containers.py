"""Does the list follow the engine by itself, keep everything in its address, and carry out what is asked of it?"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from tests.browser.asking import choose, confirm, dialog, row, state, toast
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE

Run = Callable[..., str]


def unique(word: str) -> str:
    return f"{word}-{uuid4().hex[:6]}"


@contextmanager
def refreshed(page: Page) -> Iterator[None]:
    """Until the list has been fetched anew, and there was time to show it."""
    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "live"):
        yield
    page.wait_for_timeout(300)


def test_filter_sort_group_and_columns_live_in_the_address(page: Page, local: str) -> None:
    page.goto("/containers/")
    page.get_by_label("Filter by text").press_sequentially("tick")
    expect(row(page, "web")).to_have_count(0)
    expect(row(page, "ticker").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=tick$"))
    page.reload()
    expect(page.get_by_label("Filter by text")).to_have_value("tick")
    expect(row(page, "web")).to_have_count(0)
    page.goto("/containers/")
    page.get_by_label("Host", exact=True).first.select_option(local)
    expect(page).to_have_url(re.compile(f"host={local}"))
    page.get_by_role("group", name="State").get_by_role("link", name=re.compile("^exited")).click()
    expect(row(page, "failed")).to_be_visible()
    expect(row(page, "ticker")).to_have_count(0)
    expect(page).to_have_url(re.compile("state=exited"))
    expect(page).to_have_url(re.compile(f"host={local}"))
    page.goto(f"/containers/?host={local}")
    page.get_by_role("search", name="Filter").get_by_label("Project").select_option("shop")
    expect(row(page, "failed")).to_have_count(0)
    expect(row(page, "ticker")).to_be_visible()
    expect(page).to_have_url(re.compile("project=shop"))


def test_sorting_turns_and_stays(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/")
    names = page.locator("tbody .cell-name")
    expect(names.first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Name")).click()
    expect(page).to_have_url(re.compile("sort=-name"))
    down = names.all_inner_texts()
    assert down == sorted(down, reverse=True)
    page.reload()
    assert names.all_inner_texts() == down
    page.get_by_role("link", name=re.compile("^State")).click()
    expect(page).to_have_url(re.compile("sort=state"))


def test_group_by_project(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/")
    page.get_by_role("link", name="By project").click()
    expect(page).to_have_url(re.compile("group=project"))
    heads = page.locator(".group-row")
    expect(heads.filter(has_text="shop")).to_be_visible()
    expect(heads.filter(has_text="No project")).to_be_visible()


def test_a_late_answer_does_not_bring_back_the_list_from_before_a_filter(page: Page, local: str) -> None:
    """What keeps the page fresh asks for the address as it was; the person has another one when the answer comes."""
    late: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.headers.get("hx-target") == "live" and "group=" not in route.request.url and not late:
            late.append(route)
        else:
            route.continue_()

    page.route("**/containers/*", hold)
    page.goto(f"/hosts/{local}/containers/?sort=name")
    expect(row(page, "web")).to_be_visible()
    page.wait_for_function("() => document.querySelector('#live') && window.htmx")
    while not late:
        page.wait_for_timeout(50)
    page.get_by_role("link", name="By project").click()
    heads = page.locator(".group-row")
    expect(heads.filter(has_text="shop")).to_be_visible()
    with page.expect_response(lambda answer: "group=" not in answer.url):
        late[0].continue_()
    page.wait_for_timeout(300)
    expect(heads.filter(has_text="shop")).to_be_visible()


def test_columns_are_chosen(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/containers/")
    page.locator("summary").filter(has_text="Columns").click()
    page.get_by_label("Ports", exact=True).uncheck()
    page.get_by_label("Id", exact=True).check()
    with refreshed(page):
        page.evaluate("document.dispatchEvent(new CustomEvent('refresh'))")
    expect(page.get_by_label("Ports", exact=True)).not_to_be_checked()
    page.get_by_role("button", name="Show", exact=True).click()
    head = page.locator("thead")
    expect(head).to_contain_text("Id")
    expect(head).not_to_contain_text("Ports")
    page.goto("/containers/")
    expect(head).to_contain_text("Id")
    expect(head).to_contain_text("Host")
    page.goto("/containers/?cols=ports")
    expect(head).to_contain_text("Ports")
    page.goto("/containers/")
    page.locator("summary").filter(has_text="Columns").click()
    page.get_by_role("button", name="Back to the usual columns").click()
    expect(head).to_contain_text("Ports")
    expect(head).not_to_contain_text("Id")


def test_a_container_run_in_a_shell_shows_within_a_second(page: Page, local: str, run_container: Run) -> None:
    page.goto(f"/hosts/{local}/containers/")
    expect(row(page, "ticker")).to_be_visible()
    page.evaluate("window.sameDocument = true")
    took = []
    for _turn in range(3):
        name = unique("shell")
        run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
        begun = time.monotonic()
        row(page, name).wait_for()
        took.append(time.monotonic() - begun)
        # At most two fetches a second: the next event must not have to wait for the last one's turn.
        page.wait_for_timeout(700)
    assert page.evaluate("window.sameDocument") is True
    assert min(took) < 1, took


def test_stop_through_the_dialog(page: Page, local: str, run_container: Run) -> None:
    name = unique("stoppable")
    run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    page.goto(f"/hosts/{local}/containers/?q={name}")
    state(page, name, "running")
    opener = row(page, name).get_by_role("link", name=f"Stop {name}")
    opener.click()
    expect(dialog(page)).to_contain_text(name)
    expect(dialog(page)).to_contain_text("not served until it is started again")
    confirm(page, "Stop")
    expect(toast(page, f"Stopped {name}.")).to_be_visible()
    state(page, name, "exited")
    row(page, name).get_by_role("button", name=f"Start {name}").click()
    expect(toast(page, f"Started {name}.")).to_be_visible()
    state(page, name, "running")


def test_pause_rename_and_remove_from_the_menu(page: Page, local: str, run_container: Run) -> None:
    name, renamed = unique("menu"), unique("renamed")
    run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    page.goto(f"/hosts/{local}/containers/")
    choose(page, name, "Pause")
    state(page, name, "paused")
    choose(page, name, "Unpause")
    state(page, name, "running")
    choose(page, name, "Rename")
    page.get_by_label("New name").fill(renamed)
    confirm(page, "Rename")
    expect(row(page, renamed)).to_be_visible()
    choose(page, renamed, "Remove")
    expect(dialog(page)).to_contain_text("gone for good")
    dialog(page).get_by_label("Kill it first if it runs").check()
    confirm(page, "Remove")
    expect(row(page, renamed)).to_have_count(0)


def test_many_at_once_with_a_report_per_item(page: Page, local: str, engine: Engine, run_container: Run) -> None:
    word = unique("many")
    names = [f"{word}-{number}" for number in range(3)]
    for name in names:
        run_container(f"--name={name}", BASE_IMAGE, "sleep", "300")
    engine.docker("stop", names[2])
    page.goto(f"/hosts/{local}/containers/?q={word}")
    state(page, names[2], "exited")
    bar = page.locator("[data-bulk-bar]")
    expect(bar).not_to_be_in_viewport()
    page.get_by_label("Select all").check()
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Stop", exact=True).click()
    for name in names:
        expect(dialog(page)).to_contain_text(name)
    dialog(page).get_by_role("button", name="Stop", exact=True).click()
    job = page.get_by_role("link", name=re.compile("Stop 3")).first
    for name in names:
        state(page, name, "exited")
    page.goto("/jobs/")
    job = page.locator("tbody tr").first.get_by_role("link").first
    job.click()
    for name in names[:2]:
        expect(page.locator("tbody tr").filter(has_text=name)).to_contain_text("succeeded")
    expect(page.locator("tbody tr").filter(has_text=names[2])).to_be_visible()


def test_one_container_tells_all_it_knows(page: Page, local: str, run_container: Run) -> None:
    name = unique("detail")
    run_container(
        f"--name={name}",
        "--env=API_TOKEN=canary-8128",
        "--env=COLOUR=canary-8128",
        "--env=TZ=Europe/Madrid",
        "--label=team=blue",
        BASE_IMAGE,
        "sleep",
        "300",
    )
    page.goto(f"/hosts/{local}/containers/?q={name}")
    row(page, name).get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    main = page.locator("main")
    expect(main).to_contain_text("sleep 300")
    expect(main).to_contain_text("quayside/base")
    parts = page.get_by_role("navigation", name="Parts of this container")
    for part, texts in (
        ("Environment", ("COLOUR", "Europe/Madrid")),
        ("Labels", ("team", "blue")),
        ("Inspect", ('"Config"',)),
    ):
        parts.get_by_role("link", name=re.compile(f"^{part}")).click()
        expect(page).to_have_url(re.compile(f"/{part.lower()}/$"))
        for text in texts:
            expect(main).to_contain_text(text)
        assert "canary-8128" not in page.content()
    page.locator("main").locator("a[href*='/images/']").first.click()
    expect(page).to_have_url(re.compile(rf"/hosts/{local}/images/"))
    expect(page.locator("main")).to_contain_text(name)


def test_what_is_pressed_is_not_redrawn(page: Page, local: str) -> None:
    with refreshed(page):
        page.goto(f"/hosts/{local}/containers/")
    head = page.locator("thead").get_by_role("link", name="Name")
    head.hover()
    page.mouse.down()
    head.evaluate("link => link.textContent = 'Name, old'")
    with refreshed(page):
        page.evaluate("document.dispatchEvent(new CustomEvent('refresh'))")
    expect(page.locator("thead")).to_contain_text("Name, old")
    page.mouse.up()
    expect(page).to_have_url(re.compile("sort=-name"))
    expect(page.locator("thead")).not_to_contain_text("Name, old")
