"""Every page that is looked at, and what must be there to be seen on it: long names, a host that is down, failures."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.asking import dialog

LONG = "a-name-of-eighty-characters-as-people-give-them-when-a-pipeline-makes-names-up-x"
PARTS = ("environment", "mounts", "networks", "health", "labels", "inspect")
Act = Callable[[Page], None]


@dataclass(frozen=True)
class Picture:
    """A page at an address, and what is done there before it is looked at."""

    name: str
    path: str
    act: Act | None = None
    status: int = 200
    signed_in: bool = True


def pictures(local: str, ids: dict[str, str]) -> list[Picture]:
    """All of them. `ids`: container, long_container, stopped, image, network, volume, running_log, job, failed_job,
    event, down (the name of a host that is down)."""
    return [*_hosts_and_containers(f"/hosts/{local}", local, ids), *_the_rest(f"/hosts/{local}", local, ids)]


def _hosts_and_containers(here: str, local: str, ids: dict[str, str]) -> list[Picture]:
    return [
        Picture("sign-in", "/accounts/login/", signed_in=False),
        Picture("sign-in-refused", "/accounts/login/", _wrong_password, signed_in=False),
        Picture("overview", "/"),
        Picture("hosts", "/hosts/"),
        Picture("host", f"{here}/"),
        Picture("host-down", f"/hosts/{ids['down']}/"),
        Picture("host-down-containers", f"/hosts/{ids['down']}/containers/"),
        Picture("host-add", "/hosts/", _open_make),
        Picture("host-edit", f"{here}/", lambda page: _press(page, "Edit")),
        Picture("containers", "/containers/"),
        Picture("containers-here", f"{here}/containers/"),
        Picture("containers-grouped", "/containers/?group=project"),
        Picture("containers-none-match", "/containers/?q=no-such-thing"),
        Picture("containers-ticked", f"{here}/containers/", _tick_two),
        Picture("containers-menu", f"{here}/containers/", _open_menu),
        Picture(
            "containers-columns",
            f"{here}/containers/",
            lambda page: page.locator("summary", has_text="Columns").click(),
        ),
        Picture("container", f"{here}/containers/{ids['container']}/"),
        Picture("container-long", f"{here}/containers/{ids['long_container']}/"),
        Picture("container-stopped", f"{here}/containers/{ids['stopped']}/"),
        *(Picture(f"container-{part}", f"{here}/containers/{ids['container']}/{part}/") for part in PARTS),
        Picture("container-more", f"{here}/containers/{ids['container']}/", lambda page: page.locator("#more").click()),
        Picture("stop", f"{here}/containers/{ids['container']}/", lambda page: _press(page, "Stop")),
        Picture("remove", f"{here}/containers/{ids['container']}/", _press_remove),
        Picture("logs", f"{here}/containers/{ids['running_log']}/logs/", _wait_for_lines),
        Picture("logs-line", f"{here}/containers/{ids['running_log']}/logs/", _open_line),
        Picture("logs-download", f"{here}/containers/{ids['running_log']}/logs/", _open_download),
        Picture("logs-to-choose", "/logs/"),
        Picture("log-search", f"/logs/search/?filter=slow+query&host={local}", _wait_for_hits),
        Picture("log-dock", f"/hosts/{local}/containers/{ids['running_log']}/logs/", _search_beside),
        Picture("logs-merged", f"/logs/?project=shop&host={local}", _wait_for_lines),
    ]


def _the_rest(here: str, local: str, ids: dict[str, str]) -> list[Picture]:
    return [
        Picture("kept-logs", "/history/"),
        Picture("redaction", "/redaction/"),
        Picture("images", "/images/"),
        Picture("image", f"{here}/images/{ids['image']}/"),
        Picture("pull", f"{here}/images/", _open_make),
        Picture(
            "image-word", f"{here}/images/{ids['image']}/", lambda page: page.locator("[data-about=layer]").click()
        ),
        Picture("networks", "/networks/"),
        Picture("network", f"{here}/networks/{ids['network']}/"),
        Picture("volumes", "/volumes/"),
        Picture("volume", f"{here}/volumes/{ids['volume']}/"),
        Picture("jobs", "/jobs/"),
        Picture("job", f"/jobs/{ids['job']}/"),
        Picture("job-failed", f"/jobs/{ids['failed_job']}/"),
        Picture("tray", "/networks/", _open_tray),
        Picture("registries", "/registries/"),
        Picture("people", "/people/"),
        Picture("person-add", "/people/", _open_person),
        Picture("words", "/words/"),
        Picture("styleguide", "/styleguide/"),
        Picture("audit", "/audit/"),
        Picture("audit-event", f"/audit/{ids['event']}/"),
        Picture("search", "/search/?q=a"),
        Picture("palette", "/", _type_search),
        Picture("keys", "/containers/", lambda page: page.keyboard.press("?")),
        Picture("views", "/views/"),
        Picture("views-menu", "/containers/", lambda page: page.locator("#views summary").click()),
        Picture("user-menu", "/", lambda page: page.locator(".user-button").click()),
        Picture("password", "/accounts/password/change/"),
        Picture("stop-page", f"/do/container.stop?on=container:{local}:{ids['container']}"),
        Picture("not-found", "/hosts/nowhere/", status=404),
        Picture("bad-query", "/containers/?sort=nonsense", status=400),
    ]


def _open_download(page: Page) -> None:
    page.locator("#log-download").click()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible()


def _wrong_password(page: Page) -> None:
    page.get_by_label("User name").fill("nobody")
    page.get_by_label("Password").fill("not-this-one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _open_make(page: Page) -> None:
    page.locator("#make").click()
    expect(dialog(page)).to_be_visible()


def _open_person(page: Page) -> None:
    page.locator("#add-person").click()
    expect(dialog(page)).to_be_visible()


def _press(page: Page, label: str) -> None:
    page.locator("main").get_by_role("link", name=label, exact=True).click()
    expect(dialog(page)).to_be_visible()


def _press_remove(page: Page) -> None:
    page.locator("#more > summary").click()
    page.locator("#more").get_by_role("link", name="Remove", exact=True).click()
    expect(dialog(page)).to_be_visible()


def _tick_two(page: Page) -> None:
    for box in page.locator("tbody input[name=on]").all()[:2]:
        box.check()


def _open_menu(page: Page) -> None:
    menu = page.locator("tbody details.menu").first
    menu.locator("summary").click()
    expect(menu.locator(".menu-item").nth(2)).to_be_visible()


def _open_tray(page: Page) -> None:
    page.locator("#tray-menu summary").click()
    expect(page.locator(".tray-body")).to_be_visible()


def _wait_for_hits(page: Page) -> None:
    expect(page.locator(".log-hit").nth(3)).to_be_visible()
    expect(page.locator(".log-hits-status")).to_contain_text("Searched")


def _search_beside(page: Page) -> None:
    _wait_for_lines(page)
    page.keyboard.press("S")
    page.get_by_role("searchbox", name="Search everything").fill("refused")
    page.keyboard.press("Enter")
    _wait_for_hits(page)
    page.locator(".log-hit").nth(2).click()
    expect(page.locator(".log-row.is-current")).to_contain_text("refused")


def _wait_for_lines(page: Page) -> None:
    expect(page.locator("#log-view")).to_contain_text("GET /")


def _open_line(page: Page) -> None:
    _wait_for_lines(page)
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".log-details")).to_be_visible()


def _type_search(page: Page) -> None:
    page.locator("#search").click()
    page.locator("#palette-input").fill("stop ticker")
    expect(page.locator("#palette-hits .hit").filter(has_text="Stop ticker")).to_be_visible()
