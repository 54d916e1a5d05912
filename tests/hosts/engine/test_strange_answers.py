"""Engines that answer garbage, halves, giants, markup, or another version: a readable error, or clean facts."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hosts.engine import looking
from hosts.engine.connect import Engine, open_engine
from hosts.engine.errors import BadAnswer, EngineError, Failed, Lost, NotFound, TimedOut, TooOld
from hosts.engine.wire import open_wire
from hosts.facts import Noun
from tests.fakes.stub_engine import StubEngine
from tests.hosts.engine.ways import WAYS, host, info, permit

QUESTIONS: dict[str, Callable[[Engine, str], Any]] = {
    "info": lambda engine, _: engine.info(),
    "usage": lambda engine, _: engine.usage(),
    "containers": lambda engine, _: engine.containers.list(),
    "container": lambda engine, container: engine.containers.get(container),
    "images": lambda engine, _: engine.images.list(),
    "networks": lambda engine, _: engine.networks.list(),
    "volumes": lambda engine, _: engine.volumes.list(),
}


@pytest.fixture(scope="module")
def _running_stub(workspace: Path) -> Iterator[StubEngine]:
    with StubEngine(workspace, containers=20, delay=7) as running:
        yield running


@pytest.fixture
def stub(_running_stub: StubEngine) -> Iterator[StubEngine]:
    """In its right mind at the beginning of each test."""
    yield _running_stub
    _running_stub.set_mode("ok")
    _running_stub.forget()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("mode", "kinds"),
    [
        ("garbage", BadAnswer),
        ("half", BadAnswer),
        ("empty", BadAnswer),
        ("wrong", BadAnswer),
        ("cut", Lost),
        ("error", Failed),
        ("hang", TimedOut),
        ("slow", TimedOut),
        ("old", TooOld),
    ],
)
def test_the_first_answer(stub: StubEngine, mode: str, kinds: type[EngineError], way: str) -> None:
    stub.set_mode(mode)
    with pytest.raises(EngineError) as error:
        info(way, host(stub.url))
    assert type(error.value) is kinds
    assert error.value.sentence.endswith((".", "!")) or "engine says" in error.value.sentence


@pytest.mark.parametrize("way", WAYS)
def test_a_newer_engine_that_still_knows_our_version(stub: StubEngine, way: str) -> None:
    stub.set_mode("new")
    assert info(way, host(stub.url)).api_version == "1.99"
    assert any(path.startswith("GET /v1.52/") for path in stub.requests()) or "GET /info" in stub.requests()


@pytest.mark.parametrize("mode", ["garbage", "half", "cut", "empty", "wrong", "error", "html", "huge"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_an_engine_that_turns_strange_later(stub: StubEngine, mode: str, question: str) -> None:
    with open_engine(permit(host(stub.url))) as engine:
        container = engine.containers.list()[0].id
        stub.set_mode(mode)
        if mode in ("html", "huge"):
            # An answer about one object that has more than 16 MiB is not read.
            refused = (
                pytest.raises(BadAnswer) if (mode, question) == ("huge", "container") else contextlib.nullcontext()
            )
            with refused:
                assert len(repr(QUESTIONS[question](engine, container))) < 2_000_000
            return
        with pytest.raises(EngineError) as error:
            QUESTIONS[question](engine, container)
        assert len(error.value.sentence) <= 500
        assert len(error.value.detail) <= 4096


def test_markup_stays_text_and_is_storable(stub: StubEngine) -> None:
    stub.set_mode("html")
    with open_engine(permit(host(stub.url))) as engine:
        names = [volume.name for volume in engine.volumes.list()] + [
            engine.containers.get(container.id).thing.name for container in engine.containers.list()
        ]
    assert any("<script>" in name for name in names)
    assert all(len(name) <= 255 and "\x00" not in name for name in names)


def test_one_damaged_object_does_not_hide_the_others(stub: StubEngine) -> None:
    async def look() -> tuple[int, list[str]]:
        async with open_wire(permit(host(stub.url))) as wire:
            ids = [container.id for container in await looking.list_containers(wire)]
            found, gone = await looking.inspect(wire, Noun.CONTAINER, [*ids[:5], "../images/json", "f" * 64])
            return len(found), gone

    assert asyncio.run(look()) == (5, ["f" * 64])


def test_a_traversal_is_never_sent(stub: StubEngine) -> None:
    with open_engine(permit(host(stub.url))) as engine:
        stub.forget()
        for ask in (engine.containers.get, engine.networks.get, engine.volumes.get, engine.images.get):
            for object_id in ("../images/json", "..", "a/../../info", "a?x=1", "%2e%2e%2finfo"):
                with pytest.raises(EngineError):
                    ask(object_id)
        assert stub.requests() == {}
        with pytest.raises(NotFound):
            engine.containers.get("f" * 64)


def test_a_redirect_is_not_followed(workspace: Path) -> None:
    from tests.hosts.engine.test_connect import _answering

    answer = b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    for way in WAYS:
        with _answering(answer) as url, pytest.raises(BadAnswer, match="redirects"):
            info(way, host(url))


@pytest.mark.parametrize("way", WAYS)
def test_an_endless_answer_is_not_read(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.hosts.engine.test_connect import _answering

    monkeypatch.setattr("hosts.engine.wire.BODY_LIMIT", 1 << 20)
    monkeypatch.setattr("hosts.engine.sdk.BODY_LIMIT", 1 << 20)
    with _answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (3 << 20)) as url, pytest.raises(BadAnswer, match="larger"):
        info(way, host(url))
