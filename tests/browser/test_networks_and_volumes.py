"""Can networks be made, joined, left and removed, and volumes made and removed, by clicking?"""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.asking import choose, confirm, dialog, row, toast
from tests.testbed.images import BASE_IMAGE


def test_a_network_from_making_to_removing(page: Page, local: str, run_container: Callable[..., str]) -> None:
    name, guest = f"net-{uuid4().hex[:6]}", f"guest-{uuid4().hex[:6]}"
    run_container(f"--name={guest}", BASE_IMAGE, "sleep", "300")
    page.goto(f"/hosts/{local}/networks/")
    page.locator("#make").click()
    dialog(page).get_by_label("Name", exact=True).fill(name)
    dialog(page).get_by_label("Labels").fill("owner=ada")
    confirm(page, "Create network")
    expect(toast(page, f"Created the network {name}.")).to_be_visible()
    row(page, name).get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_text("No container uses it.")).to_be_visible()
    page.get_by_role("link", name="Connect a container", exact=True).click()
    dialog(page).get_by_label("Container", exact=True).select_option(label=guest)
    confirm(page, "Connect a container")
    expect(page.locator("#live").get_by_role("link", name=guest)).to_be_visible()
    page.get_by_role("link", name="Disconnect a container").click()
    dialog(page).get_by_label("Container", exact=True).select_option(label=guest)
    confirm(page, "Disconnect a container")
    expect(page.get_by_text("No container uses it.")).to_be_visible()
    page.goto(f"/hosts/{local}/networks/?q={name}")
    line = row(page, name)
    if line.locator("details.menu").count():
        choose(page, name, "Remove")
    else:
        line.get_by_role("link", name=f"Remove {name}").click()
    expect(dialog(page)).to_contain_text(name)
    confirm(page, "Remove")
    expect(row(page, name)).to_have_count(0)


def test_a_volume_from_making_to_removing(page: Page, local: str) -> None:
    name = f"vol-{uuid4().hex[:6]}"
    page.goto(f"/hosts/{local}/volumes/")
    page.locator("#make").first.click()
    dialog(page).get_by_label("Name", exact=True).fill(name)
    confirm(page, "Create volume")
    expect(toast(page, f"Created the volume {name}.")).to_be_visible()
    row(page, name).get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("link", name="Remove", exact=True).click()
    expect(dialog(page)).to_contain_text("deleted for good")
    confirm(page, "Remove")
    page.goto(f"/hosts/{local}/volumes/")
    expect(row(page, name)).to_have_count(0)


def test_a_name_that_is_taken_is_said_and_the_form_is_kept(page: Page, local: str) -> None:
    page.context.faults.expect("status of 422")  # type: ignore[attr-defined]
    page.goto(f"/hosts/{local}/networks/")
    page.locator("#make").click()
    dialog(page).get_by_label("Name", exact=True).fill("host")
    dialog(page).get_by_label("Subnet").fill("10.250.1.7/24")
    dialog(page).get_by_role("button", name="Create network").click()
    expect(dialog(page).locator(".field-error")).to_contain_text("This is no subnet")
    dialog(page).get_by_label("Subnet").fill("")
    dialog(page).get_by_role("button", name="Create network").click()
    expect(dialog(page).locator(".notice-bad, .field-error").first).to_be_visible()
    expect(dialog(page).get_by_label("Name", exact=True)).to_have_value("host")
