"""Addresses: the schemes on the list, and nothing else, with the reason in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosts.engine.address import Address, Scheme
from hosts.engine.errors import AddressError
from tests.hosts.engine.ways import host


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
        ("unix:///run/user/1000/podman/podman.sock", "unix:///run/user/1000/podman/podman.sock"),
        ("tcp://harbour.example.com:2376", "tcp://harbour.example.com:2376"),
        ("tcp://[::1]:2375", "tcp://[::1]:2375"),
        ("ssh://ada@harbour", "ssh://ada@harbour:22/var/run/docker.sock"),
        ("ssh://ada@harbour:2222/run/docker.sock", "ssh://ada@harbour:2222/run/docker.sock"),
    ],
)
def test_good_addresses(url: str, same: str) -> None:
    assert str(Address.parse(url)) == same


@pytest.mark.parametrize(
    "url",
    [
        "",
        "docker.sock",
        "/var/run/docker.sock",
        "unix:/var/run/docker.sock",
        "unix://var/run/docker.sock",
        "unix:///",
        "unix:///a/../etc/docker.sock",
        "unix:///" + "a" * 120,
        "unix:///with space.sock",
        "unix:///a:b.sock",
        "unix:///a%2fb.sock",
        "http://harbour:2375",
        "https://harbour:2376",
        "file:///etc/passwd",
        "npipe:////./pipe/docker_engine",
        "tcp://",
        "tcp://:2375",
        "tcp://harbour:0",
        "tcp://harbour:65536",
        "tcp://harbour:http",
        "tcp://harbour:2375/path",
        "tcp://harbour:2375?x=1",
        "tcp://harbour:2375#x",
        "tcp://ada@harbour:2375",
        "tcp://ada:secret@harbour:2375",
        "tcp://-oProxyCommand=id:2375",
        "tcp://har bour:2375",
        "tcp://127.1:2375",
        "tcp://2130706433:2375",
        "tcp://harbour\n:2375",
        "ssh://harbour",
        "ssh://ada:secret@harbour",
        "ssh://-oProxyCommand=id@harbour",
        "ssh://ada@-oProxyCommand=id",
        "ssh://ada@harbour/run/$(id).sock",
        "ssh://ada@harbour/run/../x",
        "ssh://$(id)@harbour",
        "tcp://[::1",
    ],
)
def test_bad_addresses_are_refused_in_words(url: str) -> None:
    with pytest.raises(AddressError) as refused:
        Address.parse(url)
    assert refused.value.sentence.endswith(".")
    assert refused.value.field == "url"
    assert isinstance(refused.value, ValueError)


@given(st.text(max_size=300) | st.builds("{}://{}".format, st.sampled_from(list(Scheme)), st.text(max_size=80)))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        address = Address.parse(url)
    except AddressError:
        return
    if address.scheme is Scheme.TCP and not address.port:
        return  # the port depends on the keys
    assert Address.parse(str(address)) == address


def test_tls_is_spoken_when_a_certificate_is_stored() -> None:
    assert Address.of(host("tcp://harbour")).port == 2375
    secured = Address.of(host("tcp://harbour", tls_ca="PEM"))
    assert secured.port == 2376
    assert secured.tls is not None


def test_keys_do_not_show_in_a_repr() -> None:
    for address in (
        Address.of(host("tcp://harbour", tls_cert="PEM", tls_key="hush-hush")),
        Address.of(host("ssh://ada@harbour", ssh_key="hush-hush")),
    ):
        assert "hush-hush" not in repr(address)


def test_a_secret_of_another_row_is_refused() -> None:
    mine, other = host("ssh://ada@harbour", ssh_key="one"), host("ssh://ada@harbour", ssh_key="two")
    mine.ssh_key = other.ssh_key
    with pytest.raises(AddressError) as refused:
        Address.of(mine)
    assert refused.value.field == "ssh_key"
