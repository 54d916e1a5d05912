"""A browser whose every complaint is kept: console errors, refused scripts, dialogs, requests to elsewhere."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Playwright,
    Request,
    ViewportSize,
    WebError,
)

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
# Docker makes and removes network interfaces meanwhile, at which Chromium loads anew what it was loading.
NOT_OURS = re.compile("ERR_NETWORK_CHANGED")
# A loaded machine is slow; what must be quick is measured by its own test.
PATIENCE = 10_000


def launch(playwright: Playwright) -> Browser:
    # The flags bring their own headless mode; Playwright's would start another program.
    return playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS[1:]))


@dataclass
class Faults:
    """What went wrong in the pages of one context, each as a sentence. `expect(pattern)` lets one kind pass."""

    origin: str
    found: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        self.expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [one for one in self.found if not any(pattern.search(one) for pattern in self.expected)]

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not NOT_OURS.search(message.text):
            self.found.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: WebError) -> None:
        self.found.append(f"script: {getattr(error.error, 'stack', None) or error.error}")

    def _dialog(self, dialog: Dialog) -> None:
        self.found.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, self.origin.replace("http", "ws", 1), "data:", "blob:")):
            self.found.append(f"request: {request.url}")
