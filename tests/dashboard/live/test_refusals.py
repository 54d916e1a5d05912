"""What cannot be understood is refused in words: queries, times and origins of whoever knocks, and our own mistakes."""

import asyncio
import contextlib
import logging
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from dashboard import asgi
from dashboard.files.asked import AskedFile
from dashboard.live.around import around_wish
from dashboard.live.logs import Logs, _wish
from dashboard.live.opening import AskedLines
from dashboard.live.search_wish import Unclear, moment, search_wish
from dashboard.live.session import BAD_MESSAGE, FAILED, Closing
from hosts.access import Actor
from hosts.history.columns import stamp
from hosts.streams.whole import after, at

TIMES = [
    "999999d",
    "999999h",
    "999999m",
    "999999999999",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01",
    "9999-12-31T23:59:59.999999999Z",
    "2300-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "²d",
    "1²",
    "\u0661\u0665m",
    "1e400",
    "nan",
    "inf",
    "-1",
    "2026-W01-1",
    "\x00",
    "1d\n",
]
ANY_TIME = st.one_of(st.sampled_from(TIMES), st.text(max_size=40), st.from_regex(r"\A[0-9]{1,12}[smhd]?\Z"))
SQL_MOST = (1 << 63) - 1


@given(ANY_TIME, ANY_TIME)
def test_a_time_is_taken_or_refused(first: str, second: str) -> None:
    for form in (AskedLines({"since": first}), AskedFile({"since": first, "until": second})):
        if form.is_valid():
            for name in ("since", "until"):
                if found := form.cleaned_data.get(name):
                    assert 0 <= (after(at(found)) or 0) <= SQL_MOST
    for field in ("since", "until", "before"):
        try:
            found_at = moment(field, first)
        except Unclear:
            continue
        if found_at is not None:
            assert 0 <= found_at < SQL_MOST
            stamp(found_at)


@given(ANY_TIME, ANY_TIME)
def test_no_message_to_a_socket_fails_over_a_time(first: str, second: str) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "open", "host": "a", "container": "b", "since": first},
        {"type": "open", "host": "a", "container": "b", "after": {"time": first, "lines": 1, "newest": second}},
        {"type": "open", "query": "", "since": first},
        {"type": "open", "query": "", "after": {"places": {"a" * 12: [first, 1, second]}, "since": second}},
        {"type": "open", "query": "", "after": {"since": first}},
    ]
    for message in messages:
        with contextlib.suppress(Closing):
            _wish(message)
    for read in (search_wish, around_wish):
        with contextlib.suppress(Unclear):
            read({"filter": "a", "since": first, "until": second, "at": first, "before": second})


@pytest.mark.parametrize("query", ["a&" * 6000, "a=1&" * 5001, "on=x:y&" * 5001])
def test_a_query_of_too_many_parts_is_refused(query: str) -> None:
    with pytest.raises(Closing) as closed:
        _wish({"type": "open", "query": query})
    assert closed.value.code == BAD_MESSAGE
    with pytest.raises(Unclear):
        search_wish({"query": query, "filter": "a"})
    with pytest.raises(Unclear):
        around_wish({"query": query, "at": "1d"})


ORIGINS = [
    b"http://127.0.0.1:8140.evil.example",
    b"http://[",
    b"http://[::1",
    b"http://127.0.0.1:99999",
    b"http://127.0.0.1:-1",
    b"http://",
    b"null",
    b"",
    b"\xff\xfe",
    "http://127.0.0.1:\uff18\uff10\uff10\uff10".encode(),
    b"//127.0.0.1:8000",
    b"http://127.0.0.1:8000@evil.example",
    b"http://127.0.0.1:8000\x00.evil.example",
]


async def _knock(headers: list[tuple[bytes, bytes]], path: str = "/live/logs") -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    messages: list[dict[str, Any]] = [{"type": "websocket.disconnect", "code": 1006}, {"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        return messages.pop()

    scope = {"type": "websocket", "path": path, "headers": headers, "query_string": b"", "subprotocols": []}
    scope |= {"scheme": "ws", "client": ("127.0.0.1", 40_000)}
    await asgi.application(scope, receive, send)
    return said


@pytest.mark.parametrize("origin", ORIGINS)
async def test_an_origin_that_cannot_be_read_is_refused(origin: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        said = await _knock([(b"origin", origin)])
    assert [each["type"] for each in said] == ["websocket.close"]
    assert "Traceback" not in caplog.text


async def test_an_origin_that_is_said_twice_is_refused() -> None:
    ours = settings.ORIGINS[0].encode()
    said = await _knock([(b"origin", ours), (b"origin", ours)])
    assert [each["type"] for each in said] == ["websocket.close"]


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ORIGINS)
def test_a_form_from_such_an_origin_is_refused(origin: bytes) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=True)
    client.get("/accounts/login/")
    token = client.cookies["quayside_csrf"].value
    sent = {"login": "a", "password": "b", "csrfmiddlewaretoken": token}
    for header in ("Origin", "Referer"):
        found = client.post("/accounts/login/", sent, secure=True, headers={header: origin.decode("latin1")})
        assert found.status_code == 403, origin


async def test_a_mistake_of_ours_closes_the_socket_in_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    messages = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": '{"type":"filter","text":"a"}'}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        return await asyncio.Future()

    class Broken(Logs):
        def _know(self) -> None:
            self.session_key, self.user_id = "none", 0

        def hear(self, kind: str, message: dict[str, Any]) -> None:
            raise RuntimeError("our own")

    monkeypatch.setattr("dashboard.live.session.actor_of", lambda *_any: Actor.system("nobody"))
    monkeypatch.setattr("dashboard.live.session.speak_to", lambda *_any: None)
    with caplog.at_level(logging.ERROR):
        await Broken({"user": None, "headers": [], "session": None}, receive, send).serve()
    assert said[-1]["type"] == "websocket.close"
    assert said[-1]["code"] == FAILED
    assert "our own" not in str(said)
    assert len([each for each in caplog.records if each.exc_info]) == 1


async def test_what_fails_before_a_socket_is_open_refuses_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_any: object) -> None:
        raise RuntimeError("our own")

    monkeypatch.setattr(asgi, "validated", fails)
    assert [each["type"] for each in await _knock([])] == ["websocket.close"]
    assert len([each for each in caplog.records if each.exc_info]) == 1
