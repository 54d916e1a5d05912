"""Whatever is sent, the answer is a sentence and a status below 500, and nothing is changed or thrown."""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urljoin

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from hosts.operations.base import every
from tests.faults.hostile import QUERY_KEYS, TEXTS, addresses, filled, routes
from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.process import wait_until
from tests.testbed.visitor import Visitor

NOUNS = ("hosts", "containers", "images", "networks", "volumes", "jobs", "audit")
LISTS = ("/", "/search/", "/menu/", *(f"/{noun}/" for noun in NOUNS))
EXPORTS = ("/audit/export.csv", "/audit/export.jsonl")
SCRIPT = "<script>alert(1)"
NEVER_PRESSED = {"people.remove", "person.remove", "host.remove", "host.disable"}


@pytest.fixture
def good(scene: Scene, calm: str, engine: Engine) -> dict[str, str]:
    """Arguments that lead somewhere."""
    container = engine.inspect("ticker")["Id"]
    wait_until(lambda: scene.sql("SELECT 1 FROM hosts_container WHERE engine_id = ?", container), 30)
    return {"host": calm, "ref": container, "pk": "1", "name": "container.stop", "token": "x"}


@pytest.fixture(autouse=True)
def nothing_thrown(scene: Scene) -> Iterator[None]:
    """No exception reaches the console's log."""
    before = len(scene.log.read_text(errors="replace"))
    yield
    new = scene.log.read_text(errors="replace")[before:]
    # Django itself tells of what it refused for its size or its form.
    lines = [line for line in new.splitlines() if "logger=django.security" not in line]
    thrown = [line for line in lines if "Traceback" in line or "level=error" in line]
    assert thrown == []


def is_answered(visitor: Visitor, path: str, **options: Any) -> None:
    answer = visitor.get(path, **options)
    assert answer.status_code < 500, (path[:200], answer.status_code)
    assert SCRIPT not in answer.text or "html" not in answer.headers["Content-Type"], path
    assert "x" not in answer.cookies
    if answer.status_code >= 400 and len(path) < 60_000:  # longer ones are refused before they reach any page
        assert "<h1" in answer.text or answer.headers["Content-Type"].startswith("application/json"), path[:200]


@pytest.mark.parametrize("pattern", routes(), ids=[str(pattern.name) for pattern in routes()])
def test_addresses(ada: Visitor, good: dict[str, str], pattern: Any) -> None:
    for path in addresses(pattern, good):
        if "logout" not in path:
            is_answered(ada, path)


@pytest.mark.parametrize("path", [*LISTS, *EXPORTS, "/accounts/login/"])
def test_query_strings(ada: Visitor, good: dict[str, str], path: str) -> None:
    for key in QUERY_KEYS:
        query = "&".join(f"{key}={text}" for text in TEXTS.values())
        is_answered(ada, f"{path}?{query}")
    for text in TEXTS.values():
        is_answered(ada, path + "?" + "&".join(f"{key}={text}" for key in QUERY_KEYS))
        for key in ("q", "sort", "page", "host", "state"):
            is_answered(ada, f"{path}?{key}={text}")
            is_answered(ada, f"{path}?{key}={text}", headers={"HX-Request": "true", "HX-Target": "live"})


def test_query_strings_of_one_host_and_one_container(ada: Visitor, good: dict[str, str]) -> None:
    for pattern in routes():
        if {"host"} <= set(pattern.pattern.converters) <= {"host", "ref"}:
            for text in TEXTS.values():
                query = "&".join(f"{key}={text}" for key in QUERY_KEYS)
                is_answered(ada, f"/{filled(str(pattern.pattern), good)}?{query}")


def test_methods(ada: Visitor, good: dict[str, str]) -> None:
    for pattern in routes():
        path = "/" + filled(str(pattern.pattern), good)
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"):
            answer = ada.ask(method, path)
            assert answer.status_code < 500, (method, path)


def test_headers(ada: Visitor) -> None:
    hostile = ["\xff\xfe", "a" * 6000, "<script>alert(1)</script>", "../..", "{{7*7}}", "0", "-"]
    names = ["Host", "Referer", "Origin", "X-Request-ID", "HX-Target", "HX-Current-URL", "Accept-Language", "Cookie"]
    names += ["X-Forwarded-For", "X-Forwarded-Proto", "X-CSRFToken", "Range", "If-Modified-Since", "Accept-Encoding"]
    for name in names:
        for text in hostile if name != "Host" else hostile[2:]:
            answer = ada.get("/containers/", headers={name: text.encode("latin-1")})
            assert answer.status_code < 500, (name, text[:50])
            assert SCRIPT not in answer.text
    answer = ada.get("/", headers={"Host": "evil.test"})
    assert answer.status_code == 400


@pytest.mark.parametrize("operation", every(), ids=lambda operation: operation.name)
def test_operations(ada: Visitor, good: dict[str, str], operation: Any) -> None:
    """Targets that are none; then a target that is one, with every field full of it."""
    texts = [unquote(text, errors="surrogateescape") for text in TEXTS.values()]
    sendable = [text for text in texts if text.isprintable() or "\0" in text or "\r" in text]
    targets = [
        "container",
        "host:",
        "host:nowhere:",
        "volume:calm:../../images",
        "job::x",
        "person::-1",
        "registry::9e9",
    ]
    for target in [*targets, *sendable]:
        answer = ada.do(operation.name, target)
        assert 300 <= answer.status_code < 500, (target[:60], answer.status_code)
        assert SCRIPT not in answer.text
    if operation.name in NEVER_PRESSED or operation.noun not in ("host", "console") or not operation.form.base_fields:
        return
    for text in sendable:
        fields = dict.fromkeys(operation.form.base_fields, text)
        answer = ada.do(operation.name, f"host:{good['host']}:", **fields)
        assert answer.status_code < 500, (text[:60], answer.status_code)
        assert SCRIPT not in answer.text


def test_odd_bodies(ada: Visitor, good: dict[str, str]) -> None:
    stop = "/do/container.stop"
    token = {"X-CSRFToken": str(ada.cookie("quayside_csrf"))}
    many = [f"container:calm:{number}" for number in range(501)]
    bodies: list[dict[str, Any]] = [
        {"data": b"\xff\xfe\x00", "headers": {**token, "Content-Type": "application/json"}},
        {"data": b"{" * 5000, "headers": {**token, "Content-Type": "application/json"}},
        {"data": b"on=%ff&on=%00", "headers": {**token, "Content-Type": "application/x-www-form-urlencoded"}},
        {"data": b"no boundary", "headers": {**token, "Content-Type": "multipart/form-data"}},
        {"data": b"--x\r\nbroken", "headers": {**token, "Content-Type": "multipart/form-data; boundary=x"}},
        {"data": b"x", "headers": {**token, "Content-Type": "text/html; charset=no-such"}},
        {"data": {"on": many, "_sure": "1"}, "headers": token},
        {"data": {f"field-{number}": "x" for number in range(6000)}, "headers": token},
        {"data": {"on": "x" * (6 << 20)}, "headers": token},
        {"files": {"on": ("on.txt", b"container:calm:x")}, "headers": token},
    ]
    for body in bodies:
        answer = ada.ask("POST", stop, **body)
        assert 400 <= answer.status_code < 500, (str(body)[:80], answer.status_code)
        assert "<h1" in answer.text, str(body)[:80]


def test_a_missing_or_wrong_token_is_said_in_words(ada: Visitor, good: dict[str, str]) -> None:
    for token in ("", "x", "a" * 64):
        answer = ada.post("/do/container.stop", {"csrfmiddlewaretoken": token, "on": f"container:calm:{good['ref']}"})
        assert answer.status_code == 403
        assert "reload the page and send it again" in answer.text
    answer = ada.post("/do/container.stop", {"on": "x"}, headers={"Origin": "http://evil.test"})
    assert answer.status_code == 403


def test_signing_in(scene: Scene) -> None:
    visitor = Visitor(scene.url)
    for text in ("\0", "a" * 10_240, "💥", "' OR 1=1 --", SCRIPT):
        visitor.get("/accounts/login/")
        answer = visitor.post("/accounts/login/", {"login": text, "password": text})
        assert answer.status_code < 500
        assert SCRIPT not in answer.text


def test_nobody_is_sent_elsewhere(scene: Scene, ada: Visitor) -> None:
    elsewhere = ["https://evil.test/", "//evil.test/", "javascript:alert(1)", "/\tevil.test", "/\\evil.test"]
    for path in elsewhere:
        answers = [ada.post("/i18n/set/", {"language": "en", "next": path})]
        answers.append(ada.do("volume.create", "host:calm:", name="elsewhere", driver="local", next=path))
        ada.do("volume.remove", "volume:calm:elsewhere")
        answers.append(ada.get("/accounts/login/", params={"next": path}))
        for answer in answers:
            leads_to = urljoin(scene.url, answer.headers.get("Location", "/"))
            assert leads_to.startswith(scene.url + "/"), path


DEEP = '{"type":' * 2000 + "1" + "}" * 2000
LONG = '"' + "a" * 20_000 + '"'
BOTH: list[str | bytes] = ["", "x", "null", "[]", "{}", '{"type":1}', '{"type":"no such"}', DEEP, LONG, b"\xff\0"]
UPDATES: list[dict[str, Any]] = [
    {"topics": None}, {"topics": "host.1"}, {"topics": [1]}, {"topics": ["a"] * 201}, {"topics": {"a": 1}}, {},
]  # fmt: skip
TOPICS = [
    "", "\0", "host.", "host.x", "host.-1", "host." + "9" * 30, "job.", "job.1", "job.\0", "a" * 5000, "host.\u0661",
]  # fmt: skip
ODD: list[dict[str, Any]] = [
    {"tail": -1}, {"tail": "x"}, {"tail": [1]}, {"tail": 10**30}, {"tail": {"a": 1}}, {"since": "x"},
    {"since": 10**40}, {"since": -1}, {"since": "9" * 30 + "d"}, {"since": [1]}, {"since": "\u0661"}, {"after": 1},
    {"after": {}}, {"after": {"time": "x", "lines": 1}}, {"after": {"time": "2026-01-01T00:00:00Z", "lines": -1}},
    {"after": {"time": 5, "lines": True}}, {"receipt": 5},
]  # fmt: skip
LOGS: list[dict[str, Any]] = [
    {}, {"host": 1, "container": 2}, {"host": "calm"}, {"host": "\0", "container": "\0"},
    {"host": "calm", "container": "../images"}, {"host": "nowhere", "container": "x"},
    {"host": "calm", "container": "f" * 64}, {"host": "calm", "container": "a" * 5000},
    *({"host": "calm", "container": "{id}", **more} for more in ODD),
]  # fmt: skip


def closed_with(ada: Visitor, path: str, *messages: str | bytes) -> tuple[int, str]:
    """The code with which the socket was closed, and the sentence before."""
    sentence = ""
    with ada.socket(path) as socket:
        try:
            for message in messages:
                # The first may have been enough: what was said then can still be heard.
                with contextlib.suppress(ConnectionClosed):
                    socket.connection.send(message)
            while True:
                sentence = str(socket.hear(30).get("message", sentence))
        except ConnectionClosed as closed:
            return (closed.rcvd.code if closed.rcvd else 0), sentence


@pytest.mark.parametrize("path", ["/live/updates", "/live/logs"])
def test_messages_that_no_socket_takes(ada: Visitor, path: str) -> None:
    for message in BOTH:
        code, sentence = closed_with(ada, path, message)
        assert code == 4400, message
        assert sentence


def test_subscriptions(ada: Visitor) -> None:
    for content in UPDATES:
        code, sentence = closed_with(ada, "/live/updates", json.dumps({"type": "subscribe", **content}))
        assert (code, bool(sentence)) == (4400, True), content
    with ada.socket("/live/updates") as socket:
        socket.say("subscribe", topics=TOPICS)
        heard = [socket.hear(), socket.hear()]
        assert {message["type"] for message in heard} == {"subscribed", "refused"}
        assert next(message for message in heard if message["type"] == "subscribed")["topics"] == []


def test_logs_that_cannot_be_opened(ada: Visitor, good: dict[str, str]) -> None:
    for content in LOGS:
        text = json.dumps({"type": "open", **content}).replace("{id}", good["ref"])
        code, sentence = closed_with(ada, "/live/logs", text, "{}")
        assert code in (4400, 4404), (content, code, sentence)
        assert sentence, content


def test_sockets_from_elsewhere(scene: Scene, ada: Visitor) -> None:
    """Rule 4: an exact origin, port included; and nobody who is not signed in."""
    address = scene.url.replace("http", "ws", 1) + "/live/updates"
    for origin in ("http://evil.test", f"http://127.0.0.1:{scene.port + 1}", "https" + scene.url[4:], "null"):
        with pytest.raises(InvalidStatus) as refused:
            connect(address, origin=Origin(origin))
        assert refused.value.response.status_code == 403
    assert closed_with(Visitor(scene.url), "/live/updates")[0] == 4401
    with pytest.raises(InvalidStatus):
        connect(re.sub("updates", "no-such", address), origin=Origin(scene.url))
