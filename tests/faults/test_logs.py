"""A log that is being followed when its engine dies: it goes on where it stopped, or says that it is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.scene import Scene
from tests.testbed.engine import Engine
from tests.testbed.images import BASE_IMAGE, load_base_image
from tests.testbed.needs import started
from tests.testbed.visitor import Socket, Visitor

COUNT = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done"


@pytest.fixture
def living(workspace: Path) -> Iterator[Engine]:
    """An engine whose containers run on while it is dead."""
    for engine in started(Engine(workspace, f"living-{uuid4().hex[:6]}", live_restore=True)):
        load_base_image(engine)
        yield engine


@pytest.fixture
def living_host(scene: Scene, living: Engine) -> Iterator[str]:
    yield scene.add(living.name, living.url)
    scene.manage("hosts", "remove", living.name)


def follow(socket: Socket, until: int | str) -> tuple[list[int], list[str]]:
    """The numbers that came, and what was said between them, up to a number or a word."""
    numbers: list[int] = []
    said: list[str] = []
    while until not in said and (isinstance(until, str) or not numbers or numbers[-1] < until):
        message = socket.hear()
        if message["type"] == "lines":
            numbers += map(int, message["text"])
        else:
            said.append(message.get("what") or message["type"])
    return numbers, said


def test_it_goes_on_without_a_line_twice_or_missing(
    scene: Scene, ada: Visitor, living: Engine, living_host: str
) -> None:
    """Rule 13: the end of a stream never means that the log has ended."""
    container = living.run(BASE_IMAGE, "sh", "-c", COUNT)
    with ada.socket("/live/logs") as socket:
        socket.say("open", host=living_host, container=container, tail="all", timestamps=False)
        before, _said = follow(socket, 40)
        living.kill()
        while_dead, said = follow(socket, "lost")
        living.start()
        after, more = follow(socket, before[-1] + 200)
    assert "lost" in said
    assert "opened" in more
    numbers = before + while_dead + after
    assert numbers == list(range(len(numbers)))


def test_it_ends_in_words_when_the_container_died_with_its_engine(
    scene: Scene, ada: Visitor, stormy: str, spare_engine: Engine
) -> None:
    container = spare_engine.run(BASE_IMAGE, "sh", "-c", COUNT)
    with ada.socket("/live/logs") as socket:
        socket.say("open", host=stormy, container=container, tail="all", timestamps=False)
        before, _said = follow(socket, 40)
        spare_engine.kill()
        while_dead, _said = follow(socket, "lost")
        spare_engine.start()
        after, said = follow(socket, "end")
    numbers = before + while_dead + after
    assert said[-1] == "end"
    assert numbers == sorted(set(numbers)), "no line came twice"


def test_many_logs_as_one_outlive_an_engine(
    scene: Scene, ada: Visitor, calm: str, engine: Engine, living: Engine, living_host: str
) -> None:
    """The one of the dead engine is lost and goes on where it stopped; the other one does not notice."""
    dying, other = living.run(BASE_IMAGE, "sh", "-c", COUNT), engine.run(BASE_IMAGE, "sh", "-c", COUNT)
    asked = [{"host": living_host, "container": dying}, {"host": calm, "container": other}]
    numbers: dict[int, list[int]] = {0: [], 1: []}
    said: list[tuple[str, int]] = []

    def until(enough: Callable[[], bool]) -> None:
        while not enough():
            message = socket.hear()
            if message["type"] == "lines":
                for source, line in merged_lines(message):
                    numbers[source].append(int(line.split()[-1]))
            elif "source" in message:
                said.append((message["type"], message["source"]))

    try:
        with ada.socket("/live/logs") as socket:
            socket.say("open", sources=asked, tail=10000)
            names = {each["id"]: each["source"] for each in socket.until(type="sources")["sources"]}
            until(lambda: min(map(len, numbers.values())) > 20)
            living.kill()
            until(lambda: ("notice", names[dying]) in said)
            alone = len(numbers[names[other]])
            until(lambda: len(numbers[names[other]]) > alone + 20)
            said.clear()
            living.start()
            seen = len(numbers[names[dying]])
            until(lambda: len(numbers[names[dying]]) > seen + 100)
    finally:
        engine.remove_container(other)
    assert ("opened", names[dying]) in said
    assert all(each == list(range(len(each))) for each in numbers.values())


def merged_lines(message: dict[str, Any]) -> list[tuple[int, str]]:
    """Of a message that `Socket.hear` took apart as if it were of one log: the sources stand before the first line."""
    raw = "\n".join(message["text"]).encode()
    count = message["count"]
    texts = raw[2 * count :].decode().split("\n")
    return [(int.from_bytes(raw[2 * at : 2 * at + 2], "little"), text) for at, text in enumerate(texts)]
