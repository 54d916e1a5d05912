"""Can a host be connected, tried, changed, switched off and forgotten by clicking, over every way in?"""

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.asking import confirm, dialog, row, toast
from tests.browser.watched import Faults
from tests.testbed.engine import Engine
from tests.testbed.ssh import SshServer


def open_form(page: Page) -> None:
    page.goto("/hosts/")
    page.locator("#make, .empty-state .btn").first.click()


def up_within_seconds(page: Page, name: str, engine: Engine) -> None:
    """The host's page, to which adding leads, says that it is up and shows what runs there without a reload."""
    begun = time.monotonic()
    expect(page).to_have_url(re.compile(rf"/hosts/{name}/$"))
    expect(page.locator("#live .state").first).to_contain_text("up")
    expect(page.locator(".figure").first.locator(".figure-note")).to_contain_text(
        f"of {len(engine.containers())} container"
    )
    expect(page.locator("#live")).to_contain_text("Docker")
    assert time.monotonic() - begun < 8


def test_the_local_engine(page: Page, faults: Faults, engine: Engine) -> None:
    # The page of a host looks once more when it hears that the host is gone.
    faults.expect("status of 404.*/hosts/by-hand/")
    open_form(page)
    dialog(page).get_by_label("Name", exact=True).fill("by-hand")
    dialog(page).get_by_label("Address").fill(engine.url)
    dialog(page).get_by_label("Tags").fill("test, here")
    dialog(page).get_by_role("button", name="Add host").click()
    expect(toast(page, "Added the host by-hand.")).to_be_visible()
    up_within_seconds(page, "by-hand", engine)
    expect(page.get_by_role("link", name="here")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Containers")).last.click()
    expect(row(page, "ticker")).to_be_visible()
    page.goto("/hosts/by-hand/")
    remove(page, "by-hand")


def remove(page: Page, name: str) -> None:
    page.get_by_role("link", name="Remove", exact=True).click()
    expect(dialog(page)).to_contain_text("Nothing on the host itself is touched")
    dialog(page).get_by_role("button", name="Remove", exact=True).click()
    expect(page).to_have_url(re.compile("/hosts/$"))
    expect(toast(page, f"Removed the host {name}.")).to_be_visible()
    expect(row(page, name)).to_have_count(0)


def test_over_tls_tried_before_saving(page: Page, faults: Faults, tls_engine: Engine) -> None:
    faults.expect("status of (422|404)")
    material = tls_engine.tls
    assert material is not None
    open_form(page)
    dialog(page).get_by_label("Name", exact=True).fill("harbour")
    dialog(page).get_by_label("Address").fill(tls_engine.tcp_url)
    dialog(page).get_by_label("TLS: CA certificate").fill(material.ca.read_text())
    dialog(page).get_by_role("button", name="Test", exact=True).click()
    # Without the client's certificate the engine hangs up, and nothing is saved or lost.
    expect(page.locator(".notice-bad").or_(page.locator(".field-error")).first).to_be_visible()
    expect(dialog(page).get_by_label("TLS: CA certificate")).to_have_value(re.compile("BEGIN CERTIFICATE"))
    dialog(page).get_by_label("TLS: client certificate").fill(material.client_cert.read_text())
    dialog(page).get_by_label("TLS: client key").fill(material.client_key.read_text())
    dialog(page).get_by_role("button", name="Test", exact=True).click()
    expect(page.locator(".notice-ok")).to_contain_text(re.compile(r"It works: Docker [\d.]+\S* \(API 1\.\d+\)"))
    dialog(page).get_by_role("button", name="Add host").click()
    up_within_seconds(page, "harbour", tls_engine)
    remove(page, "harbour")


def test_over_ssh_with_the_fingerprint_confirmed(
    page: Page, faults: Faults, engine: Engine, ssh_server: SshServer
) -> None:
    faults.expect("status of (422|404)")
    open_form(page)
    dialog(page).get_by_label("Name", exact=True).fill("lighthouse")
    dialog(page).get_by_label("Address").fill(f"{ssh_server.url}{engine.socket}")
    dialog(page).get_by_label("SSH: private key").fill(ssh_server.client_key.read_text())
    dialog(page).get_by_role("button", name="Add host").click()
    expect(page.locator(".field-error")).to_contain_text(ssh_server.fingerprint)
    expect(dialog(page).get_by_label("SSH: the machine's host key")).to_have_value(
        re.compile(re.escape(ssh_server.host_key))
    )
    expect(dialog(page).get_by_label("SSH: private key")).to_have_value(re.compile("PRIVATE KEY"))
    dialog(page).get_by_role("button", name="Add host").click()
    up_within_seconds(page, "lighthouse", engine)
    remove(page, "lighthouse")


def test_what_is_wrong_is_said_at_the_field(page: Page, faults: Faults) -> None:
    faults.expect("status of 422")
    open_form(page)
    dialog(page).get_by_label("Name", exact=True).fill("not a name")
    dialog(page).get_by_label("Address").fill("ftp://somewhere")
    dialog(page).get_by_role("button", name="Add host").click()
    for label in ("Name", "Address"):
        field = page.locator(".field.has-error").filter(has=page.get_by_label(label, exact=True))
        expect(field.locator(".field-error")).to_be_visible()
    expect(dialog(page).get_by_label("Address")).to_have_value("ftp://somewhere")


def test_edit_disable_enable(page: Page, local: str) -> None:
    page.goto(f"/hosts/{local}/")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(dialog(page).get_by_label("Name", exact=True)).to_have_value(local)
    expect(dialog(page).get_by_label("SSH: private key")).to_have_value("")
    dialog(page).get_by_label("Tags").fill("edited")
    dialog(page).get_by_role("button", name="Save", exact=True).click()
    expect(toast(page, f"Saved the host {local}.")).to_be_visible()
    expect(page.get_by_role("link", name="edited")).to_be_visible()
    page.get_by_role("link", name="Disable", exact=True).click()
    confirm(page, "Disable")
    expect(page.locator("#live .notice")).to_contain_text("does not connect to this host")
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.locator("#live .state").first).to_contain_text("up")
