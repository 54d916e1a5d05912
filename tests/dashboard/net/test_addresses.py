"""Whose address counts: the connection's own, unless a proxy that was named tells another that can be read."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from dashboard.net.addresses import client_of, group_of, readable
from dashboard.net.front import told

PROXY, VISITOR = "10.0.0.1", "203.0.113.7"


@pytest.fixture(autouse=True)
def believed() -> Iterator[None]:
    with override_settings(TRUST_PROXY=True, TRUSTED_PROXIES=["10.0.0.0/24", "fd00::/8"]):
        yield


@pytest.mark.parametrize(
    ("values", "client"),
    [
        ([VISITOR], VISITOR),
        (["198.51.100.1, 203.0.113.7"], VISITOR),
        (["198.51.100.1", "203.0.113.7"], VISITOR),
        (["198.51.100.1, 203.0.113.7, 10.0.0.9"], VISITOR),
        (["203.0.113.7:51234"], VISITOR),
        (["::ffff:203.0.113.7"], VISITOR),
        (["2001:db8::7"], "2001:db8::7"),
        (["[2001:db8::7]:443"], "2001:db8::7"),
        (["[2001:db8::7]"], "2001:db8::7"),
        (["10.0.0.8, 10.0.0.9"], "10.0.0.8"),
        # What cannot be read is nobody: the nearest that is known counts.
        *((["198.51.100.1, 203.0.113.7, " + odd], PROXY) for odd in ("unknown", "_hidden", "", "fe80::1%eth0", "[::1")),
        (["203.0.113.7, unknown, 10.0.0.9"], "10.0.0.9"),
        (["203.0.113.7:port"], PROXY),
        (['"203.0.113.7"'], PROXY),
        (["x" * 5000], PROXY),
        ([], PROXY),
    ],
)
def test_who_is_behind_a_proxy(values: list[str], client: str) -> None:
    assert client_of(PROXY, values) == client


def test_who_is_no_proxy_is_not_believed() -> None:
    assert client_of(VISITOR, ["198.51.100.1"]) == VISITOR
    with override_settings(TRUST_PROXY=False):
        assert client_of(PROXY, ["198.51.100.1"]) == PROXY
    with override_settings(TRUSTED_PROXIES=["*"]):
        assert client_of(PROXY, ["198.51.100.1, 203.0.113.7"]) == "198.51.100.1"


def test_one_customer_of_a_provider_is_one_client() -> None:
    assert group_of("2001:db8::1") == group_of("2001:db8:0:0:ffff::9") == "2001:db8::/64"
    assert group_of("2001:db8:0:1::1") != group_of("2001:db8::1")
    assert group_of(VISITOR) == VISITOR
    assert readable("nonsense") == ""


def scope(peer: str, *headers: tuple[bytes, bytes], kind: str = "http", scheme: str = "http") -> dict[str, Any]:
    return {"type": kind, "client": (peer, 5), "scheme": scheme, "headers": [(b"host", b"x"), *headers]}


FORGED = [
    (b"x-forwarded-for", b"198.51.100.1"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"evil.example"),
    (b"x-real-ip", b"198.51.100.1"),
    (b"forwarded", b"for=198.51.100.1"),
    (b"x-request-id", b"FORGED-request-id-1"),
]


def test_what_a_stranger_says_in_a_proxys_place_is_dropped() -> None:
    for believes in (True, False):
        with override_settings(TRUST_PROXY=believes):
            found = told(scope(VISITOR, *FORGED))
            assert found["headers"] == [(b"host", b"x")]
            assert (found["client"], found["scheme"], found["quayside.proxied"]) == ((VISITOR, 5), "http", False)


def test_who_speaks_like_a_proxy_and_is_none_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        told(scope("203.0.113.99", *FORGED))
    assert caplog.text.count("TRUSTED_PROXIES does not name this proxy") == 1


def test_what_a_proxy_says_is_kept_where_it_can_be_read() -> None:
    found = told(scope(PROXY, *FORGED))
    assert found["client"] == ("198.51.100.1", 0)
    assert found["headers"][1:] == [(b"x-forwarded-proto", b"https"), (b"x-request-id", b"FORGED-request-id-1")]
    assert told(scope(PROXY, *FORGED, kind="websocket", scheme="ws"))["scheme"] == "wss"


@pytest.mark.parametrize(
    ("values", "scheme"),
    [([b"https", b"http"], "http"), ([b"http, https"], "https"), ([b"gopher"], "http"), ([b""], "http")],
)
def test_the_nearest_proxys_scheme_counts(values: list[bytes], scheme: str) -> None:
    assert told(scope(PROXY, *((b"x-forwarded-proto", value) for value in values)))["scheme"] == scheme


@pytest.mark.parametrize(
    "ids", [[b"short"], [b"a" * 65], [b"12345678\xff"], [b"12345678", b"12345678"], [b"a b c d e"]]
)
def test_an_odd_request_id_is_dropped(ids: list[bytes]) -> None:
    assert told(scope(PROXY, *((b"x-request-id", each) for each in ids)))["headers"] == [(b"host", b"x")]
