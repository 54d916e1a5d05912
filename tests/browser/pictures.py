"""Makes the pictures of the documentation, and the app's icons, anew: `python -m tests.browser.pictures [NAME ...]`."""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.browser import small_png
from tests.browser.asking import choose, dialog, row
from tests.browser.conftest import ADA, Doing
from tests.browser.console import Console
from tests.browser.watched import PATIENCE, PHONE, launch
from tests.testbed.demo import Landscape
from tests.testbed.workspace import make_workspace, remove_workspace

ROOT = Path(__file__).resolve().parents[2]
ICONS, PICTURES = ROOT / "static" / "img", ROOT / "docs" / "images"
WINDOW = ViewportSize(width=1280, height=800)
# File, edge, how much of it the mark takes, and whether its ground fills the square, which systems then cut to shape.
EDGES = (
    ("icon-192.png", 192, 1.0, False),
    ("icon-512.png", 512, 1.0, False),
    ("icon-maskable-512.png", 512, 0.8, True),
    ("icon-touch-180.png", 180, 0.86, True),
)


@dataclass(frozen=True)
class Shot:
    """A file of docs/images: where, what is done there first, on which device and in which theme."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda page: page.wait_for_timeout(600)
    phone: bool = False
    dark: bool = False


def shots(container: str) -> list[Shot]:
    """`container` is the id of shop's api on harbour."""
    one = f"/hosts/harbour/containers/{container}/"
    return [
        Shot("overview", "/"),
        Shot("hosts", "/hosts/", _open_add_host),
        Shot("containers", "/containers/"),
        Shot("containers-dark", "/containers/?group=project", dark=True),
        Shot("palette", "/images/", _type_in_palette),
        Shot("container", one),
        Shot("stop", "/containers/?project=shop", lambda page: _ask(page, "shop-api-1", "Stop")),
        Shot("bulk", "/containers/?project=blog", _tick),
        Shot("logs", f"{one}logs/", _wait_for_lines),
        Shot("logs-merged", "/logs/?project=shop", _wait_for_lines),
        Shot("audit", "/audit/"),
        Shot("people", "/people/"),
        Shot("phone", "/containers/?project=shop", phone=True),
        Shot("phone-actions", "/containers/?project=shop", lambda page: _open_menu(page, "shop-api-1"), phone=True),
    ]


def _open_add_host(page: Page) -> None:
    page.locator("#make").click()
    dialog(page).get_by_label("Name").fill("buoy")
    dialog(page).get_by_label("Address").fill("ssh://deploy@buoy.example.com")


def _type_in_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("restart shop-w")
    expect(page.locator("#palette-hits [role=option]").first).to_contain_text("shop-w")


def _ask(page: Page, name: str, label: str) -> None:
    row(page, name).get_by_role("link", name=f"{label} {name}").click()
    expect(dialog(page)).to_be_visible()
    page.wait_for_timeout(300)


def _tick(page: Page) -> None:
    for box in page.locator("tbody input[name=on]").all()[:3]:
        box.check()


def _open_menu(page: Page, name: str) -> None:
    row(page, name).locator("details.menu summary").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)


def _wait_for_lines(page: Page) -> None:
    expect(page.locator("#log-view .log-row").nth(12)).to_be_visible()
    page.wait_for_timeout(2500)


def take(context: BrowserContext, blank: Page, shot: Shot) -> None:
    page = context.new_page()
    page.set_viewport_size(PHONE if shot.phone else WINDOW)
    page.emulate_media(color_scheme="dark" if shot.dark else "light", reduced_motion="reduce")
    page.goto(shot.path)
    shot.act(page)
    small_png.write(blank, page.screenshot(animations="disabled"), PICTURES / f"{shot.name}.png")
    page.close()


def take_pull(context: BrowserContext, blank: Page, landscape: Landscape) -> None:
    """A job half way, from a registry that is slow."""
    page = context.new_page()
    page.set_viewport_size(WINDOW)
    page.goto("/do/registry.allow")
    page.get_by_label("Registries").fill(f"docker.io\n{landscape.registry.address}")
    page.locator("main").get_by_role("button", name="Save", exact=True).click()
    page.goto("/do/image.pull?on=host:harbour:")
    page.get_by_label("Image").fill(f"{landscape.registry.address}/team/big:latest")
    page.locator("main").get_by_role("button", name="Pull", exact=True).click()
    expect(page.locator("#live .layers")).to_be_visible()
    page.wait_for_timeout(4000)
    small_png.write(blank, page.screenshot(animations="disabled"), PICTURES / "job.png")
    page.close()


def act_a_little(context: BrowserContext, console: Console) -> None:
    """So that trail, jobs and people have something to show."""
    doing = Doing(context, console.url)
    for name, role in (("grace", "operator"), ("linus", "viewer")):
        doing.do("person.add", username=name, role=role, password="harbour-lights-8", password_again="harbour-lights-8")
    page = context.new_page()
    page.goto("/containers/?project=metrics")
    choose(page, "metrics-node-1", "Restart")
    dialog(page).get_by_role("button", name="Restart", exact=True).click()
    expect(dialog(page)).to_have_count(0)
    page.wait_for_timeout(1000)
    page.close()


def signed_in(browser: Browser, console: Console) -> BrowserContext:
    context = browser.new_context(viewport=WINDOW, base_url=console.url)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(console.setup_link)
    page.get_by_label("User name").fill(ADA[0])
    page.get_by_label("Password", exact=True).fill(ADA[1])
    page.get_by_label("Password again").fill(ADA[1])
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.close()
    return context


def make_pictures(browser: Browser, names: list[str]) -> None:
    with contextlib.ExitStack() as stack:
        landscape = Landscape(stack, with_local=False)
        landscape.fill()
        folder = make_workspace()
        stack.callback(remove_workspace, folder)
        console = stack.enter_context(Console(folder))
        context = signed_in(browser, console)
        doing = Doing(context, console.url)
        doing.add_host("harbour", landscape.harbour.url)
        doing.add_host("lighthouse", landscape.lighthouse.url)
        blank = browser.new_page()
        act_a_little(context, console)
        if not names or "job" in names:
            take_pull(context, blank, landscape)
        for shot in shots(landscape.harbour.inspect("shop-api-1")["Id"]):
            if not names or shot.name in names:
                take(context, blank, shot)
        context.close()


def make_icons(browser: Browser) -> None:
    mark = (ICONS / "mark.svg").read_text()
    ground = mark.partition('rx="8" fill="')[2].partition('"')[0]
    for name, edge, share, filled in EDGES:
        page = browser.new_page(viewport=ViewportSize(width=edge, height=edge))
        size = round(edge * share)
        style = f"margin:0;display:grid;place-items:center;height:100vh;background:{ground if filled else 'none'}"
        page.set_content(f'<body style="{style}">' + mark.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1))
        page.screenshot(path=ICONS / name, omit_background=not filled)
        page.close()


def main(names: list[str]) -> int:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if not names or "icons" in names:
            make_icons(browser)
        if names != ["icons"]:
            make_pictures(browser, names)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
