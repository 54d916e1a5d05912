"""So many sockets of a session and of a person, over all web processes; so many messages; so many handshakes."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest
import redis
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from dashboard.live.logs import Window
from tests.dashboard.live.client import Live
from tests.dashboard.net.conftest import PROXY
from tests.dashboard.net.line import Line
from tests.testbed.process import wait_until
from tests.testbed.web import Web

Open = Callable[..., Live]
TOPIC = "job.11111111-1111-4111-8111-{:012}"


class People(dict[str, list[str]]):
    """The sessions of each person."""


@pytest.fixture(scope="module")
def people(web: Web) -> People:
    names = ["sara", "petra", "petra", "petra", "otto", "tom", "tina", "flo", "fay", "vera"]
    found = People()
    for name, cookie in zip(names, web.sign_in_each(names), strict=True):
        found.setdefault(name, []).append(cookie)
    return found


@pytest.fixture
def listen() -> Iterator[Open]:
    """`listen(web, cookie)` is a socket that has been let in, or was told why not."""
    with ExitStack() as stack:

        def opened(web: Web, cookie: str, topics: int = 1) -> Live:
            live = stack.enter_context(Live(web.url, "/live/updates", cookie))
            asked = [TOPIC.format(number) for number in range(topics)]
            with contextlib.suppress(ConnectionClosed):  # what it was told is still to be read
                live.send("subscribe", topics=asked)
            live.until(lambda: any(each["type"] in ("subscribed", "error") for each in live.said))
            return live

        yield opened


def is_in(live: Live) -> bool:
    return bool(live.said[0]["type"] == "subscribed")


def test_a_session_has_so_many_sockets_over_two_web_processes(
    web: Web, second: Web, people: People, listen: Open
) -> None:
    cookie = people["sara"][0]
    sockets = [listen(each, cookie) for each in (web, second, web, second)]
    assert all(map(is_in, sockets))
    for each in (web, second):
        refused = listen(each, cookie)
        assert refused.said == [{"type": "error", "code": 4429, "message": refused.said[0]["message"]}]
        assert "Too many pages of the console are open at once" in refused.said[0]["message"]
        assert refused.until_closed()[0] == 4429
    sockets[0].close()
    wait_until(lambda: is_in(listen(second, cookie)), 10, 0.3, "the seat of the one that was closed")


def test_a_person_has_so_many_wherever_they_signed_in(web: Web, second: Web, people: People, listen: Open) -> None:
    cookies = people["petra"]
    pairs = [(web, cookies[0]), (second, cookies[1]), (web, cookies[2])]
    assert all(is_in(listen(each, cookie)) for each, cookie in pairs * 2)
    assert not is_in(listen(second, cookies[2]))
    assert is_in(listen(second, people["otto"][0])), "another person"


def test_topics_cost_what_they_are(web: Web, second: Web, people: People, listen: Open) -> None:
    cookie = people["tom"][0]
    assert is_in(listen(web, cookie, topics=200))
    refused = listen(second, cookie, topics=200)
    assert refused.until_closed()[0] == 4429, "the other process knows what was asked of this one"
    assert "Too much was asked at once" in refused.said[0]["message"]
    assert is_in(listen(web, people["tina"][0], topics=200)), "another session"


@pytest.fixture(scope="module")
def flo(people: People) -> str:
    return people["flo"][0]


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


def test_who_is_a_little_too_fast_is_slowed_down(web: Web, people: People) -> None:
    with Live(web.url, "/live/logs", people["fay"][0]) as live:
        for _ in range(64):  # what may be asked at once are sixty
            live.send("filter", text="x")
        began = time.monotonic()
        live.until(lambda: sum(each["type"] == "filter" for each in live.said) >= 1)
        live.send("filter", text="last").until(lambda: len(live.said) >= 1)
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("garbage", [b"\x80\x04N.", b"[]", b"7", b"{", b'{"topic":[1]}', b"[" * 100_000, b"\xff"])
def test_what_others_say_in_redis_ends_no_socket(web: Web, people: People, listen: Open, garbage: bytes) -> None:
    with redis.Redis.from_url(web.redis.url) as client, Live(web.url, "/live/updates", people["vera"][0]) as live:
        live.send("subscribe", topics=["hosts"]).until_said("subscribed")
        for said in (garbage, b'{"type":"nudge","topic":"hosts","what":"state"}'):
            wait_until(partial(client.publish, "quayside__group__nudges", said), what="somebody to listen")
        assert live.until_said("nudge")["topic"] == "hosts"


def test_the_news_of_what_was_drawn_is_free_once() -> None:
    window = Window()
    number = window.sent(100)
    assert [window.is_news(each) for each in (number, number + 1, 0, -1, True, "1", None)] == [True] + [False] * 6
    window.drawn(number)
    assert not window.is_news(number)


def test_without_a_session_it_closes_and_soon_is_not_opened(web: Web, people: People) -> None:
    source = ("127.0.0.6", 0)
    options = {"compression": None, "origin": web.url, "source_address": source}
    address = web.url.replace("http", "ws", 1) + "/live/updates"
    codes: list[int | None] = []
    refused = None
    while len(codes) < 40:
        try:
            connection = connect(address, **options)  # type: ignore[arg-type]
        except InvalidStatus as error:
            refused = error.response
            break
        with connection, contextlib.suppress(ConnectionClosed):
            while True:
                connection.recv(timeout=30)
        codes.append(connection.close_code)
    assert refused is not None
    assert (refused.status_code, int(refused.headers["Retry-After"]) >= 1) == (429, True)
    assert 5 <= len(codes) <= 30
    assert set(codes) == {4401}
    with Live(web.url, "/live/updates", people["vera"][0]) as live:
        live.send("subscribe", topics=["hosts"]).until_said("subscribed")


FORWARDED = {"198.51.100.7": "198.51.100.7", "unknown": PROXY, "[2001:db8::7]:99": "2001:db8::7", "x, _y": PROXY}


def test_the_trail_has_an_address_and_an_id_of_the_consoles_own(web: Web) -> None:
    ids = [fail_to_sign_in(web, forwarded, f"nobody-{at}") for at, forwarded in enumerate(FORWARDED)]
    find = "AuditEvent.objects.filter(actor_name__startswith='nobody-').order_by('actor_name')"
    code = (
        f"import json; from hosts.models import *; print(json.dumps(list({find}.values_list('address', 'request_id'))))"
    )
    assert json.loads(web.run(code)) == [[address, each] for address, each in zip(FORWARDED.values(), ids, strict=True)]


def fail_to_sign_in(web: Web, forwarded: str, name: str) -> str:
    """Through the proxy: the id that the request has."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30, source_address=(PROXY, 0))
    with contextlib.closing(connection):
        connection.request("GET", "/accounts/login/", headers={"X-Forwarded-For": forwarded})
        answer = connection.getresponse()
        answer.read()
        cookies = [value for header, value in answer.getheaders() if header.lower() == "set-cookie"]
        token = next(cookie for cookie in cookies if "csrf" in cookie).partition(";")[0]
        body = f"csrfmiddlewaretoken={token.partition('=')[2]}&login={name}&password=wrong-{name}"
        said = {"X-Forwarded-For": forwarded, "X-Request-ID": "FORGED-request-id-1", "Cookie": token}
        said["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", "/accounts/login/", body, said)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["X-Request-ID"] != said["X-Request-ID"]
        return str(answer.headers["X-Request-ID"])


def test_the_state_of_a_page_stays_asked_for_by_the_proxy_alone(web: Web) -> None:
    with Line(web, "127.0.0.7") as line:
        assert line.get("/accounts/login/", X_Forwarded_Proto="https").status() == 200
