"""One spelling for each registry, no name that reads in two ways, and which addresses lead to the machine itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.engine.errors import Invalid
from hosts.engine.names import reference
from hosts.engine.registry_names import canonical, leads_inward


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("docker.io", "docker.io"),
        ("Index.Docker.io", "docker.io"),
        ("registry-1.docker.io:443", "docker.io"),
        ("registry-1.docker.io:5000", "registry-1.docker.io:5000"),
        ("Registry.Example.COM", "registry.example.com"),
        ("registry.example.com:443", "registry.example.com"),
        ("registry.example.com:80", "registry.example.com:80"),
        ("localhost", "localhost"),
        ("LOCALHOST:443", "localhost"),
        ("registry:5000", "registry:5000"),
        ("registry:443", "registry:443"),
        ("10.0.0.7", "10.0.0.7"),
        ("[0:0:0:0:0:0:0:1]:5000", "[::1]:5000"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"),
    ],
)
def test_a_server_has_one_spelling(written: str, server: str) -> None:
    assert canonical(written) == server
    assert canonical(server) == server
    found = reference(f"{written}/team/app")
    assert found.server == server
    assert found.text == ("team/app:latest" if server == "docker.io" else f"{server}/team/app:latest")


@pytest.mark.parametrize(
    "written",
    [
        "", "registry", "https://x.test", "x.test/team", "x.test.", ".x.test", "x..test", "-x.test", "x-.test",
        "x.test:", "x.test:0", "x.test:0443", "x.test:65536", "x_y.test", "naïve.test", "x.test\n", " x.test",
        "a" * 64 + ".test", "2130706433:80", "0x7f.1", "0x7f000001:5000", "127.1", "127.0.1:5000",
        "0177.0.0.1", "127.0.0.01", "1.2.3.4.5", "127.0.0.0x1", "999.1.1.1", "x.127", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::1%eth0]", "[:::]", "[::1", "::1", "user@x.test", "x.test#y", "x.test?y",
        "%6c.test",
    ],
)  # fmt: skip
def test_no_server_or_more_than_one(written: str) -> None:
    with pytest.raises(Invalid):
        canonical(written)


@pytest.mark.parametrize(
    "server",
    [
        "localhost", "localhost:5000", "registry.localhost", "a.b.localhost:80", "localhost.localdomain",
        "ip6-localhost:80", "127.0.0.1", "127.9.9.9:5000", "0.0.0.0:5000", "0.1.2.3", "169.254.169.254",
        "169.254.1.1:80", "255.255.255.255", "224.0.0.1", "100.100.100.200", "168.63.129.16", "[::1]",
        "[::]:80", "[fe80::1]", "[ff02::1]", "[fd00:ec2::254]", "[::7f00:1]", "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_what_leads_to_the_machine_itself(server: str) -> None:
    assert canonical(server) == server
    assert leads_inward(server)


@pytest.mark.parametrize(
    "server",
    [
        "docker.io",
        "10.0.0.7:5000",
        "192.168.1.1",
        "[2001:db8::1]",
        "[fd12::1]:5000",
        "localhost.example.com",
        "8.8.8.8",
    ],
)
def test_what_leads_elsewhere(server: str) -> None:
    assert not leads_inward(server)


@pytest.mark.parametrize(
    "written",
    [
        "docker.io/127.0.0.1/x", "docker.io/evil.example/x", "index.docker.io/localhost/x",
        "docker.io/evil.example:80/x", "docker.io/library/UPPER/x", "UPPER/x", "Registry/x", "127.1/x",
        "0x7f.1/x", "2130706433:80/x", "evil.example./x", "[::ffff:7f00:1]:80/x", "docker.io/docker.io/x",
    ],
)  # fmt: skip
def test_a_name_that_reads_in_two_ways(written: str) -> None:
    with pytest.raises(Invalid):
        reference(written)


@pytest.mark.parametrize("written", ["library/evil.example/x", "docker.io/library/evil.example/x", "2130706433/x"])
def test_what_stays_on_docker_hub(written: str) -> None:
    assert reference(written).server == "docker.io"
    assert reference(reference(written).text).server == "docker.io"


PART = st.sampled_from(
    [
        "docker.io",
        "index.docker.io",
        "library",
        "localhost",
        "evil.example",
        "evil.example:80",
        "127.0.0.1",
        "a",
        "A.b",
        "x:443",
    ]
)


@given(st.lists(PART, min_size=1, max_size=4).map("/".join))
def test_what_the_engine_reads_is_what_was_decided_about(written: str) -> None:
    """Docker's own rule, applied to what the engine is sent."""
    try:
        found = reference(written)
    except Invalid:
        return
    first, slash, _rest = found.repository.partition("/")
    asked = first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"
    assert asked == found.server
    assert reference(found.text).text == found.text
