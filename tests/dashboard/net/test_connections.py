"""No proxy in front: half requests, slow ones, large ones and many of them stop nobody else, and are told why."""

import resource
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.dashboard.live.client import Live
from tests.dashboard.net.conftest import PROXY
from tests.dashboard.net.large import BYTES
from tests.dashboard.net.line import Line
from tests.testbed.process import wait_until
from tests.testbed.web import Web

MANY, LARGEST, PATIENCE = 1100, 6 << 20, 30


def answers(web: Web, source: str) -> int:
    with Line(web, source) as line:
        return line.get("/accounts/login/").status()


def open_files(web: Web) -> int:
    assert web.process is not None
    return len(list(Path(f"/proc/{web.process.pid}/fd").iterdir()))


def test_a_thousand_half_requests_stop_nobody(web: Web) -> None:
    """More than there are descriptors for in a process that was given the usual 1,024."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(Line(web, "127.0.0.2")).say("GET / HTTP/1.1\r\nHost: x")
        began = time.monotonic()
        assert answers(web, "127.0.0.3") == 200
        assert answers(web, "127.0.0.2") == 200, "also for those behind the same address"
        assert time.monotonic() - began < 10
        assert open_files(web) < 200


def test_many_addresses_stop_nobody(web: Web) -> None:
    """All that the process may have open, from as many addresses as it takes."""
    assert web.process is not None
    before = resource.prlimit(web.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(web.process.pid, resource.RLIMIT_NOFILE, (200, before[1]))
    with ExitStack() as stack:
        stack.callback(resource.prlimit, web.process.pid, resource.RLIMIT_NOFILE, before)
        for number in range(400):
            stack.enter_context(Line(web, f"127.0.2.{number % 200 + 1}")).say("GET / HTTP/1.1\r\n")
        assert answers(web, "127.0.0.3") == 200
        assert open_files(web) < 190


@pytest.mark.parametrize("piece", [b"a", b"X: y\r\n", b"\r\n"])
def test_a_head_that_drips_is_cut_off(web: Web, piece: bytes) -> None:
    with Line(web) as line:
        line.say(b"" if piece == b"\r\n" else "GET / HTTP/1.1\r\nX-Slow: ")
        assert 2 < line.drips(piece, PATIENCE) < 10
        assert b"408" in line.rest() or piece == b"\r\n"


def test_so_is_the_head_of_a_second_request(web: Web) -> None:
    with Line(web) as line:
        assert line.get().status() in (200, 503)
        line.say("GET /healthz HTTP/1.1\r\nX-Slow: ")
        assert line.drips(b"a", PATIENCE) < 10


def test_a_connection_that_never_asks_is_closed(web: Web) -> None:
    with Line(web) as line:
        assert line.rest() == b""
    with Line(web) as line:
        line.get("/accounts/login/")
        assert b"200 OK" in line.rest(), "and so is one that asks no second time"


@pytest.mark.parametrize("kind", ["one value", "many", "address", "after the body"])
def test_a_large_head_is_refused(web: Web, kind: str) -> None:
    with Line(web) as line:
        if kind == "one value":
            line.say("GET / HTTP/1.1\r\nX-Large: ")
        elif kind == "address":
            line.say("GET /")
        elif kind == "many":
            line.say("GET / HTTP/1.1\r\n")
        else:
            line.post(Transfer_Encoding="chunked").say("5\r\nhello\r\n0\r\n")
        piece = (b"X-More: %s\r\n" % (b"y" * 50)) * 20 if kind in ("many", "after the body") else b"y" * 1200
        sent = 0
        try:
            while sent < 64 << 20 and line.is_open():
                line.say(piece)
                sent += len(piece)
        except ConnectionError:
            pass
        assert sent < 32 << 20, "what the two ends' buffers hold, and no more"
        assert line.status() in (431, 0)


def test_requests_one_behind_the_other_are_answered_in_order(web: Web) -> None:
    with Line(web) as line:
        line.say(line.head("GET", "/accounts/login/") * 2 + line.head("GET", "/static/nothing", Connection="close"))
        statuses = [each.split()[1] for each in line.rest().split(b"HTTP/1.1 ")[1:] if each]
        came = line.rest()
    assert came == b""
    assert len(statuses) == 3


@pytest.mark.parametrize("drips", [False, True])
def test_a_body_that_does_not_come_is_cut_off(web: Web, drips: bool) -> None:
    with Line(web) as line:
        line.post(Content_Length="1000").say(b"a")
        if drips:
            assert 2 < line.drips(b"a", PATIENCE) < 10
        assert line.status() == 408
        line.rest()


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("how", ["told", "chunks", "expects"])
def test_a_large_body_is_refused_and_kept_nowhere(web: Web, ada: str, how: str, signed_in: bool) -> None:
    cookie = {"Cookie": ada} if signed_in else {}
    path = "/do/host.add" if signed_in else "/accounts/login/"
    with Line(web) as line:
        if how == "told":
            line.post(path, Content_Length=str(64 << 20), **cookie)
        elif how == "expects":
            line.post(path, Content_Length=str(64 << 20), Expect="100-continue", **cookie)
        else:
            line.post(path, Transfer_Encoding="chunked", **cookie)
            for _ in range(7):
                line.say("100000\r\n", bytes(1 << 20), "\r\n")
        assert line.status() == 413
        assert web.process is not None
        wait_until(lambda: kept(web) == 0, what="what was kept on the disk to go")
        if how == "chunks":
            line.say("0\r\n\r\n").rest()  # and the connection ends


def kept(web: Web) -> int:
    """Bytes in files that have no name any more."""
    assert web.process is not None
    total = 0
    for each in Path(f"/proc/{web.process.pid}/fd").iterdir():
        try:
            if "(deleted)" in str(each.readlink()):
                total += each.stat().st_size
        except FileNotFoundError:
            continue
    return total


@pytest.mark.parametrize("length", ["-1", "9" * 400, "1e9", "0x10"])
def test_a_length_that_is_none_is_refused(web: Web, length: str) -> None:
    with Line(web) as line:
        assert line.post(Content_Length=length).status() in (400, 413)


def test_what_is_below_the_limit_comes_through(web: Web) -> None:
    with Line(web) as line:
        line.post(Content_Length=str(LARGEST), Content_Type="application/x-www-form-urlencoded")
        line.say(bytes(LARGEST))
        assert line.status() in (400, 403)


def busy(web: Web, source: str, **headers: str) -> Line:
    """A connection with a request that waits for its body."""
    return Line(web, source).post(Content_Length="10", **headers)


def test_one_address_has_so_many_connections_and_others_have_theirs(web: Web) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(busy(web, "127.0.0.4")) for _ in range(16)]
        wait_until(lambda: answers(web, "127.0.0.4") == 503, what="the address to have no more")
        assert answers(web, "127.0.0.5") == 200
        lines[0].socket.close()
        wait_until(lambda: answers(web, "127.0.0.4") == 200, what="room for another")


def test_behind_a_proxy_the_forwarded_address_counts(web: Web) -> None:
    with ExitStack() as stack:
        for number in range(40):
            stack.enter_context(busy(web, PROXY, X_Forwarded_For=f"203.0.113.{number}"))
        lines = [stack.enter_context(busy(web, PROXY, X_Forwarded_For="198.51.100.1")) for _ in range(40)]
        with Line(web, PROXY) as other:
            assert other.get("/accounts/login/", X_Forwarded_For="198.51.100.2").status() == 200
        refused = [line for line in lines if not line.is_open()]
        assert 10 <= len(refused) <= 24
        assert refused[0].status() == 429


def test_and_over_two_web_processes(web: Web, second: Web) -> None:
    with ExitStack() as stack:
        forwarded = {"X_Forwarded_For": "198.51.100.9"}
        lines = [stack.enter_context(busy(each, PROXY, **forwarded)) for _ in range(24) for each in (web, second)]
        time.sleep(1)
        waiting = sum(line.is_open() for line in lines)
        assert waiting <= 16 + 2 * 8, "those that are counted together, and a few of each process that are not"


def test_a_socket_is_not_cut_off_by_the_time_for_heads(web: Web, ada: str) -> None:
    with Live(web.url, "/live/updates", ada) as live:
        time.sleep(4)
        assert live.send("subscribe", topics=["hosts"]).until_said("subscribed")["topics"] == ["hosts"]


def test_who_takes_nothing_is_let_go_and_who_takes_little_is_not(web: Web) -> None:
    with Line(web, receives=2048) as nothing, Line(web, receives=2048) as little:
        nothing.get("/-large")
        little.get("/-large")
        until = time.monotonic() + 12
        while time.monotonic() < until:
            assert little.socket.recv(512)
            time.sleep(0.2)
        assert len(nothing.rest()) < BYTES, "the rest never came"
        assert little.socket.recv(512)
