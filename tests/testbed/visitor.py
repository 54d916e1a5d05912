"""A person's browser without a screen: signs in with a form, reads pages, clicks, and holds live sockets open."""

import contextlib
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.testbed.process import wait_until

# What whoever waits for a page has; the machine may be busy with much else.
PATIENCE = 60


class Visitor:
    """One person at one console. Nothing is followed: a redirect is an answer like any other."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def twin(self) -> "Visitor":
        """Another tab of the same browser, signed in as this one is."""
        twin = Visitor(self.url)
        twin._session.cookies.update(self._session.cookies)
        return twin

    def sign_in(self, name: str, password: str) -> "Visitor":
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"login": name, "password": password})
        assert answer.status_code == 302, answer.text
        return self

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.ask("GET", path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> requests.Response:
        """With the token that the page's form would carry."""
        token = self.cookie("quayside_csrf")
        return self.ask("POST", path, data={"csrfmiddlewaretoken": token, **(data or {})}, **options)

    def cookie(self, name: str) -> str:
        return next((str(cookie.value) for cookie in self._session.cookies if cookie.name == name), "")

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(method, self.url + path, timeout=PATIENCE, allow_redirects=False, **options)

    def do(self, operation: str, on: str | list[str], **inputs: Any) -> requests.Response:
        """Press the button, and say yes to the question."""
        return self.post(f"/do/{operation}", {"on": on, "_sure": "1", **inputs})

    def allow(self, *registries: str) -> None:
        """Let hosts pull from these, besides Docker Hub, and from no others any more."""
        answer = self.do("registry.allow", [], servers="\n".join(("docker.io", *registries)))
        assert answer.status_code == 302, answer.text

    def begin(self, operation: str, on: str, **inputs: Any) -> str:
        """Start a long operation: the path of its job's page."""
        answer = self.do(operation, on, **inputs)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def begin_again(self, job: str) -> str:
        """Try a job again: the path of the new one's page."""
        answer = self.do("job.retry", f"job::{job.rstrip('/').rpartition('/')[2]}")
        assert answer.status_code == 302, answer.text
        found = re.findall(r'href="(/jobs/[0-9a-f-]{36}/)"', self.get(job).text)
        return str([path for path in found if path != job][-1])

    def seconds(self, path: str) -> float:
        """How long a page that is well took to come."""
        began = time.monotonic()
        answer = self.get(path)
        took = time.monotonic() - began
        assert answer.status_code == 200, (path, answer.status_code)
        return took

    def until(self, path: str, text: str, within: float = PATIENCE) -> str:
        """The page once the text stands in it."""
        page = ""

        def is_there() -> bool:
            nonlocal page
            page = self.get(path).text
            return text in page

        try:
            wait_until(is_there, within, pause=0.25)
        except TimeoutError:
            raise AssertionError(f"{text!r} did not come within {within:g} s to {path}:\n{page}") from None
        return page

    @contextlib.contextmanager
    def socket(self, path: str) -> Iterator["Socket"]:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._session.cookies)
        address = self.url.replace("http", "ws", 1) + path
        headers = {"Cookie": cookies}
        options: dict[str, Any] = {"compression": None, "max_size": None, "open_timeout": PATIENCE}
        with connect(address, additional_headers=headers, origin=Origin(self.url), **options) as connection:
            yield Socket(connection)


class Socket:
    """A live socket; pings are left out of what comes."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, kind: str, **content: Any) -> None:
        self.connection.send(json.dumps({"type": kind, **content}))

    def hear(self, within: float = PATIENCE) -> dict[str, Any]:
        """The next message; of lines, with the lines themselves under `text`. TimeoutError when none comes."""
        deadline = time.monotonic() + within
        while True:
            came = self.connection.recv(timeout=max(0.0, deadline - time.monotonic()))
            head, _newline, rest = came.partition(b"\n") if isinstance(came, bytes) else (came, b"", b"")
            message: dict[str, Any] = json.loads(head)
            if message["type"] == "lines":
                # Before each line's own text stand as many bytes as there are lines: out, or err.
                message["text"] = rest[message["count"] :].decode().split("\n")
                self.say("ack", seq=message["seq"])
            if message["type"] != "ping":
                return message

    def until(self, within: float = PATIENCE, **wanted: Any) -> dict[str, Any]:
        """The first message that holds all this; what comes before it is dropped."""
        deadline = time.monotonic() + within
        while True:
            message = self.hear(max(0.0, deadline - time.monotonic()))
            if wanted.items() <= message.items():
                return message
