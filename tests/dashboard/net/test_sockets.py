"""So many sockets of a session and of a person, over all web processes; so many messages; so many handshakes."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.dashboard.live.client import Live
from tests.dashboard.net.conftest import PROXY
from tests.dashboard.net.line import Line
from tests.testbed.process import wait_until
from tests.testbed.web import Web

Open = Callable[..., Live]
TOPIC = "job.11111111-1111-4111-8111-{:012}"


@pytest.fixture
def listen() -> Iterator[Open]:
    """`listen(web, cookie)` is a socket that has been let in, or was told why not."""
    with ExitStack() as stack:

        def opened(web: Web, cookie: str, topics: int = 1) -> Live:
            live = stack.enter_context(Live(web.url, "/live/updates", cookie))
            asked = [TOPIC.format(number) for number in range(topics)]
            live.send("subscribe", topics=asked)
            live.until(lambda: any(each["type"] in ("subscribed", "error") for each in live.said))
            return live

        yield opened


def is_in(live: Live) -> bool:
    return live.said[0]["type"] == "subscribed"


def test_a_session_has_so_many_sockets_over_two_web_processes(web: Web, second: Web, listen: Open) -> None:
    cookie = web.sign_in("sara")
    sockets = [listen(each, cookie) for each in (web, second, web, second)]
    assert all(map(is_in, sockets))
    for each in (web, second):
        refused = listen(each, cookie)
        assert refused.said == [{"type": "error", "code": 4429, "message": refused.said[0]["message"]}]
        assert "Too many pages of the console are open at once" in refused.said[0]["message"]
        assert refused.until_closed()[0] == 4429
    sockets[0].close()
    wait_until(lambda: is_in(listen(second, cookie)), 10, 0.3, "the seat of the one that was closed")


def test_a_person_has_so_many_wherever_they_signed_in(web: Web, second: Web, listen: Open) -> None:
    cookies = [web.sign_in("petra") for _ in range(3)]
    pairs = [(web, cookies[0]), (second, cookies[1]), (web, cookies[2])]
    assert all(is_in(listen(each, cookie)) for each, cookie in pairs * 2)
    assert not is_in(listen(second, cookies[2]))
    assert is_in(listen(second, web.sign_in("otto"))), "another person"


def test_topics_cost_what_they_are(web: Web, second: Web, listen: Open) -> None:
    cookie = web.sign_in("tom")
    assert is_in(listen(web, cookie, topics=200))
    refused = listen(second, cookie, topics=200)
    assert refused.until_closed()[0] == 4429, "the other process knows what was asked of this one"
    assert "Too much was asked at once" in refused.said[0]["message"]
    assert is_in(listen(web, web.sign_in("tina"), topics=200)), "another session"


@pytest.fixture(scope="module")
def flo(web: Web) -> str:
    return web.sign_in("flo")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/live/updates", {"type": "pong"}),
        ("/live/updates", {"type": "subscribe", "topics": []}),
        ("/live/logs", {"type": "filter", "text": "x"}),
        ("/live/logs/search", {"type": "stop"}),
    ],
)
def test_a_flood_is_told_to_wait(web: Web, flo: str, path: str, message: dict[str, object]) -> None:
    text = json.dumps(message)
    with Live(web.url, path, flo) as live:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(2000):
                live.socket.send(text)
        assert live.until_closed()[0] == 4429


def test_who_is_a_little_too_fast_is_slowed_down(web: Web) -> None:
    with Live(web.url, "/live/logs", web.sign_in("fay")) as live:
        for _ in range(64):  # what may be asked at once are sixty
            live.send("filter", text="x")
        began = time.monotonic()
        live.until(lambda: sum(each["type"] == "filter" for each in live.said) >= 1)
        live.send("filter", text="last").until(lambda: len(live.said) >= 1)
        assert time.monotonic() - began < 10


def test_without_a_session_it_closes_and_soon_is_not_opened(web: Web) -> None:
    source = ("127.0.0.6", 0)
    options = {"compression": None, "origin": web.url, "source_address": source}
    address = web.url.replace("http", "ws", 1) + "/live/updates"
    codes = []
    while len(codes) < 40:
        try:
            connection = connect(address, **options)  # type: ignore[arg-type]
        except InvalidStatus as error:
            assert error.response.status_code == 429
            assert int(error.response.headers["Retry-After"]) >= 1
            break
        with connection, contextlib.suppress(ConnectionClosed):
            while True:
                connection.recv(timeout=30)
        codes.append(connection.close_code)
    assert 5 <= len(codes) <= 30
    assert set(codes) == {4401}
    with Live(web.url, "/live/updates", web.sign_in("vera")) as live:
        live.send("subscribe", topics=["hosts"]).until_said("subscribed")


def sign_in_as_nobody(web: Web, forwarded: str) -> str:
    """Through the proxy: the address that the trail has of it."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30, source_address=(PROXY, 0))
    with contextlib.closing(connection):
        return _refused(web, connection, forwarded)


def _refused(web: Web, connection: http.client.HTTPConnection, forwarded: str) -> str:
    connection.request("GET", "/accounts/login/", headers={"X-Forwarded-For": forwarded})
    answer = connection.getresponse()
    answer.read()
    token = next(value for name, value in answer.getheaders() if name == "Set-Cookie" and "csrf" in value).partition(
        ";"
    )[0]
    name = f"nobody-{abs(hash(forwarded))}"
    body = f"csrfmiddlewaretoken={token.partition('=')[2]}&login={name}&password=wrong-{name}"
    said = {"X-Forwarded-For": forwarded, "X-Request-ID": "FORGED-request-id-1", "Cookie": token}
    connection.request("POST", "/accounts/login/", body, {**said, "Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["X-Request-ID"] != "FORGED-request-id-1"
    find = f"AuditEvent.objects.filter(actor_name={name!r}).values_list('address', 'request_id')[0]"
    address, request_id = json.loads(web.run(f"import json; from hosts.models import *; print(json.dumps({find}))"))
    assert request_id == answer.headers["X-Request-ID"]
    return str(address)


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [("198.51.100.7", "198.51.100.7"), ("unknown", PROXY), ("[2001:db8::7]:99", "2001:db8::7"), ("x, _y", PROXY)],
)
def test_the_trail_has_an_address_and_an_id_of_the_consoles_own(web: Web, forwarded: str, address: str) -> None:
    assert sign_in_as_nobody(web, forwarded) == address


def test_the_state_of_a_page_stays_asked_for_by_the_proxy_alone(web: Web) -> None:
    with Line(web, "127.0.0.7") as line:
        assert line.get("/accounts/login/", X_Forwarded_Proto="https").status() == 200
