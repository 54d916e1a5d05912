"""Readers of the engine's JSON: any JSON is a fact or BadAnswer, and each fact can be stored and printed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hosts.engine.errors import BadAnswer
from hosts.engine.parse import containers, events, fields, images, networks, pulls, system, volumes
from hosts.facts import Noun, Port
from hosts.inventory.write_facts import as_json, columns

READERS: dict[str, Callable[[Any], Any]] = {
    "container": containers.from_inspect,
    "listed container": containers.from_list,
    "image": images.from_inspect,
    "listed image": images.from_list,
    "layer": images.layer,
    "network": networks.network,
    "volume": volumes.volume,
    "volumes": volumes.volumes,
    "info": lambda raw: system.info(raw, raw),
    "usage": system.usage,
    "event": events.event,
    "progress": pulls.progress,
    "pull error": pulls.error,
}
_WORDS = tuple(
    word
    for line in (
        "Id ID Name Names Config Image ImageID State Status ExitCode Health Labels Mounts NetworkSettings Networks",
        "Ports IPAM Created CreatedAt StartedAt FinishedAt Error RestartCount Tty HostConfig LogConfig Type Path Args",
        "Subnet Driver Scope RepoTags RepoDigests Size Architecture Os Tags CreatedBy Volumes Mountpoint Options",
        "Actor Attributes Action time timeNano Images LayersSize Containers SharedSize UsageData RefCount BuildCache",
        "SizeRw ImageUsage TotalCount progressDetail current total status id error errorDetail message name",
        "SecurityOptions Warnings Components NCPU MemTotal Destination Source RW PrivatePort PublicPort IP HostIp",
        "HostPort 80/tcp Aliases IPAddress MacAddress",
    )
    for word in line.split()
)
_ODD_TEXTS = (
    *("running", "exited", "Exited (99999999999) x", "80/tcp", "<none>:<none>", "\ud800", "\x00"),
    *("2024-02-30T25:61:61Z", "2024-01-01T00:00:00.123456789Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"),
)
_leaf = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(_ODD_TEXTS)
_any = st.recursive(
    _leaf,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_WORDS) | st.text(max_size=9), inner, max_size=8)
    ),
    max_leaves=40,
)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60)
@given(raw=_any)
def test_any_json_is_a_fact_or_a_bad_answer(reader: str, raw: Any) -> None:
    try:
        fact = READERS[reader](raw)
    except BadAnswer:
        return
    text = json.dumps(as_json(fact), allow_nan=False)
    assert "\\u0000" not in text
    text.encode("ascii")
    repr(fact).encode()
    if hasattr(fact, "id") and hasattr(fact, "labels"):
        values = columns(Noun(reader.removeprefix("listed ")), fact)
        assert len(values["name"]) <= 255
        assert len(values["haystack"]) <= 8192


@given(st.text(max_size=40) | st.integers() | st.floats() | st.none())
def test_any_value_is_a_time_or_none(value: Any) -> None:
    found = fields.moment(value)
    assert found is None or found.tzinfo is UTC


def test_times() -> None:
    assert fields.moment("2024-05-06T07:08:09.123456789Z") == datetime(2024, 5, 6, 7, 8, 9, 123456, UTC)
    assert fields.moment("2024-05-06T07:08:09+02:00") == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)
    assert fields.moment("0001-01-01T00:00:00Z") is None
    assert fields.moment(0) is None


def test_a_container_of_the_engine_29_without_old_fields() -> None:
    found = containers.from_inspect(
        {
            "Id": "f" * 64,
            "Name": "/web",
            "Created": "2024-05-06T07:08:09.1Z",
            "Path": "httpd",
            "Args": ["--token", "hush", "-f"],
            "State": {"Status": "exited", "ExitCode": 137, "OOMKilled": True, "Health": {"Status": "none"}},
            "Image": "sha256:1",
            "Config": {"Image": "nginx", "Labels": {"com.docker.compose.project": "shop", "db.password": "hush"}},
            "NetworkSettings": {
                "Ports": {
                    "80/tcp": [{"HostIp": "::", "HostPort": "8080"}, {"HostIp": "0.0.0.0", "HostPort": "8080"}],
                    "9/udp": None,
                },
                "Networks": {"front": {"NetworkID": "n1", "IPAddress": "10.0.0.2", "Aliases": ["w"]}},
            },
            "Mounts": [{"Type": "volume", "Name": "data", "Source": "/x", "Destination": "/d", "RW": False}],
        }
    )
    assert found.ports == (Port(9, "udp"), Port(80, "tcp", 8080, "0.0.0.0"), Port(80, "tcp", 8080, "::"))
    assert (found.state, found.exit_code, found.oom_killed, found.health) == ("exited", 137, True, "")
    assert (found.project, found.networks[0].aliases) == ("shop", ("w",))
    assert (found.mounts[0].source, found.mounts[0].read_only) == ("data", True)
    assert "hush" not in repr(found)


def test_a_list_tells_health_and_exit_code_in_words_only() -> None:
    listed = {
        "Id": "a" * 64,
        "Names": ["/other/alias", "/web"],
        "State": "running",
        "Status": "Up 5 minutes (health: starting)",
    }
    assert containers.from_list(listed).health == "starting"
    assert containers.from_list(listed).name == "web"
    assert containers.from_list({**listed, "Status": "Exited (3) 2 days ago"}).exit_code == 3


def test_one_bad_row_does_not_hide_the_others() -> None:
    found = fields.facts([{"Id": "a", "Names": ["/a"]}, {"nonsense": 1}, 7, {"Id": "b"}], containers.from_list)
    assert [each.id for each in found] == ["a", "b"]


def test_a_command_in_an_exec_event_is_left_out() -> None:
    found = events.event({"Type": "container", "Action": "exec_start: mysql -phush", "Actor": {"ID": "a"}})
    assert found.action == "exec_start"
    assert events.event({"Type": "container", "Action": "health_status: healthy"}).action == "health_status: healthy"


def test_disk_usage_in_the_old_and_the_new_shape() -> None:
    old = system.usage(
        {
            "LayersSize": 100,
            "Images": [
                {"Size": 60, "SharedSize": 10, "Containers": 1},
                {"Size": 50, "SharedSize": 10, "Containers": 0},
            ],
            "Containers": [{"State": "running", "SizeRw": 5}, {"State": "exited", "SizeRw": 7}],
            "Volumes": [{"UsageData": {"Size": 9, "RefCount": 0}}, {"UsageData": {"Size": 3, "RefCount": 1}}],
            "BuildCache": [{"Size": 4, "InUse": False, "Shared": False}],
        }
    )
    assert [(row.kind, row.total, row.active, row.size, row.reclaimable) for row in old] == [
        ("image", 2, 1, 100, 50),
        ("container", 2, 1, 12, 7),
        ("volume", 2, 1, 12, 9),
        ("build-cache", 1, 0, 4, 4),
    ]
    new = system.usage({"ImageUsage": {"TotalCount": 2, "ActiveCount": 1, "TotalSize": 100, "Reclaimable": 50}})
    assert new[0] == old[0]


def test_the_tag_in_the_first_message_of_a_pull_is_no_layer() -> None:
    assert pulls.progress({"status": "Pulling from team/app", "id": "1"}).layer == ""
    assert (
        pulls.progress(
            {"status": "Downloading", "id": "0a1b2c3d4e5f", "progressDetail": {"current": 1, "total": 2}}
        ).total
        == 2
    )


UNSEEN = [
    "\u202e",
    "\u2066",
    "\u200b",
    "\u200d",
    "\u200f",
    "\ufeff",
    "\u00ad",
    "\u2060",
    "\U000e0041",
    "\x1b",
    "\x7f",
    "\u3164",
    "\u00a0",
]


@pytest.mark.parametrize("character", UNSEEN)
def test_no_name_looks_like_another(character: str) -> None:
    hostile, plain = f"we{character}b", "web"
    readers: list[Callable[[str], str]] = [
        lambda name: networks.network({"Id": "a" * 64, "Name": name}).name,
        lambda name: volumes.volume({"Name": name}).name,
        lambda name: containers.from_inspect({"Id": "a" * 64, "Name": f"/{name}", "State": {}}).name,
        lambda name: containers.from_list({"Id": "a" * 64, "Names": [f"/{name}"]}).name,
        lambda name: system.info({"ID": "a", "Name": name}, {}).name,
    ]
    for read in readers:
        assert read(plain) == plain
        assert read(hostile) == f"we\\u{{{ord(character):04X}}}b"


def test_long_texts_keep_their_letters_together() -> None:
    """Of a label's value only that is written out which could deceive."""
    family, persian = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
    assert fields.text(f"{family} {persian}\n\u202e") == f"{family} {persian}\n\\u{{202E}}"
    assert fields.text("Grüße, мир, 世界", 255) == "Grüße, мир, 世界"
