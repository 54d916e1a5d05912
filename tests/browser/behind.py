"""The console behind proxies that end TLS and serve it below a path, and how Ada gets in there."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import ADA
from tests.browser.console import Console

PREFIX = "/quayside"
# A proxy that takes the prefix off the path is met, too.
STRIPS = """server {{
    listen 127.0.0.1:{port};
    location /quayside/ {{
        proxy_pass http://quayside/;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto https;
    }}
}}"""


class Behind(Console):
    """The console as nginx reaches it, and Caddy beside."""

    def __init__(self, folder: Path, public: int, stripping: int, caddy: int) -> None:
        super().__init__(
            folder,
            "behind",
            SCRIPT_NAME=f"{PREFIX}/",
            ORIGINS=",".join(f"https://localhost:{port}" for port in (public, stripping, caddy)),
            ALLOWED_HOSTS="localhost,127.0.0.1",
            TRUST_PROXY="1",
            HTTPS_REDIRECT="0",  # it is waited for without the proxy
        )
        self.public, self.stripping, self.caddy = public, stripping, caddy
        self.url = f"https://localhost:{public}{PREFIX}"
        self.caddy_url = f"https://localhost:{caddy}{PREFIX}"


def make_ada(page: Page, behind: Behind) -> None:
    """The printed link leads through the proxy; then she signs out, and in again where she wanted to go."""
    assert behind.setup_link.startswith(f"{behind.url}/setup/")
    page.goto(behind.setup_link)
    page.get_by_label("User name").fill(ADA[0])
    page.get_by_label("Password", exact=True).fill(ADA[1])
    page.get_by_label("Password again").fill(ADA[1])
    page.get_by_role("button", name="Create the administrator").click()
    expect(page).to_have_url(f"{behind.url}/")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    for name in ("__Secure-quayside_session", "__Secure-quayside_csrf"):
        assert cookies[name]["path"] == PREFIX
        assert cookies[name]["secure"]
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{behind.url}/accounts/login/")
    page.goto("images/?q=x")
    expect(page).to_have_url(f"{behind.url}/accounts/login/?next={PREFIX}/images/%3Fq%3Dx")
    sign_in(page)
    expect(page).to_have_url(f"{behind.url}/images/?q=x")


def sign_in(page: Page) -> None:
    page.get_by_label("User name").fill(ADA[0])
    page.get_by_label("Password").fill(ADA[1])
    page.get_by_role("button", name="Sign in").click()
