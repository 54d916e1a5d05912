"""Ids and references: what may stand in a URL, and how people write an image."""

import pytest

from hosts.engine.errors import Invalid
from hosts.engine.names import image_id, object_id, reference


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "..",
        "../images/json",
        "a/b",
        "a/../b",
        "a%2fb",
        "a?all=1",
        "a#b",
        "a b",
        "a\n",
        "-a",
        "ä",
        "a" * 256,
        "a\x00",
    ],
)
def test_what_is_no_id_never_reaches_a_url(value: str) -> None:
    with pytest.raises(Invalid):
        object_id(value)


@pytest.mark.parametrize("value", ["web", "shop_web-1", "0a1b2c", "f" * 64, "shop.net"])
def test_ids_and_names_pass(value: str) -> None:
    assert object_id(value) == value


@pytest.mark.parametrize(
    ("written", "text", "server"),
    [
        ("nginx", "nginx:latest", "docker.io"),
        ("nginx:1.27", "nginx:1.27", "docker.io"),
        (" nginx ", "nginx:latest", "docker.io"),
        ("library/nginx", "nginx:latest", "docker.io"),
        ("docker.io/nginx", "nginx:latest", "docker.io"),
        ("docker.io/library/nginx:1", "nginx:1", "docker.io"),
        ("index.docker.io/grafana/grafana", "grafana/grafana:latest", "docker.io"),
        ("grafana/grafana", "grafana/grafana:latest", "docker.io"),
        ("localhost/app", "localhost/app:latest", "localhost"),
        ("localhost:5000/app:2", "localhost:5000/app:2", "localhost:5000"),
        ("registry.example.com/team/app", "registry.example.com/team/app:latest", "registry.example.com"),
        ("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000"),
        ("nginx@sha256:" + "a" * 64, "nginx@sha256:" + "a" * 64, "docker.io"),
        ("nginx:1.27@sha256:" + "a" * 64, "nginx@sha256:" + "a" * 64, "docker.io"),
    ],
)
def test_references(written: str, text: str, server: str) -> None:
    found = reference(written)
    assert (found.text, found.server) == (text, server)
    assert reference(found.text).text == text


@pytest.mark.parametrize(
    "written",
    [
        "",
        "NGINX",
        "nginx:",
        "nginx:a b",
        "nginx@sha256:12",
        "../x",
        "a/../b",
        "http://x/y",
        "x//y",
        "-x",
        "nginx?x",
        "a" * 600,
        "x:" + "t" * 129,
    ],
)
def test_no_references(written: str) -> None:
    with pytest.raises(Invalid):
        reference(written)


def test_an_image_is_named_by_id_or_reference() -> None:
    assert image_id("sha256:" + "0" * 64) == "sha256:" + "0" * 64
    assert image_id("nginx") == "nginx:latest"
    with pytest.raises(Invalid):
        image_id("../containers/json")
