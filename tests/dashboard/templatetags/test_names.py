"""Sizes, ids, references and ports read as the docker command prints them; what an engine says is always escaped."""

import re

import pytest

from dashboard.templatetags.names import bytes_in_words, host_link, image_ref, port, short, short_id, size
from hosts.facts import Port
from hosts.models import Host

SHA = "sha256:" + "4bcff63911fcb4448bd4fdacec207030" * 2


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (1_236_000_000, "1.24 GB"),
        (99_960_000, "100 MB"),
        (999_600, "1 MB"),
        (142_000_000, "142 MB"),
        (10**18, "1000 PB"),
    ],
)
def test_bytes_in_words(count: int, words: str) -> None:
    assert bytes_in_words(count) == words


def test_size_keeps_the_exact_count_and_says_when_it_is_not_known() -> None:
    assert 'title="1,236,000,000 bytes"' in size(1_236_000_000)
    assert "not known" in size(None)
    assert "not known" in size(-1)


def test_short() -> None:
    assert short(SHA) == "4bcff63911fc"
    assert short("my-volume-with-a-long-name") == "my-volume-with-a-long-name"
    assert f'data-copy="{SHA}"' in short_id(SHA)


@pytest.mark.parametrize(
    ("reference", "seen"),
    [
        ("nginx", "nginx"),
        ("redis:7", "redis:7"),
        ("localhost:5000/shop/web:2.14", "localhost:5000/shop/web:2.14"),
        ("ghcr.io/acme/api@" + SHA, "ghcr.io/acme/api@4bcff63911fc"),
        (SHA, "4bcff63911fc"),
        ("<none>:<none>", "&lt;none&gt;:&lt;none&gt;"),
        ("a\nb", "a\nb"),
    ],
)
def test_image_ref(reference: str, seen: str) -> None:
    assert re.sub(r"<[^>]+>", "", image_ref(reference)) == seen


def test_the_registry_is_told_apart_from_a_path() -> None:
    assert '<span class="ref-far">localhost:5000/</span>' in image_ref("localhost:5000/shop/web:2")
    assert '<span class="ref-far"></span><span class="ref-name">shop/web</span>' in image_ref("shop/web:2")


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (Port(80, public=8080, ip="0.0.0.0"), "8080→80/tcp"),
        (Port(53, "udp", 53, "::1"), "[::1]:53→53/udp"),
        (Port(9000), "9000/tcp"),
        ("127.0.0.1:8080->80/tcp", "127.0.0.1:8080→80/tcp"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_port(value: object, seen: str) -> None:
    assert re.sub(r"</?(span|b)\b[^>]*>", "", port(value)) == seen


def test_a_host_that_is_not_up_says_so() -> None:
    away = host_link(Host(name="edge-1", state="down"))
    assert 'href="/hosts/edge-1/"' in away
    assert 'aria-label="Down"' in away
    assert "aria-label" not in host_link(Host(name="edge-1", state="up"))
    assert "none" in host_link(None)
