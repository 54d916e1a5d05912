"""Turns go round between people, across threads and event loops, and one person searches once at a time."""

import asyncio
import threading
from collections import Counter

import pytest
from django.core.cache import cache
from django.test import Client

from dashboard.live import turns as module
from dashboard.live.newest import Superseded, as_newest
from dashboard.live.turns import Turn, Turns
from tests import cast


def test_a_person_holds_one_turn_and_others_do_not_wait_for_their_second() -> None:
    async def play() -> list[str]:
        turns, told = Turns(2), list[str]()

        async def one(person: int, name: str) -> None:
            await turns.take(person)
            told.append(name)

        await one(1, "first of 1")
        waiting = asyncio.create_task(one(1, "second of 1"))
        await asyncio.sleep(0)
        await one(2, "first of 2")
        later = asyncio.create_task(one(3, "first of 3"))
        await asyncio.sleep(0)
        turns.give(2)
        await later
        turns.give(1)
        await waiting
        return told

    assert asyncio.run(play()) == ["first of 1", "first of 2", "first of 3", "second of 1"]


def test_who_gives_up_waiting_takes_no_turn_along() -> None:
    async def play() -> None:
        turns = Turns(1)
        await turns.take(1)
        for at in range(20):
            waiting = asyncio.create_task(turns.take(2))
            await asyncio.sleep(0)
            if at % 2:
                turns.give(1)  # it is theirs just when they give up
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
                async with asyncio.timeout(10):
                    await turns.take(1)
            else:
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
        assert not turns.is_wanted

    asyncio.run(play())


def test_turns_are_handed_on_between_threads() -> None:
    turns, lock, busy, most = Turns(3), threading.Lock(), Counter[int](), 0

    async def search(person: int) -> None:
        nonlocal most
        for _time in range(20):
            async with asyncio.timeout(60):
                await turns.take(person)
            with lock:
                busy[person] += 1
                most = max(most, busy.total())
                assert busy[person] == 1
            await asyncio.sleep(0.001)
            with lock:
                busy[person] -= 1
            turns.give(person)

    async def crowd(first: int) -> None:
        await asyncio.gather(*(search(person) for person in (first, first + 1, first + 1, first + 2)))

    threads = [threading.Thread(target=asyncio.run, args=(crowd(first),)) for first in (0, 2, 4, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert 0 < most <= 3
    assert not turns.is_wanted


def test_who_waits_for_a_browser_holds_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "turns", Turns(1))

    async def play() -> None:
        stuck, turn = asyncio.Event(), Turn(1)
        await turn.take()
        sending = asyncio.create_task(turn.while_sending(stuck.wait()))  # type: ignore[arg-type]
        other = Turn(2)
        async with asyncio.timeout(30):
            await other.take()
        stuck.set()
        await asyncio.sleep(0.05)
        assert not sending.done(), "it goes on when it is its turn again"
        other.give()
        async with asyncio.timeout(30):
            await sending

    asyncio.run(play())


def test_long_searches_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "turns", Turns(1))
    monkeypatch.setattr(module, "_SLICE_SECONDS", 0.0)

    async def play() -> list[int]:
        order: list[int] = []

        async def search(person: int) -> None:
            turn = Turn(person)
            await turn.take()
            for _message in range(3):
                order.append(person)
                await turn.while_sending(asyncio.sleep(0))
            turn.give()

        await asyncio.gather(search(1), search(2))
        return order

    assert asyncio.run(play()) == [1, 2, 1, 2, 1, 2]


def test_a_newer_search_ends_the_one_before() -> None:
    cache.clear()

    async def play() -> list[str]:
        told, begun = [], asyncio.Event()

        async def first() -> None:
            begun.set()
            try:
                await asyncio.sleep(1000)
            finally:
                told.append("first has ended")

        async def second() -> str:
            told.append("second begins")
            return "done"

        old = asyncio.create_task(as_newest(7, first))
        await begun.wait()
        async with asyncio.timeout(60):
            told.append(await as_newest(7, second))
        with pytest.raises(Superseded):
            await old
        async with asyncio.timeout(60):
            await asyncio.gather(as_newest(7, second), as_newest(8, second))
        return told

    assert asyncio.run(play())[:3] == ["first has ended", "second begins", "done"]


@pytest.mark.django_db
def test_a_page_without_scripts_waits_for_its_turn_like_a_socket(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(module, "turns", Turns(1))
    monkeypatch.setattr("dashboard.pages.log_search.WAIT_SECONDS", 0.2)
    client.force_login(cast.vera())
    asyncio.run(module.turns.take(-1))
    address = "/logs/search/?plain=1&filter=x"
    assert "Other searches go first." in client.get(address).text
    module.turns.give(-1)
    assert "Other searches go first." not in client.get(address).text
