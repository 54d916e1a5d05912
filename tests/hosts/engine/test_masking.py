"""What looks like a secret is hidden, and what does not stays readable."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.engine.masking import mask, mask_arguments, mask_text
from hosts.lines.names import is_secret
from hosts.lines.redaction import MASK


@pytest.mark.parametrize(
    "name",
    [
        "POSTGRES_PASSWORD",
        "dbPassword",
        "API_TOKEN",
        "SECRET_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "SSH_KEY",
        "APIKEY",
        "X-Registry-Auth",
        "CREDENTIALS",
        "credential.helper",
        "basicauth",
        "PGPASS",
        "DB_PWD",
        "Authorization",
        "session.cookie",
        "DSN",
    ],
)
def test_secret_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "KEYBOARD",
        "KEYCLOAK_URL",
        "org.opencontainers.image.authors",
        "BYPASS",
        "COMPASS",
        "Monkey",
        "SandboxKey",
        "SecurityOpt",
        "com.docker.compose.config-hash",
        "Author",
        "Passenger",
        "NODE_VERSION",
    ],
)
def test_harmless_names(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://ada:hush@db/shop", f"postgres://ada:{MASK}@db/shop"),
        ("https://example.com/a:b@c", "https://example.com/a:b@c"),
        ("host=db password=hush dbname=x", f"host=db password={MASK} dbname=x"),
        ("jdbc:x://db?user=a&password=hush&ssl=1", f"jdbc:x://db?user=a&password={MASK}&ssl=1"),
        ("addr=nas,username=a,password=hush,vers=3", f"addr=nas,username=a,password={MASK},vers=3"),
        ("curl -H 'Authorization: Bearer abcdef123456'", f"curl -H 'Authorization: Bearer {MASK}'"),
        ("/run/secrets:/run/secrets:ro", "/run/secrets:/run/secrets:ro"),
        ('{"token": "hush"}', f'{{"token": "{MASK}"}}'),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nhush\n-----END RSA PRIVATE KEY-----",
            f"-----BEGIN RSA PRIVATE KEY-----\n{MASK}\n-----END RSA PRIVATE KEY-----",
        ),
        ("sleep 1000", "sleep 1000"),
    ],
)
def test_texts(text: str, shown: str) -> None:
    assert mask_text(text) == shown


def test_arguments() -> None:
    given_arguments = [
        "mysqld",
        "--password",
        "hush",
        "--user",
        "ada",
        "--token=hush",
        "-e",
        "DB_PASSWORD=hush",
        "--verbose",
    ]
    assert mask_arguments(given_arguments) == [
        "mysqld",
        "--password",
        MASK,
        "--user",
        "ada",
        f"--token={MASK}",
        "-e",
        f"DB_PASSWORD={MASK}",
        "--verbose",
    ]


def test_inspect() -> None:
    raw = {
        "Config": {
            "Env": [
                "PATH=/bin",
                "DB_PASSWORD=hush",
                "DB_PASSWORD_FILE=/run/secrets/db",
                "URL=amqp://a:hush@q",
                "EMPTY_TOKEN=",
            ],
            "Labels": {"api.token": "hush", "com.example.team": "shop"},
            "Cmd": ["serve", "--api-key", "hush"],
        },
        "HostConfig": {"Binds": ["/run/secrets:/run/secrets"], "PublishAllPorts": False},
        "Size": 5,
    }
    shown = mask(raw)
    assert "hush" not in repr(shown)
    assert shown["Config"]["Env"] == [
        "PATH=/bin",
        f"DB_PASSWORD={MASK}",
        "DB_PASSWORD_FILE=/run/secrets/db",
        f"URL={MASK}",
        "EMPTY_TOKEN=",
    ]
    assert shown["Config"]["Labels"]["com.example.team"] == "shop"
    assert shown["HostConfig"] == raw["HostConfig"]
    assert shown["Size"] == 5


def test_hostile_sizes_are_cut_quickly() -> None:
    began = time.process_time()
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    shown = mask(
        {
            "a": "password" * 400_000,
            "b": "x" * 10_000_000,
            "c": ["_" * 50_000] * 5000,
            "d": deep,
            "e": "token=" * 100_000,
        }
    )
    assert len(shown["b"]) < 40_000
    assert len(shown["c"]) == 2000
    assert time.process_time() - began < 10


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=20), inner, max_size=5),
    max_leaves=20,
)


@given(_json)
def test_any_json_keeps_its_shape(raw: object) -> None:
    assert type(mask(raw)) is type(raw)
