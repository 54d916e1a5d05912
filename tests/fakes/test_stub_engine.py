"""Does the made-up engine speak as a real one does, and misbehave exactly as its mode says?"""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.modes import PAYLOADS, Mode
from tests.fakes.stub_engine import StubEngine, StubFleet
from tests.testbed.engine import Engine
from tests.testbed.engine_http import EngineHttp, EngineRefusedError


@pytest.fixture(scope="module")
def shared_stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubEngine]:
    with StubEngine(tmp_path_factory.mktemp("stub"), containers=40) as stub:
        yield stub


@pytest.fixture
def stub(shared_stub: StubEngine) -> StubEngine:
    shared_stub.set_mode(Mode.OK)
    shared_stub.forget()
    return shared_stub


def containers(at: EngineHttp) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = at.json("GET", "/v1.41/containers/json", {"all": 1})
    return listed


def test_every_container_of_the_list_can_be_inspected(stub: StubEngine) -> None:
    listed = containers(stub.http)
    assert len(listed) == 40
    assert {"running", "exited", "paused"} <= {one["State"] for one in listed}
    for one in listed:
        inspected = stub.http.json("GET", f"/containers/{one['Id']}/json")
        assert inspected["Name"] == one["Names"][0]
        assert inspected["State"]["Status"] == one["State"]
        assert inspected["Image"] == one["ImageID"]
    for image in stub.http.json("GET", "/images/json"):
        assert stub.http.json("GET", f"/images/{image['Id']}/json")["Size"] == image["Size"]


def keys(value: object) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


@pytest.mark.parametrize("path", ["/containers/json", "/images/json", "/networks", "/volumes", "/info", "/version"])
def test_it_uses_no_word_that_a_real_engine_does_not(engine: Engine, stub: StubEngine, path: str) -> None:
    real, made_up = engine.http.json("GET", path), stub.http.json("GET", path)
    if path == "/volumes":
        engine.docker("volume", "create", "for-comparison")
        real, made_up = engine.http.json("GET", path)["Volumes"], made_up["Volumes"]
    if isinstance(real, list):
        real, made_up = real[0], made_up[0]
    assert keys(made_up) <= keys(real)


def test_an_inspected_container_uses_the_real_words(engine: Engine, stub: StubEngine) -> None:
    real = engine.inspect("web")
    made_up = stub.http.json("GET", f"/containers/{containers(stub.http)[0]['Id']}/json")
    assert keys(made_up) <= keys(real)
    assert keys(made_up["State"]) - {"Health"} <= keys(real["State"])
    for part in ("HostConfig", "Config", "NetworkSettings"):
        assert keys(made_up[part]) - {"ExposedPorts"} <= keys(real[part]), part


def test_a_client_of_an_unknown_version_is_refused_in_an_engines_words(stub: StubEngine) -> None:
    with pytest.raises(EngineRefusedError, match=r"client version 1\.99 is too new\. Maximum"):
        stub.http.json("GET", "/v1.99/info")
    stub.set_mode("new")
    with pytest.raises(EngineRefusedError, match=r"client version 1\.43 is too old\. Minimum"):
        stub.http.json("GET", "/v1.43/info")
    assert stub.http.json("GET", "/v1.44/version")["ApiVersion"] == "1.99"
    stub.set_mode("old")
    assert stub.http.json("GET", "/version")["ApiVersion"] == "1.40"


@pytest.mark.parametrize("mode", [Mode.GARBAGE, Mode.HALF, Mode.EMPTY])
def test_what_it_says_is_no_json(stub: StubEngine, mode: Mode) -> None:
    stub.set_mode(mode)
    body = stub.http.request("GET", "/info")
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        json.loads(body)


def test_the_connection_ends_in_the_middle(stub: StubEngine) -> None:
    stub.set_mode("cut")
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        stub.http.request("GET", "/containers/json")


def test_it_hangs_and_is_slow(stub: StubEngine) -> None:
    stub.set_mode("hang")
    with pytest.raises(TimeoutError):
        stub.http.request("GET", "/_ping", timeout=0.3)
    stub.set_mode("slow", delay=0.3)
    began = time.monotonic()
    assert stub.http.request("GET", "/_ping") == b"OK"
    assert time.monotonic() - began > 0.3


def test_errors_and_other_shapes(stub: StubEngine) -> None:
    stub.set_mode("error")
    with pytest.raises(EngineRefusedError, match="input/output error"):
        stub.http.request("GET", "/info")
    stub.set_mode("wrong")
    assert isinstance(stub.http.json("GET", "/containers/json"), dict)


def test_markup_is_in_every_text(stub: StubEngine) -> None:
    stub.set_mode("html")
    text = stub.http.request("GET", "/containers/json", {"all": 1}).decode()
    for payload in PAYLOADS:
        assert json.dumps(payload)[1:-1] in text
    assert "<script>" in json.dumps(stub.http.json("GET", "/networks"))


def test_huge_texts(stub: StubEngine) -> None:
    stub.set_mode("huge")
    assert len(stub.http.json("GET", "/info")["Name"]) == 10_000_000
    assert len(stub.http.request("GET", "/containers/json", {"all": 1})) > 10_000_000


def test_it_becomes_another_engine(stub: StubEngine) -> None:
    before = stub.http.json("GET", "/info")["ID"]
    stub.set_mode("other_id")
    assert stub.http.json("GET", "/info")["ID"] != before
    stub.set_engine_id("MINE")
    assert stub.http.json("GET", "/info")["ID"] == "MINE"
    stub.set_mode("ok")
    assert stub.http.json("GET", "/info")["ID"] == before


def test_events_follow_changes_and_orders(stub: StubEngine) -> None:
    connection = stub.http.connection(5)
    connection.request("GET", "/events")
    stream = connection.getresponse()
    identifier = stub.change(0, "stop")
    stub.change(1, "stop", silent=True)
    stub.emit({"Type": "network", "Action": "prune"})
    seen = [json.loads(stream.readline()) for _ in range(4)]
    assert [one["Action"] for one in seen] == ["kill", "die", "stop", "prune"]
    assert seen[0]["Actor"]["ID"] == identifier
    assert {containers(stub.http)[place]["State"] for place in (0, 1)} == {"exited"}
    assert stub.drop_events() == 1
    assert stream.readline() == b""
    connection.close()


def test_late_listeners_are_told_what_they_missed(stub: StubEngine) -> None:
    since = time.time()
    stub.change(2, "die")
    said = stub.http.request("GET", "/events", {"since": f"{since:.9f}", "until": f"{time.time():.9f}"})
    assert json.loads(said)["Action"] == "die"


def test_a_storm_of_events(stub: StubEngine) -> None:
    connection = stub.http.connection(5)
    connection.request("GET", "/events")
    stream = connection.getresponse()
    stub.storm(per_second=1000, seconds=0.5)
    began = time.monotonic()
    for _ in range(400):
        stream.readline()
    assert time.monotonic() - began < 2
    connection.close()


def test_requests_are_counted(stub: StubEngine) -> None:
    containers(stub.http)
    assert stub.requests() == {"GET /containers/json": 1}


def test_a_fleet_is_many_engines_in_one_process(tmp_path: Path) -> None:
    with StubFleet(tmp_path, engines=3, containers=5, tcp=True) as fleet:
        identities = {handle.http.json("GET", "/info")["ID"] for handle in fleet.handles}
        assert len(identities) == 3
        assert all(handle.url.startswith("tcp://127.0.0.1:") for handle in fleet.handles)
        pid = fleet.process.pid if fleet.process else 0
    assert not Path("/proc", str(pid)).exists()
