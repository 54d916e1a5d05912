"""Is a pull followed layer by layer from any page, cancelled, tried again, and are its failures said in words?"""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.asking import choose, dialog, row, toast
from tests.browser.conftest import Doing
from tests.testbed.engine import Engine
from tests.testbed.registry import Registry


@pytest.fixture(autouse=True)
def allowed(doing: Doing, registry: Registry, slow_registry: Registry, auth_registry: Registry) -> None:
    """The tests' own registries are on loopback, which has to be listed."""
    servers = ("docker.io", registry.address, slow_registry.address, auth_registry.address, "127.0.0.1:1")
    doing.do("registry.allow", servers="\n".join(servers))


@pytest.fixture
def published(engine: Engine, slow_registry: Registry) -> Iterator[str]:
    """An image of 9 MB in three layers that nobody has. What is still being pulled afterwards is soon done: an engine
    downloads three layers at a time, and the next test needs them."""
    yield slow_registry.publish(engine, f"team/pulled-{uuid4().hex[:6]}:1.0", [4, 3, 2])
    assert slow_registry.wire is not None
    slow_registry.wire.bytes_per_second = 20_000_000


def pull(page: Page, local: str, reference: str) -> None:
    """From the list of images; ends on the job's page."""
    page.goto(f"/hosts/{local}/images/")
    page.locator("#make").click()
    dialog(page).get_by_label("Image").fill(reference)
    dialog(page).get_by_role("button", name="Pull", exact=True).click()
    expect(page).to_have_url(re.compile(r"/jobs/[0-9a-f-]{36}/$"))


def test_layers_tray_and_reload(page: Page, local: str, published: str, slow_registry: Registry) -> None:
    assert slow_registry.wire is not None
    slow_registry.wire.bytes_per_second = 600_000
    pull(page, local, published)
    layers = page.locator(".layers progress")
    expect(layers.nth(1)).to_be_visible()
    whole = page.locator("#live progress").first
    values = set()
    for _look in range(12):
        values.add(whole.get_attribute("value"))
        page.wait_for_timeout(250)
    assert len(values) >= 3, f"it should be seen to move: {values}"
    expect(page.locator("#live")).to_contain_text(re.compile(r"\d MB"))
    page.goto("/networks/")
    expect(page.locator(".tray-count")).to_have_text("1")
    page.locator("#tray-menu summary").click()
    entry = page.locator(".tray-job").first
    expect(entry).to_contain_text("team/pulled")
    expect(entry.locator("progress")).to_be_visible()
    page.reload()
    expect(page.locator(".tray-count")).to_have_text("1")
    page.locator("#tray-menu summary").click()
    page.locator(".tray-job").first.click()
    slow_registry.wire.bytes_per_second = 20_000_000
    expect(page.locator("#live .state").first).to_contain_text("succeeded", timeout=30_000)
    expect(page.locator(".notice-ok")).to_contain_text("Pulled")
    expect(page.locator(".tray-count")).to_have_count(0)
    page.goto(f"/hosts/{local}/images/?q={published}")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody .row-actions a[href*='image.remove']").click()
    dialog(page).get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(0)


def test_cancel_and_try_again(page: Page, local: str, published: str, slow_registry: Registry) -> None:
    assert slow_registry.wire is not None
    slow_registry.wire.bytes_per_second = 300_000
    pull(page, local, published)
    expect(page.locator("#live .state").first).to_contain_text("running")
    expect(page.locator(".layers progress").first).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#live .state").first).to_contain_text("cancelled", timeout=5_000)
    slow_registry.wire.bytes_per_second = 20_000_000
    page.get_by_role("button", name="Try again", exact=True).click()
    expect(page.get_by_text("Tried before")).to_be_visible()
    expect(page.locator("#live .state").first).to_contain_text("succeeded", timeout=30_000)
    page.locator(".kv div").filter(has_text="Tried before").get_by_role("link").click()
    expect(page.get_by_text("Tried again")).to_be_visible()


def test_a_wrong_name_and_a_dead_registry_in_plain_words(page: Page, local: str, registry: Registry) -> None:
    pull(page, local, f"{registry.address}/team/no-such-thing:{uuid4().hex[:4]}")
    expect(page.locator("#live .state").first).to_contain_text("failed")
    notice = page.locator(".notice-bad")
    expect(notice).to_contain_text(re.compile("no such|not found|does not exist|There is no", re.IGNORECASE))
    expect(notice).not_to_contain_text("manifest unknown: manifest unknown")
    pull(page, local, "127.0.0.1:1/team/app:1")
    expect(page.locator("#live .state").first).to_contain_text("failed")
    expect(page.locator(".notice-bad")).to_contain_text(re.compile("registry", re.IGNORECASE))
    page.goto("/jobs/?state=failed")
    expect(page.locator("tbody tr").first).to_contain_text("127.0.0.1:1/team/app")


def test_a_name_that_is_none_is_refused_at_the_field(page: Page, local: str) -> None:
    page.context.faults.expect("status of 422")  # type: ignore[attr-defined]
    page.goto(f"/hosts/{local}/images/")
    page.locator("#make").click()
    dialog(page).get_by_label("Image").fill("Not A Name!!")
    dialog(page).get_by_role("button", name="Pull", exact=True).click()
    expect(dialog(page).locator(".field-error")).to_be_visible()
    expect(dialog(page).get_by_label("Image")).to_have_value("Not A Name!!")


def test_a_private_image_needs_the_login(page: Page, local: str, engine: Engine, auth_registry: Registry) -> None:
    reference = auth_registry.publish(engine, "team/private:1.0", [0.5])
    pull(page, local, reference)
    expect(page.locator("#live .state").first).to_contain_text("failed")
    expect(page.locator(".notice-bad")).to_contain_text(re.compile("login|denied|sign", re.IGNORECASE))
    page.goto("/registries/")
    page.locator("#add-registry").click()
    user, password = auth_registry.htpasswd or ("", "")
    dialog(page).get_by_label("Server").fill(auth_registry.address)
    dialog(page).get_by_label("User name").fill(user)
    dialog(page).get_by_label("Password or token").fill(password)
    dialog(page).get_by_label("Used on").select_option("all")
    dialog(page).get_by_role("button", name="Add a login").click()
    expect(toast(page, "now use this login")).to_be_visible()
    expect(row(page, auth_registry.address)).to_contain_text("•••")
    expect(row(page, auth_registry.address)).to_contain_text("All hosts")
    assert password not in page.content()
    pull(page, local, reference)
    expect(page.locator("#live .state").first).to_contain_text("succeeded", timeout=20_000)
    page.goto("/registries/")
    choose(page, auth_registry.address, "Remove")
    dialog(page).get_by_role("button", name="Remove", exact=True).click()
    expect(row(page, auth_registry.address)).to_have_count(0)
